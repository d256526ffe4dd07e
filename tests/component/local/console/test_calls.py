"""`GET /_local/calls` lists the calls to AWS that functions made, with the invocation that made each."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.local.account import REGION
from tests.support.local.local_run import Answer, LocalRun

ACCOUNT = "123456789012"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/case-review-Table"
WORK = f"arn:aws:sqs:{REGION}:{ACCOUNT}:case-review-work"


def last(run: LocalRun) -> int:
    calls = run.calls()
    return int(calls[-1]["n"]) if calls else 0


def put(run: LocalRun, name: str) -> Answer:
    item = {"TableName": "case-review-Table", "Item": {"pk": {"S": name}}}
    return run.do("call", service="dynamodb", operation="put_item", parameters=item)


def test_a_call_is_listed_with_its_function_invocation_action_and_resource(run: LocalRun) -> None:
    before = last(run)
    answer = put(run, "listed")
    call = {"function": "Echo", "action": "dynamodb:PutItem", "resource": TABLE}
    assert run.calls(before) == [{"n": before + 1, "request_id": answer.headers["x-amzn-RequestId"], **call}]


def test_the_request_id_of_an_answer_is_that_of_the_invocation(run: LocalRun) -> None:
    answer = run.do("id")
    assert answer.json["id"] == answer.headers["x-amzn-RequestId"]


def test_the_calls_of_batches_and_schedules_have_the_ids_of_their_invocations(run: LocalRun) -> None:
    before = last(run)
    run.send("for-the-list")
    run.post("tick", settle=True)
    calls = run.calls(before)
    assert [call["action"] for call in calls] == ["dynamodb:PutItem", "dynamodb:PutItem"]
    assert len({call["request_id"] for call in calls} - {None}) == 2


def test_the_calls_of_concurrent_requests_can_be_distinguished(run: LocalRun) -> None:
    before = last(run)
    with ThreadPoolExecutor(8) as clients:
        answers = list(clients.map(lambda number: put(run, f"concurrent-{number}"), range(40)))
    calls = run.calls(before)
    assert [call["n"] for call in calls] == list(range(before + 1, before + 41))
    assert {call["request_id"] for call in calls} == {answer.headers["x-amzn-RequestId"] for answer in answers}


def test_a_denied_call_is_listed(run: LocalRun) -> None:
    before = last(run)
    key = {"TableName": "case-review-Table", "Key": {"pk": {"S": "x"}}}
    run.do("call", service="dynamodb", operation="get_item", parameters=key)
    assert [call["action"] for call in run.calls(before)] == ["dynamodb:GetItem"]


def test_a_transaction_is_one_call_and_names_no_item(run: LocalRun) -> None:
    before = last(run)
    writes = [{"Delete": {"TableName": "case-review-Table", "Key": {"pk": {"S": name}}}} for name in ("a-1", "a-2")]
    run.do("call", service="dynamodb", operation="transact_write_items", parameters={"TransactItems": writes})
    [call] = run.calls(before)
    assert (call["action"], call["resource"]) == ("dynamodb:TransactWriteItems", TABLE)
    assert "a-1" not in json.dumps(call)


def test_the_path_of_a_call_is_not_listed(run: LocalRun) -> None:
    before = last(run)
    person = {"EmailAddress": "ana@example.net"}
    run.do("call", service="sesv2", operation="get_suppressed_destination", parameters=person)
    [call] = run.calls(before)
    assert (call["action"], call["resource"]) == ("ses:GET", "*")


def test_calls_of_pollers_and_administrators_are_not_listed(run: LocalRun) -> None:
    before = last(run)
    run.notes()
    run.queues()
    assert run.calls(before) == []


@pytest.mark.parametrize("since", ["-1", "x", "1.5", ""])
def test_a_number_that_is_not_valid_is_refused(run: LocalRun, since: str) -> None:
    assert run.ask("GET", f"/_local/calls?since={since}").status == 422
    assert run.ask("GET", "/_local/calls").status == 200
