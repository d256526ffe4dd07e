"""`POST /_local/clock` moves the time of the functions, and nothing else's."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest

from infra.local.lambda_runtime.product_clock import MAX_LEAD
from tests.support.local.local_run import LocalRun
from tests.support.local.product_time import lead_of

HOUR = 3600
SLACK = timedelta(seconds=20)
"""How far apart two readings may be that are made one after the other."""


def time_of_product(run: LocalRun, advance: float = 0) -> datetime:
    """Move the clock, and return the time that the console shows."""
    answer = run.post("clock", advance_seconds=advance)
    assert answer.status == 200, answer.body
    assert set(answer.json) == {"now"}
    return datetime.fromisoformat(answer.json["now"])


def near(lead: timedelta, expected: timedelta) -> bool:
    return abs(lead - expected) < SLACK


def test_the_time_of_functions_moves_in_processes_that_already_run(run: LocalRun) -> None:
    before = lead_of(run.do("time", seconds=0).json["before"])
    moved = lead_of(time_of_product(run, HOUR))
    assert near(moved, before + timedelta(hours=1))
    for _ in range(3):
        assert near(lead_of(run.do("time", seconds=0).json["before"]), moved)


def test_the_time_moves_during_an_invocation_and_in_several_processes_at_once(run: LocalRun) -> None:
    before = lead_of(time_of_product(run))
    with ThreadPoolExecutor(4) as clients:
        list(clients.map(lambda _: run.do("time", seconds=0.3), range(4)))  # starts the processes
        answers = [clients.submit(run.do, "time", seconds=1.5) for _ in range(4)]
        time.sleep(0.7)
        time_of_product(run, HOUR)
        found = [answer.result().json for answer in answers]
    for each in found:
        assert near(lead_of(each["before"]), before)
        assert near(lead_of(each["after"]), before + timedelta(hours=1))


def test_a_new_process_has_the_moved_time(run: LocalRun) -> None:
    moved = lead_of(time_of_product(run, HOUR))
    assert run.post("kill", function="Echo").json["killed"] > 0
    assert near(lead_of(run.do("time", seconds=0).json["before"]), moved)


def test_time_passes_after_a_move(run: LocalRun) -> None:
    first = time_of_product(run, 1)
    time.sleep(0.3)
    assert timedelta(seconds=0.3) <= time_of_product(run) - first < SLACK


@pytest.mark.parametrize("body", [b"", b"{}", b'{"advance_seconds": 0}'])
def test_without_a_number_of_seconds_the_time_is_returned_and_not_moved(run: LocalRun, body: bytes) -> None:
    before = lead_of(time_of_product(run))
    answer = run.ask("POST", "/_local/clock", body)
    assert answer.status == 200
    assert near(lead_of(answer.json["now"]), before)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'{"advance_seconds": -1}', 422),
        (b'{"advance_seconds": -0.001}', 422),
        (b'{"advance_seconds": "60"}', 422),
        (b'{"advance_seconds": true}', 422),
        (b'{"advance_seconds": null}', 422),
        (b'{"advance_seconds": NaN}', 422),
        (b'{"advance_seconds": Infinity}', 422),
        (b'{"advance_seconds": 1e300}', 422),
        (b'{"advance": 60}', 422),
    ],
)
def test_a_move_that_makes_no_sense_is_refused_and_moves_nothing(run: LocalRun, body: bytes, status: int) -> None:
    before = lead_of(time_of_product(run))
    answer = run.ask("POST", "/_local/clock", body)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert near(lead_of(time_of_product(run)), before)


def test_the_clock_is_at_most_ten_years_ahead_in_total(run: LocalRun) -> None:
    time_of_product(run, HOUR)
    answer = run.post("clock", advance_seconds=MAX_LEAD.total_seconds())
    assert (answer.status, "3653 days" in answer.json["title"]) == (422, True)


def test_tokens_keep_real_time(run: LocalRun) -> None:
    token = run.post("token", user="of-the-clock", groups=["officer"]).json["token"]
    time_of_product(run, 30 * 24 * HOUR)
    assert run.ask("GET", "/staff/me", headers={"Authorization": token}).status == 200


def test_mail_is_sent_in_the_time_of_the_product(run: LocalRun) -> None:
    moved = lead_of(time_of_product(run, HOUR))
    message = EmailMessage()
    message["To"], message["Subject"] = "clock@example.net", "s"
    message.set_content("text")
    sent = {
        "FromEmailAddress": "a@example.org",
        "Destination": {"ToAddresses": ["clock@example.net"]},
        "Content": {"Raw": {"Data": message.as_string()}},
    }
    assert run.do("call", service="sesv2", operation="send_email", parameters=sent).json["error"] is None
    [shown] = run.ask("GET", "/_local/outbox?to=clock@example.net").json
    assert near(lead_of(shown["sent_at"]), moved)


def test_items_that_have_expired_in_the_time_of_the_product_are_deleted(run: LocalRun) -> None:
    now = int(time_of_product(run).timestamp())
    client = run.client("dynamodb")
    for name, expires in (("expires-soon", {"N": str(now + HOUR)}), ("expires-later", {"N": str(now + 9 * HOUR)})):
        client.put_item(TableName="case-review-Table", Item={"pk": {"S": name}, "expires_at": expires})
    client.put_item(TableName="case-review-Table", Item={"pk": {"S": "no-number"}, "expires_at": {"S": "1"}})
    client.put_item(TableName="case-review-Table", Item={"pk": {"S": "never-expires"}})
    client.close()
    time_of_product(run)
    assert {"expires-soon", "expires-later", "no-number", "never-expires"} <= run.notes()
    time_of_product(run, 2 * HOUR)
    assert "expires-soon" not in run.notes()
    assert {"expires-later", "no-number", "never-expires"} <= run.notes()
