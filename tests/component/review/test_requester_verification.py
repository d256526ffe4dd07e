"""Verify requesters: without a claim, in every state, by proof; who was verified late learns at once."""

from __future__ import annotations

from typing import Any

import pytest

from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.store import keys
from tests.support.bodies import granted, reasons
from tests.support.staff import (
    AT_HOME,
    COLLEAGUE,
    ELSEWHERE,
    LAWYER,
    OFFICER,
    OFFICIAL,
    SISTER,
    SUPERVISOR,
    FiledCase,
    claimed,
    decide,
    file_case,
    item,
    person,
    post,
    read,
    verify,
)
from tests.support.system import Staff, System

CONFIRMED = {"verdict": "confirmed", "why": "Seen.", "proof": "in_person"}
REFUTED = {"verdict": "refuted", "why": "Not the same.", "reason": "details_differ"}


def stored(system: System, receipt: str) -> Request:
    return system.read(Request, keys.request(receipt))


def check(system: System, user: Staff, case_id: str, **given: Any) -> dict[str, Any]:  # noqa: ANN401  # any field
    """Confirm the identity of a requester, unless ``given`` says otherwise, and return the answer."""
    about = {} if "authority" in given else {"identity": True}
    return system.work(user, case_id, "verifications", {**CONFIRMED, **about, **given})


def mails_to(system: System, address: str) -> list[str]:
    return [mail.subject for mail in system.outbox() if mail.to == address]


def test_a_verification_of_a_requester_needs_no_claim(system: System) -> None:
    held = claimed(system)
    answer = check(system, COLLEAGUE, held.case_id, receipt=held.receipt)
    assert (answer["rights"], answer["needs_second"], answer["claimed_by"]) == (True, False, "omar")
    assert system.look_up(held.filed)["disclosure"] == "full"


def test_the_officer_with_the_claim_renews_it_by_verifying_a_requester(system: System) -> None:
    held = claimed(system)
    system.later(hours=2)
    lease = system.case_of(held.filed).lease_until
    answer = check(system, OFFICER, held.case_id, receipt=held.receipt)
    assert lease is not None
    assert answer["lease_until"] > lease.isoformat()
    assert system.case_of(held.filed).first_look.looked_at == system.time


def test_a_person_who_is_verified_after_the_decision_learns_it_at_once(system: System) -> None:
    held = claimed(system)
    decide(system, OFFICER, held.case_id)
    assert system.look_up(held.filed)["decision"] is None
    sent = len(mails_to(system, "ana@example.org"))
    answer = check(system, COLLEAGUE, held.case_id, receipt=held.receipt)
    system.pump()
    assert (answer["status"], answer["rights"]) == ("decided", True)
    shown = system.look_up(held.filed)
    assert (shown["status"], shown["decision"]["outcome"]) == ("decided", "granted")
    assert len(mails_to(system, "ana@example.org")) == sent + 1
    assert [notice.template for notice in system.notices if notice.receipt == held.receipt][-1] == "news"


