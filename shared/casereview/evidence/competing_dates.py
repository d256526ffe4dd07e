"""Dates that third parties gave beside one that is known: the nearest ahead counts, and none takes another's place.

A mother's date lifts a case. Once it has passed, the date that was known before counts again; what has passed and
was settled by nobody still keeps the case among the imminent ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from casereview.schema.base import EASTERN

DATES = frozenset({"removal_at", "check_in_on"})
"""Facts of which several are kept."""


def nearest(name: str, known: object, rivals: Iterable[object], at: datetime) -> dict[str, object]:
    """Return the facts that a known date and its rivals make at an instant."""
    dates = [value for value in (known, *rivals) if isinstance(value, date)]
    ahead = [value for value in dates if not _passed(value, at)]
    found: dict[str, object] = {name: min(ahead) if ahead else max(dates)}
    if name == "removal_at" and ahead and len(ahead) < len(dates):
        found["removal_soon"] = True
    return found


def has_passed(dates: Iterable[object], at: datetime) -> bool:
    """Tell whether one of the dates has passed."""
    return any(isinstance(value, date) and _passed(value, at) for value in dates)


def _passed(value: date, at: datetime) -> bool:
    """A time has passed at its instant, a day at its end in Eastern time."""
    if isinstance(value, datetime):
        return value <= at
    return value < at.astimezone(EASTERN).date()
