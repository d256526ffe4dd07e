"""Link a case without A-number to an open case: what moves, and what counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casereview.schema.evidence import Claims
from casereview.schema.request_records import Request
from casereview.schema.vocabulary import TemplateId
from casereview.store import keys
from casereview.store.transaction import Write, put_new
from tests.support.staff import (
    CLEARED,
    LAWYER,
    OFFICER,
    SISTER,
    SUPERVISOR,
    FiledCase,
    ask_at_version,
    claimed,
    decide,
    file_case,
    person,
    post,
    read,
    verify,
    worklist,
)
from tests.support.system import System

DAY = timedelta(days=1)
_ASKED: TemplateId = "information_asked"
NAMELESS: dict[str, Any] = {"subject": {"a_number": None}}
IMMINENT: dict[str, Any] = {"removal_soon": True}


def test_a_linked_case_moves_its_requests_to_the_target_with_the_earlier_filing_time(system: System) -> None:
    nameless = file_case(system, requester=SISTER, facts=IMMINENT, **NAMELESS)
    filed_at = system.case_of(nameless.filed).filed_at
    system.later(days=2)
    target = file_case(system)
    linked = system.work(OFFICER, nameless.case_id, "link", {"case_id": target.case_id, "why": "The same man."})
    assert linked["status"] == "closed"
    system.pump()
    case = system.case_of(nameless.filed)
    assert (case.case_id, case.requests, case.live, case.filed_at) == (target.case_id, 2, 2, filed_at)
    assert case.lane == "imminent_removal"
    assert [item["case_id"] for item in worklist(system)["items"]] == [target.case_id]
    assert {request["receipt"] for request in read(system, OFFICER, target.case_id)["requests"]} == {
        nameless.receipt,
        target.receipt,
    }
    assert read(system, OFFICER, nameless.case_id)["linked_to"] == target.case_id


def test_verifications_of_a_request_move_with_it(system: System) -> None:
    nameless = claimed(system, requester=LAWYER, **NAMELESS)
    verify(system, OFFICER, nameless.case_id, receipt=nameless.receipt, authority="g28")
    verify(system, OFFICER, nameless.case_id, facts={"pregnant": True})
    target = file_case(system)
    system.work(OFFICER, nameless.case_id, "link", {"case_id": target.case_id, "why": "The same."})
    system.pump()
    case = system.case_of(nameless.filed)
    assert case.facts.pregnant is True
    assert "authority_needed" not in case.flags
    status_read = system.look_up(nameless.filed)
    assert (status_read["disclosure"], status_read["status"]) == ("full", "in_line")
    system.on(nameless.filed, "POST", "/updates", {"facts": {"removal_soon": True}})
    system.pump()
    assert system.case_of(target.filed).lane == "imminent_removal"
    said = system.staff(OFFICER, "GET", f"/staff/cases/{target.case_id}/statements").json()["items"]
    assert [statement["receipt"] for statement in said if statement["kind"] == "updated"] == [nameless.receipt]


def test_a_link_changes_nothing_that_an_unverified_requester_is_shown(system: System) -> None:
    nameless = file_case(system, **NAMELESS)
    target = file_case(system, facts=IMMINENT)
    before = [system.look_up(each.filed) for each in (nameless, target)]
    system.work(OFFICER, nameless.case_id, "link", {"case_id": target.case_id, "why": "The same."})
    system.pump()
    assert [system.look_up(each.filed) for each in (nameless, target)] == before


def test_a_pending_notice_of_a_request_that_moves_is_sent_once(system: System) -> None:
    target = file_case(system)
    filed = system.file(person(12, requester=SISTER, **NAMELESS))
    nameless = system.case_of(filed)
    for name in ("rank", "notice"):
        system.sqs.purge_queue(QueueUrl=system.queues[name])
    system.work(OFFICER, nameless.case_id, "link", {"case_id": target.case_id, "why": "The same."})
    system.settle(5)
    assert [mail.to for mail in system.outbox()].count("eva@example.org") == 1
    assert {notice.case_id for notice in system.notices} == {nameless.case_id, target.case_id}


@pytest.mark.parametrize("newer", ["target", "nameless"])
def test_a_verification_in_a_linked_case_does_not_remove_a_removal_date(system: System, newer: str) -> None:
    nothing_near = {"removal_at": None, "removal_soon": False, "custody": "not_detained"}
    near = {"removal_at": (system.time + 7 * DAY).isoformat(), "custody": "detained"}
    nameless, target = file_case(system, **NAMELESS), file_case(system, 12)
    words = [(nameless, nothing_near), (target, near)]
    for held, facts in words if newer == "target" else reversed(words):
        system.work(OFFICER, held.case_id, "claim")
        verify(system, OFFICER, held.case_id, facts=facts)
        system.work(OFFICER, held.case_id, "release")
        system.later(days=5)
    assert system.case_of(target.filed).facts.custody == "detained"
    system.work(OFFICER, nameless.case_id, "link", {"case_id": target.case_id, "why": "The same."})
    system.pump()
    case = system.case_of(target.filed)
    assert (case.lane, case.facts.custody) == ("imminent_removal", "detained")
    assert ("claim_waiting" in case.flags) == (newer == "nameless")
    system.work(OFFICER, target.case_id, "claim")
    verify(system, OFFICER, target.case_id, facts=nothing_near)
    case = system.case_of(target.filed)
    assert (case.lane, "claim_waiting" in case.flags) == ("other", False)


def test_a_link_does_not_let_an_older_statement_override_a_newer_one(system: System) -> None:
    nameless = claimed(system, requester=LAWYER, facts={"minor_children": 1}, **NAMELESS)
    verify(system, OFFICER, nameless.case_id, receipt=nameless.receipt, authority="g28")
    system.later(days=5)
    target = file_case(system, facts={"minor_children": 2})
    verify(system, OFFICER, target.case_id, receipt=target.receipt, identity=True)
    system.work(OFFICER, nameless.case_id, "link", {"case_id": target.case_id, "why": "The same."})
    system.pump()
    assert system.case_of(target.filed).facts.minor_children == 2


@pytest.mark.parametrize("why", ["numbered", "itself", "decided", "unknown", "elsewhere"])
def test_only_an_open_case_without_a_number_can_be_linked_to_an_open_case(system: System, why: str) -> None:
    nameless, target = file_case(system, **NAMELESS), claimed(system, 12)
    source, expected = nameless.case_id, 409
    aim = target.case_id
    match why:
        case "numbered":
            source = file_case(system, 13).case_id
        case "itself":
            aim = nameless.case_id
        case "decided":
            decide(system, OFFICER, target.case_id)
        case "unknown":
            aim, expected = "nowhere", 404
        case _:
            system.work(SUPERVISOR, target.case_id, "transfer", {"office": "ELP", "why": "Moved."})
            expected = 404
    assert post(system, OFFICER, source, "link", {"case_id": aim, "why": "x"}).status == expected
    assert system.case_of(nameless.filed).case_id == nameless.case_id


def test_after_a_link_a_requester_can_be_asked_at_the_same_version_again(system: System) -> None:
    nameless = claimed(system, requester={**LAWYER, "contact": None}, **NAMELESS)
    verify(system, OFFICER, nameless.case_id, receipt=nameless.receipt, authority="g28")
    system.work(OFFICER, nameless.case_id, "release")
    ask_at_version(system, nameless.case_id, nameless.filed, 24)
    target = file_case(system)
    system.work(OFFICER, nameless.case_id, "link", {"case_id": target.case_id, "why": "The same."})
    system.pump()
    ask_at_version(system, target.case_id, target.filed, 24)
    assert [notice.template for notice in system.notices if notice.receipt == nameless.receipt].count(_ASKED) == 2


def test_a_request_of_another_office_is_still_to_be_verified_after_a_link(system: System) -> None:
    """B4: in a restricted case, one officer's verification is not enough."""
    nameless = file_case(system, requester=SISTER, facts={"facility": "EPC"}, **NAMELESS)
    target = file_case(system, facts={"relief_pending": ["vawa"]})
    assert (nameless.filed["field_office"], target.filed["field_office"]) == ("ELP", "ATL")
    system.tamper(keys.case(nameless.case_id), office="ATL")
    verify(system, OFFICER, nameless.case_id, receipt=nameless.receipt, authority="form_60_001")
    assert system.case_of(nameless.filed).verify_by is None
    system.work(CLEARED, nameless.case_id, "link", {"case_id": target.case_id, "why": "The same."})
    case = system.case_of(target.filed)
    assert case.asking == ("ELP",)
    assert case.verify_by == min(request.verify_by for request in system.requests if request.verify_by)


