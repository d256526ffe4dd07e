"""The console of the local run, with the application: time, rest, calls, access, users."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import boto3

from tests.support.local.local_system import Answer, Local
from tests.support.local.product_time import lead_of
from tests.support.system import body

DAY = 24 * 3600
SLACK = timedelta(seconds=30)
WORKLIST = "/staff/worklist?limit=1"


def request_of(number: int) -> dict[str, Any]:
    contact = {"email": f"console-{number}@example.org"}
    return {**body(subject={"a_number": f"A000-{number:06d}"}), "requester": {"role": "self", "contact": contact}}


def request_id(answer: Answer) -> str:
    return dict(answer.headers)["x-amzn-RequestId"]


def by_staff(local: Local, token: str, path: str = WORKLIST) -> Answer:
    return local.call("GET", path, headers={"Authorization": f"Bearer {token}"})


def test_requests_are_ranked_and_acknowledged_once_the_run_has_settled(local: Local) -> None:
    filed = [local.file(request_of(number)) for number in range(1, 11)]
    local.settle()
    assert {local.case_of(each).status for each in filed} == {"in_line"}
    assert {message["to"] for message in local.outbox()} >= {f"console-{number}@example.org" for number in range(1, 11)}
    local.settle()
    assert local.at_rest()


def test_the_clock_moves_the_time_of_every_function_and_no_token_runs_out(local: Local) -> None:
    token = local.token("otto", ["officer"], "ATL")
    assert by_staff(local, token).status == 200
    before = lead_of(local.file(request_of(20))["received_at"])
    moved = lead_of(local.advance(10 * DAY))
    assert abs(moved - before - timedelta(days=10)) < SLACK
    filed = local.file(request_of(21))
    assert abs(lead_of(filed["received_at"]) - moved) < SLACK
    local.settle()
    shown = local.on(filed, "GET").json()
    assert abs(lead_of(shown["status_since"]) - moved) < SLACK
    [sent] = local.sent_to("console-21@example.org")
    assert abs(lead_of(sent["sent_at"]) - moved) < SLACK
    assert by_staff(local, token).status == 200


def test_an_item_is_gone_once_its_time_is_over(local: Local) -> None:
    now = int(local.advance(0).timestamp())
    for name, seconds in (("SOON", DAY), ("LATER", 3 * DAY)):
        item: Any = {"pk": {"S": "TEST"}, "sk": {"S": name}, "expires_at": {"N": str(now + seconds)}}
        local.dynamodb.put_item(TableName=local.table, Item=item)
    before = len(local.items())
    local.advance(2 * DAY)
    kept = local.items()
    assert [item["sk"]["S"] for item in kept if item["pk"]["S"] == "TEST"] == ["LATER"]
    assert len(kept) >= before - 1


def test_the_calls_of_an_answer_are_those_with_its_request_id(local: Local) -> None:
    filed = local.file(request_of(40))
    local.settle()
    start = max(call["n"] for call in local.calls())
    shown, notice = local.on(filed, "GET"), local.call("GET", "/notice?language=en")
    calls = local.calls(start)
    mine = [call for call in calls if call["request_id"] == request_id(shown)]
    table = f"table/{local.table}"
    assert {call["function"] for call in mine} == {"IntakeFunction"}
    assert any(call["action"].startswith("dynamodb:") and table in call["resource"] for call in mine)
    assert not [call for call in calls if call["request_id"] == request_id(notice)]
    assert filed["receipt"].replace("-", "") not in str(calls).replace("-", "")


def test_the_table_and_the_queues_can_be_used_from_outside(local: Local) -> None:
    access = local.call("GET", "/_local/aws").json()
    session = boto3.Session(access["access_key"], access["secret_key"], region_name=access["region"])
    dynamodb = session.client("dynamodb", endpoint_url=access["endpoint"])
    assert dynamodb.scan(TableName=access["resources"]["Table"])["Count"] > 0
    sqs = session.client("sqs", endpoint_url=access["endpoint"])
    for name in ("RankQueue", "NoticeQueue"):
        attributes = sqs.get_queue_attributes(QueueUrl=access["resources"][name], AttributeNames=["QueueArn"])
        assert attributes["Attributes"]["QueueArn"].startswith("arn:aws:sqs:")


def test_a_users_groups_change_with_each_token(local: Local) -> None:
    assert by_staff(local, local.token("pia", [])).status == 403
    assert by_staff(local, local.token("pia", ["policy"])).status == 403
    assert by_staff(local, local.token("Pia", ["officer"], "ATL")).status == 200
    assert by_staff(local, local.token("pia", ["supervisor"], "ELP")).status == 200
    assert by_staff(local, local.token("pia", [])).status == 403
