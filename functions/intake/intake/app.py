"""The Lambda handler of the public API, whose routes are the table in ``intake.routes``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from casereview.http.gateway_event import in_one_form
from casereview.http.negotiation import language_of_problem
from casereview.http.resolver import Incoming, refuse_with_problems, serve
from casereview.runtime.invocation import begin_invocation
from casereview.schema.base import Record, to_milliseconds
from casereview.store.altered import mark_altered
from casereview.usecases.services import CaseServices
from intake.call import Call, Route
from intake.routes import ROUTES
from intake.services import logger, metrics, services

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

app = APIGatewayRestResolver()
refuse_with_problems(app, logger, metrics, language_of_problem)


def _act(route: Route[Any, Any], incoming: Incoming) -> Record:
    use: CaseServices = app.context["services"]
    at = to_milliseconds(use.now())
    try:
        found: Record = route.act(Call(use, incoming, route.body, at))
        return found
    finally:
        mark_altered(use.table, at)


serve(app, ROUTES, _act)


def respond(use: CaseServices, event: dict[str, object], context: LambdaContext) -> dict[str, object]:
    """Answer one event of API Gateway with the given services."""
    app.append_context(services=use)
    return app.resolve(in_one_form(event), context)


@metrics.log_metrics
def handler(event: dict[str, object], context: LambdaContext) -> dict[str, object]:
    """Answer one event of API Gateway."""
    begin_invocation(event, context)
    return respond(services(), event, context)
