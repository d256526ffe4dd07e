"""The Lambda handler of review: the staff API, whose routes and their roles are the table in ``review.routes``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from casereview.http.resolver import Incoming, refuse_with_problems, serve
from casereview.schema.base import Record
from casereview.usecases.services import CaseServices
from review.authorization import Caller, caller_of, enter
from review.call import Call, Route
from review.routes import ROUTES
from review.services import logger, metrics, services

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

app = APIGatewayRestResolver()
refuse_with_problems(app, logger, metrics)


def _caller(incoming: Incoming) -> Caller:
    context: dict[str, Any] = incoming.event.raw_event["requestContext"]
    return caller_of((context.get("authorizer") or {}).get("claims") or {})


def _act(route: Route[Any, Any], incoming: Incoming) -> Record | None:
    """Carry a route out for a caller who has one of its roles."""
    caller = _caller(incoming)
    roles = enter(caller, route.roles)
    found: Record | None = route.act(Call(app.context["services"], caller, roles, incoming, route.body))
    return found


serve(app, ROUTES, _act)


def respond(use: CaseServices, event: dict[str, object], context: LambdaContext) -> dict[str, object]:
    """Answer one event with the services given."""
    app.append_context(services=use)
    return app.resolve(event, context)


@metrics.log_metrics
def handler(event: dict[str, object], context: LambdaContext) -> dict[str, object]:
    """Answer one event of API Gateway."""
    return respond(services(), event, context)
