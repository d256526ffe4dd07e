"""Each reason of a refusal by the staff API has a problem type or an error code of its own."""

from __future__ import annotations

import pytest

from tests.support.problem_types import reason
from tests.support.staff import (
    COLLEAGUE,
    ELSEWHERE,
    LAWYER,
    OFFICER,
    OFFICIAL,
    POLICY_A,
    SUPERVISOR,
    SWITCH,
    FiledCase,
    ask,
    claimed,
    decide,
    decision,
    file_case,
    person,
    post,
    verify,
)
from tests.support.standing import recognized
from tests.support.system import Answer, Staff, System

NO_CLAIM = ("claim-required", "claim_required", "")
NO_CASE = ("not-found", "no_such_case", "")
STATUS = ("wrong-state", "status_not_allowed", "")
TO_ELP = {"office": "ELP", "why": "Moved."}
WHY = {"why": "New facts."}


def _decide(system: System, held: FiledCase, **changes: object) -> Answer:
    return post(system, OFFICER, held.case_id, "decision", decision(system, OFFICER, held.case_id, **changes))


# ---- roles, offices and access


def test_no_id_token_no_role_and_no_office(system: System) -> None:
    held = file_case(system)
    assert reason(system.staff(Staff("", ""), "GET", "/staff/worklist"))[0] == "unauthenticated"
    assert reason(system.staff(OFFICER, "GET", "/staff/policies")) == ("forbidden", "role_not_allowed", "")
    assert reason(system.staff(OFFICER, "GET", "/staff/worklist?office=ELP")) == ("forbidden", "other_office", "")
    homeless = Staff("hal", "officer", None)
    assert reason(system.staff(homeless, "POST", "/staff/worklist/next", {})) == ("forbidden", "no_office", "")
    assert reason(system.staff(ELSEWHERE, "GET", f"/staff/cases/{held.case_id}")) == NO_CASE
    assert reason(system.staff(OFFICER, "GET", "/staff/cases/none")) == NO_CASE


def test_an_official_who_reviewed_the_case_before(system: System) -> None:
    held = claimed(system)
    recognized(system, held.filed)
    decide(system, OFFICER, held.case_id, outcome="declined")
    assert system.on(held.filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
    system.pump()
    promoted = Staff(OFFICER.user, "sro", None)
    assert reason(post(system, promoted, held.case_id, "claim")) == ("was-reviewer", "was_reviewer", "")


# ---- parameters


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("limit=ten", ("malformed", "invalid_value", "limit")),
        ("limit=0", ("malformed", "invalid_value", "limit")),
        ("limit=101", ("malformed", "invalid_value", "limit")),
        ("cursor=none", ("malformed", "invalid_cursor", "cursor")),
    ],
)
def test_an_invalid_cursor_or_limit(system: System, query: str, expected: tuple[str, str, str]) -> None:
    assert reason(system.staff(OFFICER, "GET", f"/staff/worklist?{query}")) == expected


def test_contacts_without_a_reason(system: System) -> None:
    answer = post(system, OFFICER, file_case(system).case_id, "contacts")
    assert reason(answer) == ("invalid", "required", "/why")


# ---- claims


def test_a_claimed_case_a_case_without_the_claim_and_one_that_cannot_be_claimed(system: System) -> None:
    held = claimed(system)
    assert reason(post(system, COLLEAGUE, held.case_id, "claim")) == ("already-claimed", "already_claimed", "")
    for what, sent in (("release", {}), ("decision", decision(system, OFFICER, held.case_id))):
        assert reason(post(system, COLLEAGUE, held.case_id, what, sent)) == NO_CLAIM
    decide(system, OFFICER, held.case_id)
    assert reason(post(system, COLLEAGUE, held.case_id, "claim")) == STATUS


def test_more_cases_than_the_policy_allows(system: System) -> None:
    for number in range(1, 21):
        claimed(system, number)
    last = file_case(system, 21)
    expected = ("cap-reached", "cap_reached", "")
    assert reason(post(system, OFFICER, last.case_id, "claim")) == expected
    assert reason(system.staff(OFFICER, "POST", "/staff/worklist/next", {})) == expected


# ---- decisions and approvals


def test_a_decision_on_another_version_or_policy(system: System) -> None:
    held = claimed(system)
    recognized(system, held.filed)
    read = decision(system, OFFICER, held.case_id)
    other = {**read, "policy": "2021-02-18-interim"}
    assert reason(post(system, OFFICER, held.case_id, "decision", other)) == ("policy-changed", "policy_changed", "")
    system.on(held.filed, "POST", "/updates", {"statement": "One thing more."})
    assert reason(post(system, OFFICER, held.case_id, "decision", read)) == ("moved", "moved", "")


