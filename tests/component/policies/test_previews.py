"""A preview ranks every open case once under a draft, in parts, and changes no case."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from casereview.routing.offices import queues
from casereview.schema.messages import PreviewMessage
from casereview.schema.policy_records import Preview
from casereview.store import keys
from casereview.store.table import Table
from prioritize.policy_preview import preview as count_part
from tests.support.policy.drafts import (
    APPROVER,
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

    from casereview.store.transaction import Write

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


def test_of_two_concurrent_computations_of_a_part_one_counts(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        system.file(body(subject={"a_number": f"A0000001{number:02d}"}))
    system.pump()
    send(system, EARLY_A)
    ask(system, "early-a")
    message = PreviewMessage(preview="early-a", office="ATL")
    write, overtaken = Table.write, list[int]()

    def overtaking(table: Table, *writes: Write) -> None:
        if not overtaken:
            overtaken.append(1)
            count_part(system.prioritize, message)
            count_part(system.prioritize, message)
        write(table, *writes)

    monkeypatch.setattr("prioritize.policy_preview.PART", 1)
    monkeypatch.setattr(Table, "write", overtaking)
    count_part(system.prioritize, message)
    report = system.read(Preview, keys.preview("early-a", "ATL"))
    assert (overtaken, report.cases, report.part) == ([1], 2, 2)


def test_restricted_cases_are_in_no_preview(system: System) -> None:
    """B5: a draft with a lane for protected people listed them."""
    lane = (DETAINED, "    when: {all: [{protected: {is: true}}, {serious_illness: {is: true}}]}\n")
    hidden = system.file(body(facts={"relief_pending": ["vawa"], "serious_illness": True}))
    stated_since = system.file(body(subject={"a_number": "A000000012"}))
    system.file(body(subject={"a_number": "A000000013"}))
    system.pump()
    assert system.on(stated_since, "POST", "/updates", {"facts": {"relief_pending": ["u_visa"]}}).status == 202
    system.tamper(keys.case(system.case_of(stated_since).case_id), restricted=False)  # as before it is ranked again
    send(system, draft("protected", lane))
    ask(system, "protected")
    for office in queues():
        count_part(system.prioritize, PreviewMessage(preview="protected", office=office))
    report = stored(system, "protected")
    assert (report.cases, report.without_restricted) == (1, True)
    text = report.model_dump_json(exclude={"cursor"})
    assert not [filed for filed in (hidden, stated_since) if system.case_of(filed).case_id in text]


def test_no_number_is_shown_before_every_office_is_done(system: System) -> None:
    for number in range(30):
        system.file(body(subject={"a_number": f"A0000001{number:02d}"}))
    system.pump()
    send(system, EARLY_A)
    ask(system, "early-a")
    count_part(system.prioritize, PreviewMessage(preview="early-a", office="ATL"))
    assert stored(system, "early-a").cases == 30
    shown = read(system, "early-a")["preview"]
    assert not shown["done"]
    numbers = {"cases": None, "lane_changes": None, "category_changes": None, "approval_changes": None}
    assert shown["totals"] == {**numbers, "factor_changes": None}
    nothing: dict[str, object] = {"lanes": {}, "overdue": {}, "categories": {}, "approvals": {}}
    for report in shown["offices"]:
        assert (report["cases"], report["before"], report["after"], report["flows"]) == (None, nothing, nothing, {})
    system.pump()
    assert read(system, "early-a")["preview"]["totals"]["cases"] == 30


def test_a_preview_of_an_older_release_is_not_shown_and_permits_no_approval(system: System) -> None:
    system.file(body())
    system.pump()
    send(system, EARLY_A)
    preview(system, "early-a")
    system.tamper(keys.preview("early-a", "ATL"), without_restricted=None)
    assert (read(system, "early-a")["preview"], read(system, "early-a")["state"]) == (None, "draft")
    refused = system.staff(APPROVER, "POST", "/staff/policies/early-a/approval", {"approve": True, "why": "Read."})
    assert refused.json()["type"] == "/problems/preview-required"
    preview(system, "early-a")
    assert approve(system, "early-a")["approver"] == "peter"
