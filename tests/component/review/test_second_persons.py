"""A second person: for refutations, in restricted cases, and where it is doubtful who the person is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casereview.schema.evidence import Claims
from casereview.schema.request_records import Request
from casereview.store import keys
from tests.support.staff import (
    AT_HOME,
    CLEARED,
    COLLEAGUE,
    LAWYER,
    OFFICER,
    SISTER,
    SUPERVISOR,
    FiledCase,
    claimed,
    decide,
    file_case,
    person,
    post,
    verify,
)
from tests.support.system import Answer, Staff, System

CLEARED_COLLEAGUE = Staff("clio", "officer,restricted")
VAWA: dict[str, Any] = {"facts": {"relief_pending": ["vawa"]}}


def stored(system: System, receipt: str) -> Request:
    return system.read(Request, keys.request(receipt))


def confirm(system: System, user: Staff, held: FiledCase, **given: Any) -> Answer:  # noqa: ANN401  # any field
    about = {} if "authority" in given else {"identity": True}
    given = {"receipt": held.receipt, "verdict": "confirmed", "proof": "in_person", "why": "Seen.", **about, **given}
    return post(system, user, held.case_id, "verifications", given)


def refute(system: System, user: Staff, held: FiledCase, reason: str = "details_differ") -> Answer:
    given = {"receipt": held.receipt, "verdict": "refuted", "reason": reason, "why": "Not so.", "identity": True}
    return post(system, user, held.case_id, "verifications", given)


def outcome(answer: Answer) -> tuple[bool, bool]:
    """Return whether the holder has rights, and whether a second person is needed."""
    assert answer.status == 200, answer.body
    return answer.json()["rights"], answer.json()["needs_second"]


def refused(answer: Answer) -> tuple[int, str]:
    return answer.status, str(answer.json()["type"]).removeprefix("/problems/")


# ---- refutations


def test_a_refutation_takes_effect_with_a_second_person(system: System) -> None:
    held = file_case(system)
    before = system.look_up(held.filed)
    assert outcome(refute(system, OFFICER, held, "document_expired")) == (False, True)
    assert system.look_up(held.filed) == before, "nobody learns of the first one"
    assert stored(system, held.receipt).verify_by is not None
    assert refused(refute(system, OFFICER, held)) == (409, "approver-twice")
    assert outcome(refute(system, COLLEAGUE, held, "document_expired")) == (False, False)
    request = stored(system, held.receipt)
    assert (request.verified, request.refuted, request.verify_by) == (False, True, None)
    claims = system.read(Claims, keys.claims(held.case_id, held.receipt))
    assert (claims.verified, claims.refuted, claims.verify_by) == (False, True, None)
    codes = [one["code"] for one in system.look_up(held.filed)["missing"]]
    assert "proof_not_accepted" in codes
    assert [event.kind for event in system.history(system.case_of(held.filed))][-2:] == [
        "requester_checked",
        "verified",
    ]


def test_the_second_person_agrees_with_the_reason_of_the_first(system: System) -> None:
    held = file_case(system)
    refute(system, OFFICER, held, "document_expired")
    before = stored(system, held.receipt)
    (listed,) = system.staff(COLLEAGUE, "GET", "/staff/verifications").json()["items"]
    assert listed["refutation_proposed"] == "document_expired"
    other = refute(system, COLLEAGUE, held, "document_unreadable")
    assert refused(other) == (409, "wrong-state")
    (fault,) = other.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/reason", "refuted_otherwise")
    assert "document_expired" in fault["message"]
    assert stored(system, held.receipt) == before
    assert outcome(refute(system, COLLEAGUE, held, "document_expired")) == (False, False)
    (listed,) = system.staff(COLLEAGUE, "GET", f"/staff/cases/{held.case_id}").json()["requests"]
    assert (listed["refuted"], listed["refutation_proposed"]) == (True, None)
    events = system.staff(COLLEAGUE, "GET", f"/staff/cases/{held.case_id}/history").json()["events"]
    recorded = [event["details"]["reason"] for event in events if event["kind"] in {"requester_checked", "verified"}]
    assert recorded == ["document_expired", "document_expired"]


def test_who_finds_another_reason_has_the_first_refutation_corrected(system: System) -> None:
    held = file_case(system)
    refute(system, OFFICER, held, "document_expired")
    version = system.case_of(held.filed).version
    system.work(OFFICER, held.case_id, "corrections", {"event": version, "why": "It is only unreadable."})
    assert outcome(refute(system, COLLEAGUE, held, "document_unreadable")) == (False, True)
    assert outcome(refute(system, OFFICER, held, "document_unreadable")) == (False, False)


def test_the_holder_is_told_that_a_proof_was_not_accepted(system: System) -> None:
    held = file_case(system)
    refute(system, OFFICER, held)
    system.pump()
    assert len(system.outbox()) == 1
    refute(system, COLLEAGUE, held)
    system.pump()
    assert len(system.outbox()) == 2


def test_new_proof_puts_a_refuted_request_into_the_queue_and_can_be_accepted(system: System) -> None:
    held = file_case(system)
    refute(system, OFFICER, held)
    refute(system, COLLEAGUE, held)
    system.on(held.filed, "POST", "/updates", {"statement": "Here is the other side of the card."})
    assert stored(system, held.receipt).verify_by is not None
    assert outcome(confirm(system, OFFICER, held)) == (True, False)
    request = stored(system, held.receipt)
    assert (request.verified, request.refuted) == (True, False)
    assert "proof_not_accepted" not in str(system.look_up(held.filed)["missing"])


def test_a_request_can_be_refuted_again_by_two(system: System) -> None:
    held = file_case(system)
    refute(system, OFFICER, held, "document_expired")
    refute(system, COLLEAGUE, held, "document_expired")
    expired = system.look_up(held.filed)["missing"]
    system.on(held.filed, "POST", "/updates", {"statement": "New card."})
    assert outcome(refute(system, COLLEAGUE, held, "document_unreadable")) == (False, True)
    assert system.look_up(held.filed)["missing"] == expired, "the reason of one officer is not shown"
    assert outcome(refute(system, SUPERVISOR, held, "document_unreadable")) == (False, False)
    assert system.look_up(held.filed)["missing"] != expired


def test_two_officers_who_disagree_refute_nobody(system: System) -> None:
    held = file_case(system)
    refute(system, OFFICER, held)
    assert outcome(confirm(system, COLLEAGUE, held)) == (True, False)
    assert outcome(refute(system, SUPERVISOR, held)) == (True, True), "the earlier one does not count"
    assert system.look_up(held.filed)["disclosure"] == "full"
    assert stored(system, held.receipt).verify_by is not None, "somebody must look again"
    assert outcome(confirm(system, COLLEAGUE, held)) == (True, False)
    assert stored(system, held.receipt).verify_by is None


def test_a_verified_requester_who_is_refuted_by_two_loses_the_rights(system: System) -> None:
    held = claimed(system)
    confirm(system, OFFICER, held)
    decide(system, OFFICER, held.case_id)
    refute(system, OFFICER, held)
    assert system.look_up(held.filed)["disclosure"] == "full"
    assert outcome(refute(system, COLLEAGUE, held)) == (False, False)
    assert (system.look_up(held.filed)["disclosure"], system.look_up(held.filed)["decision"]) == ("limited", None)


# ---- who filed for somebody, or holds a code


def test_who_filed_a_request_never_verifies_it(system: System) -> None:
    filed = system.staff(OFFICER, "POST", "/staff/requests", person(11, channel="phone")).json()
    system.pump()
    held = FiledCase(filed, system.case_of(filed).case_id)
    for attempt in (confirm(system, OFFICER, held), refute(system, OFFICER, held)):
        assert refused(attempt) == (403, "forbidden")
        assert attempt.json()["errors"][0]["code"] == "own_request"
    system.later(days=400)
    assert confirm(system, OFFICER, held).status == 403
    assert outcome(confirm(system, COLLEAGUE, held)) == (True, False)


def test_a_recreated_user_name_is_another_person(system: System) -> None:
    """Staff are known by the subject of the token."""
    filed = system.staff(OFFICER, "POST", "/staff/requests", person(11)).json()
    held = FiledCase(filed, system.case_of(filed).case_id)
    recreated = Staff("omar", sub="another")
    assert outcome(confirm(system, recreated, held)) == (True, False)
    renamed = Staff("omar2", sub=OFFICER.id)
    assert confirm(system, renamed, held).status == 403


def test_who_reissued_the_code_does_not_verify_within_thirty_days(system: System) -> None:
    held = file_case(system, facts=AT_HOME)
    given = {"receipt": held.receipt, "proof": "document", "why": "Lost."}
    system.work(OFFICER, held.case_id, "reissue-code", given)
    system.later(days=29)
    assert confirm(system, OFFICER, held).status == 403
    system.later(days=2)
    assert outcome(confirm(system, OFFICER, held)) == (True, False)


# ---- doubtful identities


def test_where_two_say_that_they_are_the_person_two_officers_confirm(system: System) -> None:
    held = file_case(system)
    other = FiledCase(system.file(person(11, requester={"contact": {"email": "x@example.org"}})), held.case_id)
    assert outcome(confirm(system, OFFICER, held)) == (False, True)
    assert system.look_up(held.filed)["disclosure"] == "limited"
    assert refused(confirm(system, OFFICER, held)) == (409, "approver-twice")
    assert outcome(confirm(system, COLLEAGUE, held)) == (True, False)
    assert outcome(confirm(system, OFFICER, other)) == (False, True)


def test_a_refuted_rival_makes_no_doubt(system: System) -> None:
    held = file_case(system)
    other = FiledCase(system.file(person(11, requester={"contact": {"email": "x@example.org"}})), held.case_id)
    refute(system, OFFICER, other)
    refute(system, COLLEAGUE, other)
    assert outcome(confirm(system, OFFICER, held)) == (True, False)


def test_where_birth_years_differ_two_officers_confirm_the_identity_but_not_an_authority(system: System) -> None:
    held = file_case(system)
    lawyer = FiledCase(
        system.file(person(11, requester=LAWYER, subject={"born_on": "1990"})),
        held.case_id,
    )
    assert outcome(confirm(system, OFFICER, lawyer, authority="g28")) == (True, False)
    assert outcome(confirm(system, OFFICER, held)) == (False, True)
    assert outcome(confirm(system, COLLEAGUE, held)) == (True, False)


def test_one_officer_is_enough_once_the_birth_year_is_established(system: System) -> None:
    held = claimed(system)
    system.file(person(11, requester=SISTER, subject={"born_on": "1990"}))
    verify(system, OFFICER, held.case_id, facts={"birth_year": 1980})
    assert outcome(confirm(system, OFFICER, held)) == (True, False)


# ---- restricted cases


def test_in_a_restricted_case_two_of_the_group_confirm(system: System) -> None:
    held = file_case(system, **VAWA)
    assert confirm(system, OFFICER, held).status == 404
    assert outcome(confirm(system, CLEARED, held)) == (False, True)
    assert stored(system, held.receipt).verify_by is not None
    assert refused(confirm(system, CLEARED, held)) == (409, "approver-twice")
    assert outcome(confirm(system, CLEARED_COLLEAGUE, held)) == (True, False)
    claims = system.read(Claims, keys.claims(held.case_id, held.receipt))
    assert (claims.verified, claims.second, claims.verify_by) == (True, True, None)
    assert system.look_up(held.filed)["disclosure"] == "full"


def test_the_second_person_for_a_g28_has_one_day(system: System) -> None:
    held = file_case(system, requester=LAWYER, **VAWA)
    first_due = stored(system, held.receipt).verify_by
    assert first_due is not None
    assert outcome(confirm(system, CLEARED, held, authority="g28")) == (False, True)
    assert stored(system, held.receipt).verify_by == min(first_due, system.time + timedelta(days=1))
    assert system.case_of(held.filed).verify_by == stored(system, held.receipt).verify_by


def test_news_reach_a_holder_of_a_restricted_case_with_the_second_confirmation(system: System) -> None:
    safe = {"contact": {"email": "ana@example.org", "safe_to_contact": True}}
    held = claimed(system, by=CLEARED, requester=safe, **VAWA)
    confirm(system, CLEARED, held)
    decide(system, CLEARED, held.case_id)
    assert system.look_up(held.filed)["decision"] is None
    sent = len(system.outbox())
    confirm(system, CLEARED_COLLEAGUE, held)
    system.pump()
    assert system.look_up(held.filed)["decision"]["outcome"] == "granted"
    assert len(system.outbox()) == sent + 1


@pytest.mark.parametrize("by_officer", [False, True])
def test_a_holder_whose_case_becomes_restricted_is_queued_for_two_of_the_group(
    system: System,
    by_officer: bool,  # noqa: FBT001
) -> None:
    """Their view stays as it was until two have confirmed them."""
    held = claimed(system, by=CLEARED)
    confirm(system, OFFICER, held)
    system.pump()
    assert stored(system, held.receipt).verify_by is None
    if by_officer:
        verify(system, CLEARED, held.case_id, facts={"protected": True})
    else:
        system.file(person(11, requester=SISTER, **VAWA))
        system.pump()
    assert system.case_of(held.filed).restricted
    request = stored(system, held.receipt)
    assert request.verify_by is not None
    assert system.read(Claims, keys.claims(held.case_id, held.receipt)).verify_by == request.verify_by
    decide(system, CLEARED, held.case_id)
    assert system.look_up(held.filed)["status"] == "in_review", "the view stays"
    assert outcome(confirm(system, CLEARED, held)) == (False, True)
    assert outcome(confirm(system, CLEARED_COLLEAGUE, held)) == (True, False)
    assert system.look_up(held.filed)["status"] == "decided"
    assert stored(system, held.receipt).verify_by is None


def test_a_holder_leaves_the_queue_when_the_restriction_ends(system: System) -> None:
    held = claimed(system, by=CLEARED)
    confirm(system, OFFICER, held)
    verify(system, CLEARED, held.case_id, facts={"protected": True})
    assert stored(system, held.receipt).verify_by is not None
    verify(system, CLEARED, held.case_id, facts={"protected": False})
    assert stored(system, held.receipt).verify_by is None
    assert system.case_of(held.filed).verify_by is None
    assert system.look_up(held.filed)["disclosure"] == "full"
