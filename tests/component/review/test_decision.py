"""Decisions: made on the current case and policy, and disclosed to verified requesters only."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casereview.schema.records import Guard
from tests.support.staff import (
    COLLEAGUE,
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
    words = {"reasons_for_requester": "Because of Mirabel.", "internal_reasons": "Because of Tremblant."}
    decide(system, OFFICER, held.case_id, **words)
    status_read = system.look_up(held.filed)
    assert status_read["decision"]["reasons"] == "Because of Mirabel."
    assert "Tremblant" not in str(status_read)
    assert "Mirabel" not in str(system.items()) + str(system.outbox())
    assert "Tremblant" not in str(system.items()) + str(system.outbox())
    assert "Tremblant" in str(read(system, COLLEAGUE, held.case_id)["statements"])


def test_a_decision_is_disclosed_only_to_verified_requesters(system: System) -> None:
    held = claimed(system)
    sister = system.file(person(11, requester=SISTER))
    system.pump()
    before = system.look_up(sister)
    sent = len(system.outbox())
    decide(system, OFFICER, held.case_id)
    status_read = system.look_up(held.filed)
    assert (status_read["status"], status_read["decision"]) == ("decided", None)
    assert system.look_up(sister) == before
    assert [mail.to for mail in system.outbox()[sent:]] == ["ana@example.org"]


def test_a_decision_on_an_old_version_is_refused_and_the_case_is_ranked_again(system: System) -> None:
    held = claimed(system)
    given = decision(system, OFFICER, held.case_id)
    system.on(held.filed, "POST", "/updates", {"statement": "One thing more."})
    assert post(system, OFFICER, held.case_id, "decision", given).status == 409
    system.pump()
    assert system.case_of(held.filed).status == "in_review"
    assert decide(system, OFFICER, held.case_id)["status"] == "decided"


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
    "missing", ["outcome", "reasons_for_requester", "internal_reasons", "factors", "policy", "case_version"]
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
