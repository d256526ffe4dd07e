"""The Lambda handler of intake: routes of the public API, and every error as a problem document."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from casereview.desk import Desk
from casereview.fields import EASTERN
from casereview.filing import file_request
from casereview.languages import DEFAULT
from casereview.model import Record
from casereview.notice_text import public_notice
from casereview.problems import Fault, Problem, malformed, unprocessable
from casereview.routing import find_county, find_state, offices, responsible
from intake.answers import Accepted, FieldOffice, FieldOffices, NoticeText, ProblemFound
from intake.changes import escalate, update, withdraw
from intake.lookup import look_up
from intake.services import logger, metrics, services

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler.exceptions import NotFoundError
    from aws_lambda_powertools.utilities.typing import LambdaContext

app = APIGatewayRestResolver()
_PROBLEM = "application/problem+json"
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def _json(status: HTTPStatus, answer: Record, content_type: str = "application/json") -> Response[str]:
    return Response(status, content_type, answer.model_dump_json(), headers=dict(_HEADERS))


def _body() -> bytes | str:
    event = app.current_event
    raw = event.body or ""
    if not event.is_base64_encoded:
        return raw
    try:
        return base64.b64decode(raw, validate=True)
    except binascii.Error:
        raise malformed("", "cannot be read") from None


def _services() -> Desk:
    found: Desk = app.context["services"]
    return found


def _header(name: str) -> str | None:
    found: str | None = app.current_event.headers.get(name)
    return found


def _parameter(name: str) -> str:
    return (app.current_event.query_string_parameters or {}).get(name) or ""


@app.post("/requests")
def post_request() -> Response[str]:
    """File a request."""
    return _json(HTTPStatus.CREATED, file_request(_services(), _body(), _header("Idempotency-Key")))


@app.get("/requests/<receipt>")
def get_request(receipt: str) -> Response[str]:
    """Look up where a request stands."""
    return _json(HTTPStatus.OK, look_up(_services(), receipt, _header("Authorization")))


_Change = Callable[[Desk, str, str | None, bytes | str], Accepted]


def _change(change: _Change, receipt: str) -> Response[str]:
    return _json(HTTPStatus.ACCEPTED, change(_services(), receipt, _header("Authorization"), _body()))


@app.post("/requests/<receipt>/updates")
def post_update(receipt: str) -> Response[str]:
    """Send new facts, a new contact or a statement."""
    return _change(update, receipt)


@app.post("/requests/<receipt>/withdrawal")
def post_withdrawal(receipt: str) -> Response[str]:
    """Withdraw a request."""
    return _change(withdraw, receipt)


@app.post("/requests/<receipt>/escalation")
def post_escalation(receipt: str) -> Response[str]:
    """Ask for the Senior Reviewing Official."""
    return _change(escalate, receipt)


@app.get("/field-offices")
def get_field_offices() -> Response[str]:
    """Find the field office of a residence, today."""
    state = find_state(_parameter("state"))
    if state is None:
        raise unprocessable(Fault("state", "must be the two-letter code of a state, district or territory"))
    today = _services().now().astimezone(EASTERN).date()
    found = responsible(state, find_county(state, _parameter("county")), today)
    return _json(
        HTTPStatus.OK, FieldOffices(candidates=tuple(FieldOffice(code=code, name=offices()[code]) for code in found))
    )


@app.get("/notice")
def get_notice() -> Response[str]:
    """Read what everyone should know before filing."""
    notice = public_notice(_parameter("language") or DEFAULT)
    return _json(HTTPStatus.OK, NoticeText(language=notice.language, text=notice.text))


@app.exception_handler(Problem)
def _refuse(problem: Problem) -> Response[str]:
    return _problem(problem)


def _problem(problem: Problem) -> Response[str]:
    metrics.add_metric("Refused", "Count", 1)
    return _json(problem.status, ProblemFound.model_validate(problem.document()), _PROBLEM)


@app.not_found
def _no_route(_error: NotFoundError) -> Response[str]:
    return _problem(
        Problem(HTTPStatus.NOT_FOUND, "Nothing is found at this address", Fault("", "there is no such route"))
    )


@app.exception_handler(Exception)
def _fault(error: Exception) -> Response[str]:
    """Answer without a word of what happened; the log has the kind of the error, not its text, which may hold data."""
    logger.error("a request failed", extra={"error": type(error).__name__})
    metrics.add_metric("Faults", "Count", 1)
    return _problem(Problem(HTTPStatus.SERVICE_UNAVAILABLE, "Please try again"))


def respond(use: Desk, event: dict[str, object], context: LambdaContext) -> dict[str, object]:
    """Answer one event with the services given."""
    app.append_context(services=use)
    return app.resolve(event, context)


@metrics.log_metrics
def handler(event: dict[str, object], context: LambdaContext) -> dict[str, object]:
    """Answer one event of API Gateway."""
    return respond(services(), event, context)
