"""Each handler takes the events of its source as AWS sends them: the files beside this one.

Their form is that of AWS's developer guides, and of recordings of real APIs: a REST API passes ``path`` and
``pathParameters`` percent-encoded, the base path of a custom domain in ``path`` alone, and decoded query parameters.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import pytest
import yaml

import intake.app
import notify.app
import prioritize.app
import review.app
from casereview.http.gateway_event import MAX_PARAMETER
from casereview.schema.notice_records import Notice
from infra.paths import ROOT
from tests.support.staff import file_case
from tests.support.system import Context, System, body

Event = dict[str, Any]


def stored(name: str, **values: str) -> Event:
    """Return a stored event, with values in the place of the words in capitals."""
    text = (Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8")
    for word, value in values.items():
        text = text.replace(word, value)
    found: Event = json.loads(text)
    return found


def asked(system: System, event: Event) -> tuple[int, Any]:
    """Have intake answer an event."""
    answer: Any = intake.app.respond(system.intake, event, cast("Any", Context()))
    return answer["statusCode"], json.loads(answer["body"]) if answer["body"] else None


def asked_by_staff(system: System, event: Event) -> tuple[int, Any]:
    """Have review answer an event."""
    answer: Any = review.app.respond(system.review, event, cast("Any", Context()))
    return answer["statusCode"], json.loads(answer["body"]) if answer["body"] else None


# ---- the public REST API


@pytest.mark.parametrize("name", ["rest_post", "rest_post_base64"])
def test_a_request_is_filed(system: System, name: str) -> None:
    status, filed = asked(system, stored(name))
    assert status == 201, filed
    assert filed["receipt"]


LOOK_UPS = ["rest_get_receipt", "rest_get_receipt_custom_domain"]


def spaced(receipt: str) -> str:
    return f" {receipt.replace('-', ' ')} "


def isolated(receipt: str) -> str:
    return f"\u2066{receipt}\u2069"


@pytest.mark.parametrize("name", LOOK_UPS)
@pytest.mark.parametrize("typed", [str, str.lower, spaced, isolated])
def test_a_receipt_is_found_however_it_is_encoded(system: System, name: str, typed: Callable[[str], str]) -> None:
    filed = system.file(body())
    receipt = quote(typed(filed["receipt"]), safe="")
    status, found = asked(system, stored(name, RECEIPT=receipt, CODE=filed["access_code"]))
    assert status == 200, found
    assert found["receipt"] == filed["receipt"]


def test_every_character_of_a_receipt_may_be_encoded(system: System) -> None:
    filed = system.file(body())
    receipt = "".join(f"%{ord(character):02X}" for character in filed["receipt"])
    assert asked(system, stored("rest_get_receipt", RECEIPT=receipt, CODE=filed["access_code"]))[0] == 200


@pytest.mark.parametrize("name", LOOK_UPS)
def test_a_decoded_receipt_is_taken_too(system: System, name: str) -> None:
    filed = system.file(body())
    event = stored(name, RECEIPT=isolated(filed["receipt"]), CODE=filed["access_code"])
    assert asked(system, event)[0] == 200


NO_RECEIPTS = ["A%2FB", "%2F", "%", "%zz", "%FF%FE", "%00", "%0A", "a%252Fb", "..", "%2E%2E", "\ud800", "x" * 3000]


@pytest.mark.parametrize("receipt", NO_RECEIPTS)
def test_what_is_no_receipt_is_not_found(system: System, receipt: str) -> None:
    event = stored("rest_get_receipt_custom_domain", CODE="x")
    event["pathParameters"]["receipt"] = receipt
    status, problem = asked(system, event)
    assert (status, problem["type"]) == (404, "/problems/not-found")
    assert problem["errors"][0]["code"] == "no_such_request"


@pytest.mark.parametrize("resource", ["/staff/cases/{case_id}", "/staff/policies/{policy_id}"])
@pytest.mark.parametrize("value", [*NO_RECEIPTS, "y" * (MAX_PARAMETER + 1)])
def test_what_is_no_id_is_not_found_by_staff(system: System, resource: str, value: str) -> None:
    event = stored("rest_staff")
    event["requestContext"]["authorizer"]["claims"]["cognito:groups"] = "officer,policy"
    name = resource.partition("{")[2].rstrip("}")
    event |= {"resource": resource, "path": "/x", "pathParameters": {name: value}}
    event |= {"queryStringParameters": None, "multiValueQueryStringParameters": None}
    status, problem = asked_by_staff(system, event)
    assert status == 404
    assert problem["errors"][0]["code"] != "no_such_route"


def test_a_path_parameter_is_decoded_once(system: System) -> None:
    filed = system.file(body())
    receipt = quote(quote(isolated(filed["receipt"])), safe="")
    assert "%25" in receipt
    assert asked(system, stored("rest_get_receipt", RECEIPT=receipt, CODE=filed["access_code"]))[0] == 404


def test_query_parameters_are_read(system: System) -> None:
    status, found = asked(system, stored("rest_get_parameters"))
    assert status == 200, found
    assert found["candidates"]


MISSING: list[tuple[str, ...]] = [
    ("headers",),
    ("multiValueHeaders",),
    ("queryStringParameters",),
    ("multiValueQueryStringParameters",),
    ("stageVariables", "pathParameters"),
    ("requestContext",),
    ("isBase64Encoded",),
]


@pytest.mark.parametrize("names", MISSING)
@pytest.mark.parametrize("absent", [True, False])
def test_what_is_null_or_missing_is_not_needed(system: System, names: tuple[str, ...], absent: bool) -> None:  # noqa: FBT001
    for name in ("rest_get_parameters", "rest_post"):
        event = stored(name)
        for each in names:
            event.pop(each)
            event |= {} if absent else {each: None}
        assert asked(system, event)[0] in {200, 201}


def test_without_any_header_or_body_a_request_is_an_empty_object(system: System) -> None:
    event = stored("rest_post") | {"headers": None, "multiValueHeaders": None, "body": None}
    assert asked(system, event)[0] == 422


@pytest.mark.parametrize("name", ["CONTENT-TYPE", "content-type", "Content-type"])
def test_the_names_of_headers_are_in_any_case(system: System, name: str) -> None:
    event = stored("rest_post") | {"multiValueHeaders": {name: ["application/json"]}, "headers": None}
    assert asked(system, event)[0] == 201


@pytest.mark.parametrize("sent", ["no base64!", "é", "YQ=", "YQ"])
def test_a_body_that_is_not_base64_is_refused(system: System, sent: str) -> None:
    status, problem = asked(system, stored("rest_post_base64") | {"body": sent})
    assert (status, problem["errors"][0]["code"]) == (400, "not_base64")


def test_a_body_in_base64_that_is_not_text_is_refused(system: System) -> None:
    event = stored("rest_post_base64") | {"body": base64.b64encode(b"\xff\xfe").decode()}
    assert asked(system, event)[0] == 400


# ---- the staff API


@pytest.mark.parametrize("base", ["", "/case-review", "/a/b"])
def test_staff_are_answered_by_their_claims_and_repeated_parameters(system: System, base: str) -> None:
    file_case(system)
    event = stored("rest_staff")
    event["path"] = event["requestContext"]["path"] = f"{base}/staff/worklist"
    status, found = asked_by_staff(system, event)
    assert (status, len(found["items"])) == (200, 1)
    event["multiValueQueryStringParameters"]["limit"] = ["10", "20"]
    assert asked_by_staff(system, event)[0] == 400


def test_an_event_without_an_authorizer_is_refused(system: System) -> None:
    event = stored("rest_staff")
    del event["requestContext"]["authorizer"]
    assert asked_by_staff(system, event)[0] in {401, 403}


# ---- queues and schedules


def test_a_message_of_the_rank_queue_ranks_its_case(system: System) -> None:
    case = system.case_of(system.file(body()))
    answer = prioritize.app.respond(system.prioritize, stored("sqs_rank", CASE=case.case_id))
    assert answer == {"batchItemFailures": []}
    assert next(one for one in system.cases if one.case_id == case.case_id).rank


def test_a_message_of_the_notice_queue_sends_its_notice(system: System) -> None:
    system.file(body())
    (notice,) = system.all(Notice, "NOTICE")
    event = stored("sqs_notice", CASE=notice.case_id, NOTICE=notice.notice_id)
    assert notify.app.respond(system.notify, event) == {"batchItemFailures": []}
    assert system.all(Notice, "NOTICE")[0].state == "sent"


def test_an_event_of_ses_by_way_of_sns_is_taken(system: System) -> None:
    system.file(body())
    system.pump()
    (notice,) = system.all(Notice, "NOTICE")
    event = stored("sqs_delivery_bounce", ADDRESS="a@example.org", CASE=notice.case_id, NOTICE=notice.notice_id)
    event["Records"][0]["eventSourceARN"] = system.notify.delivery_queue_arn
    assert notify.app.respond(system.notify, event) == {"batchItemFailures": []}


def schedules() -> list[Event]:
    """Return the input of each schedule, which EventBridge Scheduler passes as it is."""
    loader = type("_Loader", (yaml.SafeLoader,), {})
    loader.add_multi_constructor("!", lambda *_given: None)  # type: ignore[attr-defined]
    template = yaml.load((ROOT / "template.yaml").read_text(encoding="utf-8"), loader)  # noqa: S506  # a safe loader
    resources = template["Resources"].values()
    events = [event for one in resources for event in (one.get("Properties", {}).get("Events") or {}).values()]
    return [json.loads(event["Properties"]["Input"]) for event in events if event["Type"] == "ScheduleV2"]


@pytest.mark.parametrize("event", schedules(), ids=lambda event: event["duty"])
def test_the_input_of_each_schedule_is_taken(system: System, event: Event) -> None:
    assert prioritize.app.respond(system.prioritize, event)