def test_a_decision_after_a_switch(system: System) -> None:
    system.time = SWITCH.replace(day=28)
    held = claimed(system)
    read = decision(system, OFFICER, held.case_id)
    system.time = SWITCH
    assert reason(post(system, OFFICER, held.case_id, "decision", read))[0] == "policy-changed"
    current = {**read, "policy": system.policy_id()}
    assert reason(post(system, OFFICER, held.case_id, "decision", current))[0] == "policy-changed"


def test_an_outcome_that_is_not_available(system: System) -> None:
    held = claimed(system, facts={"claims_us_citizenship": True})
    assert reason(_decide(system, held, outcome="remand")) == ("invalid", "outcome_not_available", "/outcome")
    assert reason(_decide(system, held, outcome="withdrawn")) == ("wrong-state", "request_live", "/outcome")
    assert reason(_decide(system, held)) == ("wrong-state", "citizenship_claim_stands", "/outcome")
    assert reason(_decide(system, held, factors=["eye_colour"])) == ("invalid", "unknown_factor", "/factors/0")


def test_an_approval_of_ones_own_decision_or_without_a_decision(system: System) -> None:
    system.time = POLICY_A
    both = Staff("sue", "officer,supervisor")
    held = claimed(system, by=both)
    yes = {"approve": True, "why": "Seen."}
    assert reason(post(system, both, held.case_id, "approval", yes)) == ("wrong-state", "nothing_to_approve", "")
    decide(system, both, held.case_id, outcome="declined")
    assert reason(post(system, both, held.case_id, "approval", yes)) == ("own-decision", "own_decision", "")
    again = decision(system, both, held.case_id)
    assert reason(post(system, both, held.case_id, "decision", again)) == ("wrong-state", "awaiting_approval", "")


# ---- the work on a case


def test_a_question_in_the_past_or_about_a_case_that_waits(system: System) -> None:
    held = claimed(system)
    past = {"asked": [{"text": "Proof.", "language": "en"}], "answer_by": "2020-01-01"}
    nothing = post(system, OFFICER, held.case_id, "information-requests", {**past, "asked": []})
    assert reason(nothing) == ("invalid", "too_few_items", "/asked")
    answer = post(system, OFFICER, held.case_id, "information-requests", past)
    assert reason(answer) == ("invalid", "in_the_past", "/answer_by")
    ask(system, OFFICER, held.case_id)
    later = {**past, "answer_by": "2026-12-20"}
    assert reason(post(system, OFFICER, held.case_id, "information-requests", later)) == NO_CLAIM


def test_a_transfer_to_an_unknown_or_the_same_office_or_of_an_ended_case(system: System) -> None:
    held = claimed(system)
    nowhere = post(system, SUPERVISOR, held.case_id, "transfer", {**TO_ELP, "office": "NOWHERE"})
    assert reason(nowhere) == ("invalid", "unknown_office", "/office")
    here = post(system, SUPERVISOR, held.case_id, "transfer", {**TO_ELP, "office": "ATL"})
    assert reason(here) == ("wrong-state", "same_office", "/office")
    decide(system, OFFICER, held.case_id)
    assert reason(post(system, SUPERVISOR, held.case_id, "transfer", TO_ELP)) == STATUS


def test_a_removal_in_the_future(system: System) -> None:
    sent = {"removed_at": "2026-12-24", "why": "Flight list."}
    answer = post(system, OFFICER, file_case(system).case_id, "removal", sent)
    assert reason(answer) == ("invalid", "in_the_future", "/removed_at")
    nothing = post(system, OFFICER, file_case(system, 12).case_id, "removal", {**sent, "removed_at": None})
    assert reason(nothing) == ("invalid", "required", "/removed_at")


def test_a_reopening_of_an_open_a_linked_or_a_replaced_case(system: System) -> None:
    nameless = file_case(system, subject={"a_number": None})
    held = claimed(system)
    assert reason(post(system, SUPERVISOR, held.case_id, "reopening", WHY)) == ("wrong-state", "case_not_ended", "")
    system.work(OFFICER, nameless.case_id, "link", {"case_id": held.case_id, "why": "The same."})
    assert reason(post(system, SUPERVISOR, nameless.case_id, "reopening", WHY)) == ("wrong-state", "case_linked", "")
    decide(system, OFFICER, held.case_id)
    file_case(system)
    assert reason(post(system, SUPERVISOR, held.case_id, "reopening", WHY)) == ("wrong-state", "newer_case_open", "")


