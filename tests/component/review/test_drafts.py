"""The draft of a decision: sealed, only for the officer with the claim, deleted with the decision."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casereview.schema.base import rfc3339
from casereview.schema.draft_records import DecisionDraft
from casereview.schema.event_records import Read
from casereview.store import keys
from casereview.store.caseload import uncount_claim
from casereview.store.table import Table
from casereview.store.transaction import Write, put_over
from tests.support.staff import (
    CLEARED,
    COLLEAGUE,
    ELSEWHERE,
    OFFICER,
    OFFICIAL,
    POLICY_A,
    SUPERVISOR,
    FiledCase,
    claimed,
    decide,
)
from tests.support.standing import recognized
from tests.support.system import Answer, Staff, System

TEXT = "She has lived in Mirabel for 20 years.\n\nWhere?"


def put(system: System, held: FiledCase, text: object = TEXT, user: Staff = OFFICER) -> Answer:
    return system.staff(user, "PUT", f"/staff/cases/{held.case_id}/draft", {"text": text})


def get(system: System, held: FiledCase, user: Staff = OFFICER) -> dict[str, Any]:
    answer = system.staff(user, "GET", f"/staff/cases/{held.case_id}/draft")
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json()
    return found


def drafts(system: System) -> list[DecisionDraft]:
    return system.all(DecisionDraft, "DRAFT")


def test_a_draft_is_saved_sealed_without_an_event_or_a_new_version(system: System) -> None:
    held = claimed(system)
    before = system.case_of(held.filed)
    assert get(system, held) == {"text": None, "saved_at": None}
    answer = put(system, held)
    assert (answer.status, answer.json()) == (200, {"saved_at": rfc3339(system.time)})
    assert get(system, held) == {"text": TEXT, "saved_at": rfc3339(system.time)}
    assert system.case_of(held.filed) == before
    assert "Mirabel" not in str(system.items())
    system.later(minutes=1)
    assert put(system, held, "").status == 200
    assert get(system, held) == {"text": None, "saved_at": rfc3339(system.time)}


@pytest.mark.parametrize("user", [COLLEAGUE, SUPERVISOR])
def test_only_the_officer_with_the_claim_saves_and_reads_it(system: System, user: Staff) -> None:
    held = claimed(system)
    put(system, held)
    path = f"/staff/cases/{held.case_id}/draft"
    for answer in (put(system, held, "x", user), system.staff(user, "GET", path)):
        assert (answer.status, answer.json()["type"]) == (409, "/problems/claim-required")
    assert put(system, held, "x", ELSEWHERE).status == 404
    assert get(system, held)["text"] == TEXT


def test_it_goes_with_the_case_to_the_next_holder(system: System) -> None:
    held = claimed(system)
    put(system, held)
    system.work(OFFICER, held.case_id, "release")
    assert put(system, held, "x").status == 409
    system.work(COLLEAGUE, held.case_id, "claim")
    assert get(system, held, COLLEAGUE)["text"] == TEXT
    assert [(read.user, read.what) for read in system.all(Read, "READ")] == [("olga", "draft")]


def test_the_decision_deletes_it(system: System) -> None:
    held = claimed(system)
    put(system, held)
    decide(system, OFFICER, held.case_id)
    assert drafts(system) == []
    assert put(system, held, "x").status == 409


def test_a_proposed_decision_deletes_it_and_none_is_saved_until_it_returns(system: System) -> None:
    system.time = POLICY_A
    held = claimed(system)
    put(system, held)
    found = decide(system, OFFICER, held.case_id, outcome="declined")
    assert (found["status"], drafts(system)) == ("awaiting_approval", [])
    assert put(system, held, "x").json()["errors"][0]["code"] == "awaiting_approval"
    system.work(SUPERVISOR, held.case_id, "approval", {"approve": False, "why": "Why?"})
    assert put(system, held, "x").status == 200


def test_the_official_has_one_too(system: System) -> None:
    held = claimed(system)
    recognized(system, held.filed)
    decide(system, OFFICER, held.case_id, outcome="declined")
    assert system.on(held.filed, "POST", "/escalation", {"statement": "Again."}).status == 202
    system.pump()
    system.work(OFFICIAL, held.case_id, "claim")
    assert put(system, held, TEXT, OFFICIAL).status == 200
    decide(system, OFFICIAL, held.case_id, outcome="uphold")
    assert drafts(system) == []


@pytest.mark.parametrize(("text", "status"), [("x" * 65_536, 200), ("x" * 65_537, 422), ("é" * 32_769, 422), (1, 422)])
def test_it_has_at_most_64_kilobytes(system: System, text: object, status: int) -> None:
    held = claimed(system)
    assert put(system, held, text).status == status
    assert len(drafts(system)) == int(status == 200)


def test_the_refusal_of_a_long_draft_names_the_limit_in_bytes(system: System) -> None:
    held = claimed(system)
    (error,) = put(system, held, "é" * 32_769).json()["errors"]
    assert (error["pointer"], error["code"], "65536 bytes" in error["message"]) == ("/text", "too_long", True)


def test_of_a_restricted_case_only_those_with_access_have_one(system: System) -> None:
    held = claimed(system, by=CLEARED, facts={"relief_pending": ["vawa"]})
    assert put(system, held, TEXT, CLEARED).status == 200
    assert put(system, held, TEXT, OFFICER).status == 404


def test_a_claim_that_ends_meanwhile_saves_nothing(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """The write has the condition that the same officer still holds the case."""
    held = claimed(system)
    write = Table.write

    def after_a_release(table: Table, *writes: Write) -> None:
        monkeypatch.setattr(Table, "write", write)
        case = system.case_of(held.filed)
        freed = case.evolve(version=case.version + 1, status="in_line", hold=None)
        table.write(put_over(freed, version=case.version), *uncount_claim(case))
        table.write(*writes)

    monkeypatch.setattr(Table, "write", after_a_release)
    assert put(system, held).json()["type"] == "/problems/claim-required"
    assert drafts(system) == []


def test_a_ranking_meanwhile_does_not_refuse_it(system: System) -> None:
    held = claimed(system)
    system.later(minutes=1)
    assert system.on(held.filed, "POST", "/updates", {"statement": "More."}).status == 202
    assert put(system, held).status == 200
    system.time += timedelta(minutes=1)
    system.pump()
    assert put(system, held).status == 200


def test_the_draft_of_another_case_is_not_opened(system: System) -> None:
    """The seal has the case id as its context."""
    held, other = claimed(system, 11), claimed(system, 12)
    put(system, held)
    (draft,) = drafts(system)
    put(system, other)
    system.tamper(keys.decision_draft(other.case_id), sealed=draft.sealed)
    answer = system.staff(OFFICER, "GET", f"/staff/cases/{other.case_id}/draft")
    assert (answer.status, answer.json()["type"]) == (409, "/problems/unreadable")
