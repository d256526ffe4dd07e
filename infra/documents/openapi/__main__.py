"""Write the OpenAPI documents from the code; with ``--check``, fail if a committed document differs."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from infra.documents.openapi.document import Api, UndocumentedError, build
from infra.documents.openapi.public import PUBLIC
from infra.documents.openapi.staff import STAFF
from infra.paths import ROOT

APIS = (PUBLIC, STAFF)


def text(api: Api) -> str:
    """Return the text of an API's document.

    Raises:
        UndocumentedError: As ``build`` does.
    """
    return json.dumps(build(api), indent=2, ensure_ascii=False) + "\n"


def stale(api: Api, root: Path) -> bool:
    """Return whether the committed file is missing or differs."""
    path = root / api.path
    return not path.is_file() or path.read_text(encoding="utf-8") != text(api)


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Write or check every document below a directory, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.documents.openapi", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a committed document differs")
    check: bool = parser.parse_args(arguments).check
    try:
        return _check(root) if check else _write(root)
    except UndocumentedError as error:
        print(error, file=sys.stderr)
        return 1


def _check(root: Path) -> int:
    wrong = [api.path for api in APIS if stale(api, root)]
    for path in wrong:
        print(f"{path} differs from what the code says: run `make openapi` and commit it", file=sys.stderr)
    return 1 if wrong else 0


def _write(root: Path) -> int:
    for api in APIS:
        (root / api.path).write_text(text(api), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
