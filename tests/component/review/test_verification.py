"""Verification: a verified fact overrides statements, and a verified requester gets full disclosure."""

from __future__ import annotations

from datetime import timedelta

from casereview.schema.office_records import Officer
from casereview.schema.request_records import Request
from casereview.store import keys
from tests.support.staff import (
    CLEARED,
    COLLEAGUE,
    LAWYER,
    OFFICER,
    SISTER,
    SUPERVISOR,
    ask,
    asked,
    claimed,
    decide,
    item,
    person,
    post,
    read,
    verify,
    worklist,
)
from tests.support.system import System


def test_refuting_a_fact_lowers_the_rank(system: System) -> None:
    held = claimed(system, facts={"claims_us_citizenship": True})
    assert item(system, held.case_id)["lane"] == "citizenship_claim"
    assert "verify" in item(system, held.case_id)["flags"]
    verify(system, OFFICER, held.case_id, facts={"claims_us_citizenship": True}, verdict="refuted")
    found = item(system, held.case_id)
    assert found["lane"] == "detained"
    assert not {"verify", "citizenship_claim"} & set(found["flags"])


def test_confirming_a_fact_keeps_the_lane_and_removes_the_flag(system: System) -> None:
    held = claimed(system, facts={"removal_soon": True})
    assert "verify" in item(system, held.case_id)["flags"]
    verify(system, OFFICER, held.case_id, facts={"removal_soon": True})
    assert item(system, held.case_id)["lane"] == "imminent_removal"
    assert "verify" not in item(system, held.case_id)["flags"]


def test_a_later_statement_does_not_override_a_verification(system: System) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, facts={"removal_soon": False})
    system.later(minutes=1)
    system.on(held.filed, "POST", "/updates", {"facts": {"removal_soon": True}})
    system.pump()
    found = item(system, held.case_id)
    assert (found["lane"], "claim_waiting" in found["flags"]) == ("detained", True)


def test_every_fact_has_all_its_sources(system: System) -> None:
    held = claimed(system, facts={"serious_illness": True})
    verify(system, OFFICER, held.case_id, facts={"serious_illness": True}, verdict="refuted", receipt=held.receipt)
    facts = {fact["fact"]: fact for fact in read(system, OFFICER, held.case_id)["facts"]}
    assert all(fact["said"] for fact in facts.values())
    illness = facts["serious_illness"]
    assert (illness["value"], illness["verified"]) == (None, True)
    assert [(said["source"], said["receipt"], said["user"]) for said in illness["said"]] == [
        ("claim", held.receipt, None),
        ("refuted", held.receipt, "omar"),
    ]


def test_a_removal_date_entered_by_an_officer_is_not_disclosed(system: System) -> None:
    held = claimed(system)
    before = system.look_up(held.filed)
    soon = (system.time + timedelta(hours=30)).isoformat()
    verify(system, OFFICER, held.case_id, facts={"removal_at": soon, "removal_soon": True})
    assert item(system, held.case_id)["lane"] == "imminent_removal"
    after = system.look_up(held.filed)
    assert (after["lane"], before["lane"]) == ("detained", "detained")
    assert soon[:10] not in str(after)


def test_a_verification_requires_the_claim(system: System) -> None:
    held = claimed(system)
    given = {"facts": {"pregnant": True}, "verdict": "confirmed", "why": "Seen."}
    assert post(system, COLLEAGUE, held.case_id, "verifications", given).status == 409
    assert post(system, SUPERVISOR, held.case_id, "verifications", given).status == 409
    assert post(system, OFFICER, held.case_id, "verifications", given).status == 200


def test_verified_authority_gives_full_disclosure_to_that_requester_only(system: System) -> None:
    mother = claimed(system, requester={**SISTER, "relationship": "mother"})
    lawyer = system.file(person(11, requester=LAWYER))
    before = system.look_up(mother.filed)
    verify(system, OFFICER, mother.case_id, receipt=lawyer["receipt"], authority="g28")
    assert system.look_up(lawyer)["disclosure"] == "full"
    hers = system.look_up(mother.filed)
    assert (hers["disclosure"], hers["status"], hers["lane"]) == ("limited", "received", "detained")
    assert hers == before
    assert "authority_needed" in item(system, mother.case_id)["flags"]


def test_the_opener_has_limited_disclosure_until_the_identity_is_verified(system: System) -> None:
    held = claimed(system)
    assert system.look_up(held.filed)["disclosure"] == "limited"
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    assert system.look_up(held.filed)["disclosure"] == "full"


