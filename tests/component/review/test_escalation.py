"""Escalation: asked for by the requester, decided by an official who was never a reviewer of the case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from casereview.schema.records import Guard
from tests.support.staff import (
    COLLEAGUE,
    LAWYER,
    OFFICER,
    OFFICIAL,
    POLICY_A,
    SISTER,
    SUPERVISOR,
    Matter,
    claimed,
    decide,
    decision,
    item,
    matter,
    person,
    post,
    read,
    take_next,
    verify,
    worklist,
)
from tests.support.system import Staff, System

LOOK_AGAIN = {"statement": "You overlooked Mirabel."}


def escalated(system: System, outcome: str = "declined", **changes: Any) -> Matter:  # noqa: ANN401  # any field
    """Return a case that was decided, most often declined, and whose verified requester asked for the official."""
    held = claimed(system, **changes)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    decide(system, OFFICER, held.case_id, outcome=outcome)
    system.later(days=2)
    assert system.on(held.filed, "POST", "/escalation", LOOK_AGAIN).status == 202
    system.pump()
    return held


def test_it_is_asked_for_after_a_field_offices_decision_by_who_may_know_of_it(system: System) -> None:
    held = claimed(system)
    sister = system.file(person(11, requester=SISTER))
    assert system.on(held.filed, "POST", "/escalation", LOOK_AGAIN).status == 409
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    decide(system, OFFICER, held.case_id, outcome="declined")
    assert "Senior Reviewing Official" in system.look_up(held.filed)["decision"]["how_to_go_on"]
    assert system.on(sister, "POST", "/escalation", LOOK_AGAIN).status == 409
    assert system.on(held.filed, "POST", "/escalation", LOOK_AGAIN).status == 202
    assert system.on(held.filed, "POST", "/escalation", LOOK_AGAIN).status == 409


def test_the_case_goes_to_the_officials_queue_with_a_first_look_of_its_own(system: System) -> None:
    held = escalated(system)
    found = item(system, held.case_id, OFFICIAL, "SRO")
    assert (found["status"], found["position"], found["overdue"]) == ("with_senior_official", 1, False)
    assert datetime.fromisoformat(found["target_by"]) == system.time + timedelta(days=14)
    assert system.look_up(held.filed)["status"] == "with_senior_official"
    assert worklist(system)["items"] == []
    assert system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}").status == 404
    assert "Mirabel" in str(read(system, OFFICIAL, held.case_id)["statements"])
    system.later(days=14)
    assert item(system, held.case_id, OFFICIAL, "SRO")["overdue"] is True


def test_nobody_who_took_part_reviews_it_again(system: System) -> None:
    """The first reviewer, and the supervisor who approved, might both be officials by now."""
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
    """Have another officer decline a case, and its requester ask for the official."""
    system.work(COLLEAGUE, case_id, "claim")
    verify(system, COLLEAGUE, case_id, receipt=receipt, identity=True)
    decide(system, COLLEAGUE, case_id, outcome="declined")
    assert system.on(filed, "POST", "/escalation", LOOK_AGAIN).status == 202
    system.pump()


def test_who_reviewed_a_case_that_was_linked_in_is_no_official_for_the_whole(system: System) -> None:
    nameless = claimed(system, requester=SISTER, subject={"a_number": None})
    target = matter(system)
    system.work(OFFICER, nameless.case_id, "link", {"case_id": target.case_id, "why": "The same."})
    system.pump()
    _declined(system, target.case_id, target.receipt, target.filed)
    once = Staff("omar", "sro", None)
    assert post(system, once, target.case_id, "claim").status == 403
    assert take_next(system, once) is None
    assert take_next(system, OFFICIAL) == target.case_id


def test_who_reviewed_a_case_is_no_official_for_what_was_split_off_it(system: System) -> None:
    held = claimed(system)
    other = system.file(person(11))
    system.pump()
    new = system.work(OFFICER, held.case_id, "split", {"receipt": other["receipt"], "why": "Another Ana."})
    system.pump()
    _declined(system, new["case_id"], other["receipt"], other)
    assert post(system, Staff("omar", "sro", None), new["case_id"], "claim").status == 403
    assert take_next(system, OFFICIAL) == new["case_id"]


def test_an_official_has_no_case_that_was_not_escalated(system: System) -> None:
    held = matter(system)
    assert system.staff(OFFICIAL, "GET", f"/staff/cases/{held.case_id}").status == 404
    assert post(system, OFFICIAL, held.case_id, "claim").status == 404
    assert take_next(system, OFFICIAL) is None


@pytest.mark.parametrize("outcome", ["override", "uphold"])
def test_override_and_uphold_end_the_case(system: System, outcome: str) -> None:
    held = escalated(system)
    system.work(OFFICIAL, held.case_id, "claim")
    assert decide(system, OFFICIAL, held.case_id, outcome=outcome)["status"] == "closed"
    told = system.look_up(held.filed)
    assert (told["status"], told["decision"]["outcome"], told["decision"]["how_to_go_on"]) == ("closed", outcome, None)
    assert worklist(system, OFFICIAL, "SRO")["items"] == []


@pytest.mark.parametrize("outcome", ["granted", "declined", "referred", "moot"])
def test_an_official_has_outcomes_of_their_own(system: System, outcome: str) -> None:
    held = escalated(system)
    system.work(OFFICIAL, held.case_id, "claim")
    given = decision(system, OFFICIAL, held.case_id, outcome=outcome)
    assert post(system, OFFICIAL, held.case_id, "decision", given).status == 422


def test_a_remanded_case_waits_at_its_field_office_and_guards_its_person_again(system: System) -> None:
    held = escalated(system)
    assert system.all(Guard, "OPEN") == []
    system.work(OFFICIAL, held.case_id, "claim")
    remanded = decide(system, OFFICIAL, held.case_id, outcome="remand")
    assert (remanded["status"], remanded["office"], remanded["claimed_by"]) == ("in_line", "ATL", None)
    (guard,) = system.all(Guard, "OPEN")
    assert guard.case == held.case_id
    found = item(system, held.case_id)
    assert datetime.fromisoformat(found["target_by"]) == system.time + timedelta(days=14)
    told = system.look_up(held.filed)
    assert (told["status"], told["decision"]) == ("in_line", None)
    joined = system.file(person(11, requester=LAWYER))
    assert system.case_of(joined).case_id == held.case_id
    system.pump()
    system.work(OFFICER, held.case_id, "claim")
    assert decide(system, OFFICER, held.case_id, outcome="granted")["status"] == "decided"
    assert system.look_up(held.filed)["decision"]["outcome"] == "granted"


def test_a_case_remanded_beside_a_newer_one_of_the_person_goes_on_flagged(system: System) -> None:
    held = escalated(system)
    newer = matter(system)
    assert newer.case_id != held.case_id
    system.work(OFFICIAL, held.case_id, "claim")
    decide(system, OFFICIAL, held.case_id, outcome="remand")
    assert "many_requests" in item(system, held.case_id)["flags"]
    (guard,) = system.all(Guard, "OPEN")
    assert guard.case == newer.case_id


def test_what_the_official_ended_is_read_and_reopened_by_the_field_office(system: System) -> None:
    held = escalated(system)
    system.work(OFFICIAL, held.case_id, "claim")
    decide(system, OFFICIAL, held.case_id, outcome="uphold")
    assert read(system, OFFICER, held.case_id)["outcome"] == "uphold"
    assert system.staff(Staff("x", "officer", "ELP"), "GET", f"/staff/cases/{held.case_id}").status == 404
    reopened = system.work(OFFICER, held.case_id, "reopening", {"why": "The conviction was vacated."})
    assert (reopened["status"], reopened["office"]) == ("in_line", "ATL")
    system.pump()
    assert system.look_up(held.filed)["status"] == "in_line"


def test_an_official_claims_releases_and_loses_a_lease_like_anybody(system: System) -> None:
    held = escalated(system)
    system.work(OFFICIAL, held.case_id, "claim")
    assert system.work(OFFICIAL, held.case_id, "release")["status"] == "with_senior_official"
    system.work(OFFICIAL, held.case_id, "claim")
    system.later(hours=8)
    system.settle(3)
    case = system.case_of(held.filed)
    assert (case.status, case.claimed_by) == ("with_senior_official", None)


def test_each_requester_who_may_know_is_told_that_there_is_news(system: System) -> None:
    held = escalated(system)
    system.work(OFFICIAL, held.case_id, "claim")
    sent = len(system.outbox())
    decide(system, OFFICIAL, held.case_id, outcome="override")
    assert [mail.to for mail in system.outbox()[sent:]] == ["ana@example.org"]


# ---- a claim of US citizenship


@pytest.mark.parametrize("confirmed", [False, True])
def test_what_was_declined_is_remanded_to_be_referred_once_citizenship_is_claimed(
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
    system.work(OFFICER, held.case_id, "claim")
    assert decide(system, OFFICER, held.case_id, outcome="referred")["status"] == "decided"


def test_a_referral_of_a_claim_of_citizenship_is_upheld_and_never_overridden(system: System) -> None:
    held = escalated(system, "referred", facts={"claims_us_citizenship": True})
    system.work(OFFICIAL, held.case_id, "claim")
    given = decision(system, OFFICIAL, held.case_id, outcome="override")
    assert post(system, OFFICIAL, held.case_id, "decision", given).status == 409
    assert decide(system, OFFICIAL, held.case_id, outcome="uphold")["status"] == "closed"


def test_once_citizenship_is_settled_as_not_true_the_official_decides_freely(system: System) -> None:
    held = escalated(system, "referred", facts={"claims_us_citizenship": True})
    system.work(OFFICIAL, held.case_id, "claim")
    verify(system, OFFICIAL, held.case_id, facts={"claims_us_citizenship": True}, verdict="refuted")
    assert decide(system, OFFICIAL, held.case_id, outcome="override")["status"] == "closed"
