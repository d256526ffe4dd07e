"""After the end of a case or a request: nothing is shown that cannot be done any more, and what was told stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from casereview.schema.base import rfc3339
from casereview.schema.request_records import Request
from casereview.store import keys
from tests.support.staff import (
    AT_HOME,
    COLLEAGUE,
    LAWYER,
    OFFICER,
    OFFICIAL,
    SISTER,
    SUPERVISOR,
    FiledCase,
    claimed,
    decide,
    file_case,
    person,
    verify,
)
from tests.support.system import Staff, System

LACKS: dict[str, Any] = {"subject": {"born_on": None}, "outcome_sought": []}
"""What makes a request lack something."""
CLEARED_SUPERVISOR = Staff("sula", "supervisor,restricted")
ACQUAINTED: dict[str, Any] = {**SISTER, "authority": "form_60_001"}


def lacks(system: System, held: FiledCase) -> list[str]:
    return [one["code"] for one in system.look_up(held.filed)["missing"]]


def known(system: System, **changes: Any) -> FiledCase:  # noqa: ANN401  # any field
    """Return a claimed case that lacks something, of a person who is verified."""
    held = claimed(system, **{**LACKS, **changes})
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    return held


def escalate(system: System, filed: Mapping[str, Any]) -> str:
    """Ask for the Senior Reviewing Official; return when."""
    assert system.on(filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
    at = rfc3339(system.time)
    system.pump()
    return at


def official_decides(system: System, held: FiledCase, outcome: str) -> None:
    system.work(OFFICIAL, held.case_id, "claim")
    decide(system, OFFICIAL, held.case_id, outcome=outcome)


def withdraw(system: System, filed: Mapping[str, Any], **body: Any) -> None:  # noqa: ANN401  # any field
    assert system.on(filed, "POST", "/withdrawal", body).status == 202
    system.pump()


# ---- nothing that cannot be done any more


def test_a_decided_case_lacks_nothing_that_can_still_be_added(system: System) -> None:
    held = known(system)
    assert {"born_on_missing", "outcome_missing"} <= set(lacks(system, held))
    assert system.look_up(held.filed)["usual_wait"] is not None
    decide(system, OFFICER, held.case_id, outcome="declined")
    shown = system.look_up(held.filed)
    hints = {name: shown[name] for name in ("missing", "asked_for", "usual_wait", "people_ahead")}
    assert hints == {"missing": [], "asked_for": [], "usual_wait": None, "people_ahead": None}
    assert shown["decision"]["how_to_go_on"]


def test_with_the_official_words_are_heard_again_but_no_wait_is_usual(system: System) -> None:
    held = known(system)
    decide(system, OFFICER, held.case_id, outcome="declined")
    escalate(system, held.filed)
    shown = system.look_up(held.filed)
    assert "born_on_missing" in lacks(system, held)
    assert (shown["usual_wait"], shown["decision"]["how_to_go_on"]) == (None, None)
    assert system.on(held.filed, "POST", "/updates", {"subject": {"born_on": "1980"}}).status == 202
    official_decides(system, held, "uphold")
    shown = system.look_up(held.filed)
    assert (shown["status"], shown["missing"], shown["usual_wait"]) == ("closed", [], None)
    assert shown["decision"]["how_to_go_on"] is None


def test_how_to_be_reached_can_be_said_in_every_state(system: System) -> None:
    held = known(system, requester={"contact": None})
    decide(system, OFFICER, held.case_id, outcome="declined", acknowledged=["nobody_would_learn"])
    assert lacks(system, held) == ["contact_missing"]
    answer = system.on(held.filed, "POST", "/updates", {"contact": {"email": "ana@example.org"}})
    assert (answer.status, answer.json()["missing"]) == (202, [])
    assert lacks(system, held) == []


def test_a_withdrawn_request_lacks_nothing_and_is_asked_nothing(system: System) -> None:
    held = file_case(system, **LACKS)
    verify_question = {"codes": ["prove_identity"], "to": [held.receipt]}
    system.work(OFFICER, held.case_id, "information-requests", verify_question)
    before = system.look_up(held.filed)
    assert before["missing"]
    assert before["asked_for"]
    withdraw(system, held.filed)
    shown = system.look_up(held.filed)
    assert (shown["status"], shown["missing"], shown["asked_for"], shown["usual_wait"]) == ("withdrawn", [], [], None)
    assert shown["withdrawal"]["undo_until"]
    answer = system.on(held.filed, "POST", "/updates", {"contact": {"email": "new@example.org"}})
    assert (answer.status, answer.json()["missing"]) == (202, [])
    withdraw(system, held.filed, undo=True)
    after = system.look_up(held.filed)
    assert (after["missing"], len(after["asked_for"])) == (before["missing"], 1)


def test_an_unverified_holder_sees_the_same_after_the_end_of_the_case(system: System) -> None:
    held = known(system)
    stranger = system.file(person(11, requester=SISTER, **LACKS))
    system.pump()
    before = system.look_up(stranger)
    assert before["missing"]
    decide(system, OFFICER, held.case_id, outcome="declined")
    assert system.look_up(stranger) == before


# ---- one's own escalation


def test_a_third_party_sees_that_their_own_escalation_was_received_and_no_more(system: System) -> None:
    held = claimed(system, requester=ACQUAINTED)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, authority="form_60_001")
    decide(system, OFFICER, held.case_id, outcome="declined")
    before = system.look_up(held.filed)
    assert before["escalation"] is None
    assert before["decision"]["how_to_go_on"]
    system.later(days=1)
    at = escalate(system, held.filed)
    shown = system.look_up(held.filed)
    own = {"escalation": {"received_at": at}, "decision": {**before["decision"], "how_to_go_on": None}}
    assert shown == {**before, **own}
    system.later(days=1)
    official_decides(system, held, "uphold")
    shown = system.look_up(held.filed)
    assert (shown["escalation"], shown["decision"]["by"]) == (None, "senior_official")


def test_a_third_party_is_answered_the_same_whether_or_not_another_one_had_escalated(system: System) -> None:
    held = known(system)
    sister = system.file(person(11, requester=ACQUAINTED))
    system.pump()
    verify(system, OFFICER, held.case_id, receipt=sister["receipt"], authority="form_60_001")
    decide(system, OFFICER, held.case_id, outcome="declined")
    before = system.look_up(sister)
    system.later(days=1)
    escalate(system, held.filed)
    assert system.look_up(sister) == before
    system.later(days=1)
    at = escalate(system, sister)
    shown = system.look_up(sister)
    assert shown["escalation"] == {"received_at": at}
    assert (shown["status"], shown["decision"]["state"]) == ("decided", "stands")


def test_an_escalation_that_had_no_effect_is_not_shown_as_received(system: System) -> None:
    held = claimed(system)
    at = escalate(system, held.filed)
    assert system.look_up(held.filed)["escalation"] == {"received_at": at}
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    assert system.look_up(held.filed)["escalation"] is None


def test_an_escalation_goes_along_to_another_case_only_while_it_is_kept(system: System) -> None:
    held = claimed(system, requester=ACQUAINTED)
    stranger = system.file(person(11))
    system.pump()
    at = escalate(system, stranger)
    system.work(OFFICER, held.case_id, "split", {"receipt": stranger["receipt"], "why": "Another person."})
    assert system.look_up(stranger)["escalation"] == {"received_at": at}


# ---- what was told stays


@pytest.mark.parametrize("role", ["self", "g28", "form_60_001"])
def test_a_decision_stays_visible_to_the_holder_who_withdraws_after_it(system: System, role: str) -> None:
    requester: dict[str, Any] = {"g28": LAWYER, "form_60_001": ACQUAINTED}.get(role, {})
    held = claimed(system, requester=requester)
    kind = {"identity": True} if role == "self" else {"authority": role}
    verify(system, OFFICER, held.case_id, receipt=held.receipt, **kind)
    decide(system, OFFICER, held.case_id)
    granted = system.look_up(held.filed)["decision"]
    withdraw(system, held.filed)
    shown = system.look_up(held.filed)
    assert (shown["status"], shown["disclosure"]) == ("withdrawn", "limited")
    assert shown["decision"] == granted
    (duty,) = system.staff(OFFICER, "GET", "/staff/duties?kind=carry_out").json()["items"]
    done = {"what": "released", "done_at": rfc3339(system.time), "why": "As granted."}
    system.work(COLLEAGUE, held.case_id, f"duties/{duty['duty']}", done)
    assert system.look_up(held.filed)["decision"]["carried_out_at"] == rfc3339(system.time)
    withdraw(system, held.filed, undo=True)
    assert system.look_up(held.filed)["decision"]["outcome"] == "granted"


def test_what_became_of_a_decision_is_shown_after_the_withdrawal_but_no_later_decision(system: System) -> None:
    held = known(system)
    sister = system.file(person(11, requester=ACQUAINTED))
    system.pump()
    verify(system, OFFICER, held.case_id, receipt=sister["receipt"], authority="form_60_001")
    decide(system, OFFICER, held.case_id)
    withdraw(system, sister)
    system.work(SUPERVISOR, held.case_id, "reopening", {"why": "New facts."})
    system.work(COLLEAGUE, held.case_id, "claim")
    decide(system, COLLEAGUE, held.case_id, outcome="declined")
    shown = system.look_up(sister)
    assert (shown["decision"]["outcome"], shown["decision"]["state"]) == ("granted", "reopened")
    assert (shown["earlier_decisions"], shown["decision"]["how_to_go_on"]) == ([], None)


def test_a_decision_that_a_holder_was_not_told_is_not_shown_after_the_withdrawal(system: System) -> None:
    """Neither one before the holder was verified, nor one after the withdrawal, nor to a frozen code."""
    held = known(system)
    sister, lawyer = (system.file(person(11, requester=one)) for one in (ACQUAINTED, LAWYER))
    system.pump()
    verify(system, OFFICER, held.case_id, receipt=lawyer["receipt"], authority="g28")
    withdraw(system, lawyer)
    decide(system, OFFICER, held.case_id)
    withdraw(system, sister)
    verify(system, OFFICER, held.case_id, receipt=sister["receipt"], authority="form_60_001")
    assert system.look_up(lawyer)["decision"] is None
    assert system.look_up(sister)["decision"] is None
    withdraw(system, held.filed)
    system.work(OFFICER, held.case_id, "freeze", {"receipt": held.receipt, "why": "Stolen."})
    assert system.look_up(held.filed)["decision"] is None


def test_who_turns_out_not_to_be_the_holder_is_shown_no_decision_after_the_withdrawal(system: System) -> None:
    held = known(system)
    decide(system, OFFICER, held.case_id)
    withdraw(system, held.filed)
    refuted = {"receipt": held.receipt, "identity": True, "verdict": "refuted", "reason": "not_the_person", "why": "x"}
    for officer in (OFFICER, COLLEAGUE):
        system.work(officer, held.case_id, "verifications", refuted)
    assert system.look_up(held.filed)["decision"] is None


def test_after_a_withdrawal_a_decision_stays_as_it_was_shown_once_the_case_is_restricted(system: System) -> None:
    held = known(system, facts=AT_HOME)
    stranger = system.file(person(11, requester=SISTER))
    system.pump()
    decide(system, OFFICER, held.case_id)
    withdraw(system, held.filed)
    told = system.look_up(held.filed)
    assert system.on(stranger, "POST", "/updates", {"facts": {"relief_pending": ["vawa"]}}).status == 202
    system.pump()
    system.work(CLEARED_SUPERVISOR, held.case_id, "reopening", {"why": "Protected."})
    assert system.look_up(held.filed) == told


def test_a_withdrawal_that_another_release_recorded_shows_what_it_showed(system: System) -> None:
    held = known(system)
    decide(system, OFFICER, held.case_id)
    withdraw(system, held.filed)
    system.tamper(keys.request(held.receipt), told=None)
    assert system.read(Request, keys.request(held.receipt)).told == ()
    assert system.look_up(held.filed)["decision"] is None


# ---- after a link


def reopened(system: System, number: int | None = 11, requester: dict[str, Any] | None = None) -> FiledCase:
    """Return a case that was decided and reopened, whose holder is verified."""
    subject: dict[str, Any] = {"subject": {"a_number": None}} if number is None else {}
    held = claimed(system, number or 11, facts=AT_HOME, requester=requester or {}, **subject)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    decide(system, OFFICER, held.case_id)
    system.work(SUPERVISOR, held.case_id, "reopening", {"why": "New facts."})
    system.pump()
    return held


def outcomes(system: System, held: FiledCase) -> list[tuple[str, str]]:
    shown = system.look_up(held.filed)
    return [(one["outcome"], one["state"]) for one in (shown["decision"], *shown["earlier_decisions"]) if one]


def test_earlier_decisions_go_along_when_a_case_is_linked(system: System) -> None:
    held = reopened(system, None)
    told = system.look_up(held.filed)["decision"]
    assert (told["outcome"], told["state"]) == ("granted", "reopened")
    system.later(days=1)
    other = reopened(system, 12, {"contact": {"email": "two@example.org"}})
    system.work(SUPERVISOR, held.case_id, "link", {"case_id": other.case_id, "why": "One person."})
    system.pump()
    assert outcomes(system, held) == outcomes(system, other) == [("granted", "reopened")] * 2
    assert told in system.look_up(held.filed)["earlier_decisions"]
    of_case = system.staff(OFFICER, "GET", f"/staff/cases/{other.case_id}").json()["decisions"]
    assert [one["case_id"] for one in of_case] == [held.case_id, None]
    linked = [one.version for one in system.history(system.case_of(other.filed)) if one.kind == "linked"][-1]
    system.work(SUPERVISOR, other.case_id, "corrections", {"event": linked, "why": "Two persons."})
    assert outcomes(system, held) == outcomes(system, other) == [("granted", "reopened")]
    assert system.look_up(held.filed)["decision"] == told


def test_what_is_carried_out_after_a_link_is_the_decision_of_the_case_alone(system: System) -> None:
    held = reopened(system, None)
    other = file_case(system, 12, facts=AT_HOME)
    system.work(SUPERVISOR, held.case_id, "link", {"case_id": other.case_id, "why": "One person."})
    system.pump()
    system.work(OFFICER, other.case_id, "claim")
    decide(system, OFFICER, other.case_id)
    (duty,) = system.staff(OFFICER, "GET", "/staff/duties?kind=carry_out").json()["items"]
    done = {"what": "released", "done_at": rfc3339(system.time), "why": "As granted."}
    system.work(COLLEAGUE, other.case_id, f"duties/{duty['duty']}", done)
    shown = system.look_up(held.filed)
    assert shown["decision"]["carried_out_at"] == rfc3339(system.time)
    assert [one["carried_out_at"] for one in shown["earlier_decisions"]] == [None]


def test_who_withdrew_after_a_decision_still_sees_it_when_the_request_moves_with_a_link(system: System) -> None:
    held = reopened(system, None)
    lawyer = system.file(person(12, requester=LAWYER, facts=AT_HOME))
    system.pump()
    withdraw(system, held.filed)
    case = system.case_of(held.filed)
    if case.status == "withdrawn":
        system.work(SUPERVISOR, held.case_id, "reopening", {"why": "Go on."})
    into = system.case_of(lawyer).case_id
    system.work(SUPERVISOR, held.case_id, "link", {"case_id": into, "why": "One person."})
    assert system.case_of(held.filed).case_id == into
    assert outcomes(system, held) == [("granted", "reopened")]
