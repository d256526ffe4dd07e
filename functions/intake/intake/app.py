"""The Lambda handler of intake: the routes of the public API."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from casereview.http.problems import Fault, unprocessable
from casereview.http.resolver import answer, body_of, header, parameter, refuse_with_problems
from casereview.notices.public_notice import public_notice
from casereview.routing.offices import find_county, find_state, offices, responsible
from casereview.schema.base import EASTERN
from casereview.schema.languages import DEFAULT
from casereview.usecases.file_request import file_request
from casereview.usecases.services import CaseServices
from intake.commands import escalate, update, withdraw
from intake.responses import Accepted, FieldOffice, FieldOffices, NoticeText
from intake.services import logger, metrics, services
from intake.status import look_up

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

app = APIGatewayRestResolver()
refuse_with_problems(app, logger, metrics)


def _services() -> CaseServices:
    found: CaseServices = app.context["services"]
    return found


@app.post("/requests")
def post_request() -> Response[str]:
    """File a request."""
    return answer(HTTPStatus.CREATED, file_request(_services(), body_of(app), header(app, "Idempotency-Key")))


@app.get("/requests/<receipt>")
def get_request(receipt: str) -> Response[str]:
    """Look up where a request stands."""
    return answer(HTTPStatus.OK, look_up(_services(), receipt, header(app, "Authorization")))


_Change = Callable[[CaseServices, str, str | None, bytes | str], Accepted]


def _change(change: _Change, receipt: str) -> Response[str]:
    return answer(HTTPStatus.ACCEPTED, change(_services(), receipt, header(app, "Authorization"), body_of(app)))


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
    state = find_state(parameter(app, "state"))
    if state is None:
        raise unprocessable(Fault("state", "must be the two-letter code of a state, district or territory"))
    today = _services().now().astimezone(EASTERN).date()
    found = responsible(state, find_county(state, parameter(app, "county")), today)
    return answer(
        HTTPStatus.OK, FieldOffices(candidates=tuple(FieldOffice(code=code, name=offices()[code]) for code in found))
    )


@app.get("/notice")
def get_notice() -> Response[str]:
    """Read what everyone should know before filing."""
    notice = public_notice(parameter(app, "language") or DEFAULT)
    return answer(HTTPStatus.OK, NoticeText(language=notice.language, text=notice.text))


def respond(use: CaseServices, event: dict[str, object], context: LambdaContext) -> dict[str, object]:
    """Answer one event with the services given."""
    app.append_context(services=use)
    return app.resolve(event, context)


@metrics.log_metrics
def handler(event: dict[str, object], context: LambdaContext) -> dict[str, object]:
    """Answer one event of API Gateway."""
    return respond(services(), event, context)
