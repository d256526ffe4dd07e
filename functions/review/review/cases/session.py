"""Act on a case: admitted by the table of routes, on the case as it is now, as one event of its history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from casereview.cases.lifecycle import LIVE
from casereview.http.problems import ProblemError, no_such_case, no_such_request, wrong_state
from casereview.schema.base import to_milliseconds
from casereview.schema.records import Case, Request
from casereview.store import keys
from casereview.store.transition import Actor, Transition
from casereview.usecases.sealed_text import seal_text
from casereview.usecases.services import CaseServices
from casereview.usecases.unit_of_work import change
from review.authorization import Caller, Role, open_case


@dataclass(frozen=True, slots=True)
class CaseSession:
    """A caller at a case, by the roles that opened the route."""

    services: CaseServices
    caller: Caller
    roles: frozenset[Role]
    case_id: str
    at: datetime

    @property
    def actor(self) -> Actor:
        """Return the caller as the cause of events."""
        return Actor("officer", self.caller.user)

    def case(self) -> Case:
        """Read the case. Raises ProblemError 404 where it is not the caller's."""
        return open_case(self.caller, self.roles, self.services.table.get(Case, keys.case(self.case_id)))

    def act(self, plan: Callable[[Case], Transition | None]) -> Case:
        """Carry out a plan on the case as it is; access is checked again each time it is read.

        Raises ProblemError 404, what the plan raises, and 503 where the case keeps moving.
        """

        def admitted(case: Case) -> Transition | None:
            return plan(open_case(self.caller, self.roles, case))

        found = change(self.services, self.case_id, self.actor, self.at, admitted)
        if found is None:
            raise no_such_case()
        return found

    def request(self, receipt: str) -> Request:
        """Read a request of this case. Raises ProblemError 404 for any other receipt."""
        found = self.services.table.get(Request, keys.request(receipt))
        if found is None or found.case_id != self.case_id:
            raise no_such_request("/receipt")
        return found

    def why(self, words: str) -> bytes:
        """Seal a reason for the history."""
        return seal_text(self.services.seal, "why", self.case_id, {"why": words})


def open_session(services: CaseServices, caller: Caller, roles: frozenset[Role], case_id: str) -> CaseSession:
    """Begin a session, now."""
    return CaseSession(services, caller, roles, case_id, to_milliseconds(services.now()))


def must_hold(case: Case, caller: Caller) -> None:
    """Refuse who does not hold the case. Raises ProblemError 409."""
    if case.claimed_by != caller.user:
        raise ProblemError("claim-required")
    if case.status not in LIVE:  # one that another release put into a state that this one does not know
        raise wrong_state("status_not_allowed", "The case cannot be worked on in its current state.")
