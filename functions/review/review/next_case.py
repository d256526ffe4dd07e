"""The next case to claim: the first unclaimed one over all queues of the caller, by rank."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice

from casereview.cases.first_look import has_first_look
from casereview.http.problems import ProblemError, forbidden
from casereview.policy.compiler import CompiledPolicy
from casereview.runtime.error_logging import SuppressAndLog
from casereview.schema.base import to_milliseconds
from casereview.schema.records import Case
from casereview.store.caseload import read_counter
from casereview.store.recheck import mark
from casereview.store.unreadable import UnreadableError
from casereview.store.worklist import WorklistPlace
from casereview.usecases.services import CaseServices
from review.authorization import Caller, Role
from review.cases.lease import claim, is_claimable, is_excluded
from review.cases.session import CaseSession
from review.schema.responses import WorklistItem
from review.services import logger
from review.worklist_items import is_visible, item_of, same_person

_PAGE_SIZE = 25
_MAX_SCANNED = 10 * _PAGE_SIZE
"""How many cases of a lane are read at most in the search for its most overdue ones."""
_MAX_ROUNDS = 10
"""How often the worklist is read again while claims of other officers conflict."""


def take_next(services: CaseServices, caller: Caller, roles: frozenset[Role]) -> WorklistItem | None:
    """Claim the first unclaimed case, and try the next one if another officer claims it first.

    A case of which a record cannot be read is passed over.

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
            except UnreadableError as error:
                mark(services.table, error.case_id or case.case_id, now)
            else:
                same = _has_same_person(services, caller, taken)
                return item_of(services, taken, _position(services, caller, taken), now, same_person=same)
        if not contended:
            return None
    raise ProblemError("busy")


def _position(services: CaseServices, caller: Caller, case: Case) -> int | None:
    """Return the position of a claimed case; None if it cannot be counted, because the claim must be answered."""
    with SuppressAndLog(logger, "a position was not counted", case_id=case.case_id):
        return services.table.worklist.position(case.office, case.rank or "", restricted=caller.restricted)
    return None


def _has_same_person(services: CaseServices, caller: Caller, case: Case) -> bool:
    """Return whether another case has the guard of the person; False if that cannot be read."""
    with SuppressAndLog(logger, "another case of the person was not read", case_id=case.case_id):
        return bool(same_person(services, caller, [case]))
    return False


def _candidates(services: CaseServices, caller: Caller, now: datetime) -> Iterator[Case]:
    """Yield the cases to try, in order: all queues of the caller are one."""
    policy, _until = services.policies.governing(now)
    queues = [_ClaimableCases(services, caller, policy, office) for office in sorted(caller.queues())]
    if (read_counter(services.table, caller.id).nexts + 1) % policy.numbers.every_kth_next == 0:
        overdue = [case for queue in queues for case in queue.first_of_lower_lanes()]
        yield from sorted(overdue, key=lambda case: _lateness(case, policy, now), reverse=True)
    yield from merge(*(queue.in_order() for queue in queues), key=lambda case: case.rank or "")


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
            ids = dict.fromkeys(place.case_id for place in listed)
            cases = self.services.table.cases(list(ids))
            yield from (cases[case_id] for case_id in ids if case_id in cases and self._is_candidate(cases[case_id]))
            if len(listed) < _PAGE_SIZE:
                return
            after = listed[-1]

    def _is_candidate(self, case: Case) -> bool:
        """Return whether to offer a case; one that waits for an answer only while its first look is pending."""
        if case.unreadable or not is_claimable(self.policy, case) or not is_visible(case, self.caller, self.office):
            return False
        return not is_excluded(self.caller, case) and (case.status != "information_needed" or not has_first_look(case))

    def first_of_lower_lanes(self) -> Iterator[Case]:
        """Yield the first claimable cases of each lane below the top lanes.

        One page of each lane is enough: a lane is ordered by filing time, so its most overdue cases come first, except
        for those that a credit or an earlier lane has moved. Cases whose first look is done are read as well, but do
        not count towards the page.
        """
        lower = [index for index, lane in enumerate(self.policy.lanes) if not lane.top]
        return (case for index in lower for case in self._first_of_lane(f"{index:02d}."))

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
