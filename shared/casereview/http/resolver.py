"""What both APIs have in common: the resolver filled from a table of routes, and every error as a problem document."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeVar

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from casereview.http.problems import Fault, ProblemError, malformed
from casereview.http.routes import Endpoint
from casereview.runtime.error_logging import describe_error
from casereview.schema.base import Record
from casereview.schema.responses import ProblemFound

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger, Metrics
    from aws_lambda_powertools.event_handler.exceptions import NotFoundError
    from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

_Route = TypeVar("_Route", bound=Endpoint)
_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_NO_ROUTE: Final = ProblemError("not-found", Fault("", "no_such_route", "There is no such route."))


@dataclass(frozen=True, slots=True)
class Incoming:
    """An event of API Gateway, as far as a route reads it."""

    event: APIGatewayProxyEvent
    path: Mapping[str, str]
    """The parameters of the path."""

    def raw(self) -> bytes | str:
        """Return the body as it was sent.

        Raises:
            ProblemError: 400 for a body that cannot be decoded.
        """
        raw = self.event.body or ""
        if not self.event.is_base64_encoded:
            return raw
        try:
            return base64.b64decode(raw, validate=True)
        except binascii.Error:
            raise malformed("", "not_base64", "The body cannot be decoded.") from None

    def header(self, name: str) -> str | None:
        """Return a header, whatever its case."""
        found: str | None = self.event.headers.get(name)
        return found

    def parameter(self, name: str) -> str:
        """Return a query parameter, empty where it is missing."""
        return (self.event.query_string_parameters or {}).get(name) or ""


def serve(
    app: APIGatewayRestResolver, routes: Iterable[_Route], act: Callable[[_Route, Incoming], Record | None]
) -> None:
    """Fill a resolver from a table of routes; ``act`` carries one out."""
    for route in routes:
        rule = route.path.replace("{", "<").replace("}", ">")
        app.route(rule, route.method)(_handler(app, route, act))


def _handler(
    app: APIGatewayRestResolver, route: _Route, act: Callable[[_Route, Incoming], Record | None]
) -> Callable[..., Response[str]]:
    def handle(**path: str) -> Response[str]:
        found = act(route, Incoming(app.current_event, path))
        return Response(HTTPStatus.NO_CONTENT) if found is None else _answer(route.status, found)

    return handle


def _answer(status: HTTPStatus, found: Record, content_type: str = "application/json") -> Response[str]:
    return Response(status, content_type, found.model_dump_json(by_alias=True), headers=dict(_HEADERS))


def _refusal(problem: ProblemError) -> Response[str]:
    return _answer(problem.status, ProblemFound.model_validate(problem.document()), "application/problem+json")


def refuse_with_problems(app: APIGatewayRestResolver, logger: Logger, metrics: Metrics) -> None:
    """Answer every error of a resolver with a problem document."""

    @app.exception_handler(ProblemError)
    def _problem(problem: ProblemError) -> Response[str]:
        metrics.add_metric("Refused", "Count", 1)
        return _refusal(problem)

    def _exact(app: APIGatewayRestResolver, route: NextMiddleware) -> Response[str]:
        """Refuse an address that ends in a line feed: the resolver would take it for the one without."""
        return _refusal(_NO_ROUTE) if app.current_event.path.endswith("\n") else route(app)

    app.use([_exact])

    @app.not_found
    def _no_route(_error: NotFoundError) -> Response[str]:
        return _refusal(_NO_ROUTE)

    @app.exception_handler(Exception)
    def _fault(error: Exception) -> Response[str]:
        """Answer without saying what happened; the log has the error's type, not its text, which may hold data."""
        logger.error("a request failed", extra=describe_error(error))
        metrics.add_metric("Faults", "Count", 1)
        return _refusal(ProblemError("busy"))
