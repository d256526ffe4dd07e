"""The problem types in a document, and those that a route answers with, held to its row in the table of routes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from casereview.http.problem_types import PREFIX
from intake.routes import ROUTES as PUBLIC
from review.routes import ROUTES as STAFF
from tests.support.system import Answer, Staff, System

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from casereview.http.routes import Endpoint


def documented_types(document: dict[str, Any]) -> set[str]:
    """Return every problem type that an OpenAPI document names, as answers name it."""
    found = set()
    for response in document["components"]["responses"].values():
        schema = response["content"]["application/problem+json"]["schema"]
        for part in schema["allOf"]:
            found |= set(part.get("properties", {}).get("type", {}).get("enum", ()))
    return found


def route_of(routes: Iterable[Endpoint], method: str, path: str) -> Endpoint | None:
    """Return the row that an address is of; a fixed part of a path goes before a parameter."""
    found = [
        route
        for route in routes
        if route.method == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route.path), path.partition("?")[0])
    ]
    return min(found, key=lambda route: route.path.count("{"), default=None)


def check(routes: Iterable[Endpoint], method: str, path: str, answer: Answer) -> None:
    """Fail where a route answered with a problem type that its row does not list."""
    route = route_of(routes, method, path)
    if route is None or answer.content_type != "application/problem+json":
        return
    type_ = answer.json()["type"].removeprefix(PREFIX)
    assert type_ in route.refusals, f"{method} {route.path} answered {type_}, which its row does not list"


def hold_every_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold every call of either API to the tables of routes from now on."""
    call, staff = System.call, System.staff

    def held_call(
        system: System, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        answer = call(system, method, path, body, headers)
        check(PUBLIC, method, path, answer)
        return answer

    def held_staff(system: System, user: Staff, method: str, path: str, body: object = None) -> Answer:
        answer = staff(system, user, method, path, body)
        check(STAFF, method, path, answer)
        return answer

    monkeypatch.setattr(System, "call", held_call)
    monkeypatch.setattr(System, "staff", held_staff)


def reason(answer: Answer) -> tuple[str, str, str]:
    """Return type, code and pointer of a refusal for one reason."""
    problem = answer.json()
    (error,) = problem["errors"]
    return problem["type"].removeprefix(PREFIX), error["code"], error["pointer"]
