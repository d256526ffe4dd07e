"""Write the names that the site suggests while somebody types: ``make suggestions``.

The files below functions/pages/pages/static have a name on each line. Browsers load them whole, so that nothing that
is typed leaves the device; so they hold what people can mean today, and no more.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from casereview.routing.areas import areas
from casereview.routing.facilities import Facility, by_reference
from casereview.routing.places import find_facility
from infra.documents.command import Document, run
from infra.paths import ROOT

STATIC: Final = Path("functions/pages/pages/static")
LATELY: Final = "2025"
"""The year since which a facility must have been seen in use."""
_DAY: Final = date(2026, 11, 30)
"""The day of the tables: names are suggested that say one facility on it."""


def facilities() -> Iterator[str]:
    """Yield the name of each facility in use, with its town and state where it is still found by all that."""
    for facility in by_reference().values():
        if facility.last_seen >= LATELY:
            yield next(text for text in _names(facility) if find_facility(text, _DAY) == facility)


def _names(facility: Facility) -> tuple[str, ...]:
    """Return how a facility can be written, the fullest first."""
    name, city, state = facility.name, facility.city, facility.state
    whole = ", ".join(part for part in (name, city, state) if part)
    return whole, f"{name}, {state}", name, facility.code


def counties() -> Iterator[str]:
    """Yield each county by which the field office is chosen, with its state behind a tab."""
    for state, parts in areas().items():
        yield from (f"{county}\t{state}" for county in {part.county for part in parts} - {""})


def _document(name: str, lines: Callable[[], Iterator[str]]) -> Document:
    return Document(STATIC / name, "suggestions", lambda _present: "".join(f"{line}\n" for line in sorted(lines())))


DOCUMENTS: Final = (_document("facilities.txt", facilities), _document("counties.txt", counties))


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Write or check the files below a directory, and return the exit code."""
    return max(run(document, arguments, root) for document in DOCUMENTS)


if __name__ == "__main__":
    sys.exit(main())
