"""Build the OpenAPI 3.1 document of an API from its table of routes, and notes with the texts that the table lacks."""

from __future__ import annotations

import inspect
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from casereview.http.problem_types import PREFIX as PROBLEM_PREFIX
from casereview.http.problem_types import PROBLEMS, ProblemType
from casereview.http.routes import Address, Endpoint
from casereview.schema.holder_commands import Nothing, Withdrawal
from infra.documents.openapi.schemas import PREFIX, Json, schemas
from infra.paths import ROOT

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import ApiGatewayResolver
    from pydantic import BaseModel

Route = tuple[str, str]
"""A method in lower case, and a path as OpenAPI writes it."""


_Types = tuple[ProblemType, ...]
_OPTIONAL_BODIES: Final = (Nothing, Withdrawal)
"""Bodies that can be absent, which counts as an empty object."""


class UndocumentedError(Exception):
    """The routes of the resolver, of the table and of the notes differ."""


@dataclass(frozen=True, kw_only=True)
class Notes:
    """The parts of an operation that the table of routes does not have."""

    tag: str
    description: str = ""
    examples: Mapping[str, Json] = field(default_factory=dict)
    """Example bodies, by a description of each."""
    parameters: tuple[str, ...] = ()
    """Names of parameters of the API; those in the path are added."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A route and its notes."""

    endpoint: Endpoint
    notes: Notes
    secured: bool

    @property
    def body(self) -> type[BaseModel] | None:
        """Return the model of the body."""
        return self.endpoint.body


@dataclass(frozen=True, kw_only=True)
class Api:
    """An API and the texts of its document."""

    path: str
    """The path of the document in the repository."""
    title: str
    summary: str
    description: str
    servers: tuple[Json, ...]
    tags: Mapping[str, str]
    resolver: ApiGatewayResolver
    operations: Mapping[Route, Operation]
    parameters: Mapping[str, Json]
    security: Mapping[str, Json]
    """The security schemes; a secured operation requires all of them."""
    problem: type[BaseModel]
    gateway: frozenset[ProblemType]
    """The problem types with which the gateway itself can answer on any route."""


def operations(
    endpoints: Iterable[Endpoint], notes: Mapping[Address, Notes], *, secured: Iterable[Endpoint]
) -> dict[Route, Operation]:
    """Return each route with its notes.

    Args:
        endpoints: The table of routes.
        notes: The notes of each route.
        secured: The routes that require authentication.

    Raises:
        UndocumentedError: A route has no notes, or notes have no route.
    """
    by_address = {endpoint.address: endpoint for endpoint in endpoints}
    if wrong := sorted(by_address.keys() ^ notes.keys()):
        raise UndocumentedError(_unmatched(wrong))
    closed = {endpoint.address for endpoint in secured}
    return {
        (method.lower(), path): Operation(
            endpoint=endpoint, notes=notes[method, path], secured=endpoint.address in closed
        )
        for (method, path), endpoint in by_address.items()
    }


def _unmatched(addresses: Iterable[Address]) -> str:
    return "\n".join(f"{method} {path}: a route without notes, or notes without a route" for method, path in addresses)


def routes(resolver: ApiGatewayResolver) -> set[Route]:
    """Return every route that a resolver serves."""
    registered = (*resolver._static_routes, *resolver._dynamic_routes)  # noqa: SLF001  # the only complete list
    return {(route.method.lower(), route.openapi_path) for route in registered}


def version() -> str:
    """Return the version of the project."""
    found: str = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    return found


def build(api: Api) -> Json:
    """Return the document.

    Raises:
        UndocumentedError: The resolver serves a route that is not documented, or the reverse.
    """
    found = routes(api.resolver)
    if wrong := sorted(found ^ {*api.operations}):
        raise UndocumentedError("\n".join(_complaint(api, route, routed=route in found) for route in wrong))
    paths: Json = {}
    for method, path in sorted(found, key=lambda route: (route[1], route[0])):
        paths.setdefault(path, {})[method] = dict(_parts(api, api.operations[method, path]))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": api.title,
            "version": version(),
            "summary": api.summary,
            "description": api.description,
        },
        "servers": list(api.servers),
        "tags": [{"name": name, "description": text} for name, text in api.tags.items()],
        "paths": paths,
        "components": _components(api),
    }


