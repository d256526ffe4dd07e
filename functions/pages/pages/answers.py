"""What was typed, as the page that reads it back shows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

from casereview.schema.base import EASTERN
from casereview.schema.languages import Language
from casereview.schema.typed_text import fold_date
from pages.dates import long_date
from pages.form import DATES, body_of


def dates_in(form: Mapping[str, str], language: Language) -> dict[str, str]:
    """Return each date of a form that the public API has taken, as the language writes it: a day, a month or a year."""
    found = {path: _value(body_of(form), path.split(".")) for path in DATES}
    return {path: partial_date(text, language) for path, text in found.items() if text}


def convictions_in(form: Mapping[str, str], language: Language) -> list[dict[str, str]]:
    """Return the convictions that a form states, with their dates as the language writes them."""
    stated = body_of(form).get("facts", {}).get("convictions") or []
    return [
        {**each, **({"when": partial_date(each["convicted_on"], language)} if "convicted_on" in each else {})}
        for each in stated
    ]


def partial_date(text: str, language: Language) -> str:
    """Return a date that was typed as the language writes it; a month as ``2/1980``, a year as it is."""
    parts = [int(part) for part in fold_date(text).split("-")]
    match parts:
        case [year, month, day]:
            return long_date(datetime.combine(date(year, month, day), time(), EASTERN), language)
    return "/".join(map(str, reversed(parts)))


def _value(body: object, path: list[str]) -> str | None:
    for name in path:
        body = body.get(name) if isinstance(body, dict) else None
    return body if isinstance(body, str) else None
