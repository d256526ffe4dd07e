"""A session of a caller on a case: reads the case, checks access and applies changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from casereview.cases.lifecycle import LIVE
from casereview.http.problems import ProblemError, no_such_case, not_of_this_case, wrong_state
from casereview.runtime.invocation import concerns
from casereview.schema.base import to_milliseconds
from casereview.schema.evidence import CaseFile
from casereview.schema.identifiers import is_case_id
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.store.folding import file_of
from casereview.store.recheck import require_history, require_whole
from casereview.store.transition import Actor, Transition
from casereview.usecases.sealed_text import Words, seal_words
from casereview.usecases.services import CaseServices
from casereview.usecases.unit_of_work import change
from review.authorization import Access, Caller, Role


@dataclass(frozen=True, slots=True)
class CaseSession:
    """A caller who works on a case, with the roles that the route allows."""

    services: CaseServices
    caller: Caller
    roles: frozenset[Role]
    case_id: str
    at: datetime
    access: Access = "work"
    """The kind of access to the case that the route needs."""

    @property
    def actor(self) -> Actor:
        """Return the caller as the actor of events."""
        return Actor("officer", self.caller.user, self.caller.id)

    def case(self) -> Case:
        """Read the case.

        Raises:
            ProblemError: 404 without access to the case.
        """
        self._note_case()
        return self._required(self.services.table.get(Case, keys.case(self.case_id)))

    def _note_case(self) -> None:
        """Have log entries name the case, unless its id is not one: it is what the caller typed."""
        if is_case_id(self.case_id):
            concerns(case_id=self.case_id)

    def _required(self, case: Case | None) -> Case:
        if case is None or not self.caller.has_access(case, self.roles, self.access, self.at):
            raise no_such_case()
        return case

    def act(self, plan: Callable[[Case], Transition | None]) -> Case:
        """Change the case as a plan says; access is checked again each time the case is read.

        Args:
            plan: Returns the transition of the current case, or None to change nothing.

        Returns:
            The case after the change.

        Raises:
            ProblemError: 404 without access to the case; 409 while a record of it cannot be read; what the plan raises;
                503 if the case changes at each try.
        """

        def admitted(case: Case) -> Transition | None:
            if self._required(case).unreadable:
                raise ProblemError("unreadable")
            return plan(case)

        self._note_case()
        found = change(self.services, self.case_id, self.actor, self.at, admitted)
        if found is None:
            raise no_such_case()
        return found

    def require_whole(self, case: Case) -> None:
        """Read all that the case rests on.

        Raises:
            UnreadableError: Something cannot be read.
        """
        require_whole(self.services.table, case)

    def require_history(self, case: Case) -> None:
        """Read the history and the notices of the case, where ``file`` and ``requests_of`` read the rest of it.

        Raises:
            UnreadableError: Something cannot be read.
        """
        require_history(self.services.table, case)

    def request(self, receipt: str, pointer: str = "/receipt") -> Request:
        """Read a request of this case.

        Args:
            receipt: The receipt.
            pointer: Where the body names it.

        Raises:
            ProblemError: 404 for a receipt that is not of this case.
        """
        found = self.services.table.get(Request, keys.request(receipt))
        if found is None or found.case_id != self.case_id:
            raise not_of_this_case(pointer)
        return found

    def may_open(self, case: Case) -> bool:
        """Return whether the caller may open a case, and thereby know that it exists."""
        return self.caller.has_access(case, self.roles, "verify")

    def may_act_for(self, request: Request, case: Case) -> bool:
        """Return whether the caller acts for a request: the office of the case, or the one that its answer named."""
        return self.caller.has_access(case, self.roles, "requester") or request.office == self.caller.office

    def file(self, case: Case) -> CaseFile:
        """Read the words and findings of a case; a case that is written on condition of its version has no others."""
        policy, _until = self.services.policies.governing(self.at)
        return file_of(self.services.table, case, policy)

    def reason(self, reason: str) -> Words:
        """Seal a reason for an event of the case."""
        return seal_words(self.services.seal, "why", self.case_id, {"why": reason})


def open_session(
    services: CaseServices, caller: Caller, roles: frozenset[Role], case_id: str, access: Access = "work"
) -> CaseSession:
    """Start a session at the current time."""
    return CaseSession(services, caller, roles, case_id, to_milliseconds(services.now()), access)


def holds(case: Case, caller: Caller) -> bool:
    """Return whether the caller has claimed the case."""
    return case.hold is not None and caller.is_user(case.hold.by_id, case.hold.by)


def require_claim(case: Case, caller: Caller) -> None:
    """Raise ProblemError 409 if the caller has not claimed the case, or its status is not one that is worked on."""
    if not holds(case, caller):
        raise ProblemError("claim-required")
    if case.status not in LIVE:  # a status that another release wrote, and this one does not know
        raise wrong_state("status_not_allowed", "The case cannot be worked on in its current state.")