def _complaint(api: Api, route: Route, *, routed: bool) -> str:
    method, path = route
    lacks = "served and not documented" if routed else "documented and not served"
    return f"{api.path}: {method.upper()} {path} is {lacks}"


def _parts(api: Api, operation: Operation) -> Iterator[tuple[str, object]]:
    endpoint, notes = operation.endpoint, operation.notes
    yield "tags", [notes.tag]
    yield "operationId", _operation_id(endpoint)
    yield "summary", endpoint.summary
    if notes.description:
        yield "description", notes.description
    if operation.secured:
        yield "security", [{scheme: [] for scheme in api.security}]
    if parameters := (*_path_parameters(endpoint.path), *notes.parameters):
        yield "parameters", [{"$ref": f"#/components/parameters/{each}"} for each in parameters]
    if endpoint.body:
        yield "requestBody", _body(notes, endpoint.body)
    yield "responses", _responses(api, endpoint)


def _operation_id(endpoint: Endpoint) -> str:
    """Return the method and the path as one name, such as ``post_requests_receipt_updates``."""
    return "_".join([endpoint.method.lower(), *re.findall(r"\w+", endpoint.path)])


def _path_parameters(path: str) -> Iterator[str]:
    """Yield the names of a path's parameters among the components: ``CaseId`` for ``{case_id}``."""
    for name in re.findall(r"\{(\w+)\}", path):
        yield name.title().replace("_", "")


def _body(notes: Notes, body: type[BaseModel]) -> Json:
    content: Json = {"schema": _reference(body)}
    if notes.examples:
        content["examples"] = {
            f"example-{number}": {"summary": summary, "value": value}
            for number, (summary, value) in enumerate(notes.examples.items(), start=1)
        }
    return {"required": body not in _OPTIONAL_BODIES, "content": {"application/json": content}}


def _responses(api: Api, endpoint: Endpoint) -> Json:
    answers = {endpoint.status: _answer(endpoint.answer)}
    if endpoint.may_be_empty:
        answers[HTTPStatus.NO_CONTENT] = {"description": "There is nothing to return."}
    refusals = {
        status: {"$ref": f"#/components/responses/{_response(types)}"}
        for status, types in _by_status(endpoint.refusals | api.gateway).items()
    }
    return {str(int(status)): answer for status, answer in sorted((answers | refusals).items())}


def _by_status(types: Iterable[ProblemType]) -> dict[HTTPStatus, _Types]:
    found: dict[HTTPStatus, _Types] = {}
    for type_ in sorted(types):
        status = PROBLEMS[type_].status
        found[status] = (*found.get(status, ()), type_)
    return found


def _response(types: _Types) -> str:
    """Return the name of a response, made of its problem types."""
    return ".".join(types)


def _refusal(api: Api, types: _Types) -> Json:
    """Return the response of one status: a problem document of one of these types."""
    said = [f"`{PROBLEM_PREFIX}{type_}`: {PROBLEMS[type_].meaning}" for type_ in types]
    named: Json = {"properties": {"type": {"enum": [PROBLEM_PREFIX + type_ for type_ in types]}}}
    schema: Json = {"allOf": [_reference(api.problem), named]}
    return {"description": "\n\n".join(said), "content": {"application/problem+json": {"schema": schema}}}


def _answer(model: type[BaseModel]) -> Json:
    return {
        "description": (inspect.getdoc(model) or "").replace("\n", " "),
        "content": {"application/json": {"schema": _reference(model)}},
    }


def _reference(model: type[BaseModel]) -> Json:
    return {"$ref": PREFIX + model.__name__}


def _components(api: Api) -> Json:
    endpoints = [operation.endpoint for operation in api.operations.values()]
    bodies: set[type[BaseModel]] = {endpoint.body for endpoint in endpoints if endpoint.body}
    answers: set[type[BaseModel]] = {endpoint.answer for endpoint in endpoints}
    refusals = {types for endpoint in endpoints for types in _by_status(endpoint.refusals | api.gateway).values()}
    return {
        "schemas": schemas(_sorted(bodies), _sorted({*answers, api.problem})),
        "responses": {_response(types): _refusal(api, types) for types in sorted(refusals)},
        "parameters": dict(sorted(api.parameters.items())),
        "securitySchemes": dict(sorted(api.security.items())),
    }


def _sorted(models: set[type[BaseModel]]) -> list[type[BaseModel]]:
    return sorted(models, key=lambda model: model.__name__)
