"""The queue of requesters to verify: those whose answer named an office, the earliest time first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple, TypeVar

from casereview.cases.own_words import ranking_of_own_words
from casereview.cases.requester_checks import proposed_reason, settled_refutations, waits_for_second
from casereview.http.problems import forbidden
from casereview.routing.offices import SENIOR_REVIEWING_OFFICIAL
from casereview.schema.base import rfc3339, to_milliseconds
from casereview.schema.evidence import Claims
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.store.verify_index import VerifyPlace
from casereview.usecases.services import CaseServices
from review.authorization import Caller
from review.paging import Paging
from review.schema.requester_responses import ToVerify, ToVerifyPage

_T = TypeVar("_T")
PAGE: Final = 50
"""The number of requesters on a page."""
_BATCH: Final = 100
"""The number of cases of the official's queue that are read at once."""


class _Pending(NamedTuple):
    """A request that is to be looked at, with its place in the queue."""

    place: VerifyPlace
    request: Request
    case: Case
    verify_by: datetime


def page_to_verify(services: CaseServices, caller: Caller, office: str, cursor: str) -> ToVerifyPage:
    """Return a page of the requesters that an office verifies, wherever their cases lie.

    Those of restricted cases are left out for callers without access to them, as if they did not exist.

    Args:
        services: The table and the policies.
        caller: The caller.
        office: The office, or ``SRO`` for the cases with the Senior Reviewing Official.
        cursor: ``next`` of the page before; empty for the first page.

    Raises:
        ProblemError: 403 for an office that is not the caller's; 400 for a bad cursor.
    """
    if office not in caller.queues():
        raise forbidden("other_office", "This office is not yours.")
    paging = Paging(services, caller, "GET /staff/verifications", (office,))
    queue = _Queue(services, caller, office, to_milliseconds(services.now()))
    shown = list(islice(queue.pending(_place(paging.open(cursor))), PAGE + 1))
    page = shown[:PAGE]
    more = paging.seal(page[-1].place._asdict()) if len(shown) > PAGE else None
    return ToVerifyPage(items=tuple(queue.items(page)), next=more)


def _place(found: Mapping[str, object] | None) -> VerifyPlace | None:
    return VerifyPlace(str(found["look_at"]), str(found["receipt"])) if found else None


@dataclass(frozen=True, slots=True)
class _Queue:
    """The queue of one office, as far as a caller sees it."""

    services: CaseServices
    caller: Caller
    office: str
    at: datetime

    def pending(self, after: VerifyPlace | None) -> Iterator[_Pending]:
        """Yield the requests that the caller sees, in order, read consistently in batches as they are needed.

        However many hidden ones lie between them, the queue goes on behind.
        """
        is_official = self.office == SENIOR_REVIEWING_OFFICIAL
        places = self._places_of_official(after) if is_official else self._places(after)
        seen: set[str] = set()
        for batch in _batches(places, PAGE + 1):
            fresh = {place.receipt: place for place in batch if place.receipt not in seen}
            seen |= fresh.keys()
            yield from self._read(fresh)

    def _places(self, after: VerifyPlace | None) -> Iterator[VerifyPlace]:
        while found := self.services.table.verify_index.places(self.office, limit=PAGE + 1, after=after):
            yield from found
            if len(found) <= PAGE:
                return
            after = found[-1]

    def _places_of_official(self, after: VerifyPlace | None) -> Iterator[VerifyPlace]:
        """Yield the places of the requesters whose cases are in the official's queue, which is short."""
        table = self.services.table
        listed = table.worklist.listed_cases(self.office, per_page=_BATCH)
        found = self._cases(one.place.case_id for one in listed)
        waiting = (case for case in found if case.office == self.office)
        claims = (one for case in waiting for one in table.evidence_of(case).claims if one.live and one.verify_by)
        places = sorted(VerifyPlace(rfc3339(one.verify_by), one.receipt) for one in claims if one.verify_by)
        return (place for place in places if after is None or place > after)

    def _cases(self, case_ids: Iterable[str]) -> Iterable[Case]:
        return self.services.table.cases(list(case_ids)).values()

    def _read(self, places: Mapping[str, VerifyPlace]) -> Iterator[_Pending]:
        if not places:
            return
        found = self.services.table.several(Request, [keys.request(receipt) for receipt in places])
        requests = {request.receipt: request for request in found}
        cases = {case.case_id: case for case in self._cases(request.case_id for request in found)} if found else {}
        for receipt, place in places.items():
            request = requests.get(receipt)
            case = cases.get(request.case_id) if request else None
            is_shown = case is not None and (self.caller.restricted or not case.restricted)
            if request and case and is_shown and request.state == "live" and request.verify_by:
                yield _Pending(place, request, case, request.verify_by)

    def items(self, page: list[_Pending]) -> Iterator[ToVerify]:
        """Yield the items of a page."""
        if not page:
            return
        policy, _until = self.services.policies.governing(self.at)
        wanted = [keys.claims(one.case.case_id, one.request.receipt) for one in page]
        claims = {one.receipt: one for one in self.services.table.several(Claims, wanted)}
        for _place_found, request, case, verify_by in page:
            own = claims.get(request.receipt)
            yield ToVerify(
                case_id=case.case_id,
                receipt=request.receipt,
                role=request.role,
                authority=request.authority,
                received_at=request.received_at,
                verify_by=verify_by,
                lane=ranking_of_own_words(own, policy, self.at).lane if own else None,
                second=waits_for_second(request),
                refuted_before=bool(settled_refutations(request)),
                refutation_proposed=proposed_reason(request),
                contact_changed_at=request.contact_changed_at,
                seen=request.seen,
            )


def _batches(several: Iterator[_T], size: int) -> Iterator[list[_T]]:
    while batch := list(islice(several, size)):
        yield batch
