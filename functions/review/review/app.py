"""The Lambda handler of review: the routes of the staff API, each admitted by the table of ``authorization``."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from casereview.http.problems import Fault, unprocessable
from casereview.http.resolver import answer, body_of, header, parameter, refuse_with_problems
from casereview.http.validation import parse
from casereview.schema.base import Record
from casereview.schema.records import Case
from casereview.schema.submission import Nothing
from casereview.store.transition import Actor
from casereview.usecases.file_request import file_request
from casereview.usecases.services import CaseServices
from review.authorization import Caller, Role, caller_of, enter
from review.cases.decision import approve, decide
from review.cases.information import ask
from review.cases.lease import claim, release
from review.cases.linking import link, reissue, split
from review.cases.session import CaseSession, open_session
from review.cases.transfer import record_removal, reopen, transfer
from review.cases.verification import record_verification
from review.cases.views import read_case, read_contacts, read_history, read_ranking
from review.policies.publication import approve_policy, ask_for_preview, submit_draft
from review.policies.views import list_policies, read_policy
from review.schema import commands
from review.schema.policies import Document, PolicyApproval
from review.schema.responses import CaseChanged
from review.services import logger, metrics, services
from review.summary import summary
from review.worklist import page, take_next

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

app = APIGatewayRestResolver()
refuse_with_problems(app, logger, metrics)

_Body = TypeVar("_Body", bound=Record)


def _services() -> CaseServices:
    found: CaseServices = app.context["services"]
    return found


def _enter(route: str) -> tuple[Caller, frozenset[Role]]:
    """Admit the caller to a route. Raises ProblemError 401 or 403."""
    context: dict[str, Any] = app.current_event.raw_event["requestContext"]
    caller = caller_of((context.get("authorizer") or {}).get("claims") or {})
    return caller, enter(caller, app.current_event.http_method, route)


def _visit(case_id: str, what: str = "") -> CaseSession:
    caller, roles = _enter(f"/staff/cases/<case_id>{what}")
    return open_session(_services(), caller, roles, case_id)


def _parse(body: type[_Body]) -> _Body:
    return parse(body, body_of(app) or "{}", _services().now())


def _changed(case: Case) -> Response[str]:
    names = CaseChanged.model_fields.keys() - {"case_version"}
    fields = {name: getattr(case, name) for name in names}
    return answer(HTTPStatus.OK, CaseChanged(case_version=case.version, **fields))


@app.get("/staff/worklist")
def get_worklist() -> Response[str]:
    """Read a page of an office's worklist."""
    caller, _roles = _enter("/staff/worklist")
    limit = parameter(app, "limit") or "50"
    if not (limit.isascii() and limit.isdigit()):
        raise unprocessable(Fault("limit", "must be a number from 1 to 100"))
    office = parameter(app, "office") or caller.office or ""
    found = page(_services(), caller, office, int(limit[:9]), parameter(app, "cursor"))
    return answer(HTTPStatus.OK, found)


@app.post("/staff/worklist/next")
def post_next() -> Response[str]:
    """Claim the next case of one's office; 204 where none is left."""
    caller, roles = _enter("/staff/worklist/next")
    _parse(Nothing)
    taken = take_next(_services(), caller, roles)
    return answer(HTTPStatus.OK, taken) if taken else Response(HTTPStatus.NO_CONTENT)


@app.post("/staff/requests")
def post_staff_request() -> Response[str]:
    """File a request on someone's behalf: by telephone, letter or in person."""
    caller, _roles = _enter("/staff/requests")
    actor = Actor("officer", caller.user)
    return answer(HTTPStatus.CREATED, file_request(_services(), body_of(app), header(app, "Idempotency-Key"), actor))


@app.get("/staff/cases/<case_id>")
def get_case(case_id: str) -> Response[str]:
    """Open a case, contact data apart; the read is written down."""
    return answer(HTTPStatus.OK, read_case(_visit(case_id)))


@app.get("/staff/cases/<case_id>/contacts")
def get_contacts(case_id: str) -> Response[str]:
    """Open how the requesters can be reached, for a reason; the read is written down."""
    return answer(HTTPStatus.OK, read_contacts(_visit(case_id, "/contacts"), parameter(app, "why")))


@app.get("/staff/cases/<case_id>/ranking")
def get_ranking(case_id: str) -> Response[str]:
    """Explain a case's place."""
    return answer(HTTPStatus.OK, read_ranking(_visit(case_id, "/ranking")))


@app.get("/staff/cases/<case_id>/history")
def get_history(case_id: str) -> Response[str]:
    """Read everything that happened to a case."""
    return answer(HTTPStatus.OK, read_history(_visit(case_id, "/history")))


@app.post("/staff/cases/<case_id>/claim")
def post_claim(case_id: str) -> Response[str]:
    """Claim a case."""
    at = _visit(case_id, "/claim")
    _parse(Nothing)
    return _changed(claim(at))


