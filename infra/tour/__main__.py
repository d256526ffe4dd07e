"""Go through the tour on a running system and print it: ``python -m infra.tour``.

It starts a system of its own, unless ADDRESS names a running one (``ADDRESS=http://127.0.0.1:8000``).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from infra.tour.answers import shown
from infra.tour.section import MarkersError, between_markers, differences, section, with_section
from infra.tour.shell import command, preamble
from infra.tour.system import local_run
from infra.tour.walk import TourError, Walk


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tour, or check or renew it in a page; return the exit code."""
    asked = _asked(arguments)
    try:
        with _system() as address:
            if asked.check:
                return _check(Path(asked.check), address)
            if asked.write:
                return _write(Path(asked.write), address)
            return _print(address)
    except (TourError, MarkersError) as error:
        print(f"the tour ended early: {error}", file=sys.stderr)
        return 1


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.tour", description=__doc__)
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--check", metavar="PAGE", help="print nothing; fail where the tour of a page differs")
    either.add_argument("--write", metavar="PAGE", help="print nothing; renew the tour of a page where it differs")
    return parser.parse_args(arguments)


@contextlib.contextmanager
def _system() -> Iterator[str]:
    address = os.environ.get("ADDRESS", "").rstrip("/")
    if address:
        yield address
        return
    with local_run() as own:
        yield own


def _print(address: str) -> int:
    print(f"{preamble(address)}\n")
    for number, each in enumerate(Walk(address).taken(), 1):
        answer = shown(each.answer, each.step.shows)
        print(f"{number}. {each.step.sentence}\n\n{command(each.step)}\n\n{answer}\n", flush=True)
    return 0


def _check(page: Path, address: str) -> int:
    found = differences(between_markers(page.read_text(encoding="utf-8")), section(Walk(address).taken()))
    if found:
        print("\n".join(found), file=sys.stderr)
        print(f"the tour of {page} differs from a run: python -m infra.tour --write {page}", file=sys.stderr)
    return 1 if found else 0


def _write(page: Path, address: str) -> int:
    text = page.read_text(encoding="utf-8")
    new = section(Walk(address).taken())
    if differences(between_markers(text), new):
        page.write_text(with_section(text, new), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
