"""The resolver of both APIs: it serves a table of routes, and answers every error with a problem document."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from casereview.http.gateway_event import MAX_PARAMETER
from casereview.http.json_body import escape
from casereview.http.problems import Fault, ProblemError, malformed
from casereview.http.routes import Endpoint
from casereview.runtime.error_logging import describe_error
from casereview.schema.base import Record
from casereview.schema.identifiers import canonical_case_id, canonical_receipt
from casereview.schema.languages import DEFAULT, Language
from casereview.schema.responses import ProblemFound
from casereview.schema.typed_text import fold
from casereview.texts.catalog import PublicText

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger, Metrics
    from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

_Route = TypeVar("_Route", bound=Endpoint)
_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_NO_ROUTE: Final = ProblemError("not-found", Fault("", "no_such_route", PublicText("no_such_route")))
_WITH_BODY: Final = frozenset({"POST", "PUT"})
_MEDIA_TYPE: Final = "application/json"
_PATH_VALUES: Final[Mapping[str, Callable[[str], str]]] = {
    "receipt": canonical_receipt,
    "case_id": canonical_case_id,
}
"""How the parameters of a path are read; the others are folded."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """The parts of an API Gateway event that routes read."""

    event: APIGatewayProxyEvent
    path: Mapping[str, str]
    """The parameters of the path, decoded."""

    def raw(self) -> bytes | str:
        """Return the body as it was sent; without a content type an empty one is an empty object.

        Raises:
            ProblemError: 400 if the body is not valid base64.
        """
        raw = self.event.body or ""
        if not (raw or self.header("Content-Type")):
            return "{}"
        if not self.event.is_base64_encoded:
            return raw
        try:
            return base64.b64decode(raw, validate=True)
        except ValueError:
            raise malformed("", "not_base64") from None

    def header(self, name: str) -> str | None:
        """Return a header, or None if it is missing; names are not case-sensitive."""
        found: str | None = self.event.headers.get(name)
        return found

    def parameter(self, name: str) -> str:
        """Return a query parameter, or an empty string if it is missing."""
        return fold((self.event.query_string_parameters or {}).get(name) or "")

    def parameters(self) -> Mapping[str, Sequence[str]]:
        """Return all values of each query parameter."""
        one = {name: [value] for name, value in (self.event.query_string_parameters or {}).items()}
        several = {**one, **(self.event.multi_value_query_string_parameters or {})}
        return {name: [fold(value) for value in values] for name, values in several.items()}


LanguageChoice = Callable[[Incoming, ProblemError], Language]
"""Returns the language of the problem document with which a request is refused."""


def serve(
    app: APIGatewayRestResolver, routes: Iterable[_Route], act: Callable[[_Route, Incoming], Record | None]
) -> None:
    """Register a table of routes with a resolver.

    Args:
        app: The resolver.
        routes: The table of routes.
        act: Handles one request to a route; it returns the answer, or None for 204.
    """
    for route in routes:
        rule = route.path.replace("{", "<").replace("}", ">")
        app.route(rule, route.method)(_handler(app, route, act))


def _handler(
    app: APIGatewayRestResolver, route: _Route, act: Callable[[_Route, Incoming], Record | None]
) -> Callable[..., Response[str]]:
    def handle(**path: str) -> Response[str]:
        app.append_context(route=f"{route.method} {route.path}")  # the path of the event can hold a receipt
        incoming = Incoming(app.current_event, {name: _path_value(name, value) for name, value in path.items()})
        _check_parameters(route, incoming)
        found = act(route, incoming)
        return Response(HTTPStatus.NO_CONTENT) if found is None else _success(route, found)

    return handle


def _path_value(name: str, value: str) -> str:
    """Return a parameter of the path, as it is stored: people copy receipts and ids with what stands around them.

    A longer one is cut: still longer than every id, it is answered as any other that is unknown.
    """
    return _PATH_VALUES.get(name, fold)(unquote(value))[:MAX_PARAMETER]


def _check_parameters(route: Endpoint, incoming: Incoming) -> None:
    """Refuse a query parameter that a route does not take, or that is given too often: it would have no effect.

    Raises:
        ProblemError: 400.
    """
    for name, values in incoming.parameters().items():
        most = route.parameters.get(name)
        if most is None:
            raise malformed(escape(name), "unknown_field")
        if len(values) > most:
            raise malformed(name, "too_many_items", max_length=most)


def _success(route: Endpoint, found: Record) -> Response[str]:
    answer = _answer(route.status, found)
    if route.cache_seconds:
        answer.headers["Cache-Control"] = f"public, max-age={route.cache_seconds}"
    return answer


def _answer(status: HTTPStatus, found: Record, content_type: str = "application/json") -> Response[str]:
    return Response(status, content_type, found.model_dump_json(by_alias=True), headers=dict(_HEADERS))


def _has_media_type(event: APIGatewayProxyEvent) -> bool:
    """Return whether the content type is JSON, with any parameters; without a body it may be missing."""
    stated: str | None = event.headers.get("Content-Type")
    if not stated:
        return not event.body
    return stated.partition(";")[0].strip().lower() == _MEDIA_TYPE


def refuse_with_problems(
    app: APIGatewayRestResolver, logger: Logger, metrics: Metrics, choose: LanguageChoice | None = None
) -> None:
    """Register handlers that answer every error of a resolver with a problem document.

    A body of another media type than JSON is refused before anything else, whoever sent it.

    Args:
        app: The resolver.
        logger: Gets the type of an unexpected error.
        metrics: Counts refusals and unexpected errors.
        choose: Chooses the language of a problem; without it, problems are in English.
    """

    def refusal(problem: ProblemError) -> Response[str]:
        language = choose(Incoming(app.current_event, {}), problem) if choose else DEFAULT
        answer = _problem(problem, language)
        if choose:
            answer.headers |= {"Content-Language": language, "Vary": "Accept-Language"}
        return answer

    def refused(problem: ProblemError) -> Response[str]:
        metrics.add_metric("Refused", "Count", 1)
        return refusal(problem)

    def fault(error: Exception) -> Response[str]:
        """Answer 503 without details; the log has the error's codes, not its text, which may contain personal data."""
        logger.error("a request failed", extra={**describe_error(error), "route": app.context.get("route", "")})
        metrics.add_metric("Faults", "Count", 1)
        return refusal(ProblemError("busy"))

    def refuse_line_feed(app: APIGatewayRestResolver, route: NextMiddleware) -> Response[str]:
        """Refuse a path that ends in a line feed, which the resolver would match to the path without it."""
        return refusal(_NO_ROUTE) if app.current_event.path.endswith("\n") else route(app)

    app.use([refuse_line_feed, _refuse_other_media_types])
    app.exception_handler(ProblemError)(refused)
    app.exception_handler(Exception)(fault)
    app.not_found(lambda _error: refusal(_NO_ROUTE))


def _problem(problem: ProblemError, language: Language) -> Response[str]:
    document = ProblemFound.model_validate(problem.document(language))
    answer = _answer(problem.status, document, "application/problem+json")
    if problem.retry_after is not None:
        answer.headers["Retry-After"] = str(problem.retry_after)
    return answer


def _refuse_other_media_types(app: APIGatewayRestResolver, route: NextMiddleware) -> Response[str]:
    event: APIGatewayProxyEvent = app.current_event
    if event.http_method in _WITH_BODY and not _has_media_type(event):
        raise ProblemError("unsupported-media-type")
    return route(app)
