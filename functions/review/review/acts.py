"""The functions that handle the calls of each route: each takes a call and returns the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from casereview.schema.base import Record
from casereview.schema.holder_commands import Nothing
from casereview.schema.records import Case
from casereview.schema.responses import Filed
from casereview.schema.status_responses import RequestStatus
from casereview.schema.submission import StaffSubmission
from casereview.store.transition import Actor
from casereview.usecases.file_request import file_request
from casereview.usecases.new_request import Sender
from review.approval_queue import page_of_approvals
from review.call import Call
from review.cases.approval import approve
from review.cases.assignment import assign
from review.cases.decision import decide
from review.cases.drafts import save_draft
from review.cases.duties import do_duty
from review.cases.requester_views import read_as_holder, read_request
from review.cases.session import CaseSession
from review.duty_queue import page_of_duties
from review.lookups import look_up
from review.me import account_of
from review.next_case import take_next
from review.policies.listing import list_policies
from review.policies.publication import approve_policy, ask_for_preview, delete_draft, submit_draft
from review.policies.views import read_policy
from review.schema.commands import Assignment, DraftBody, Lookup
from review.schema.decision_commands import Approval, Decision
from review.schema.duties import ApprovalPage, Approved, DutyBody, DutyPage
from review.schema.policies import Document, PolicyApproval, PolicyList, PolicyRead, PreviewAsked
from review.schema.requester_responses import RequestBody
from review.schema.responses import (
    CaseChanged,
    Decided,
    DraftSaved,
    FoundCases,
    Me,
    Summary,
    Worklist,
    WorklistItem,
)
from review.summary import summary
from review.worklist import page
from review.worklist_filters import read_selection

_Body = TypeVar("_Body", bound=Record)
_Answer = TypeVar("_Answer", bound=Record)


def reading(view: Callable[[CaseSession], _Answer]) -> Callable[[Call[Record]], _Answer]:
    """Return the act that reads a case with a view."""
    return lambda call: view(call.session())


def request_of_case(call: Call[Record]) -> RequestBody:
    """Read a request of a case with its body."""
    return read_request(call.session(), call.incoming.path["receipt"])


def view_of_holder(call: Call[Record]) -> RequestStatus:
    """Read what the holder of a request is shown."""
    return read_as_holder(call.session(), call.incoming.path["receipt"])


def own_account(call: Call[Record]) -> Me:
    """Read who the caller is, and how many cases they hold."""
    return account_of(call.services, call.caller)


def changing(act: Callable[[CaseSession, _Body], Case]) -> Callable[[Call[_Body]], CaseChanged]:
    """Return the act that changes a case with a body, which is read only for callers with access to the case."""

    def acted(call: Call[_Body]) -> CaseChanged:
        session = call.session()
        session.case()
        return changed(act(session, call.body()))

    return acted


def changing_without_body(act: Callable[[CaseSession], Case]) -> Callable[[Call[Nothing]], CaseChanged]:
    """Return the act that changes a case; the body must be empty."""

    def acted(call: Call[Nothing]) -> CaseChanged:
        session = call.session()
        call.body()
        return changed(act(session))

    return acted


def changed(case: Case) -> CaseChanged:
    """Return the answer of a route that changes a case."""
    fields = CaseChanged.model_fields.keys() - {"case_version"}
    return CaseChanged(case_version=case.version, **{name: getattr(case, name) for name in fields})


def assign_case(call: Call[Assignment]) -> CaseChanged:
    """Assign a case to a colleague."""
    session = call.session()
    session.case()
    return changed(assign(session, call.services.directory, call.body()))


def put_draft(call: Call[DraftBody]) -> DraftSaved:
    """Save the draft of a decision."""
    session = call.session()
    session.case()
    return save_draft(session, call.body())


def decide_case(call: Call[Decision]) -> Decided:
    """Decide a case."""
    session = call.session()
    session.case()
    found = decide(session, call.body())
    return Decided(
        **dict(changed(found.case)),
        will_learn=found.learners.will,
        will_not_learn=found.learners.will_not,
        used_before=found.used_before,
    )


def answer_decision(call: Call[Approval]) -> Approved:
    """Approve a decision, or return it to its author."""
    session = call.session()
    session.case()
    found = approve(session, call.body())
    return Approved(**dict(changed(found.case)), decided=found.decided, returned=found.returned)


def approvals(call: Call[Record]) -> ApprovalPage:
    """Read a page of the decisions that await approval."""
    return page_of_approvals(call.services, call.caller, call.office(), call.incoming.parameter("cursor"))


def worklist(call: Call[Record]) -> Worklist:
    """Read a page of a worklist."""
    return page(call.services, call.caller, read_selection(call.services, call.caller, call.incoming.parameters()))


def next_case(call: Call[Nothing]) -> WorklistItem | None:
    """Claim the next case."""
    call.body()
    return take_next(call.services, call.caller, call.roles)


def find_cases(call: Call[Lookup]) -> FoundCases:
    """Find cases by a receipt or an A-number."""
    return look_up(call.services, call.caller, call.roles, call.body())


def file_for_requester(call: Call[StaffSubmission]) -> Filed:
    """File a request on behalf of a requester."""
    key = call.incoming.header("Idempotency-Key")
    officer = Actor("officer", call.caller.user, call.caller.id)
    return file_request(call.services, call.incoming.raw(), key, Sender(officer), StaffSubmission)


def duties(call: Call[Record]) -> DutyPage:
    """Read a page of the open duties of an office."""
    parameter = call.incoming.parameter
    return page_of_duties(call.services, call.caller, call.office(), parameter("kind"), parameter("cursor"))


def duty_done(call: Call[DutyBody]) -> CaseChanged:
    """Record what became of a duty."""
    session = call.session()
    session.case()
    return changed(do_duty(session, call.incoming.path["duty"], call.body()))


def office_summary(call: Call[Record]) -> Summary:
    """Read the summary of an office."""
    return summary(call.services, call.caller, call.office())


def policies(call: Call[Record]) -> PolicyList:
    """Read a page of the policies."""
    parameter = call.incoming.parameter
    return list_policies(call.services, call.caller, parameter("limit") or None, parameter("cursor"))


def send_draft(call: Call[Document]) -> PolicyRead:
    """Store a draft."""
    return submit_draft(call.services, call.caller, call.body())


def policy(call: Call[Record]) -> PolicyRead:
    """Read a policy."""
    return read_policy(call.services, call.caller, call.incoming.path["policy_id"])


def remove_draft(call: Call[Record]) -> Nothing | None:
    """Delete the caller's draft."""
    delete_draft(call.services, call.caller, call.incoming.path["policy_id"])
    return None


def preview(call: Call[Nothing]) -> PreviewAsked:
    """Start a preview."""
    call.body()
    return ask_for_preview(call.services, call.incoming.path["policy_id"])


def decide_on_draft(call: Call[PolicyApproval]) -> PolicyRead:
    """Approve or refuse a draft."""
    return approve_policy(call.services, call.caller, call.incoming.path["policy_id"], call.body())
