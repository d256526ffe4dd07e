"""A withdrawal ends a request at any time; an officer confirms the end of a case that had several requests."""

from __future__ import annotations

from typing import Any

import pytest

from casereview.schema.office_records import Officer
from casereview.schema.records import Guard
from casereview.store import keys
from tests.support.staff import (
    AT_HOME,
    LAWYER,
    OFFICER,
    OFFICIAL,
    POLICY_A,
    SISTER,
    SUPERVISOR,
    FiledCase,
    ask,
    claimed,
    decide,
    decision,
    file_case,
    item,
    person,
    post,
    read,
    verify,
    worklist,
)
from tests.support.standing import recognized
from tests.support.system import System


def _withdraw(system: System, filed: Any) -> None:  # noqa: ANN401  # a filing
    assert system.on(filed, "POST", "/withdrawal", {}).status == 202
    system.pump()


@pytest.mark.parametrize("when", ["in_line", "in_review", "information_needed", "awaiting_approval"])
def test_withdrawing_the_only_request_ends_the_case_in_every_state(system: System, when: str) -> None:
    system.time = POLICY_A
    held = file_case(system, facts=AT_HOME) if when == "in_line" else claimed(system, facts=AT_HOME)
    if when == "information_needed":
        ask(system, OFFICER, held.case_id)
    if when == "awaiting_approval":
        decide(system, OFFICER, held.case_id, outcome="declined")
    assert system.case_of(held.filed).status == when
    _withdraw(system, held.filed)
    case = system.case_of(held.filed)
    assert (case.status, case.live, case.claimed_by, case.outcome) == ("withdrawn", 0, None, None)
    assert system.look_up(held.filed)["status"] == "withdrawn"
    assert worklist(system)["items"] == []
    assert system.all(Guard, "OPEN") == []
    if when != "in_line":
        assert system.read(Officer, keys.officer(OFFICER.id)).claims == 0
    assert post(system, SUPERVISOR, held.case_id, "approval", {"approve": True, "why": "x"}).status == 409
    assert system.case_of(system.file(person(11))).case_id != held.case_id


def test_withdrawing_the_only_request_ends_an_escalated_case(system: System) -> None:
    held = claimed(system, facts=AT_HOME)
    recognized(system, held.filed)
    decide(system, OFFICER, held.case_id, outcome="declined")
    system.on(held.filed, "POST", "/escalation", {"statement": "x"})
    system.pump()
    newer = file_case(system)
    _withdraw(system, held.filed)
    assert system.case_of(held.filed).status == "withdrawn"
    assert worklist(system, OFFICIAL, "SRO")["items"] == []
    (guard,) = system.all(Guard, "OPEN")
    assert guard.case == newer.case_id
    assert read(system, OFFICER, held.case_id)["status"] == "withdrawn"


def _two(system: System) -> tuple[FiledCase, Any]:
    held = claimed(system)
    sister = system.file(person(11, requester=SISTER))
    system.pump()
    return held, sister


def test_withdrawing_one_of_two_requests_is_not_disclosed_to_the_other(system: System) -> None:
    held, sister = _two(system)
    before = system.look_up(sister)
    _withdraw(system, held.filed)
    assert system.look_up(held.filed)["status"] == "withdrawn"
    assert system.look_up(sister) == before
    assert "withdrawal_to_confirm" not in item(system, held.case_id)["flags"]
    given = decision(system, OFFICER, held.case_id, outcome="withdrawn")
    assert post(system, OFFICER, held.case_id, "decision", given).status == 409


def test_with_several_requests_an_officer_confirms_the_withdrawal(system: System) -> None:
    held, sister = _two(system)
    _withdraw(system, held.filed)
    _withdraw(system, sister)
    found = item(system, held.case_id)
    assert (found["status"], "withdrawal_to_confirm" in found["flags"]) == ("in_review", True)
    sent = len(system.outbox())
    assert decide(system, OFFICER, held.case_id, outcome="withdrawn")["status"] == "withdrawn"
    assert len(system.outbox()) == sent
    assert system.all(Guard, "OPEN") == []


def test_an_official_confirms_the_withdrawal_of_an_escalated_case(system: System) -> None:
    held, sister = _two(system)
    recognized(system, held.filed)
    decide(system, OFFICER, held.case_id, outcome="declined")
    system.on(held.filed, "POST", "/escalation", {"statement": "x"})
    _withdraw(system, held.filed)
    _withdraw(system, sister)
    assert "withdrawal_to_confirm" in item(system, held.case_id, OFFICIAL, "SRO")["flags"]
    system.work(OFFICIAL, held.case_id, "claim")
    assert decide(system, OFFICIAL, held.case_id, outcome="withdrawn")["status"] == "withdrawn"


def test_a_withdrawal_after_a_decision_does_not_change_it(system: System) -> None:
    held = claimed(system)
    decide(system, OFFICER, held.case_id, outcome="granted")
    _withdraw(system, held.filed)
    assert (system.case_of(held.filed).status, system.look_up(held.filed)["status"]) == ("decided", "withdrawn")


def test_a_requester_who_withdrew_gets_no_more_notices(system: System) -> None:
    held = claimed(system)
    lawyer = system.file(person(11, requester=LAWYER))
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    verify(system, OFFICER, held.case_id, receipt=lawyer["receipt"], authority="g28")
    _withdraw(system, held.filed)
    sent = len(system.outbox())
    ask(system, OFFICER, held.case_id)
    assert [mail.to for mail in system.outbox()[sent:]] == ["lee@example.org"]
    assert system.on(held.filed, "POST", "/updates", {"statement": "x"}).status == 409
