"""The worklist: every open case of an office by rank, with the reasons for each place; and the next one to take."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Annotated

from pydantic import Field

from casereview.cases.first_look import is_looked_at, is_overdue
from casereview.cases.flags import flags_of
from casereview.cases.lifecycle import QUEUED
from casereview.http.problems import ProblemError, forbidden, invalid, malformed
from casereview.policy.compiler import CompiledPolicy
from casereview.routing.offices import SENIOR_REVIEWING_OFFICIAL
from casereview.schema.base import Record, Unrecognized, to_milliseconds
from casereview.schema.records import Case
from casereview.store.caseload import counter
from casereview.store.worklist import WorklistPlace
from casereview.usecases.services import CaseServices
from review.authorization import Caller, Role
from review.cases.lease import claim, is_claimable
from review.cases.session import CaseSession
from review.schema.responses import Item, Reason, Worklist

LIMIT = range(1, 101)
_PAGE = 25
_MOST = 10 * _PAGE
"""Cases of a lane that are looked through for its most overdue ones."""
_ROUNDS = 10
"""How often the whole line is gone through while other claims get in the way."""


class Cursor(Record):
    """Where a page ended; it names no office, so that it opens none."""

    rank: Annotated[str, Field(min_length=1, max_length=200)]
    case_id: Annotated[str, Field(min_length=1, max_length=64)]
    position: Annotated[int, Field(strict=True, ge=0)]

    def read(self) -> tuple[WorklistPlace, int]:
        """Return the place and how many came before the next page."""
        return WorklistPlace(self.rank, self.case_id), self.position


def page(services: CaseServices, caller: Caller, office: str, limit: int, cursor: str | None) -> Worklist:
    """Return a page of an office's worklist, claimed and waiting cases included.

    Restricted cases are left out for callers without access to them; positions count over the whole queue.
    Raises ProblemError 403 for an office that is not the caller's, 400 for a bad cursor, 422 for a bad limit.
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
        if place.case_id in cases and _shown(cases[place.case_id], caller, office)
    ]
    more = _write_cursor(listed[-1], position + len(listed)) if len(listed) == limit else None
    return Worklist(items=tuple(items), next=more)


def _shown(case: Case, caller: Caller, office: str) -> bool:
    """Show what is still in this queue, and not restricted for the caller: the index may be a moment old.

    Whether a state that this release does not know stands in a queue, only the index can say.
    """
    queued = case.status in QUEUED or isinstance(case.status, Unrecognized)
    return case.office == office and queued and (caller.restricted or not case.restricted)


def item_of(services: CaseServices, case: Case, position: int, now: datetime) -> Item:
    """Return a case as the worklist shows it."""
    texts = services.policies.texts(case.policy)
    return Item(
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


def take_next(services: CaseServices, caller: Caller, roles: frozenset[Role]) -> Item | None:
    """Claim the first case that nobody holds; None only where none is left. A lost race tries the next candidate.

    Every k-th time (a number of the policy) it is the most overdue case below the top lanes, so that none starves.
    Raises ProblemError 403 without an office; 409 for who holds as many cases as the policy allows; 503 where others
    are so busy that no claim went through although cases are left.
    """
    if not caller.queues():
        raise forbidden("no_office", "Your account names no office.")
    now = to_milliseconds(services.now())
    for _ in range(_ROUNDS):
        contended = False
        for case in _in_turn(services, caller, now):
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


def _in_turn(services: CaseServices, caller: Caller, now: datetime) -> Iterator[Case]:
    """Yield the cases to try, in the order that is due to this caller now."""
    policy, _until = services.policies.governing(now)
    kth = (counter(services.table, caller.user).nexts + 1) % policy.numbers.every_kth_next == 0
    for office in sorted(caller.queues()):
        line = _Line(services, caller, policy, office)
        if kth:
            yield from line.most_overdue(now)
        yield from line.free()


@dataclass(frozen=True, slots=True)
class _Line:
    """A worklist, as far as a caller could take from it."""

    services: CaseServices
    caller: Caller
    policy: CompiledPolicy
    office: str

    def free(self, prefix: str = "") -> Iterator[Case]:
        """Yield the cases that the caller could claim, in order, a page at a time; of one lane by its prefix."""
        after: WorklistPlace | None = None
        while True:
            listed = self.services.table.worklist.places(self.office, limit=_PAGE, after=after, prefix=prefix)
            cases = self.services.table.cases([place.case_id for place in listed])
            yield from (cases[place.case_id] for place in listed if self._is_free(cases.get(place.case_id)))
            if len(listed) < _PAGE:
                return
            after = listed[-1]

    def _is_free(self, case: Case | None) -> bool:
        """Tell whether a case is to be taken up; one that waits for an answer, only while its first look is pending."""
        if case is None or not is_claimable(self.policy, case) or not _shown(case, self.caller, self.office):
            return False
        took_part = self.office == SENIOR_REVIEWING_OFFICIAL and self.caller.user in case.reviewers
        return not took_part and (case.status != "information_needed" or not is_looked_at(case))

    def most_overdue(self, now: datetime) -> list[Case]:
        """Return the first free cases of each lane below the top ones, the most overdue first.

        A page of each lane, however long it is: in a lane that goes by filing time the most overdue stand in front,
        but for those that a credit, or a lane they came from, has put out of order. Those whose first look is done
        stand there too, and count for no place of the page.
        """
        lower = [index for index, lane in enumerate(self.policy.lanes) if not lane.top]
        found = [case for index in lower for case in self._in_front(f"{index:02d}.")]
        return sorted(found, key=lambda case: _lateness(case, self.policy, now), reverse=True)

    def _in_front(self, prefix: str) -> Iterator[Case]:
        owed = 0
        for case in islice(self.free(prefix), _MOST):
            yield case
            owed += not _is_met(case)
            if owed == _PAGE:
                return


def _is_met(case: Case) -> bool:
    """Tell whether a case has a target and its first look is done."""
    return case.target_at is not None and is_looked_at(case)


def _lateness(case: Case, policy: CompiledPolicy, now: datetime) -> tuple[bool, timedelta]:
    """Return whether a case is overdue, and by how much; negative where there is time left.

    It is where its first look is late or, without a target, where the wait exceeds the policy's number of days. One
    whose first look is done is not: it comes after those that are, the longest wait first.
    """
    met = _is_met(case)
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