@app.post("/staff/cases/<case_id>/release")
def post_release(case_id: str) -> Response[str]:
    """Give a case back to the line."""
    at = _visit(case_id, "/release")
    _parse(Nothing)
    return _changed(release(at))


def _act(case_id: str, what: str, body: type[_Body], act: Callable[[CaseSession, _Body], Case]) -> Response[str]:
    at = _visit(case_id, what)
    at.case()
    return _changed(act(at, _parse(body)))


@app.post("/staff/cases/<case_id>/verifications")
def post_verification(case_id: str) -> Response[str]:
    """Establish or refute facts, an identity or an authority."""
    return _act(case_id, "/verifications", commands.VerificationBody, record_verification)


@app.post("/staff/cases/<case_id>/information-requests")
def post_information_request(case_id: str) -> Response[str]:
    """Ask the requester for information."""
    return _act(case_id, "/information-requests", commands.InformationRequest, ask)


@app.post("/staff/cases/<case_id>/transfer")
def post_transfer(case_id: str) -> Response[str]:
    """Send a case to another office, with the same clock."""
    return _act(case_id, "/transfer", commands.Transfer, transfer)


@app.post("/staff/cases/<case_id>/removal")
def post_removal(case_id: str) -> Response[str]:
    """Record that the person was removed."""
    return _act(case_id, "/removal", commands.Removal, record_removal)


@app.post("/staff/cases/<case_id>/link")
def post_link(case_id: str) -> Response[str]:
    """Join a case without A-number to an open one."""
    return _act(case_id, "/link", commands.Link, link)


@app.post("/staff/cases/<case_id>/split")
def post_split(case_id: str) -> Response[str]:
    """Split a wrongly joined request off; the answer is about its new case."""
    return _act(case_id, "/split", commands.Split, split)


@app.post("/staff/cases/<case_id>/reissue-code")
def post_reissue(case_id: str) -> Response[str]:
    """Make a new access code for a request, shown once."""
    at = _visit(case_id, "/reissue-code")
    at.case()
    return answer(HTTPStatus.OK, reissue(at, _parse(commands.Reissue)))


@app.post("/staff/cases/<case_id>/reopening")
def post_reopening(case_id: str) -> Response[str]:
    """Put an ended case into the line again, on changed circumstances."""
    return _act(case_id, "/reopening", commands.Why, reopen)


@app.post("/staff/cases/<case_id>/decision")
def post_decision(case_id: str) -> Response[str]:
    """Decide a case; where the policy asks for an approval, the decision waits for it."""
    return _act(case_id, "/decision", commands.Decision, decide)


@app.post("/staff/cases/<case_id>/approval")
def post_approval(case_id: str) -> Response[str]:
    """Approve a decision of somebody else, or return it."""
    return _act(case_id, "/approval", commands.Approval, approve)


@app.get("/staff/summary")
def get_summary() -> Response[str]:
    """Read an office in numbers."""
    caller, _roles = _enter("/staff/summary")
    return answer(HTTPStatus.OK, summary(_services(), caller, parameter(app, "office")))


@app.get("/staff/policies")
def get_policies() -> Response[str]:
    """List every policy and draft, and which of them governs."""
    _enter("/staff/policies")
    return answer(HTTPStatus.OK, list_policies(_services()))


@app.post("/staff/policies")
def post_policy() -> Response[str]:
    """Send a draft; somebody else approves it."""
    caller, _roles = _enter("/staff/policies")
    return answer(HTTPStatus.CREATED, submit_draft(_services(), caller, _parse(Document)))


@app.get("/staff/policies/<policy_id>")
def get_policy(policy_id: str) -> Response[str]:
    """Read a policy with its document, approval, preview and switch."""
    _enter("/staff/policies/<policy_id>")
    return answer(HTTPStatus.OK, read_policy(_services(), policy_id))


@app.post("/staff/policies/<policy_id>/preview")
def post_preview(policy_id: str) -> Response[str]:
    """Rank every open case under a draft, without writing to any."""
    _enter("/staff/policies/<policy_id>/preview")
    _parse(Nothing)
    return answer(HTTPStatus.ACCEPTED, ask_for_preview(_services(), policy_id))


@app.post("/staff/policies/<policy_id>/approval")
def post_policy_approval(policy_id: str) -> Response[str]:
    """Approve or refuse somebody else's draft."""
    caller, _roles = _enter("/staff/policies/<policy_id>/approval")
    return answer(HTTPStatus.OK, approve_policy(_services(), caller, policy_id, _parse(PolicyApproval)))


def respond(use: CaseServices, event: dict[str, object], context: LambdaContext) -> dict[str, object]:
    """Answer one event with the services given."""
    app.append_context(services=use)
    return app.resolve(event, context)


@metrics.log_metrics
def handler(event: dict[str, object], context: LambdaContext) -> dict[str, object]:
    """Answer one event of API Gateway."""
    return respond(services(), event, context)
