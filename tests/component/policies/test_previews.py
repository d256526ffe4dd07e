"""A preview ranks every open case once under a draft, in parts, and changes no case."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from casereview.schema.messages import PreviewMessage
from casereview.schema.policy_records import Preview
from casereview.store import keys
from prioritize.policy_preview import preview as count_part
from tests.support.aws_faults import intercept, once, performs_after
from tests.support.policy.drafts import (
    DETAINED,
    EARLIER,
    ORDER,
    amendment,
    approve,
    ask,
    draft,
    preview,
    publish,
    read,
    send,
)
from tests.support.system import System, body

if TYPE_CHECKING:
    import pytest

EARLY_A = draft("early-a", of="2021-02-18-interim")


def stored(system: System, policy_id: str, office: str = "ATL") -> Preview:
    """Return the stored report of an office, whose numbers are exact."""
    return system.read(Preview, keys.preview(policy_id, office))


def test_a_preview_lists_cases_that_would_miss_their_target(system: System) -> None:
    filed = system.file(body())
    system.pump()
    system.later(days=8)
    send(system, EARLIER.replace("    when: {removal_order: {is: final}}\n", DETAINED))
    preview(system, "earlier")
    atlanta = stored(system, "earlier")
    assert (atlanta.before.overdue, atlanta.after.overdue) == ({}, {"detained": 1})
    assert [late.case_id for late in atlanta.late] == [system.case_of(filed).case_id]


def test_a_part_that_is_requested_twice_is_counted_once(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prioritize.policy_preview.PART", 2)
    for number in range(7):
        system.file(body(subject={"a_number": f"A0000001{number:02d}"}))
    system.pump()
    send(system, EARLY_A)
    ask(system, "early-a")
    message = json.dumps({"schema": 1, "preview": "early-a", "office": "ATL"})
    for _ in range(5):
        system.sqs.send_message(QueueUrl=system.queues["rank"], MessageBody=message)
    system.pump()
    report = system.read(Preview, keys.preview("early-a", "ATL"))
    assert (report.cases, report.part, report.done, report.work_at) == (7, 4, True, None)


def test_the_sweep_requests_a_lost_part_again(system: System) -> None:
    system.file(body())
    system.pump()
    send(system, EARLY_A)
    ask(system, "early-a")
    url = system.queues["rank"]
    while messages := system.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            system.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert (stored(system, "early-a").cases, stored(system, "early-a").done) == (0, False)
    system.settle(3)
    assert read(system, "early-a")["state"] == "previewed"
    assert (stored(system, "early-a").cases, stored(system, "early-a").done) == (1, True)


def test_a_draft_that_was_replaced_makes_its_preview_stale(system: System) -> None:
    system.file(body())
    system.pump()
    send(system, EARLY_A)
    ask(system, "early-a")
    send(system, EARLY_A.replace("cap: 20", "cap: 21"))
    system.pump()
    found = read(system, "early-a")
    assert (found["state"], found["preview"]["stale"], found["preview"]["done"]) == ("draft", True, False)
    assert all(report.work_at is None for report in system.all(Preview, "OFFICE"))


def test_a_new_preview_replaces_the_old(system: System) -> None:
    system.file(body())
    system.pump()
    send(system, EARLY_A)
    first, second = preview(system, "early-a"), preview(system, "early-a")
    assert first["run"] != second["run"]
    assert first["totals"] == second["totals"]


def test_the_preview_of_an_amendment_uses_the_policy_that_would_govern(system: System) -> None:
    system.file(body())
    system.pump()
    send(system, amendment("vacatur", ORDER, "2025-01-20T05:00:00Z/2026-12-01T00:00:00Z"))
    preview(system, "vacatur")
    atlanta = stored(system, "vacatur")
    assert (atlanta.before.categories, atlanta.after.categories) == ({"removable": 1}, {})
    approve(system, "vacatur")
    assert system.cases[0].policy == ORDER


def test_a_packaged_policy_can_be_previewed(system: System) -> None:
    publish(system, EARLIER)
    system.later(seconds=11)
    filed = system.file(body())
    system.pump()
    report = preview(system, ORDER)
    assert (report["against"], stored(system, ORDER).cases) == ("earlier", 1)
    assert system.case_of(filed).policy == "earlier"


def test_of_two_concurrent_computations_of_a_part_one_counts(system: System) -> None:
    system.file(body())
    system.pump()
    send(system, EARLY_A)
    ask(system, "early-a")
    message = PreviewMessage(preview="early-a", office="ATL")
    other = once(lambda: count_part(system.prioritize, message))
    with intercept("dynamodb.TransactWriteItems", performs_after(other)):
        count_part(system.prioritize, message)
    report = system.read(Preview, keys.preview("early-a", "ATL"))
    assert (report.cases, report.part) == (1, 1)
