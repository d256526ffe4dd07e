"""Public information, which needs no access code: field offices, facilities, and the notice before filing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from casereview.cases.understanding import facility_found
from casereview.cases.usual_wait import FEWEST, PERIOD
from casereview.http.problems import invalid, malformed
from casereview.notices.public_notice import public_notice
from casereview.routing.areas import responsible
from casereview.routing.contacts import contacts
from casereview.routing.offices import offices
from casereview.routing.places import suggested
from casereview.routing.residences import find_county, offices_of_zip, zip_digits
from casereview.routing.states import find_state
from casereview.schema.base import EASTERN
from casereview.schema.languages import DEFAULT, tag_of
from casereview.schema.typed_text import fold
from casereview.store.table import Table
from casereview.store.waits import published_waits
from intake.responses import (
    Facilities,
    FieldOffice,
    FieldOffices,
    LaneWait,
    NoticeText,
    OfficeWaits,
    Statistics,
)

_STATES: Final = "Texas, TX, D.C., Puerto Rico"
_SHORTEST, _LONGEST = 2, 100
"""Characters of a text for which facilities are suggested."""


def field_offices(state: str, county: str, zip_code: str, at: datetime) -> FieldOffices:
    """Return the field offices that may be responsible for a residence.

    Args:
        state: The code or name of a state, district or territory.
        county: The name of the county, or an empty string.
        zip_code: A ZIP code of five or nine digits, which stands for both; or an empty string.
        at: The time for which the areas of responsibility are looked up.

    Raises:
        ProblemError: 422 for an unknown state, and for a text that is no ZIP code.
    """
    today = at.astimezone(EASTERN).date()
    found = _of_zip(zip_code, today) if zip_code else _of_county(state, county, today)
    return FieldOffices(candidates=tuple(map(_field_office, found)))


def _of_zip(zip_code: str, on: date) -> tuple[str, ...]:
    if zip_digits(zip_code) is None:
        raise invalid("zip", "not_a_zip_code")
    return offices_of_zip(zip_code, on)


def _of_county(state: str, county: str, on: date) -> tuple[str, ...]:
    known = _known_state(state)
    return responsible(known, find_county(known, county), on)


def _known_state(text: str) -> str:
    known = find_state(text)
    if known is None:
        raise invalid("state", "unknown_state", forms=_STATES)
    return known


def _field_office(code: str) -> FieldOffice:
    contact = contacts()[code]
    return FieldOffice(
        code=code,
        name=offices()[code],
        telephone=contact.telephone,
        address=contact.address,
        as_of=contact.as_of,
    )


def facilities(typed: str, state: str) -> Facilities:
    """Return the detention facilities to suggest for what somebody types.

    Args:
        typed: The beginning of a name or of a word in it, of a town, or of a code: 2 to 100 characters.
        state: The code or name of the state in which they lie, or an empty string for all.

    Raises:
        ProblemError: 400 for a text that is shorter or longer; 422 for an unknown state.
    """
    text = fold(typed)
    if not text:
        raise malformed("q", "required")
    if len(text) < _SHORTEST:
        raise malformed("q", "too_short", min_length=_SHORTEST)
    if len(text) > _LONGEST:
        raise malformed("q", "too_long", max_length=_LONGEST)
    found = suggested(text, _known_state(state) if state else None)
    return Facilities(facilities=tuple(map(facility_found, found)))


def statistics(table: Table) -> Statistics:
    """Return what is published of the cases of all offices: the usual waits that look-ups show, and nothing else.

    They are made once a week from at least 30 ended cases each, so no single case can be seen in them.
    """
    published = (
        OfficeWaits(
            office=each.office,
            name=offices().get(each.office),
            as_of=each.as_of,
            waits=tuple(LaneWait(lane=lane, weeks=weeks) for lane, weeks in sorted(each.weeks.items())),
        )
        for each in published_waits(table)
    )
    return Statistics(offices=tuple(published), fewest_cases=FEWEST, period_days=PERIOD.days)


def notice(language: str) -> NoticeText:
    """Return the notice in the nearest available language."""
    found = public_notice(tag_of(language) or DEFAULT)
    return NoticeText(language=found.language, text=found.text)