def test_a_link_that_is_not_possible(system: System) -> None:
    nameless, target, third = file_case(system, subject={"a_number": None}), claimed(system, 12), file_case(system, 13)

    def link(source: str, aim: str) -> tuple[str, str, str]:
        return reason(post(system, OFFICER, source, "link", {"case_id": aim, "why": "The same."}))

    assert link(third.case_id, target.case_id) == ("wrong-state", "case_has_a_number", "")
    assert link(nameless.case_id, nameless.case_id) == ("wrong-state", "same_case", "/case_id")
    assert link(nameless.case_id, "none") == ("not-found", "no_such_case", "/case_id")
    system.work(SUPERVISOR, third.case_id, "transfer", TO_ELP)
    assert link(nameless.case_id, third.case_id) == ("not-found", "no_such_case", "/case_id")
    decide(system, OFFICER, target.case_id)
    assert link(nameless.case_id, target.case_id) == ("wrong-state", "case_not_open", "/case_id")


def test_more_requests_than_one_case_may_have(system: System) -> None:
    target = file_case(system)
    for _ in range(19):
        system.file(person(11, requester=LAWYER))
    nameless = file_case(system, subject={"a_number": None})
    answer = post(system, OFFICER, nameless.case_id, "link", {"case_id": target.case_id, "why": "The same."})
    assert reason(answer) == ("wrong-state", "too_many_requests_together", "/case_id")


def test_a_split_of_the_only_request_or_of_a_request_of_another_case(system: System) -> None:
    held, other = claimed(system), file_case(system, 12)

    def split(receipt: str) -> tuple[str, str, str]:
        return reason(post(system, OFFICER, held.case_id, "split", {"receipt": receipt, "why": "Another."}))

    assert split(held.receipt) == ("wrong-state", "only_request", "/receipt")
    assert split(other.receipt) == ("not-found", "no_such_request", "/receipt")
    decide(system, OFFICER, held.case_id)
    assert split(held.receipt) == ("wrong-state", "case_not_open", "")


def test_a_verification_without_a_fact_or_of_what_cannot_be_refuted(system: System) -> None:
    held = claimed(system)

    def found(**sent: object) -> tuple[str, str, str]:
        given = {"verdict": "confirmed", "why": "Seen.", **sent}
        return reason(post(system, OFFICER, held.case_id, "verifications", given))

    assert found() == ("invalid", "exactly_one_required", "")
    assert found(identity=True) == ("invalid", "required", "")
    assert found(facts={}) == ("invalid", "nothing_to_change", "")
    open_again = found(facts={"claims_us_citizenship": None})
    assert open_again == ("invalid", "citizenship_left_open", "/facts/claims_us_citizenship")
    marked = found(facts={"protected": True}, verdict="refuted")
    assert marked == ("wrong-state", "protection_not_refutable", "/facts/protected")
    seen = {"identity": True, "proof": "document"}
    assert found(**seen, receipt="none") == ("not-found", "no_such_request", "/receipt")
    assert found(identity=True, receipt=held.receipt) == ("invalid", "required", "/proof")
    assert found(identity=True, receipt=held.receipt, verdict="refuted") == ("invalid", "required", "/reason")
    wrong = found(authority="g28", proof="form", receipt=held.receipt)
    assert wrong == ("invalid", "wrong_kind", "/authority")


def test_a_second_check_of_the_same_person_and_one_of_the_own_request(system: System) -> None:
    held = file_case(system)
    refuted = {"receipt": held.receipt, "identity": True, "verdict": "refuted", "reason": "details_differ", "why": "x"}
    system.work(OFFICER, held.case_id, "verifications", refuted)
    again = post(system, OFFICER, held.case_id, "verifications", refuted)
    assert reason(again) == ("approver-twice", "approver_twice", "")
    reissue = {"receipt": held.receipt, "proof": "document", "why": "x"}
    system.work(COLLEAGUE, held.case_id, "reissue-code", reissue)
    own = post(system, COLLEAGUE, held.case_id, "verifications", refuted)
    assert reason(own) == ("forbidden", "own_request", "")


def test_a_summary_before_the_first_snapshot(system: System) -> None:
    answer = system.staff(SUPERVISOR, "GET", "/staff/summary?office=ATL")
    assert reason(answer) == ("wrong-state", "no_snapshot_yet", "")


def test_a_release_of_a_case_that_awaits_approval(system: System) -> None:
    system.time = POLICY_A
    held = claimed(system)
    verify(system, OFFICER, held.case_id, facts={"serious_illness": False})
    decide(system, OFFICER, held.case_id, outcome="declined")
    assert reason(post(system, OFFICER, held.case_id, "release")) == STATUS
    assert reason(system.staff(OFFICIAL, "GET", f"/staff/cases/{held.case_id}")) == NO_CASE
