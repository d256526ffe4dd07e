"""Style sheets, scripts and pictures: addresses that hold a digest of the content, so that browsers keep them."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final, NamedTuple

from casereview.web.browser import PageAnswer

FOREVER: Final = "public, max-age=31536000, immutable"
_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}


class Asset(NamedTuple):
    """A file that pages name."""

    path: str
    """Its address below the root of the site."""
    content_type: str
    content: str


@cache
def assets(package: str) -> dict[str, Asset]:
    """Return the files in the folder ``static`` of a package by name."""
    found = {}
    for file in files(package).joinpath("static").iterdir():
        content = file.read_text("utf-8")
        digest = sha256(content.encode()).hexdigest()[:12]
        found[file.name] = Asset(f"static/{digest}/{file.name}", _TYPES[file.name.rpartition(".")[2]], content)
    return found


def serve(package: str, name: str) -> PageAnswer | None:
    """Return a file of a package as an answer, or None if there is none of this name.

    An address with another digest, of a page that another release made, gets the present content.
    """
    asset = assets(package).get(name)
    return PageAnswer(asset.content, content_type=asset.content_type, cache=FOREVER) if asset else None
