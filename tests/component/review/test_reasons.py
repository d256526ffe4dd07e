"""A reason of invisible characters alone is refused like a missing one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from casereview.http.problems import ProblemError
from casereview.http.validation import parse
from review.routes import ROUTES
from tests.support.bodies import RECEIVED
from tests.support.problem_types import reason
from tests.support.staff import OFFICER, file_case, post
from tests.support.system import System

INVISIBLE = ["\u200b", "\ufeff \u2060", "\u00ad", "\u3164", "\u2800", "\u115f\u1160", "\ufe0f", "\U000e0041", "\u180e"]
REASONS = [
    (route, name)
    for route in ROUTES
    if route.body is not None
    for name, field in route.body.model_fields.items()
    if field.annotation is str and field.is_required() and "32000" in str(field.metadata)
]


def test_the_reasons_of_staff_are_found() -> None:
    assert len([name for _route, name in REASONS if name == "why"]) >= 8


@pytest.mark.parametrize(("route", "name"), REASONS, ids=lambda value: getattr(value, "path", value))
@pytest.mark.parametrize("text", INVISIBLE, ids=ascii)
def test_a_reason_of_invisible_characters_is_refused_in_every_body(route: Any, name: str, text: str) -> None:  # noqa: ANN401  # a route of any types
    with pytest.raises(ProblemError) as found:
        parse(route.body, json.dumps({name: text}), RECEIVED)
    assert (f"/{name}", "required") in {(fault.pointer, fault.code) for fault in found.value.errors}


@pytest.mark.parametrize("text", INVISIBLE, ids=ascii)
def test_contact_data_is_not_opened_for_a_reason_of_invisible_characters(system: System, text: str) -> None:
    held = file_case(system)
    answer = post(system, OFFICER, held.case_id, "contacts", {"why": text})
    assert (answer.status, reason(answer)) == (422, ("invalid", "required", "/why"))


@pytest.mark.parametrize("text", ["\u200bHe called\u200b", "क्\u200dष", "\u0301x", "👩\u200d👧"])
def test_a_reason_with_visible_characters_is_taken(text: str) -> None:
    (route,) = {route.path: route for route, _name in REASONS if route.path.endswith("/removal")}.values()
    body = {"removed_at": "2022-01-01", "why": text}
    assert route.body is not None
    assert parse(route.body, json.dumps(body), RECEIVED).why
