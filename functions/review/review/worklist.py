"""The worklist: the open cases of an office by rank, with the reasons for each place, and the next case to claim."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Annotated

from pydantic import Field

from casereview.cases.first_look import has_first_look, is_overdue
from casereview.cases.flags import flags_of
from casereview.cases.lifecycle import QUEUED
from casereview.http.problems import ProblemError, forbidden, invalid, malformed
from casereview.policy.compiler import CompiledPolicy
from casereview.routing.offices import SENIOR_REVIEWING_OFFICIAL
from casereview.schema.base import Record, Unrecognized, to_milliseconds
from casereview.schema.records import Case
from casereview.store.caseload import read_counter
from casereview.store.worklist import WorklistPlace
from casereview.usecases.services import CaseServices
from review.authorization import Caller, Role
from review.cases.lease import claim, is_claimable
from review.cases.session import CaseSession
from review.schema.responses import Reason, Worklist, WorklistItem

LIMIT = range(1, 101)
_PAGE_SIZE = 25
_MAX_SCANNED = 10 * _PAGE_SIZE
"""How many cases of a lane are read at most in the search for its most overdue ones."""
_MAX_ROUNDS = 10
"""How often the worklist is read again while claims of other officers conflict."""


class Cursor(Record):
    """The end of a page. It has no office, so it gives no access to another office."""

    rank: Annotated[str, Field(min_length=1, max_length=200)]
    case_id: Annotated[str, Field(min_length=1, max_length=64)]
    position: Annotated[int, Field(strict=True, ge=0)]

    def read(self) -> tuple[WorklistPlace, int]:
        """Return the last place of the page, and the number of cases up to it."""
        return WorklistPlace(self.rank, self.case_id), self.position


def page(services: CaseServices, caller: Caller, office: str, limit: int, cursor: str | None) -> Worklist:
    """Return a page of an office's worklist, including claimed and waiting cases.

    Restricted cases are left out for callers without access to them, but are counted in the positions.

    Args:
        services: The table and the policies.
        caller: The caller.
        office: The office whose worklist is read.
        limit: The number of cases to read, 1 to 100.
        cursor: ``next`` of the page before; None or empty for the first page.

    Raises:
        ProblemError: 403 for a worklist that the caller cannot read; 400 for an invalid cursor; 422 for a limit out of
            range.
    """
    if office not in caller.queues():
        raise forbidden("other_office", "This office is not yours.")
    if limit not in LIMIT:
        raise invalid("limit", "number_too_large" if limit else "number_too_small", "must be a number from 1 to 100")
    after, position = _read_cursor(cursor)
    now = to_milliseconds(services.now())
    listed = services.table.worklist.places(office, limit=limit, after=after)
    cases = services.table.cases([place.case_id for place in listed])
    items = [
        item_of(services, cases[place.case_id], position + number, now)
        for number, place in enumerate(listed, start=1)
        if place.case_id in cases and _is_visible(cases[place.case_id], caller, office)
    ]
    more = _write_cursor(listed[-1], position + len(listed)) if len(listed) == limit else None
    return Worklist(items=tuple(items), next=more)


def _is_visible(case: Case, caller: Caller, office: str) -> bool:
    """Return whether a case is still in this queue and the caller has access to it; the index may be out of date.

    A status that this release does not know counts as queued, because only the index can tell.
    """
    queued = case.status in QUEUED or isinstance(case.status, Unrecognized)
    return case.office == office and queued and (caller.restricted or not case.restricted)


def item_of(services: CaseServices, case: Case, position: int, now: datetime) -> WorklistItem:
    """Return a case as an item of the worklist."""
    texts = services.policies.texts(case.policy)
    return WorklistItem(
        case_id=case.case_id,
        position=position,
        lane=case.lane,
        received_at=case.filed_at,
        target_by=case.target_at,
        overdue=is_overdue(case, now),
        reasons=tuple(Reason(rule=rule, text=texts.get(rule, "")) for rule in case.reasons),
        flags=flags_of(case),
        status=case.status,
        claimed_by=case.claimed_by,
        policy=case.policy,
    )


def take_next(services: CaseServices, caller: Caller, roles: frozenset[Role]) -> WorklistItem | None:
    """Claim the first unclaimed case, and try the next one if another officer claims it first.

    Every k-th call of an officer, where k is a number of the policy, claims the most overdue case below the top lanes,
    so that lower lanes are worked on too.

    Returns:
        The claimed case, or None if there is no case to claim.

    Raises:
        ProblemError: 403 if the account has no office; 409 if the officer has claimed as many cases as the policy
            allows; 503 if every claim conflicted although cases are left.
    """
    if not caller.queues():
        raise forbidden("no_office", "Your account names no office.")
    now = to_milliseconds(services.now())
    for _ in range(_MAX_ROUNDS):
        contended = False
        for case in _candidates(services, caller, now):
            try:
                taken = claim(CaseSession(services, caller, roles, case.case_id, now), by_next=True)
            except ProblemError as problem:
                if problem.type == "cap-reached":
                    raise
                contended |= problem.type == "busy"
            else:
                return item_of(services, taken, services.table.worklist.position(taken.office, taken.rank or ""), now)
        if not contended:
            return None
    raise ProblemError("busy")


def _candidates(services: CaseServices, caller: Caller, now: datetime) -> Iterator[Case]:
    """Yield the cases to try, in order."""
    policy, _until = services.policies.governing(now)
    kth = (read_counter(services.table, caller.user).nexts + 1) % policy.numbers.every_kth_next == 0
    for office in sorted(caller.queues()):
        cases = _ClaimableCases(services, caller, policy, office)
        if kth:
            yield from cases.most_overdue(now)
        yield from cases.in_order()


@dataclass(frozen=True, slots=True)
class _ClaimableCases:
    """The cases of a worklist that a caller can claim."""

    services: CaseServices
    caller: Caller
    policy: CompiledPolicy
    office: str

    def in_order(self, prefix: str = "") -> Iterator[Case]:
        """Yield the claimable cases by rank, read page by page; of one lane, if its prefix is given."""
        after: WorklistPlace | None = None
        while True:
            listed = self.services.table.worklist.places(self.office, limit=_PAGE_SIZE, after=after, prefix=prefix)
            cases = self.services.table.cases([place.case_id for place in listed])
            yield from (cases[place.case_id] for place in listed if self._is_candidate(cases.get(place.case_id)))
            if len(listed) < _PAGE_SIZE:
                return
            after = listed[-1]

    def _is_candidate(self, case: Case | None) -> bool:
        """Return whether to offer a case; one that waits for an answer only while its first look is pending."""
        if case is None or not is_claimable(self.policy, case) or not _is_visible(case, self.caller, self.office):
            return False
        took_part = self.office == SENIOR_REVIEWING_OFFICIAL and self.caller.user in case.reviewers
        return not took_part and (case.status != "information_needed" or not has_first_look(case))

    def most_overdue(self, now: datetime) -> list[Case]:
        """Return the first claimable cases of each lane below the top lanes, the most overdue first.

        One page of each lane is enough: a lane is ordered by filing time, so its most overdue cases come first, except
        for those that a credit or an earlier lane has moved. Cases whose first look is done are read as well, but do
        not count towards the page.
        """
        lower = [index for index, lane in enumerate(self.policy.lanes) if not lane.top]
        found = [case for index in lower for case in self._first_of_lane(f"{index:02d}.")]
        return sorted(found, key=lambda case: _lateness(case, self.policy, now), reverse=True)

    def _first_of_lane(self, prefix: str) -> Iterator[Case]:
        pending = 0
        for case in islice(self.in_order(prefix), _MAX_SCANNED):
            yield case
            pending += not _has_met_target(case)
            if pending == _PAGE_SIZE:
                return


def _has_met_target(case: Case) -> bool:
    """Return whether a case has a target and its first look is done."""
    return case.target_at is not None and has_first_look(case)


def _lateness(case: Case, policy: CompiledPolicy, now: datetime) -> tuple[bool, timedelta]:
    """Return whether a case is overdue, and by how much; the time is negative if the case is not late yet.

    A case is overdue if its first look is late or, without a target, if it has waited longer than the policy's number
    of days. A case whose first look is done is not overdue; it sorts after those that are, the longest wait first.
    """
    met = _has_met_target(case)
    target = None if met else case.target_at
    late_by = now - (target or case.filed_at + timedelta(days=policy.numbers.waiting_days))
    return not met and late_by >= timedelta(0), late_by


def _write_cursor(place: WorklistPlace, position: int) -> str:
    text = Cursor(rank=place.rank, case_id=place.case_id, position=position).model_dump_json()
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(cursor: str | None) -> tuple[WorklistPlace | None, int]:
    if not cursor:
        return None, 0
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return Cursor.model_validate_json(text).read()
    except (binascii.Error, ValueError):
        raise malformed("cursor", "invalid_cursor", "is not a valid cursor") from None
