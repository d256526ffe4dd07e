"""Write functions/pages/pages/dates.json, how each language writes dates and times, from CLDR: ``make dates``."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from babel import Locale

from casereview.schema.languages import LANGUAGES
from infra.documents.command import Document, run
from infra.paths import ROOT

PATH: Final = Path("functions/pages/pages/dates.json")
_HAITIAN: Final = {
    "months": [
        *("janvye", "fevriye", "mas", "avril", "me", "jen", "jiyè", "out", "septanm", "oktòb", "novanm", "desanm"),
    ],
    "weekdays": ["lendi", "madi", "mèkredi", "jedi", "vandredi", "samdi", "dimanch"],
    "periods": ["AM", "PM"],
    "date": "{d} {month} {y}",
    "weekday_date": "{weekday} {d} {month} {y}",
    "time": "{h}:{mm} {period}",
}
"""CLDR has no names of months in Haitian Creole."""
_FIELDS: Final = {
    "EEEE": "{weekday}",
    "MMMM": "{month}",
    "M": "{month}",
    "d": "{d}",
    "y": "{y}",
    "HH": "{HH}",
    "H": "{H}",
    "h": "{h}",
    "mm": "{mm}",
    "a": "{period}",
}
_PART: Final = re.compile(r"'([^']*)'|([A-Za-z]+)")


def text() -> str:
    """Return the table."""
    table = {language: _HAITIAN if language == "ht" else _formats(Locale.parse(language)) for language in LANGUAGES}
    return json.dumps(table, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _formats(locale: Locale) -> dict[str, Any]:
    dates, months = locale.date_formats, locale.months["format"]["wide"]
    periods = locale.day_periods["format"]["abbreviated"]
    numeric = "M月" in str(dates["long"].pattern)
    return {
        "months": [str(number) if numeric else months[number] for number in range(1, 13)],
        "weekdays": [locale.days["format"]["wide"][day] for day in range(7)],
        "periods": [periods["am"], periods["pm"]],
        "date": _pattern(dates["long"].pattern),
        "weekday_date": _pattern(dates["full"].pattern),
        "time": _pattern(locale.time_formats["short"].pattern),
    }


def _pattern(pattern: str) -> str:
    """Return a pattern of CLDR as a format string."""
    return _PART.sub(lambda found: found[1] if found[1] is not None else _FIELDS[found[2]], pattern)


DOCUMENT: Final = Document(PATH, "dates", lambda _present: text())


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Write or check the table below a directory, and return the exit code."""
    return run(DOCUMENT, arguments, root)


if __name__ == "__main__":
    sys.exit(main())
