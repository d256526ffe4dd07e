"""The decisions that await approval: those of an office, and everywhere those that are overdue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from casereview.cases.decisions import approval_due
from casereview.cases.flags import has_new_words
from casereview.schema.base import to_milliseconds
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.duty_index import DutyPlace
from casereview.usecases.services import CaseServices
from review.authorization import Caller
from review.cases.views import approvals_read, new_words
from review.duty_queue import PAGE, cursor_of, place_of, places_of
from review.office_scope import is_headquarters, offices_for
from review.paging import Paging
from review.schema.case_responses import NewWords
from review.schema.duties import ApprovalPage, AwaitingApproval


def page_of_approvals(services: CaseServices, caller: Caller, office: str, cursor: str) -> ApprovalPage:
    """Return a page of the cases whose decision awaits approval, as far as the caller may answer it or sees them.

    Headquarters sees those of all offices, the Senior Reviewing Official those that are overdue.

    Args:
        services: The table and the policies.
        caller: The caller.
        office: The office; empty for the caller's own, or for all.
        cursor: ``next`` of the page before; empty for the first page.

    Raises:
        ProblemError: 403 for an office that is not the caller's; 400 for an unknown office or a bad cursor.
    """
    offices = _offices(caller, office)
    paging = Paging(services, caller, "GET /staff/approvals", (office,))
    waiting = _Waiting(services, caller, to_milliseconds(services.now()))
    places = places_of(services, [keys.approval_queue(one) for one in offices], place_of(paging.open(cursor)))
    shown = list(islice(waiting.seen(places), PAGE + 1))
    page = shown[:PAGE]
    more = paging.seal(cursor_of(page[-1][0])) if len(shown) > PAGE else None
    return ApprovalPage(items=tuple(waiting.item(case, by) for _place, case, by in page), next=more)


def _offices(caller: Caller, office: str) -> tuple[str, ...]:
    own = caller.office if "supervisor" in caller.roles else None
    return offices_for(office, own, sees_all=is_headquarters(caller) or "sro" in caller.roles)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """The decisions that a caller sees."""

    services: CaseServices
    caller: Caller
    now: datetime

    def seen(self, places: Iterator[DutyPlace]) -> Iterator[tuple[DutyPlace, Case, datetime]]:
        """Yield the cases at places, with the time of each, read consistently in batches as they are needed."""
        while batch := list(islice(places, PAGE)):
            cases = self.services.table.cases([keys.case_id_of(place.key.pk) for place in batch])
            for place in batch:
                case = cases.get(keys.case_id_of(place.key.pk))
                by = approval_due(case) if case else None
                if case and by and self._is_seen(case, by):
                    yield place, case, by

    def _is_seen(self, case: Case, by: datetime) -> bool:
        if case.restricted and not self.caller.restricted:
            return False
        own = "supervisor" in self.caller.roles and case.office == self.caller.office
        return own or is_headquarters(self.caller) or by <= self.now

    def item(self, case: Case, by: datetime) -> AwaitingApproval:
        """Return what is shown of a case."""
        return AwaitingApproval(
            case_id=case.case_id,
            approvals=approvals_read(case),
            author=case.decided_by,
            since=case.status_since,
            due=by,
            overdue=by <= self.now,
            news=self._news(case),
        )

    def _news(self, case: Case) -> tuple[NewWords, ...]:
        """Return the new words; what was stated is read only where the case says that there are some."""
        return tuple(new_words(self.services.table.evidence_of(case))) if has_new_words(case) else ()
