"""Decisions: made on the current case and policy, and disclosed to verified requesters only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casereview.schema.records import Guard
from tests.support.bodies import reasons
from tests.support.staff import (
    AT_HOME,
    COLLEAGUE,
    LAWYER,
    OFFICER,
    POLICY_A,
    SISTER,
    SUPERVISOR,
    SWITCH,
    claimed,
    decide,
    decision,
    file_case,
    item,
    person,
    post,
    read,
    statements,
    verify,
)
from tests.support.system import System


def test_a_decision_records_its_basis_and_deletes_the_guard(system: System) -> None:
    held = claimed(system)
    given = decision(system, OFFICER, held.case_id)
    assert system.work(OFFICER, held.case_id, "decision", given)["status"] == "decided"
    event = system.history(system.case_of(held.filed))[-1]
    assert (event.kind, event.user) == ("decided", "omar")
    assert event.details == {name: given[name] for name in ("outcome", "factors", "policy", "case_version")}
    assert system.all(Guard, "OPEN") == []
    assert system.case_of(system.file(person(11))).case_id != held.case_id


def test_reasons_are_sealed_and_internal_reasons_reach_no_requester(system: System) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    words = {**reasons("Because of Mirabel."), "internal_reasons": "Because of Tremblant."}
    decide(system, OFFICER, held.case_id, **words)
    status_read = system.look_up(held.filed)
    assert status_read["decision"]["reasons"] == ["Because of Mirabel."]
    assert "Tremblant" not in str(status_read)
    assert "Mirabel" not in str(system.items()) + str(system.outbox())
    assert "Tremblant" not in str(system.items()) + str(system.outbox())
    assert "Tremblant" in str(statements(system, COLLEAGUE, held.case_id))


def test_a_decision_is_disclosed_only_to_verified_requesters(system: System) -> None:
    held = claimed(system)
    others = [system.file(person(11, requester=requester)) for requester in (SISTER, LAWYER)]
    system.pump()
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    before = [system.look_up(other) for other in others]
    sent = len(system.outbox())
    answer = decide(system, OFFICER, held.case_id)
    assert (answer["will_learn"], sorted(answer["will_not_learn"])) == (
        [held.receipt],
        sorted(other["receipt"] for other in others),
    )
    assert system.look_up(held.filed)["decision"]["outcome"] == "granted"
    assert [system.look_up(other) for other in others] == before
    assert [mail.to for mail in system.outbox()[sent:]] == ["ana@example.org"]


def test_a_verified_third_party_sees_the_decision_and_nothing_else_of_the_case(system: System) -> None:
    held = claimed(system, requester=SISTER, facts=AT_HOME)
    system.file(person(11, requester=LAWYER, facts={"removal_soon": True}))
    system.pump()
    verify(system, OFFICER, held.case_id, receipt=held.receipt, authority="form_60_001")
    assert system.case_of(held.filed).lane == "imminent_removal"
    shown = system.look_up(held.filed)
    assert (shown["status"], shown["disclosure"], shown["lane"]) == ("in_review", "limited", "other")
    assert (shown["people_ahead"], shown["asked_for"], shown["decision"]) == (None, [], None)
    decide(system, OFFICER, held.case_id, **reasons("You have family here."))
    shown = system.look_up(held.filed)
    assert (shown["status"], shown["disclosure"], shown["lane"]) == ("decided", "limited", "other")
    assert (shown["decision"]["outcome"], shown["decision"]["by"]) == ("granted", "field_office")
    assert shown["decision"]["reasons"] == ["You have family here."]
    assert system.outbox()[-1].to == "eva@example.org"


# ---- what came since the officer read the case


def _refused(system: System, case_id: str, given: dict[str, Any]) -> bool:
    """Return whether a decision is refused because the case has moved; fail on any other refusal."""
    answer = post(system, OFFICER, case_id, "decision", given)
    assert answer.status == 200 or (answer.status, answer.json()["type"]) == (409, "/problems/moved"), answer.body
    return answer.status != 200


@pytest.mark.parametrize("ranked", [False, True], ids=["at once", "after ranking"])
@pytest.mark.parametrize("joins", [False, True], ids=["of the case", "who joins"])
@pytest.mark.parametrize(
    "said", [{"statement": "."}, {"facts": {"serious_illness": True}}, {"facts": {"convictions": []}}]
)
def test_what_a_stranger_says_refuses_no_decision(
    system: System,
    said: dict[str, Any],
    joins: bool,  # noqa: FBT001
    ranked: bool,  # noqa: FBT001
) -> None:
    """C2: an officer reads, a stranger sends one character, the officer decides, and was refused each time."""
    held = claimed(system)
    stranger = None if joins else system.file(person(11, requester=SISTER))
    system.later(seconds=1)
    system.work(OFFICER, held.case_id, "claim")
    system.pump()
    given = decision(system, OFFICER, held.case_id)
    system.later(seconds=1)
    stranger = stranger or system.file(person(11, requester=SISTER))
    assert system.on(stranger, "POST", "/updates", said).status == 202
    if ranked:
        system.pump()
    seen = read(system, OFFICER, held.case_id)
    assert seen["case_version"] > given["case_version"]
    assert [words["receipt"] for words in seen["new_words"]] == [stranger["receipt"]]
    assert "new_words" in seen["flags"]
    assert "new_words" in item(system, held.case_id)["flags"]
    assert not _refused(system, held.case_id, given)
    assert read(system, OFFICER, held.case_id)["new_words"] == []


def test_the_words_of_an_unverified_opener_refuse_no_decision(system: System) -> None:
    held = claimed(system)
    given = decision(system, OFFICER, held.case_id)
    system.later(seconds=1)
    system.on(held.filed, "POST", "/updates", {"statement": "One thing more."})
    assert not _refused(system, held.case_id, given)


@pytest.mark.parametrize("ranked", [False, True], ids=["at once", "after ranking"])
def test_a_stranger_who_lifts_the_lane_refuses_a_decision(system: System, ranked: bool) -> None:  # noqa: FBT001
    held = claimed(system)
    stranger = system.file(person(11, requester=SISTER))
    system.pump()
    given = decision(system, OFFICER, held.case_id)
    system.later(seconds=1)
    system.on(stranger, "POST", "/updates", {"facts": {"removal_soon": True}})
    if ranked:
        system.pump()
    assert _refused(system, held.case_id, given)
    system.pump()
    assert read(system, OFFICER, held.case_id)["lane"] == "imminent_removal"
    assert not _refused(system, held.case_id, decision(system, OFFICER, held.case_id))


@pytest.mark.parametrize("then", ["/updates", "/withdrawal"])
@pytest.mark.parametrize("ranked", [False, True], ids=["at once", "after ranking"])
def test_nothing_said_later_hides_that_the_lane_was_lifted(system: System, then: str, ranked: bool) -> None:  # noqa: FBT001
    """A change that ranks the case again, before the lifting words were ranked, does not make them old."""
    held = claimed(system)
    others = [system.file(person(11, requester=SISTER)), system.file(person(11, requester=LAWYER))]
    system.pump()
    given = decision(system, OFFICER, held.case_id)
    system.later(seconds=1)
    system.on(others[0], "POST", "/updates", {"facts": {"removal_soon": True}})
    system.later(seconds=1)
    later = {"contact": {"language": "en"}} if then == "/updates" else {}
    assert system.on(others[1], "POST", then, later).status == 202
    if ranked:
        system.pump()
    assert _refused(system, held.case_id, given)


def test_who_joins_and_lifts_the_lane_refuses_a_decision(system: System) -> None:
    held = claimed(system)
    given = decision(system, OFFICER, held.case_id)
    system.later(seconds=1)
    system.file(person(11, requester=SISTER, facts={"removal_soon": True}))
    assert _refused(system, held.case_id, given)


@pytest.mark.parametrize("said", [{"statement": "One thing more."}, {"facts": {"minor_children": 2}}])
def test_the_words_of_a_verified_requester_refuse_a_decision(system: System, said: dict[str, Any]) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    given = decision(system, OFFICER, held.case_id)
    system.later(seconds=1)
    system.on(held.filed, "POST", "/updates", said)
    assert _refused(system, held.case_id, given)
    system.pump()
    assert system.case_of(held.filed).status == "in_review"
    assert not _refused(system, held.case_id, decision(system, OFFICER, held.case_id))


def test_a_new_contact_of_a_verified_requester_refuses_no_decision(system: System) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    given = decision(system, OFFICER, held.case_id)
    system.on(held.filed, "POST", "/updates", {"contact": {"language": "en"}})
    assert not _refused(system, held.case_id, given)


def test_a_verification_refuses_a_decision(system: System) -> None:
    held = claimed(system)
    sister = system.file(person(11, requester=SISTER))
    system.pump()
    given = decision(system, OFFICER, held.case_id)
    verify(system, COLLEAGUE, held.case_id, receipt=sister["receipt"], authority="form_60_001")
    assert _refused(system, held.case_id, given)


def test_a_removal_refuses_a_decision(system: System) -> None:
    held = claimed(system)
    given = decision(system, OFFICER, held.case_id)
    removed = {"removed_at": "2026-11-20", "why": "Flight list of the day."}
    system.work(OFFICER, held.case_id, "removal", removed)
    assert _refused(system, held.case_id, given)


def test_a_split_refuses_a_decision(system: System) -> None:
    held = claimed(system)
    joined = system.file(person(11, requester=SISTER))
    system.pump()
    given = decision(system, OFFICER, held.case_id)
    system.work(SUPERVISOR, held.case_id, "split", {"receipt": joined["receipt"], "why": "Another Ana."})
    assert _refused(system, held.case_id, given)


def test_a_link_refuses_a_decision(system: System) -> None:
    held = claimed(system)
    nameless = file_case(system, requester=SISTER, subject={"a_number": None})
    given = decision(system, OFFICER, held.case_id)
    system.work(OFFICER, nameless.case_id, "link", {"case_id": held.case_id, "why": "The same."})
    assert _refused(system, held.case_id, given)


def test_a_decision_on_a_version_that_does_not_exist_yet_is_refused(system: System) -> None:
    held = claimed(system)
    given = decision(system, OFFICER, held.case_id)
    assert _refused(system, held.case_id, {**given, "case_version": given["case_version"] + 1})


def test_a_decision_under_another_policy_is_refused(system: System) -> None:
    held = claimed(system)
    given = decision(system, OFFICER, held.case_id)
    for wrong in ("2021-02-18-interim", "nonsense", None):
        assert post(system, OFFICER, held.case_id, "decision", {**given, "policy": wrong}).status == 409


def test_after_a_policy_switch_a_case_must_be_ranked_before_it_can_be_decided(system: System) -> None:
    system.time = SWITCH - timedelta(hours=1)
    held = claimed(system)
    given = decision(system, OFFICER, held.case_id, outcome="granted")
    system.time = SWITCH
    assert post(system, OFFICER, held.case_id, "decision", given).status == 409
    assert post(system, OFFICER, held.case_id, "decision", {**given, "policy": system.policy_id()}).status == 409
    system.settle(3)
    assert read(system, OFFICER, held.case_id)["policy"] == "2021-09-30-guidelines"
    assert decide(system, OFFICER, held.case_id)["status"] == "decided"


@pytest.mark.parametrize("outcome", ["override", "uphold", "remand", "release", "", None])
def test_a_field_office_cannot_use_the_outcomes_of_the_official(system: System, outcome: str | None) -> None:
    held = claimed(system)
    assert (
        post(system, OFFICER, held.case_id, "decision", decision(system, OFFICER, held.case_id, outcome=outcome)).status
        == 422
    )


@pytest.mark.parametrize("outcome", ["granted", "granted_in_part", "declined", "referred", "moot"])
def test_each_outcome_of_a_field_office_is_final_without_a_required_approval(system: System, outcome: str) -> None:
    held = claimed(system)
    assert decide(system, OFFICER, held.case_id, outcome=outcome)["status"] == "decided"
    assert read(system, OFFICER, held.case_id)["outcome"] == outcome


def test_a_withdrawal_cannot_be_confirmed_while_a_request_is_live(system: System) -> None:
    held = claimed(system)
    given = decision(system, OFFICER, held.case_id, outcome="withdrawn")
    assert post(system, OFFICER, held.case_id, "decision", given).status == 409


def test_factors_must_be_factors_of_the_policy_in_force(system: System) -> None:
    system.time = POLICY_A
    held = claimed(system)
    wrong = decision(system, OFFICER, held.case_id, factors=["health", "advanced_age", "eye_colour"])
    answer = post(system, OFFICER, held.case_id, "decision", wrong)
    assert answer.status == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/factors/1", "/factors/2"]
    decide(system, OFFICER, held.case_id, factors=["health", "family_impact"])
    assert system.history(system.case_of(held.filed))[-1].details["factors"] == ["health", "family_impact"]


def test_a_decision_requires_the_claim(system: System) -> None:
    held = claimed(system)
    given = decision(system, OFFICER, held.case_id)
    assert post(system, COLLEAGUE, held.case_id, "decision", given).status == 409
    assert post(system, SUPERVISOR, held.case_id, "decision", given).status == 409
    unclaimed = file_case(system, 12)
    assert (
        post(system, OFFICER, unclaimed.case_id, "decision", decision(system, OFFICER, unclaimed.case_id)).status == 409
    )


@pytest.mark.parametrize(
    "missing", ["outcome", "reasons", "language", "internal_reasons", "factors", "policy", "case_version"]
)
def test_a_decision_requires_every_field(system: System, missing: str) -> None:
    held = claimed(system)
    given = decision(system, OFFICER, held.case_id)
    del given[missing]
    assert post(system, OFFICER, held.case_id, "decision", given).status == 422


# ---- a claim of US citizenship


def test_an_unsettled_claim_of_citizenship_allows_only_a_referral(system: System) -> None:
    held = claimed(system, facts={"claims_us_citizenship": True})
    for outcome in ("declined", "granted", "moot"):
        given = decision(system, OFFICER, held.case_id, outcome=outcome)
        assert post(system, OFFICER, held.case_id, "decision", given).status == 409
    assert "citizenship_claim" in item(system, held.case_id)["flags"]
    assert decide(system, OFFICER, held.case_id, outcome="referred")["status"] == "decided"


def test_a_refuted_claim_of_citizenship_allows_every_outcome(system: System) -> None:
    held = claimed(system, facts={"claims_us_citizenship": True})
    verify(system, OFFICER, held.case_id, facts={"claims_us_citizenship": True}, verdict="refuted")
    assert decide(system, OFFICER, held.case_id, outcome="declined")["status"] == "decided"


@pytest.mark.parametrize("outcome", ["declined", "granted", "granted_in_part", "moot"])
def test_a_confirmed_claim_of_citizenship_allows_only_a_referral(system: System, outcome: str) -> None:
    system.time = POLICY_A
    held = claimed(system, facts={"claims_us_citizenship": True})
    verify(system, OFFICER, held.case_id, facts={"claims_us_citizenship": True})
    given = decision(system, OFFICER, held.case_id, outcome=outcome)
    answer = post(system, OFFICER, held.case_id, "decision", given)
    assert answer.status == 409
    assert "must be referred" in answer.body
    assert decide(system, OFFICER, held.case_id, outcome="referred")["status"] == "decided"


def test_citizenship_that_an_officer_established_without_a_claim_allows_only_a_referral(system: System) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, facts={"claims_us_citizenship": True})
    given = decision(system, OFFICER, held.case_id, outcome="declined")
    assert post(system, OFFICER, held.case_id, "decision", given).status == 409


def test_a_claim_of_citizenship_confirmed_as_false_allows_every_outcome(system: System) -> None:
    held = claimed(system, facts={"claims_us_citizenship": True})
    verify(system, OFFICER, held.case_id, facts={"claims_us_citizenship": False})
    assert decide(system, OFFICER, held.case_id, outcome="declined")["status"] == "decided"
