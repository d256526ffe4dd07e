"""A decision is a human's, on the case and the policy as they are now, and told to those whom it may be told."""

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
    item,
    matter,
    person,
    post,
    read,
    verify,
)
from tests.support.system import System


def test_a_decision_names_what_it_rests_on_and_frees_the_person_to_file_anew(system: System) -> None:
    held = claimed(system)
    given = decision(system, OFFICER, held.case_id)
    assert system.work(OFFICER, held.case_id, "decision", given)["status"] == "decided"
    event = system.history(system.case_of(held.filed))[-1]
    assert (event.kind, event.user) == ("decided", "omar")
    assert event.details == {name: given[name] for name in ("outcome", "factors", "policy", "case_version")}
    assert system.all(Guard, "OPEN") == []
    assert system.case_of(system.file(person(11))).case_id != held.case_id


def test_reasons_lie_nowhere_open_and_internal_ones_reach_no_requester(system: System) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    words = {"reasons_for_requester": "Because of Mirabel.", "internal_reasons": "Because of Tremblant."}
    decide(system, OFFICER, held.case_id, **words)
    told = system.look_up(held.filed)
    assert told["decision"]["reasons"] == "Because of Mirabel."
    assert "Tremblant" not in str(told)
    assert "Mirabel" not in str(system.items()) + str(system.outbox())
    assert "Tremblant" not in str(system.items()) + str(system.outbox())
    assert "Tremblant" in str(read(system, COLLEAGUE, held.case_id)["statements"])


def test_the_decision_itself_shows_only_to_the_verified_and_a_third_party_learns_nothing(system: System) -> None:
    held = claimed(system)
    sister = system.file(person(11, requester=SISTER))
    system.pump()
    before = system.look_up(sister)
    sent = len(system.outbox())
    decide(system, OFFICER, held.case_id)
    told = system.look_up(held.filed)
    assert (told["status"], told["decision"]) == ("decided", None)
    assert system.look_up(sister) == before
    assert [mail.to for mail in system.outbox()[sent:]] == ["ana@example.org"]


def test_a_decision_on_a_case_that_has_moved_is_refused_and_the_case_ranked_again(system: System) -> None:
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


def test_after_a_switch_the_case_is_ranked_again_before_it_can_be_decided(system: System) -> None:
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
def test_a_field_office_has_its_own_outcomes(system: System, outcome: str | None) -> None:
    held = claimed(system)
    assert (
        post(system, OFFICER, held.case_id, "decision", decision(system, OFFICER, held.case_id, outcome=outcome)).status
        == 422
    )


@pytest.mark.parametrize("outcome", ["granted", "granted_in_part", "declined", "referred", "moot"])
def test_each_outcome_of_a_field_office_is_final_where_no_approval_is_asked_for(system: System, outcome: str) -> None:
    held = claimed(system)
    assert decide(system, OFFICER, held.case_id, outcome=outcome)["status"] == "decided"
    assert read(system, OFFICER, held.case_id)["outcome"] == outcome


def test_nobody_records_a_withdrawal_that_nobody_made(system: System) -> None:
    held = claimed(system)
    given = decision(system, OFFICER, held.case_id, outcome="withdrawn")
    assert post(system, OFFICER, held.case_id, "decision", given).status == 409


def test_factors_are_those_of_the_policy_in_force(system: System) -> None:
    system.time = POLICY_A
    held = claimed(system)
    wrong = decision(system, OFFICER, held.case_id, factors=["health", "advanced_age", "eye_colour"])
    answer = post(system, OFFICER, held.case_id, "decision", wrong)
    assert answer.status == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/factors/1", "/factors/2"]
    decide(system, OFFICER, held.case_id, factors=["health", "family_impact"])
    assert system.history(system.case_of(held.filed))[-1].details["factors"] == ["health", "family_impact"]


def test_only_who_holds_the_case_decides(system: System) -> None:
    held = claimed(system)
    given = decision(system, OFFICER, held.case_id)
    assert post(system, COLLEAGUE, held.case_id, "decision", given).status == 409
    assert post(system, SUPERVISOR, held.case_id, "decision", given).status == 409
    unclaimed = matter(system, 12)
    assert (
        post(system, OFFICER, unclaimed.case_id, "decision", decision(system, OFFICER, unclaimed.case_id)).status == 409
    )


@pytest.mark.parametrize(
    "missing", ["outcome", "reasons_for_requester", "internal_reasons", "factors", "policy", "case_version"]
)
def test_a_decision_lacks_nothing(system: System, missing: str) -> None:
    held = claimed(system)
    given = decision(system, OFFICER, held.case_id)
    del given[missing]
    assert post(system, OFFICER, held.case_id, "decision", given).status == 422


# ---- a claim of US citizenship


def test_a_claim_of_citizenship_is_referred_or_settled_before_anything_else(system: System) -> None:
    held = claimed(system, facts={"claims_us_citizenship": True})
    for outcome in ("declined", "granted", "moot"):
        given = decision(system, OFFICER, held.case_id, outcome=outcome)
        assert post(system, OFFICER, held.case_id, "decision", given).status == 409
    assert "citizenship_claim" in item(system, held.case_id)["flags"]
    assert decide(system, OFFICER, held.case_id, outcome="referred")["status"] == "decided"


def test_a_settled_claim_of_citizenship_stands_in_nobodys_way(system: System) -> None:
    held = claimed(system, facts={"claims_us_citizenship": True})
    verify(system, OFFICER, held.case_id, facts={"claims_us_citizenship": True}, verdict="refuted")
    assert decide(system, OFFICER, held.case_id, outcome="declined")["status"] == "decided"


@pytest.mark.parametrize("outcome", ["declined", "granted", "granted_in_part", "moot"])
def test_a_confirmed_claim_of_citizenship_is_referred_and_nothing_else(system: System, outcome: str) -> None:
    system.time = POLICY_A
    held = claimed(system, facts={"claims_us_citizenship": True})
    verify(system, OFFICER, held.case_id, facts={"claims_us_citizenship": True})
    given = decision(system, OFFICER, held.case_id, outcome=outcome)
    answer = post(system, OFFICER, held.case_id, "decision", given)
    assert answer.status == 409
    assert "must be referred" in answer.body
    assert decide(system, OFFICER, held.case_id, outcome="referred")["status"] == "decided"


def test_citizenship_that_an_officer_found_unclaimed_is_referred_as_well(system: System) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, facts={"claims_us_citizenship": True})
    given = decision(system, OFFICER, held.case_id, outcome="declined")
    assert post(system, OFFICER, held.case_id, "decision", given).status == 409


def test_a_claim_of_citizenship_that_an_officer_settled_as_false_stands_in_nobodys_way(system: System) -> None:
    held = claimed(system, facts={"claims_us_citizenship": True})
    verify(system, OFFICER, held.case_id, facts={"claims_us_citizenship": False})
    assert decide(system, OFFICER, held.case_id, outcome="declined")["status"] == "decided"
