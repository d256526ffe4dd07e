"""A body of another media type than JSON is refused with 415, before anything else, by both APIs."""

from __future__ import annotations

import json

import pytest

from intake.routes import ROUTES as PUBLIC
from review.routes import ROUTES as STAFF
from tests.support.abuse.observations import observe, send_request
from tests.support.problem_types import reason
from tests.support.system import Answer, Staff, System, body

REFUSED = [
    "text/plain",
    "text/plain;charset=UTF-8",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/json",
    "application/jsonp",
    "application/json, text/plain",
    "application/vnd.example+json",
    "json",
    "",
]
TAKEN = ["application/json", "Application/JSON", "application/json; charset=utf-8", " application/json ;a=b"]
CHANGES = [route.path for route in PUBLIC if route.method != "GET"]
STAFF_CHANGES = [(route.method, route.path) for route in STAFF if route.body]


def staff(system: System, method: str, path: str, media_type: str, user: Staff) -> Answer:
    """Send a body of a media type as a member of staff."""
    event = system._event

    def with_media_type(*arguments: object) -> dict[str, object]:
        found = event(*arguments)  # type: ignore[arg-type]  # as the system passes them
        found["headers"] = {"Content-Type": media_type}
        return found

    system._event = with_media_type  # type: ignore[method-assign,assignment]  # for one call
    try:
        return system.staff(user, method, path, {})
    finally:
        system._event = event  # type: ignore[method-assign]


@pytest.mark.parametrize("media_type", REFUSED)
def test_a_filing_of_another_media_type_is_refused_and_nothing_is_stored(system: System, media_type: str) -> None:
    headers = {"Content-Type": media_type, "Origin": "https://elsewhere.example"}
    answer = system.call("POST", "/requests", body(), headers)
    assert (answer.status, reason(answer)) == (415, ("unsupported-media-type", "unsupported_media_type", ""))
    assert answer.content_type == "application/problem+json"
    assert system.items() == []


@pytest.mark.parametrize("media_type", TAKEN)
def test_json_is_taken_with_any_parameters(system: System, media_type: str) -> None:
    assert system.call("POST", "/requests", body(), {"Content-Type": media_type}).status == 201


@pytest.mark.parametrize("name", ["content-type", "CONTENT-TYPE"])
def test_the_header_arrives_in_any_case(system: System, name: str) -> None:
    sent = json.dumps(body())
    event = {**system._event("POST", "/requests", sent, {}), "headers": {name: "application/json"}}
    system._event = lambda *_: event  # type: ignore[method-assign]  # the event as it is
    assert system.call("POST", "/requests").status == 201


def test_a_post_without_a_body_needs_no_media_type_and_has_no_other(system: System) -> None:
    filed = system.file(body())
    assert system.on(filed, "POST", "/withdrawal").status == 202
    path, code = f"/requests/{filed['receipt']}/withdrawal", f"Bearer {filed['access_code']}"
    answer = system.call("POST", path, None, {"Authorization": code, "Content-Type": "text/plain"})
    assert answer.status == 415


@pytest.mark.moto
@pytest.mark.parametrize("path", CHANGES)
def test_the_refusal_is_the_same_with_and_without_an_access_code_and_reads_nothing(system: System, path: str) -> None:
    filed = system.file(body())
    path = path.replace("{receipt}", filed["receipt"])
    codes: tuple[dict[str, str], ...] = (
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Bearer {filed['access_code']}"},
    )
    found = {
        observe(lambda code=code: send_request(system, "POST", path, {}, {"Content-Type": "text/plain", **code}))  # type: ignore[misc]
        for code in codes
    }
    assert len(found) == 1
    (only,) = found
    assert (only.answer[0], only.calls) == (415, ())


@pytest.mark.parametrize(("method", "path"), STAFF_CHANGES)
def test_every_change_of_the_staff_api_is_refused_alike_for_all_roles(system: System, method: str, path: str) -> None:
    for user in (Staff("a"), Staff("b", "policy"), Staff("c", "")):
        answer = staff(system, method, path.replace("{case_id}", "X").replace("{policy_id}", "x"), "text/plain", user)
        assert answer.status == 415
        assert answer.json()["title"] == "The content type is not supported"


def test_a_read_needs_no_media_type(system: System) -> None:
    assert system.call("GET", "/notice", headers={"Content-Type": "text/plain"}).status == 200