def test_a_late_verification_of_a_closed_and_of_an_escalated_case_sends_the_news(system: System) -> None:
    held = claimed(system)
    lawyer = system.file(person(11, requester=LAWYER))
    check(system, OFFICER, held.case_id, receipt=held.receipt)
    decide(system, OFFICER, held.case_id, outcome="declined")
    assert system.on(held.filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
    system.pump()
    assert mails_to(system, "lee@example.org") == mails_to(system, "lee@example.org")[:1]
    check(system, OFFICER, held.case_id, receipt=lawyer["receipt"], authority="g28")
    system.pump()
    assert len(mails_to(system, "lee@example.org")) == 2
    assert system.look_up(lawyer)["status"] == "with_senior_official"


def test_in_an_open_case_no_news_was_missed(system: System) -> None:
    held = claimed(system)
    sent = len(system.outbox())
    check(system, OFFICER, held.case_id, receipt=held.receipt)
    system.pump()
    assert len(system.outbox()) == sent
    assert stored(system, held.receipt).verify_by is None


def test_who_is_verified_while_a_question_is_open_is_asked(system: System) -> None:
    held = claimed(system)
    lawyer = system.file(person(11, requester=LAWYER))
    check(system, OFFICER, held.case_id, receipt=held.receipt)
    by = system.time.replace(day=30).isoformat()
    system.work(
        OFFICER,
        held.case_id,
        "information-requests",
        {"asked": [{"text": "A letter.", "language": "en"}], "answer_by": by},
    )
    system.pump()
    assert system.look_up(lawyer)["asked_for"] == []
    check(system, OFFICER, held.case_id, receipt=lawyer["receipt"], authority="g28")
    system.pump()
    assert [one["text"] for one in system.look_up(lawyer)["asked_for"]] == ["A letter."]
    assert "need something" in mails_to(system, "lee@example.org")[-1]


def test_a_question_to_one_requester_is_not_put_to_another_who_is_verified_later(system: System) -> None:
    held = claimed(system)
    lawyer = system.file(person(11, requester=LAWYER))
    check(system, OFFICER, held.case_id, receipt=held.receipt)
    by = system.time.replace(day=30).isoformat()
    asked = {"asked": [{"text": "A letter.", "language": "en"}], "answer_by": by, "to": [held.receipt]}
    system.work(OFFICER, held.case_id, "information-requests", asked)
    check(system, OFFICER, held.case_id, receipt=lawyer["receipt"], authority="g28")
    system.pump()
    assert system.look_up(lawyer)["asked_for"] == []
    assert len(mails_to(system, "lee@example.org")) == 1


# ---- kept escalations


def test_an_escalation_kept_of_an_unverified_holder_takes_effect_at_the_verification(system: System) -> None:
    held = claimed(system)
    decide(system, OFFICER, held.case_id, outcome="declined")
    assert system.on(held.filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
    assert system.case_of(held.filed).status == "decided"
    answer = check(system, COLLEAGUE, held.case_id, receipt=held.receipt)
    assert (answer["status"], answer["office"]) == ("with_senior_official", "SRO")
    system.pump()
    case = system.case_of(held.filed)
    kinds = [event.kind for event in system.history(case)]
    assert kinds[kinds.index("escalation_kept") :][:3] == ["escalation_kept", "verified", "escalated"]
    assert [event.version for event in system.history(case)] == list(range(1, case.version + 1))
    assert stored(system, held.receipt).escalation_asked is None
    assert item(system, held.case_id, OFFICIAL, "SRO")["status"] == "with_senior_official"


def test_an_escalation_kept_before_the_decision_has_no_effect_at_a_verification_before_it(system: System) -> None:
    held = claimed(system)
    assert system.on(held.filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
    check(system, OFFICER, held.case_id, receipt=held.receipt)
    decide(system, OFFICER, held.case_id, outcome="granted")
    assert system.case_of(held.filed).status == "decided"
    assert stored(system, held.receipt).escalation_asked is None


# ---- what fits the role


@pytest.mark.parametrize(
    ("requester", "about"),
    [
        ({"role": "self"}, {"authority": "g28"}),
        ({"role": "self"}, {"authority": "form_60_001"}),
        (LAWYER, {"identity": True}),
        (LAWYER, {"authority": "form_60_001"}),
        (SISTER, {"identity": True}),
        (SISTER, {"authority": "g28"}),
        ({**SISTER, "role": "advocate"}, {"authority": "g28"}),
    ],
)
def test_the_kind_must_fit_the_role(system: System, requester: dict[str, Any], about: dict[str, Any]) -> None:
    held = file_case(system, requester=requester)
    for ground in (CONFIRMED, REFUTED):
        answer = post(system, OFFICER, held.case_id, "verifications", {"receipt": held.receipt, **about, **ground})
        assert (answer.status, answer.json()["errors"][0]["code"]) == (422, "wrong_kind")
    assert not stored(system, held.receipt).verified


@pytest.mark.parametrize(
    ("requester", "about"),
    [(LAWYER, {"authority": "g28"}), (SISTER, {"authority": "form_60_001"})],
)
def test_the_fitting_form_gives_rights(system: System, requester: dict[str, Any], about: dict[str, Any]) -> None:
    held = file_case(system, requester=requester)
    assert check(system, OFFICER, held.case_id, receipt=held.receipt, **about)["rights"]
    assert stored(system, held.receipt).verified


def test_a_confirmation_needs_a_proof_and_a_refutation_a_reason(system: System) -> None:
    held = file_case(system)
    plain = {"receipt": held.receipt, "identity": True, "why": "x"}
    without = post(system, OFFICER, held.case_id, "verifications", {**plain, "verdict": "confirmed"})
    assert (without.status, without.json()["errors"][0]["pointer"]) == (422, "/proof")
    without = post(system, OFFICER, held.case_id, "verifications", {**plain, "verdict": "refuted"})
    assert (without.status, without.json()["errors"][0]["pointer"]) == (422, "/reason")
    unknown = {**plain, "verdict": "confirmed", "proof": "gut feeling"}
    assert post(system, OFFICER, held.case_id, "verifications", unknown).status == 422


def test_what_was_seen_is_in_the_history(system: System) -> None:
    held = file_case(system)
    check(system, OFFICER, held.case_id, receipt=held.receipt, proof="booking_record")
    event = system.history(system.case_of(held.filed))[-1]
    assert (event.kind, event.user, event.user_id) == ("verified", "omar", OFFICER.id)
    assert event.verification is not None
    assert (event.verification.verdict, event.verification.about) == ("confirmed", "identity")
    assert (event.details["kind"], event.details["proof"]) == ("identity", "booking_record")


# ---- every state


def _received(system: System) -> FiledCase:
    filed = system.file(person(11))
    return FiledCase(filed, system.case_of(filed).case_id)


def _decided(system: System) -> FiledCase:
    held = claimed(system)
    decide(system, OFFICER, held.case_id)
    return held


def _withdrawn(system: System) -> FiledCase:
    held = file_case(system, facts=AT_HOME)
    assert system.on(held.filed, "POST", "/withdrawal", {}).status == 202
    return held


def _closed(system: System) -> FiledCase:
    held = claimed(system)
    lawyer = system.file(person(11, requester=LAWYER))
    check(system, OFFICER, held.case_id, receipt=lawyer["receipt"], authority="g28")
    decide(system, OFFICER, held.case_id, outcome="declined")
    assert system.on(lawyer, "POST", "/escalation", {"statement": "x"}).status == 202
    system.pump()
    system.work(OFFICIAL, held.case_id, "claim")
    decide(system, OFFICIAL, held.case_id, outcome="uphold")
    return held


STATES = {
    "received": _received,
    "in_line": file_case,
    "in_review": claimed,
    "decided": _decided,
    "withdrawn": _withdrawn,
    "closed": _closed,
}


@pytest.mark.parametrize("status", STATES)
def test_a_requester_can_be_verified_in_every_state(system: System, status: str) -> None:
    held = STATES[status](system)
    assert system.case_of(held.filed).status == status
    answer = check(system, COLLEAGUE, held.case_id, receipt=held.receipt)
    assert (answer["rights"], answer["status"]) == (True, status)
    again = check(system, COLLEAGUE, held.case_id, receipt=held.receipt)
    assert (again["rights"], again["case_version"]) == (True, answer["case_version"]), "nothing changes"


def test_a_case_without_pending_work_gets_none_by_a_verification(system: System) -> None:
    held = _decided(system)
    check(system, COLLEAGUE, held.case_id, receipt=held.receipt)
    case = system.case_of(held.filed)
    assert (case.rank_at, case.verify_by) == (None, None)


def test_a_verification_is_material_to_a_decision(system: System) -> None:
    held = claimed(system)
    version = read(system, OFFICER, held.case_id)["case_version"]
    check(system, COLLEAGUE, held.case_id, receipt=held.receipt)
    system.pump()
    given = {
        "outcome": "granted",
        "granted": granted("granted"),
        **reasons("x"),
        "internal_reasons": "x",
        "factors": [],
        "policy": system.policy_id(),
        "case_version": version,
    }
    answer = post(system, OFFICER, held.case_id, "decision", given)
    assert (answer.status, answer.json()["type"]) == (409, "/problems/moved")


def test_the_decider_is_told_who_will_learn(system: System) -> None:
    held = claimed(system)
    sister = system.file(person(11, requester=SISTER))
    system.pump()
    check(system, OFFICER, held.case_id, receipt=held.receipt)
    system.pump()
    answer = decide(system, OFFICER, held.case_id)
    assert (answer["will_learn"], answer["will_not_learn"]) == ([held.receipt], [sister["receipt"]])


# ---- whose office


def _joined_elsewhere(system: System) -> tuple[FiledCase, dict[str, Any]]:
    """Return a case at Atlanta, and a lawyer's request that joined it, whose answer named El Paso."""
    held = file_case(system)
    lawyer = system.file(person(11, requester=LAWYER, facts={"facility": "EPC"}))
    system.pump()
    assert (lawyer["field_office"], system.case_of(lawyer).office) == ("ELP", "ATL")
    return held, lawyer


def test_the_office_that_the_answer_named_reads_the_case_and_verifies_its_requester(system: System) -> None:
    held, lawyer = _joined_elsewhere(system)
    assert read(system, ELSEWHERE, held.case_id)["case_id"] == held.case_id
    answer = check(system, ELSEWHERE, held.case_id, receipt=lawyer["receipt"], authority="g28")
    assert answer["rights"]
    assert system.staff(ELSEWHERE, "GET", f"/staff/cases/{held.case_id}").status == 404, "nothing is left to do"


def test_that_office_does_nothing_else(system: System) -> None:
    held, lawyer = _joined_elsewhere(system)
    own = {"receipt": held.receipt, "identity": True, **CONFIRMED}
    answer = post(system, ELSEWHERE, held.case_id, "verifications", own)
    assert (answer.status, answer.json()["errors"][0]["code"]) == (403, "other_office")
    facts = {"facts": {"pregnant": True}, "verdict": "confirmed", "why": "x"}
    assert post(system, ELSEWHERE, held.case_id, "verifications", facts).status == 409, "the claim is required"
    for what, given in (
        ("claim", {}),
        ("reissue-code", {"receipt": lawyer["receipt"], "proof": "document", "why": "x"}),
        ("freeze", {"receipt": lawyer["receipt"], "why": "x"}),
        ("removal", {"removed_at": "2026-01-01", "why": "x"}),
        ("split", {"receipt": lawyer["receipt"], "why": "x"}),
    ):
        assert post(system, ELSEWHERE, held.case_id, what, given).status == 404


def test_the_field_office_verifies_while_the_case_is_with_the_official(system: System) -> None:
    held = claimed(system)
    lawyer = system.file(person(11, requester=LAWYER))
    check(system, OFFICER, held.case_id, receipt=held.receipt)
    decide(system, OFFICER, held.case_id, outcome="declined")
    system.on(held.filed, "POST", "/escalation", {"statement": "x"})
    assert read(system, OFFICER, held.case_id)["status"] == "with_senior_official"
    assert check(system, OFFICER, held.case_id, receipt=lawyer["receipt"], authority="g28")["rights"]


def test_the_official_verifies_in_the_own_queue(system: System) -> None:
    held = claimed(system)
    lawyer = system.file(person(11, requester=LAWYER))
    check(system, OFFICER, held.case_id, receipt=held.receipt)
    decide(system, OFFICER, held.case_id, outcome="declined")
    given = {"receipt": lawyer["receipt"], "authority": "g28", **CONFIRMED}
    assert post(system, OFFICIAL, held.case_id, "verifications", given).status == 404
    system.on(held.filed, "POST", "/escalation", {"statement": "x"})
    assert check(system, OFFICIAL, held.case_id, receipt=lawyer["receipt"], authority="g28")["rights"]


# ---- a clock for who is not verified


def test_a_missed_verification_is_counted_once(system: System, capfd: pytest.CaptureFixture[str]) -> None:
    filed = system.file(person(11, facts=AT_HOME))
    system.pump()
    due = stored(system, filed["receipt"]).verify_by
    assert due is not None
    system.time = due
    system.settle(4)
    assert capfd.readouterr().out.count("VerificationMissed") == 2, "the name, and its value, of one metric"


def test_a_withdrawn_request_counts_as_no_missed_verification(
    system: System, capfd: pytest.CaptureFixture[str]
) -> None:
    held = file_case(system, facts=AT_HOME)
    due = stored(system, held.receipt).verify_by
    assert due is not None
    system.on(held.filed, "POST", "/withdrawal", {})
    system.time = due
    system.settle(4)
    assert "VerificationMissed" not in capfd.readouterr().out


# ---- the guard of the person goes to the right case


def _twenty_strangers(system: System) -> tuple[Case, FiledCase]:
    """Return the case of twenty strangers who use an A-number, and that of the person, beside it."""
    contacts = [{"email": f"s{number}@example.org"} for number in range(20)]
    filed = [system.file(person(11, requester={**SISTER, "contact": contact})) for contact in contacts]
    hers = file_case(system)
    strangers = system.case_of(filed[0])
    assert (system.case_of(hers.filed).apart_from, strangers.person) == (strangers.person, strangers.person)
    return strangers, hers


def test_the_guard_moves_to_the_case_of_the_person_who_is_verified(system: System) -> None:
    strangers, hers = _twenty_strangers(system)
    assert "many_requests" in item(system, hers.case_id)["flags"]
    check(system, OFFICER, hers.case_id, receipt=hers.receipt)
    system.pump()
    own, other = system.case_of(hers.filed), system.read(Case, keys.case(strangers.case_id))
    assert (own.person, own.apart_from, own.over_limit) == (strangers.person, None, False)
    assert (other.person, other.apart_from) == (None, strangers.person)
    (guard,) = system.guards
    assert guard.case == own.case_id
    assert system.history(other)[-1].kind in {"guard_moved", "ranked"}
    assert own.case_id not in str(system.history(other)), "it names no other case"
    lawyer = system.file(person(11, requester=LAWYER))
    assert system.case_of(lawyer).case_id == own.case_id
    assert "many_requests" not in item(system, own.case_id)["flags"]


def test_the_guard_stays_where_somebody_is_verified(system: System) -> None:
    strangers, hers = _twenty_strangers(system)
    first = min((one for one in system.requests if one.case_id == strangers.case_id), key=lambda one: one.received_at)
    check(system, OFFICER, strangers.case_id, receipt=first.receipt, authority="form_60_001")
    check(system, OFFICER, hers.case_id, receipt=hers.receipt)
    (guard,) = system.guards
    assert guard.case == strangers.case_id


def test_a_free_guard_is_taken(system: System) -> None:
    strangers, hers = _twenty_strangers(system)
    system.work(SUPERVISOR, strangers.case_id, "claim")
    decide(system, SUPERVISOR, strangers.case_id)
    assert system.guards == []
    verify(system, OFFICER, hers.case_id, receipt=hers.receipt, identity=True)
    (guard,) = system.guards
    assert guard.case == hers.case_id
