"""Check the problem types of responses against the OpenAPI document and the table of routes."""

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
    """Return the problem types in an OpenAPI document."""
    found = set()
    for response in document["components"]["responses"].values():
        schema = response["content"]["application/problem+json"]["schema"]
        for part in schema["allOf"]:
            found |= set(part.get("properties", {}).get("type", {}).get("enum", ()))
    return found


def route_of(routes: Iterable[Endpoint], method: str, path: str) -> Endpoint | None:
    """Return the route of an address; a fixed segment of a path takes precedence over a parameter."""
    found = [
        route
        for route in routes
        if route.method == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route.path), path.partition("?")[0])
    ]
    return min(found, key=lambda route: route.path.count("{"), default=None)


def check(routes: Iterable[Endpoint], method: str, path: str, answer: Answer) -> None:
    """Fail if a response has a problem type that the row of its route does not list."""
    route = route_of(routes, method, path)
    if route is None or answer.content_type != "application/problem+json":
        return
    type_ = answer.json()["type"].removeprefix(PREFIX)
    assert type_ in route.refusals, f"{method} {route.path} answered {type_}, which its row does not list"


def hold_every_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check every later call of both APIs against the tables of routes."""
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
    """Return the type, the code and the pointer of a problem with one error."""
    problem = answer.json()
    (error,) = problem["errors"]
    return problem["type"].removeprefix(PREFIX), error["code"], error["pointer"]
