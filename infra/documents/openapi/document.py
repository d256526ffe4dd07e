"""Builds an OpenAPI 3.1 document of an API from the routes of its resolver and a table of what each may answer."""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from infra.documents.openapi.schemas import PREFIX, Json, schemas
from infra.paths import ROOT

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import ApiGatewayResolver
    from pydantic import BaseModel

Route = tuple[str, str]
"""A method in lower case, and a path as OpenAPI writes it."""


class UndocumentedError(Exception):
    """The routes of the code and those of the table are not the same."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What one route takes and answers. Its summary is the docstring of its function."""

    tag: str
    answers: Mapping[HTTPStatus, type[BaseModel] | None]
    """What each status of success holds; None where it holds nothing."""
    refusals: tuple[HTTPStatus, ...] = ()
    """What the function may answer besides; the gateway's own are added to every route."""
    description: str = ""
    body: type[BaseModel] | None = None
    body_required: bool = True
    examples: Mapping[str, Json] = field(default_factory=dict)
    """Bodies by a sentence that says what each is."""
    parameters: tuple[str, ...] = ()
    """Names in the API's parameters; those in the path included."""
    secured: bool = False


@dataclass(frozen=True, kw_only=True)
class Api:
    """One API and its document."""

    path: str
    """Of the document, from the root of the repository."""
    title: str
    summary: str
    description: str
    servers: tuple[Json, ...]
    tags: Mapping[str, str]
    resolver: ApiGatewayResolver
    operations: Mapping[Route, Operation]
    parameters: Mapping[str, Json]
    security: Mapping[str, Json]
    """The schemes, all of which a secured operation demands."""
    problem: type[BaseModel]
    problems: Mapping[HTTPStatus, str]
    """What each refusal means."""
    gateway: tuple[HTTPStatus, ...]
    """What the gateway may answer by itself on any route."""


def routes(resolver: ApiGatewayResolver) -> dict[Route, tuple[str, str]]:
    """Return name and docstring of the function of every registered route."""
    registered = (*resolver._static_routes, *resolver._dynamic_routes)  # noqa: SLF001  # the only complete list
    return {
        (route.method.lower(), route.openapi_path): (route.func.__name__, inspect.getdoc(route.func) or "")
        for route in registered
    }


def version() -> str:
    """Return the version of the project."""
    found: str = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    return found


def build(api: Api) -> Json:
    """Return the document. Raises UndocumentedError where a route has no entry, or an entry no route."""
    found = routes(api.resolver)
    if wrong := sorted({*found} ^ {*api.operations}):
        raise UndocumentedError("\n".join(_complaint(api, route, routed=route in found) for route in wrong))
    paths: Json = {}
    for method, path in sorted(found, key=lambda route: (route[1], route[0])):
        paths.setdefault(path, {})[method] = _operation(api, api.operations[method, path], *found[method, path])
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
    lacks = "a route without an entry in the table of operations" if routed else "an entry without a route"
    return f"{api.path}: {method.upper()} {path} is {lacks}"


def _operation(api: Api, operation: Operation, name: str, docstring: str) -> Json:
    return dict(_parts(api, operation, name, docstring))


def _parts(api: Api, operation: Operation, name: str, docstring: str) -> Iterator[tuple[str, object]]:
    yield "tags", [operation.tag]
    yield "operationId", name
    yield "summary", docstring.partition("\n")[0].removesuffix(".")
    if operation.description:
        yield "description", operation.description
    if operation.secured:
        yield "security", [{scheme: [] for scheme in api.security}]
    if operation.parameters:
        yield "parameters", [{"$ref": f"#/components/parameters/{each}"} for each in operation.parameters]
    if operation.body:
        yield "requestBody", _body(operation, operation.body)
    yield "responses", _responses(api, operation)


def _body(operation: Operation, body: type[BaseModel]) -> Json:
    content: Json = {"schema": _reference(body)}
    if operation.examples:
        content["examples"] = {
            f"example-{number}": {"summary": summary, "value": value}
            for number, (summary, value) in enumerate(operation.examples.items(), start=1)
        }
    return {"required": operation.body_required, "content": {"application/json": content}}


def _responses(api: Api, operation: Operation) -> Json:
    answers = {status: _answer(model) for status, model in operation.answers.items()}
    refusals = {status: {"$ref": f"#/components/responses/{_name(status)}"} for status in _refusals(api, operation)}
    return {str(int(status)): answer for status, answer in sorted((answers | refusals).items())}


def _refusals(api: Api, operation: Operation) -> set[HTTPStatus]:
    return {*operation.refusals, *api.gateway}


def _answer(model: type[BaseModel] | None) -> Json:
    if model is None:
        return {"description": "Nothing."}
    return {
        "description": (inspect.getdoc(model) or "").replace("\n", " "),
        "content": {"application/json": {"schema": _reference(model)}},
    }


def _reference(model: type[BaseModel]) -> Json:
    return {"$ref": PREFIX + model.__name__}


def _name(status: HTTPStatus) -> str:
    return f"Problem{int(status)}"


def _components(api: Api) -> Json:
    operations = api.operations.values()
    bodies = {operation.body for operation in operations if operation.body}
    answers = {model for operation in operations for model in operation.answers.values() if model}
    used = {status for operation in operations for status in _refusals(api, operation)}
    return {
        "schemas": schemas(_sorted(bodies), _sorted({*answers, api.problem})),
        "responses": {_name(status): _problem(api, status) for status in sorted(used)},
        "parameters": dict(sorted(api.parameters.items())),
        "securitySchemes": dict(sorted(api.security.items())),
    }


def _sorted(models: set[type[BaseModel]]) -> list[type[BaseModel]]:
    return sorted(models, key=lambda model: model.__name__)


def _problem(api: Api, status: HTTPStatus) -> Json:
    return {
        "description": api.problems[status],
        "content": {"application/problem+json": {"schema": _reference(api.problem)}},
    }