def test_a_case_that_is_linked_to_a_restricted_one_is_restricted(system: System) -> None:
    nameless = file_case(system, **NAMELESS)
    target = file_case(system, facts={"relief_pending": ["vawa"]})
    system.work(CLEARED, nameless.case_id, "link", {"case_id": target.case_id, "why": "The same."})
    assert system.staff(OFFICER, "GET", f"/staff/cases/{nameless.case_id}").status == 404
    assert read(system, CLEARED, nameless.case_id)["linked_to"] == target.case_id


def test_a_link_moves_no_more_requests_than_one_transaction_holds(system: System) -> None:
    """Those beyond are withdrawn ones, and stay with the closed case."""
    source = file_case(system, **NAMELESS)
    _add_withdrawn(system, source, 34)
    target = file_case(system)
    system.work(OFFICER, source.case_id, "link", {"case_id": target.case_id, "why": "The same."})
    case = system.case_of(target.filed)
    assert (case.requests, case.live) == (1 + 20, 2)
    assert system.case_of(source.filed).case_id == target.case_id
    linked = max(event.version for event in system.history(case) if event.kind == "linked")
    system.work(SUPERVISOR, target.case_id, "corrections", {"event": linked, "why": "Another person."})
    assert system.case_of(source.filed).case_id == source.case_id
    assert system.case_of(target.filed).requests == 1


