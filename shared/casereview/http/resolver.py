"""What both APIs have in common: reading a body, answering with a record, and every error as a problem document."""

from __future__ import annotations

import base64
import binascii
from http import HTTPStatus
from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from casereview.http.problems import Fault, ProblemError, malformed
from casereview.runtime.error_logging import describe
from casereview.schema.base import Record
from casereview.schema.responses import ProblemFound

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger, Metrics
    from aws_lambda_powertools.event_handler.exceptions import NotFoundError
    from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_NOWHERE = ProblemError(HTTPStatus.NOT_FOUND, "Nothing is found at this address", Fault("", "there is no such route"))


def answer(status: HTTPStatus, found: Record, content_type: str = "application/json") -> Response[str]:
    """Answer with a record as JSON."""
    return Response(status, content_type, found.model_dump_json(by_alias=True), headers=dict(_HEADERS))


def refusal(problem: ProblemError) -> Response[str]:
    """Answer with a problem document."""
    return answer(problem.status, ProblemFound.model_validate(problem.document()), "application/problem+json")


def body_of(app: APIGatewayRestResolver) -> bytes | str:
    """Return the body of the event. Raises ProblemError 400 for what cannot be decoded."""
    event = app.current_event
    raw = event.body or ""
    if not event.is_base64_encoded:
        return raw
    try:
        return base64.b64decode(raw, validate=True)
    except binascii.Error:
        raise malformed("", "cannot be read") from None


def header(app: APIGatewayRestResolver, name: str) -> str | None:
    """Return a header, whatever its case."""
    found: str | None = app.current_event.headers.get(name)
    return found


def parameter(app: APIGatewayRestResolver, name: str) -> str:
    """Return a query parameter, empty where it is missing."""
    return (app.current_event.query_string_parameters or {}).get(name) or ""


def refuse_with_problems(app: APIGatewayRestResolver, logger: Logger, metrics: Metrics) -> None:
    """Answer every error of a resolver with a problem document."""

    @app.exception_handler(ProblemError)
    def _problem(problem: ProblemError) -> Response[str]:
        metrics.add_metric("Refused", "Count", 1)
        return refusal(problem)

    def _whole(app: APIGatewayRestResolver, route: NextMiddleware) -> Response[str]:
        """Refuse an address that ends in a line feed: the resolver would take it for the one without."""
        return refusal(_NOWHERE) if app.current_event.path.endswith("\n") else route(app)

    app.use([_whole])

    @app.not_found
    def _no_route(_error: NotFoundError) -> Response[str]:
        return refusal(_NOWHERE)

    @app.exception_handler(Exception)
    def _fault(error: Exception) -> Response[str]:
        """Answer without a word of what happened; the log has the error's kind, not its text, which may hold data."""
        logger.error("a request failed", extra=describe(error))
        metrics.add_metric("Faults", "Count", 1)
        return refusal(ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "Please try again"))
