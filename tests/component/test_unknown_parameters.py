"""A query parameter that a route does not take is refused by every route: it would have no effect (A23)."""

from __future__ import annotations

from typing import Any

import pytest

from casereview.http.routes import Endpoint
from intake.routes import ROUTES as PUBLIC_ROUTES
from review.call import Route
from review.routes import ROUTES as STAFF_ROUTES
from tests.support.staff import file_case
from tests.support.system import Answer, Staff, System

IDS = {"case_id": "none", "policy_id": "none", "receipt": "R"}


def path_of(route: Endpoint, query: str) -> str:
    path = route.path
    for name, value in IDS.items():
        path = path.replace(f"{{{name}}}", value)
    return f"{path}?{query}"


def is_refused(answer: Answer, pointer: str, code: str) -> bool:
    if answer.status != 400:
        return False
    (error,) = answer.json()["errors"]
    return (error["pointer"], error["code"]) == (pointer, code)


@pytest.mark.parametrize("route", STAFF_ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_staff_route_refuses_an_unknown_parameter(system: System, route: Route[Any, Any]) -> None:
    user = Staff("eve", ",".join(sorted(route.roles)))
    body: object = None if route.method == "GET" else {}
    assert is_refused(system.staff(user, route.method, path_of(route, "lanes=other"), body), "lanes", "unknown_field")
    for name in route.parameters:
        several = "&".join([f"{name}=x"] * (route.parameters[name] + 1))
        assert is_refused(system.staff(user, route.method, path_of(route, several), body), name, "too_many_items")


@pytest.mark.parametrize("route", PUBLIC_ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_public_route_refuses_an_unknown_parameter_whoever_asks(system: System, route: Endpoint) -> None:
    body: object = None if route.method == "GET" else {}
    assert is_refused(system.call(route.method, path_of(route, "colour=red"), body), "colour", "unknown_field")
    if "{receipt}" in route.path:
        held = file_case(system)
        action = route.path.partition("{receipt}")[2]
        refused = system.on(held.filed, route.method, f"{action}?colour=red", body)
        assert is_refused(refused, "colour", "unknown_field")


def test_a_refusal_names_the_parameter_and_not_its_value(system: System) -> None:
    answer = system.call("GET", "/notice?colour=red")
    assert answer.json()["errors"][0]["pointer"] == "colour"
    assert "red" not in answer.body.replace("requi", "")