def _add_withdrawn(system: System, held: FiledCase, number: int) -> None:
    """Add requests to a case that were just withdrawn."""
    request = system.read(Request, keys.request(held.receipt))
    claims = system.read(Claims, keys.claims(held.case_id, held.receipt))
    case = system.case_of(held.filed)
    writes: list[Write] = []
    for index in range(number):
        receipt = f"W{index:02d}"
        writes.append(
            put_new(request.evolve(receipt=receipt, state="withdrawn", state_since=system.time, opened=False))
        )
        writes.append(put_new(claims.evolve(receipt=receipt, live=False)))
    system.intake.table.write(*writes)
    system.tamper(keys.case(held.case_id), requests=case.requests + number)


# ---- cases that both have A-numbers, one of which was mistyped


def test_a_supervisor_links_cases_that_both_have_a_numbers(system: System) -> None:
    mistyped, target = file_case(system, 12), file_case(system)
    person_of_target = system.case_of(target.filed).person
    refused = post(system, OFFICER, mistyped.case_id, "link", {"case_id": target.case_id, "why": "x"})
    assert refused.json()["errors"][0]["code"] == "case_has_a_number"
    system.work(SUPERVISOR, mistyped.case_id, "link", {"case_id": target.case_id, "why": "One digit differs."})
    system.pump()
    case = system.case_of(mistyped.filed)
    assert (case.case_id, case.person, case.live) == (target.case_id, person_of_target, 2)
    assert [guard.case for guard in system.guards] == [target.case_id, target.case_id]
    found = read(system, OFFICER, target.case_id)["earlier_cases"]
    assert [(one["case_id"], one["linked_to"]) for one in found] == [(mistyped.case_id, target.case_id)]
    assert file_case(system, 12, requester=SISTER).case_id == target.case_id


def test_a_target_without_an_a_number_takes_that_of_the_linked_case(system: System) -> None:
    numbered, target = file_case(system), file_case(system, **NAMELESS)
    person_of_source = system.case_of(numbered.filed).person
    system.work(SUPERVISOR, numbered.case_id, "link", {"case_id": target.case_id, "why": "The same."})
    assert system.case_of(target.filed).person == person_of_source
    assert [(guard.person, guard.case) for guard in system.guards] == [(person_of_source, target.case_id)]
    assert file_case(system, requester=SISTER).case_id == target.case_id


def test_the_case_with_the_guard_can_be_linked_to_the_one_beside_it(system: System) -> None:
    holder, beside = file_case(system), file_case(system, 12)
    system.work(OFFICER, beside.case_id, "identity", {"a_number": "A000000011", "why": "By the passport."})
    system.work(SUPERVISOR, holder.case_id, "link", {"case_id": beside.case_id, "why": "The same."})
    case = system.case_of(beside.filed)
    assert ([guard.case for guard in system.guards], case.apart_from) == ([beside.case_id], None)


def test_a_linked_case_beside_another_leaves_its_number_to_a_target_without(system: System) -> None:
    holder, beside, target = file_case(system), file_case(system, 12), file_case(system, **NAMELESS)
    system.work(OFFICER, beside.case_id, "identity", {"a_number": "A000000011", "why": "By the passport."})
    system.work(OFFICER, beside.case_id, "link", {"case_id": target.case_id, "why": "The same."})
    case = system.case_of(target.filed)
    assert (case.person, case.apart_from) == (None, system.case_of(holder.filed).person)
    assert [guard.case for guard in system.guards] == [holder.case_id]
