"""What the generators share: write a document, or with ``--check`` report that the committed one differs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.paths import ROOT


@dataclass(frozen=True, slots=True)
class Document:
    """A document that is made from the code, whole or in one section."""

    path: Path
    """Relative to the repository."""
    target: str
    """The make target that writes it."""
    text: Callable[[str], str]
    """From the present text of the file, empty where there is none, to the wanted one."""


class NoSectionError(Exception):
    """The file has no markers between which a section could be written."""


def section(present: str, name: str, body: str) -> str:
    """Replace what stands between the two markers of a section.

    Args:
        present: The text of the whole file.
        name: The name in the markers ``<!-- name: … -->`` and ``<!-- /name -->``.
        body: What to put between them, without surrounding line breaks.

    Raises:
        NoSectionError: A marker is missing.
    """
    before, start, rest = present.partition(f"<!-- {name}:")
    comment, closing, rest = rest.partition("-->")
    _old, end, after = rest.partition(f"<!-- /{name} -->")
    if not (start and closing and end):
        raise NoSectionError(name)
    return f"{before}{start}{comment}{closing}\n{body}\n{end}{after}"


def run(document: Document, arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Write or check a document below a directory.

    Args:
        document: What to write.
        arguments: Those of the command line; ``--check`` writes nothing.
        root: The repository.

    Returns:
        The exit code: 1 where the committed document differs or lacks its section.
    """
    parser = argparse.ArgumentParser(prog=f"make {document.target}", description=f"Write {document.path}.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the document differs")
    check: bool = parser.parse_args(arguments).check
    path = root / document.path
    present = path.read_text(encoding="utf-8") if path.is_file() else ""
    try:
        wanted = document.text(present)
    except NoSectionError as error:
        print(f"{document.path} has no section {error}", file=sys.stderr)
        return 1
    if not check:
        path.write_text(wanted, encoding="utf-8")
    elif present != wanted:
        print(f"{document.path} differs from the code: run `make {document.target}` and commit it", file=sys.stderr)
        return 1
    return 0
