"""Dates that unverified requests claim beside a known one: the nearest future date counts, and none replaces another.

An earlier removal date from a third party raises the lane. Once it has passed, the date that was known before counts
again; a passed removal date that no officer has resolved still keeps the case in the imminent lane.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from casereview.policy.calendar import days_after
from casereview.schema.base import EASTERN

DATE_FACTS = frozenset({"removal_at", "check_in_on"})
"""Facts of which several values are kept."""


def effective_dates(name: str, known: object, competing: Iterable[object], at: datetime) -> dict[str, object]:
    """Return the facts that follow from a known date and the dates that compete with it, at an instant.

    Args:
        name: ``removal_at`` or ``check_in_on``.
        known: The known value; None where there is none.
        competing: The dates claimed beside it; one at least where ``known`` is None.
        at: The instant that decides which dates have passed.

    Returns:
        The nearest future date, or the latest date if all have passed. ``removal_soon`` is added when one of several
        removal dates has passed.
    """
    dates = [value for value in (known, *competing) if isinstance(value, date)]
    ahead = [value for value in dates if not _passed(value, at)]
    found: dict[str, object] = {name: min(ahead) if ahead else max(dates)}
    if name == "removal_at" and ahead and len(ahead) < len(dates):
        found["removal_soon"] = True
    return found


def has_passed(dates: Iterable[object], at: datetime) -> bool:
    """Return whether at least one of the dates has passed."""
    return any(isinstance(value, date) and _passed(value, at) for value in dates)


def next_to_pass(dates: Iterable[object], at: datetime) -> datetime | None:
    """Return the first instant after ``at`` at which one of the dates passes; None if all have passed."""
    passing = [_passes_at(value) for value in dates if isinstance(value, date)]
    return min((instant for instant in passing if instant > at), default=None)


def _passed(value: date, at: datetime) -> bool:
    """Return whether a date has passed: a time at its instant, a day at its end in Eastern time."""
    if isinstance(value, datetime):
        return value <= at
    return value < at.astimezone(EASTERN).date()


def _passes_at(value: date) -> datetime:
    return value if isinstance(value, datetime) else days_after(value, 1)
