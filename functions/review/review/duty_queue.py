"""What the people of an office must do: its open duties, the earliest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Final, get_args

from casereview.cases.duties import may_be_shown, still_to_carry_out
from casereview.http.problems import malformed
from casereview.schema.base import to_milliseconds
from casereview.schema.duty_records import Duty
from casereview.schema.records import Case
from casereview.schema.vocabulary import DutyKind
from casereview.store import keys
from casereview.store.duty_index import DutyPlace
from casereview.store.keys import Key
from casereview.usecases.services import CaseServices
from review.authorization import Caller
from review.office_scope import is_headquarters, offices_for
from review.paging import Paging
from review.schema.duties import DutyItem, DutyPage

PAGE: Final = 50
"""The number of duties on a page."""


def page_of_duties(services: CaseServices, caller: Caller, office: str, kind: str, cursor: str) -> DutyPage:
    """Return a page of the open duties of an office, or of all offices for headquarters.

    Those of restricted cases are left out for callers without access to them, as if they did not exist.

    Args:
        services: The table.
        caller: The caller.
        office: The office; empty for the caller's own, or for all for headquarters.
        kind: The kind of the duties; empty for all.
        cursor: ``next`` of the page before; empty for the first page.

    Raises:
        ProblemError: 403 for an office that is not the caller's; 400 for an unknown kind or office, or a bad cursor.
    """
    if kind not in {"", *get_args(DutyKind)}:
        raise malformed("kind", "invalid_value", "is not a kind of duty")
    offices = offices_for(office, caller.office, sees_all=is_headquarters(caller))
    paging = Paging(services, caller, "GET /staff/duties", (office, kind))
    listed = _Duties(services, caller, frozenset(offices), kind)
    places = places_of(services, [keys.duty_queue(one) for one in offices], place_of(paging.open(cursor)))
    shown = list(islice(listed.open(places), PAGE + 1))
    page = shown[:PAGE]
    more = paging.seal(cursor_of(page[-1][0])) if len(shown) > PAGE else None
    now = to_milliseconds(services.now())
    return DutyPage(items=tuple(_item(duty, now) for _place, duty in page), next=more)


def places_of(services: CaseServices, partitions: Iterable[str], after: DutyPlace | None) -> Iterator[DutyPlace]:
    """Yield the places of several queues as of one, the earliest time first; each item once, as the index may lag."""
    index, seen = services.table.duty_queues, set[Key]()
    for place in merge(*(index.places(partition, limit=PAGE, after=after) for partition in partitions)):
        if place.key not in seen:
            seen.add(place.key)
            yield place


def place_of(found: Mapping[str, object] | None) -> DutyPlace | None:
    """Return the place in a cursor."""
    return DutyPlace(str(found["due"]), Key(str(found["pk"]), str(found["sk"]))) if found else None


def cursor_of(place: DutyPlace) -> dict[str, str]:
    """Return what a cursor holds of a place."""
    return {"due": place.due, "pk": place.key.pk, "sk": place.key.sk}


def _item(duty: Duty, now: datetime) -> DutyItem:
    return DutyItem(
        case_id=duty.case_id,
        duty=duty.duty_id,
        kind=duty.kind,
        receipt=duty.receipt,
        granted=still_to_carry_out(duty),
        since=duty.since,
        due=duty.due,
        overdue=duty.due <= now,
    )


@dataclass(frozen=True, slots=True)
class _Duties:
    """The duties that a caller sees."""

    services: CaseServices
    caller: Caller
    offices: frozenset[str]
    kind: str

    def open(self, places: Iterator[DutyPlace]) -> Iterator[tuple[DutyPlace, Duty]]:
        """Yield the open duties at places, read consistently in batches as they are needed."""
        while batch := list(islice(places, PAGE)):
            found = self.services.table.several(Duty, [place.key for place in batch])
            duties = {keys.duty(duty.case_id, duty.duty_id): duty for duty in found}
            cases = self.services.table.cases([duty.case_id for duty in found]) if found else {}
            for place in batch:
                duty = duties.get(place.key)
                case = cases.get(duty.case_id) if duty else None
                if duty and case and self._is_shown(duty, case):
                    yield place, duty

    def _is_shown(self, duty: Duty, case: Case) -> bool:
        if (case.restricted and not self.caller.restricted) or not may_be_shown(duty, case):
            return False
        return duty.state == "open" and duty.office in self.offices and self.kind in {"", duty.kind}
