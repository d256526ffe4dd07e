"""The Lambda handler of the staff API, whose routes and their roles are the table in ``review.routes``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from casereview.http.gateway_event import in_one_form
from casereview.http.resolver import Incoming, refuse_with_problems, serve
from casereview.runtime.invocation import begin_invocation
from casereview.schema.base import Record
from review.authorization import Caller, caller_from_claims, require_role
from review.call import Call, Route
from review.routes import ROUTES
from review.services import ReviewServices, logger, metrics, services
from review.unreadable import acted

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

app = APIGatewayRestResolver()
refuse_with_problems(app, logger, metrics)


def _caller(incoming: Incoming) -> Caller:
    context: dict[str, Any] = incoming.event.raw_event["requestContext"]
    return caller_from_claims((context.get("authorizer") or {}).get("claims") or {})


def _act(route: Route[Any, Any], incoming: Incoming) -> Record | None:
    """Handle a request to a route, if the caller has one of its roles, or needs none."""
    caller = _caller(incoming)
    roles = caller.roles if route.for_everybody else require_role(caller, route.roles_for(caller))
    return acted(route, Call(app.context["services"], caller, roles, incoming, route.body, route.access))


serve(app, ROUTES, _act)


def respond(use: ReviewServices, event: dict[str, object], context: LambdaContext) -> dict[str, object]:
    """Answer one event of API Gateway with the given services."""
    app.append_context(services=use)
    return app.resolve(in_one_form(event), context)


@metrics.log_metrics
def handler(event: dict[str, object], context: LambdaContext) -> dict[str, object]:
    """Answer one event of API Gateway."""
    begin_invocation(event, context)
    return respond(services(), event, context)