def test_statements_of_a_verified_requester_count_in_full(system: System) -> None:
    """Only then can the lawyer's word say what may count against the person."""
    held = claimed(system)
    lawyer = system.file(person(11, requester=LAWYER, facts={"convictions": [{"kind": "felony"}]}))
    system.pump()
    assert system.case_of(lawyer).facts.convictions is None
    verify(system, OFFICER, held.case_id, receipt=lawyer["receipt"], authority="g28")
    assert system.case_of(lawyer).facts.convictions


def test_marking_a_case_as_protected_ends_the_claim_of_an_officer_without_access(system: System) -> None:
    held = claimed(system)
    answer = post(
        system,
        OFFICER,
        held.case_id,
        "verifications",
        {"facts": {"protected": True}, "verdict": "confirmed", "why": "She said so."},
    )
    assert (answer.status, answer.json()["status"], answer.json()["claimed_by"]) == (200, "in_line", None)
    system.pump()
    assert system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}").status == 404
    assert worklist(system, OFFICER)["items"] == []
    assert "restricted" in item(system, held.case_id, CLEARED)["flags"]
    assert system.look_up(held.filed)["disclosure"] == "limited"
    assert system.read(Officer, keys.officer(OFFICER.id)).claims == 0


def test_an_officer_with_access_keeps_the_claim_and_can_remove_the_mark(system: System) -> None:
    held = claimed(system, by=CLEARED)
    verify(system, CLEARED, held.case_id, facts={"protected": True})
    assert item(system, held.case_id, CLEARED)["claimed_by"] == "cleo"
    refuted = {"facts": {"protected": True}, "verdict": "refuted", "why": "x"}
    assert post(system, CLEARED, held.case_id, "verifications", refuted).status == 409
    verify(system, CLEARED, held.case_id, facts={"protected": False})
    found = item(system, held.case_id, OFFICER)
    assert "restricted" not in found["flags"]
    assert not system.case_of(held.filed).restricted


def test_no_statement_removes_an_officers_protection_mark(system: System) -> None:
    held = claimed(system, by=CLEARED)
    verify(system, CLEARED, held.case_id, facts={"protected": True})
    system.on(held.filed, "POST", "/updates", {"facts": {"relief_pending": []}})
    system.file(person(11, requester=SISTER, facts={"relief_pending": []}))
    system.pump()
    assert system.case_of(held.filed).restricted


def test_a_verification_while_a_decision_awaits_approval_returns_it_to_its_author(system: System) -> None:
    """While a decision awaits approval, the claim of its author has no lease that could end; then it has one again."""
    system.time = system.time.replace(year=2021, month=6)
    held = claimed(system)
    decide(system, OFFICER, held.case_id, outcome="declined")
    system.later(hours=9)
    system.settle(5)
    case = system.case_of(held.filed)
    assert (case.status, case.claimed_by, case.lease_until, case.stuck) == ("awaiting_approval", "omar", None, False)
    verify(system, OFFICER, held.case_id, facts={"pregnant": True})
    system.pump()
    returned = system.case_of(held.filed)
    assert (returned.status, returned.claimed_by) == ("in_review", "omar")
    assert returned.lease_until


def test_the_reason_of_a_verification_is_readable_by_officers_and_sealed(system: System) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, facts={"pregnant": True}, why="Letter of Dr Mirabel")
    assert "Mirabel" in system.staff(COLLEAGUE, "GET", f"/staff/cases/{held.case_id}/statements").body
    assert "Mirabel" not in str(system.items())


def test_a_verified_attorney_gets_questions_and_notices_like_the_person(system: System) -> None:
    held = claimed(system, requester={**SISTER, "contact": None})
    lawyer = system.file(person(11, requester=LAWYER))
    system.pump()
    sent = len(system.outbox())
    verify(system, OFFICER, held.case_id, receipt=lawyer["receipt"], authority="g28")
    ask(system, OFFICER, held.case_id)
    assert [mail.to for mail in system.outbox()[sent:]] == ["lee@example.org"]
    assert asked(system, lawyer) == ["Proof of residence."]
    assert asked(system, held.filed) == []


def test_a_request_keeps_its_verification(system: System) -> None:
    held = claimed(system, requester=LAWYER)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, authority="g28")
    assert system.read(Request, keys.request(held.receipt)).verified
    (shown,) = read(system, OFFICER, held.case_id)["requests"]
    assert (shown["verified"], shown["role"], shown["authority"]) == (True, "attorney", "g28")
    history = system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}/history").json()["events"]
    (event,) = [event for event in history if event["kind"] == "verified"]
    assert event["verification"] == {"verdict": "confirmed", "about": "authority"}
