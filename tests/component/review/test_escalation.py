"""Escalation: requested by the requester, decided by an official who did not review the case before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from casereview.schema.base import rfc3339
from casereview.schema.records import Guard
from tests.support.staff import (
    COLLEAGUE,
    LAWYER,
    OFFICER,
    OFFICIAL,
    POLICY_A,
    SISTER,
    SUPERVISOR,
    FiledCase,
    claimed,
    decide,
    decision,
    file_case,
    item,
    person,
    post,
    read,
    statements,
    take_next,
    verify,
    worklist,
)
from tests.support.system import Staff, System

LOOK_AGAIN = {"statement": "You overlooked Mirabel."}


def escalated(system: System, outcome: str = "declined", **changes: Any) -> FiledCase:  # noqa: ANN401  # any field
    """Return a decided case that its verified requester has escalated."""
    held = claimed(system, **changes)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    decide(system, OFFICER, held.case_id, outcome=outcome)
    system.later(days=2)
    assert system.on(held.filed, "POST", "/escalation", LOOK_AGAIN).status == 202
    system.pump()
    return held


def test_a_verified_requester_can_escalate_once_after_a_decision(system: System) -> None:
    held = claimed(system)
    before = system.look_up(held.filed)
    assert system.on(held.filed, "POST", "/escalation", LOOK_AGAIN).status == 202  # of an unverified one it is kept
    after = system.look_up(held.filed)
    assert (after.pop("escalation")["received_at"], before.pop("escalation")) == (rfc3339(system.time), None)
    assert (after, system.case_of(held.filed).office) == (before, "ATL")
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    early = system.on(held.filed, "POST", "/escalation", LOOK_AGAIN)
    assert (early.status, early.json()["type"]) == (409, "/problems/not-decided")
    decide(system, OFFICER, held.case_id, outcome="declined")
    assert "Senior Reviewing Official" in _how_to_go_on(system, held.filed, "en")
    assert system.on(held.filed, "POST", "/escalation", LOOK_AGAIN).status == 202
    assert system.case_of(held.filed).office == "SRO"
    again = system.on(held.filed, "POST", "/escalation", LOOK_AGAIN)
    assert (again.status, again.json()["errors"][0]["code"]) == (409, "second_look_open")


def test_who_asks_again_after_the_official_sent_the_case_back_is_told_so(system: System) -> None:
    held = escalated(system)
    assert take_next(system, OFFICIAL) == held.case_id
    decide(system, OFFICIAL, held.case_id, outcome="remand")
    again = system.on(held.filed, "POST", "/escalation", LOOK_AGAIN)
    assert (again.status, again.json()["errors"][0]["code"]) == (409, "case_remanded")


def test_who_asks_again_after_the_official_decided_is_told_so(system: System) -> None:
    held = escalated(system)
    assert take_next(system, OFFICIAL) == held.case_id
    decide(system, OFFICIAL, held.case_id, outcome="uphold")
    again = system.on(held.filed, "POST", "/escalation", LOOK_AGAIN)
    assert (again.status, again.json()["errors"][0]["code"]) == (409, "case_ended")


@pytest.mark.parametrize(("outcome", "offered"), [("granted", False), ("granted_in_part", True), ("moot", True)])
def test_a_second_look_is_offered_where_not_all_was_granted(system: System, outcome: str, *, offered: bool) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    decide(system, OFFICER, held.case_id, outcome=outcome)
    assert (system.look_up(held.filed)["decision"]["how_to_go_on"] is not None) is offered


def _how_to_go_on(system: System, filed: Mapping[str, Any], language: str) -> str:
    """Return the text that says how to ask for the official, in a language."""
    assert system.on(filed, "POST", "/updates", {"contact": {"language": language}}).status == 202
    return str(system.look_up(filed)["decision"]["how_to_go_on"])


def test_a_verified_third_party_can_escalate(system: System) -> None:
    held = claimed(system, requester=SISTER)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, authority="form_60_001")
    decide(system, OFFICER, held.case_id, outcome="declined")
    assert system.on(held.filed, "POST", "/escalation", LOOK_AGAIN).status == 202
    assert system.look_up(held.filed)["status"] == "decided"
    assert system.case_of(held.filed).office == "SRO"


def test_an_escalated_case_gets_a_new_first_look_in_the_officials_queue(system: System) -> None:
    held = escalated(system)
    found = item(system, held.case_id, OFFICIAL, "SRO")
    assert (found["status"], found["position"], found["overdue"]) == ("with_senior_official", 1, False)
    assert datetime.fromisoformat(found["target_by"]) == system.time + timedelta(days=14)
    assert system.look_up(held.filed)["status"] == "with_senior_official"
    assert worklist(system)["items"] == []
    assert read(system, OFFICER, held.case_id)["status"] == "with_senior_official"
    assert post(system, OFFICER, held.case_id, "claim").status == 404
    assert "Mirabel" in str(statements(system, OFFICIAL, held.case_id))
    system.later(days=14)
    assert item(system, held.case_id, OFFICIAL, "SRO")["overdue"] is True


def test_an_official_who_took_part_in_the_first_review_is_refused(system: System) -> None:
    """The reviewing officer and the approving supervisor could both have become officials."""
    system.time = POLICY_A
    held = claimed(system)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    decide(system, OFFICER, held.case_id, outcome="declined")
    system.work(SUPERVISOR, held.case_id, "approval", {"approve": True, "why": "x"})
    system.on(held.filed, "POST", "/escalation", LOOK_AGAIN)
    system.pump()
    for took_part in ("omar", "sue"):
        official = Staff(took_part, "officer,supervisor,sro")
        assert post(system, official, held.case_id, "claim").status == 403
        assert take_next(system, official) is None
    assert take_next(system, OFFICIAL) == held.case_id


def _declined(system: System, case_id: str, receipt: str, filed: Mapping[str, Any]) -> None:
    """Have another officer decline a case, and its requester escalate it."""
    system.work(COLLEAGUE, case_id, "claim")
    verify(system, COLLEAGUE, case_id, receipt=receipt, identity=True)
    decide(system, COLLEAGUE, case_id, outcome="declined")
    assert system.on(filed, "POST", "/escalation", LOOK_AGAIN).status == 202
    system.pump()


def test_a_reviewer_of_a_linked_case_cannot_review_the_target_as_official(system: System) -> None:
    nameless = claimed(system, requester=SISTER, subject={"a_number": None})
    target = file_case(system)
    system.work(OFFICER, nameless.case_id, "link", {"case_id": target.case_id, "why": "The same."})
    system.pump()
    _declined(system, target.case_id, target.receipt, target.filed)
    once = Staff("omar", "sro", None)
    assert post(system, once, target.case_id, "claim").status == 403
    assert take_next(system, once) is None
    assert take_next(system, OFFICIAL) == target.case_id


def test_a_reviewer_of_a_case_cannot_review_a_split_off_case_as_official(system: System) -> None:
    held = claimed(system)
    other = system.file(person(11))
    system.pump()
    new = system.work(OFFICER, held.case_id, "split", {"receipt": other["receipt"], "why": "Another Ana."})
    system.pump()
    _declined(system, new["case_id"], other["receipt"], other)
    assert post(system, Staff("omar", "sro", None), new["case_id"], "claim").status == 403
    assert take_next(system, OFFICIAL) == new["case_id"]


def test_an_official_has_no_access_to_a_case_that_was_not_escalated(system: System) -> None:
    held = file_case(system)
    assert system.staff(OFFICIAL, "GET", f"/staff/cases/{held.case_id}").status == 404
    assert post(system, OFFICIAL, held.case_id, "claim").status == 404
    assert take_next(system, OFFICIAL) is None


@pytest.mark.parametrize("outcome", ["override", "uphold"])
def test_override_and_uphold_end_the_case(system: System, outcome: str) -> None:
    held = escalated(system)
    system.work(OFFICIAL, held.case_id, "claim")
    assert decide(system, OFFICIAL, held.case_id, outcome=outcome)["status"] == "closed"
    status_read = system.look_up(held.filed)
    assert (status_read["status"], status_read["decision"]["outcome"], status_read["decision"]["how_to_go_on"]) == (
        "closed",
        outcome,
        None,
    )
    assert worklist(system, OFFICIAL, "SRO")["items"] == []


@pytest.mark.parametrize("outcome", ["granted", "declined", "referred", "moot"])
def test_an_official_cannot_use_the_outcomes_of_a_field_office(system: System, outcome: str) -> None:
    held = escalated(system)
    system.work(OFFICIAL, held.case_id, "claim")
    given = decision(system, OFFICIAL, held.case_id, outcome=outcome)
    assert post(system, OFFICIAL, held.case_id, "decision", given).status == 422


def test_a_remanded_case_returns_to_its_field_office_with_its_guard(system: System) -> None:
    held = escalated(system)
    assert system.all(Guard, "OPEN") == []
    system.work(OFFICIAL, held.case_id, "claim")
    remanded = decide(system, OFFICIAL, held.case_id, outcome="remand")
    assert (remanded["status"], remanded["office"], remanded["claimed_by"]) == ("in_line", "ATL", None)
    (guard,) = system.all(Guard, "OPEN")
    assert guard.case == held.case_id
    found = item(system, held.case_id)
    assert datetime.fromisoformat(found["target_by"]) == system.time + timedelta(days=14)
    status_read = system.look_up(held.filed)
    shown = [status_read["decision"], *status_read["earlier_decisions"]]
    assert [(one["outcome"], one["by"], one["state"]) for one in shown] == [
        ("remand", "senior_official", "stands"),
        ("declined", "field_office", "remanded"),
    ]
    assert status_read["status"] == "in_line"
    joined = system.file(person(11, requester=LAWYER))
    assert system.case_of(joined).case_id == held.case_id
    system.pump()
    system.work(COLLEAGUE, held.case_id, "claim")
    assert decide(system, COLLEAGUE, held.case_id, outcome="granted")["status"] == "decided"
    assert system.look_up(held.filed)["decision"]["outcome"] == "granted"


def test_a_case_remanded_while_the_person_has_a_newer_case_is_flagged(system: System) -> None:
    held = escalated(system)
    newer = file_case(system)
    assert newer.case_id != held.case_id
    system.work(OFFICIAL, held.case_id, "claim")
    decide(system, OFFICIAL, held.case_id, outcome="remand")
    assert "maybe_same_person" in item(system, held.case_id)["flags"]
    (guard,) = system.all(Guard, "OPEN")
    assert guard.case == newer.case_id


def test_the_field_office_can_read_and_reopen_a_case_that_the_official_ended(system: System) -> None:
    held = escalated(system)
    system.work(OFFICIAL, held.case_id, "claim")
    decide(system, OFFICIAL, held.case_id, outcome="uphold")
    assert read(system, OFFICER, held.case_id)["outcome"] == "uphold"
    assert system.staff(Staff("x", "officer", "ELP"), "GET", f"/staff/cases/{held.case_id}").status == 404
    reopened = system.work(
        SUPERVISOR, held.case_id, "reopening", {"why": "A court vacated it.", "changed_facts": ["convictions"]}
    )
    assert (reopened["status"], reopened["office"]) == ("in_line", "ATL")
    system.pump()
    assert system.look_up(held.filed)["status"] == "in_line"


def test_leases_work_for_an_official_as_for_an_officer(system: System) -> None:
    held = escalated(system)
    system.work(OFFICIAL, held.case_id, "claim")
    assert system.work(OFFICIAL, held.case_id, "release")["status"] == "with_senior_official"
    system.work(OFFICIAL, held.case_id, "claim")
    system.later(hours=8)
    system.settle(3)
    case = system.case_of(held.filed)
    assert (case.status, case.claimed_by) == ("with_senior_official", None)


def test_each_requester_with_full_disclosure_is_notified_of_the_decision(system: System) -> None:
    held = escalated(system)
    system.work(OFFICIAL, held.case_id, "claim")
    sent = len(system.outbox())
    decide(system, OFFICIAL, held.case_id, outcome="override")
    assert [mail.to for mail in system.outbox()[sent:]] == ["ana@example.org"]


# ---- a claim of US citizenship


@pytest.mark.parametrize("confirmed", [False, True])
def test_a_declined_case_with_a_later_claim_of_citizenship_can_only_be_remanded(
    system: System,
    confirmed: bool,  # noqa: FBT001
) -> None:
    held = escalated(system)
    system.on(held.filed, "POST", "/updates", {"facts": {"claims_us_citizenship": True}})
    system.pump()
    system.work(OFFICIAL, held.case_id, "claim")
    if confirmed:
        verify(system, OFFICIAL, held.case_id, facts={"claims_us_citizenship": True})
    for outcome in ("uphold", "override"):
        given = decision(system, OFFICIAL, held.case_id, outcome=outcome)
        answer = post(system, OFFICIAL, held.case_id, "decision", given)
        assert (answer.status, "remanded" in answer.body) == (409, True)
    assert decide(system, OFFICIAL, held.case_id, outcome="remand")["status"] == "in_line"
    system.work(COLLEAGUE, held.case_id, "claim")
    assert decide(system, COLLEAGUE, held.case_id, outcome="referred")["status"] == "decided"


def test_a_referral_of_a_claim_of_citizenship_can_be_upheld_but_not_overridden(system: System) -> None:
    held = escalated(system, "referred", facts={"claims_us_citizenship": True})
    system.work(OFFICIAL, held.case_id, "claim")
    given = decision(system, OFFICIAL, held.case_id, outcome="override")
    assert post(system, OFFICIAL, held.case_id, "decision", given).status == 409
    assert decide(system, OFFICIAL, held.case_id, outcome="uphold")["status"] == "closed"


def test_a_refuted_claim_of_citizenship_allows_the_official_every_outcome(system: System) -> None:
    held = escalated(system, "referred", facts={"claims_us_citizenship": True})
    system.work(OFFICIAL, held.case_id, "claim")
    verify(system, OFFICIAL, held.case_id, facts={"claims_us_citizenship": True}, verdict="refuted")
    assert decide(system, OFFICIAL, held.case_id, outcome="override")["status"] == "closed"


# ---- facts that come with it


def test_facts_of_an_escalation_are_words_that_the_official_sees(system: System) -> None:
    held = escalated_with(system, {"serious_illness": True})
    system.pump()
    case = system.case_of(held.filed)
    assert (case.status, case.office, case.facts.serious_illness) == ("with_senior_official", "SRO", True)
    kinds = [event.kind for event in system.history(case) if event.actor == "requester"]
    assert kinds[-2:] == ["updated", "escalated"]
    written = statements(system, OFFICIAL, held.case_id)
    assert {one["kind"] for one in written[-2:]} == {"updated", "escalated"}
    assert {"statement": "Look again."} in [one["words"] for one in written[-2:]]


def test_protected_relief_in_an_escalation_restricts_the_case(system: System) -> None:
    held = escalated_with(system, {"relief_pending": ["vawa"]})
    assert system.case_of(held.filed).restricted
    assert system.staff(OFFICIAL, "GET", f"/staff/cases/{held.case_id}").status == 404


def test_facts_of_an_escalation_that_is_kept_count_once(system: System) -> None:
    held = claimed(system)
    decide(system, OFFICER, held.case_id, outcome="declined")
    given = {"statement": "Look again.", "facts": {"serious_illness": True}}
    assert system.on(held.filed, "POST", "/escalation", given).status == 202
    case = system.case_of(held.filed)
    assert [event.kind for event in system.history(case)][-2:] == ["updated", "escalation_kept"]
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    case = system.case_of(held.filed)
    assert (case.status, case.facts.serious_illness) == ("with_senior_official", True)
    kinds = [event.kind for event in system.history(case)]
    assert (kinds.count("updated"), kinds.count("escalated")) == (1, 1)


def test_facts_of_an_escalation_are_checked_like_others(system: System) -> None:
    held = claimed(system)
    given = {"statement": "Look again.", "facts": {"serious_illness": "very"}}
    answer = system.on(held.filed, "POST", "/escalation", given)
    assert (answer.status, answer.json()["errors"][0]["pointer"]) == (422, "/facts/serious_illness")


def escalated_with(system: System, facts: dict[str, object]) -> FiledCase:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    decide(system, OFFICER, held.case_id, outcome="declined")
    given = {"statement": "Look again.", "facts": facts}
    system.later(minutes=1)
    assert system.on(held.filed, "POST", "/escalation", given).status == 202
    return held
