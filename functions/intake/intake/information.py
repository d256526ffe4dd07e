"""Public information, which needs no access code: the field offices of a residence, and the notice before filing."""

from __future__ import annotations

from datetime import datetime

from casereview.http.problems import invalid
from casereview.notices.public_notice import public_notice
from casereview.routing.offices import find_county, find_state, offices, responsible
from casereview.schema.base import EASTERN
from casereview.schema.languages import DEFAULT, tag_of
from intake.responses import FieldOffice, FieldOffices, NoticeText


def field_offices(state: str, county: str, at: datetime) -> FieldOffices:
    """Return the field offices that may be responsible for a residence.

    Args:
        state: The two-letter code of a state, district or territory.
        county: The name of the county, or an empty string.
        at: The time for which the areas of responsibility are looked up.

    Raises:
        ProblemError: 422 for an unknown state.
    """
    known = find_state(state)
    if known is None:
        raise invalid("state", "unknown_state", forms="TX, DC, PR")
    found = responsible(known, find_county(known, county), at.astimezone(EASTERN).date())
    return FieldOffices(candidates=tuple(FieldOffice(code=code, name=offices()[code]) for code in found))


def notice(language: str) -> NoticeText:
    """Return the notice in the nearest available language."""
    found = public_notice(tag_of(language) or DEFAULT)
    return NoticeText(language=found.language, text=found.text)
