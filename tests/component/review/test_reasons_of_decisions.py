"""The reasons of a decision: about which facts, in which language, with what granted, and what nobody knows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.support.bodies import reasons
from tests.support.staff import OFFICER, SWITCH, claimed, decide, decision, post, verify
from tests.support.system import System

SERIOUS: dict[str, Any] = {"convictions": [{"kind": "felony", "convicted_on": "2015-03-04", "sentence_months": 24}]}


@pytest.fixture(autouse=True)
def _with_factors(system: System) -> None:
    """Decide under the guidelines of 30 September 2021, which name factors."""
    system.time = SWITCH + timedelta(days=1)


def faults(system: System, case_id: str, **changes: Any) -> list[tuple[str, str]]:  # noqa: ANN401  # any field
    given = decision(system, OFFICER, case_id, outcome="declined", **changes)
    answer = post(system, OFFICER, case_id, "decision", given)
    assert answer.status in {200, 422}, answer.body
    return [(fault["pointer"], fault["code"]) for fault in answer.json().get("errors", [])]


def test_the_requester_reads_each_reason_in_its_language(system: System) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    several = [{"about": "custody", "text": "Uno."}, {"about": None, "text": "Dos."}]
    decide(system, OFFICER, held.case_id, outcome="moot", reasons=several, language="es")
    shown = system.look_up(held.filed)["decision"]
    assert (shown["reasons"], shown["language"], shown["granted"]) == (["Uno.", "Dos."], "es", [])


def test_a_decline_needs_a_reason_about_a_fact(system: System) -> None:
    held = claimed(system)
    about_nothing = [{"about": None, "text": "No."}]
    assert faults(system, held.case_id, reasons=about_nothing) == [("/reasons", "reason_about_fact_required")]
    factor = [{"about": "health", "text": "No."}]
    assert faults(system, held.case_id, reasons=factor) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"reasons": [{"about": "nonsense", "text": "x"}]}, ("/reasons/0/about", "unknown_subject")),
        ({"unknowns": [{"factor": "luck", "how": "asked", "why": "x"}]}, ("/unknowns/0/factor", "unknown_factor")),
        ({"factors": ["luck"]}, ("/factors/0", "unknown_factor")),
    ],
)
def test_what_a_decision_names_must_exist(system: System, changes: dict[str, Any], fault: tuple[str, str]) -> None:
    assert fault in faults(system, claimed(system).case_id, **changes)


def test_a_decline_says_of_each_factor_on_which_nothing_is_known_what_was_done(system: System) -> None:
    held = claimed(system, facts={"serious_illness": True})
    ranking = system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}/ranking").json()
    unknown = {factor["rule"] for factor in ranking["unknown_factors"]}
    assert unknown
    assert "health" not in unknown
    found = faults(system, held.case_id, unknowns=[])
    assert found == [("/unknowns", "unknown_factor_left_open")] * len(unknown)
    answered = [{"factor": name, "how": "not_needed", "why": "Nothing points to it."} for name in sorted(unknown)]
    assert faults(system, held.case_id, unknowns=answered) == []


def test_a_grant_needs_no_word_on_what_nobody_knows(system: System) -> None:
    held = claimed(system)
    assert decide(system, OFFICER, held.case_id, unknowns=[])["status"] == "decided"


def test_no_decline_rests_on_unverified_words_against_the_person_alone(system: System) -> None:
    held = claimed(system, facts=SERIOUS)
    alone = [{"about": "convictions", "text": "The conviction."}]
    assert faults(system, held.case_id, reasons=alone) == [("/reasons", "unverified_alone")]
    verify(system, OFFICER, held.case_id, facts=SERIOUS)
    assert faults(system, held.case_id, reasons=alone) == []


def test_what_a_verified_holder_says_can_carry_a_decline(system: System) -> None:
    held = claimed(system, facts=SERIOUS)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    alone = [{"about": "convictions", "text": "The conviction."}]
    assert faults(system, held.case_id, reasons=alone) == []


def test_another_reason_beside_an_unverified_one_is_enough(system: System) -> None:
    held = claimed(system, facts=SERIOUS)
    both = [{"about": "convictions", "text": "The conviction."}, {"about": "custody", "text": "And more."}]
    assert faults(system, held.case_id, reasons=both) == []


def test_a_decision_without_reasons_or_language_is_refused(system: System) -> None:
    held = claimed(system)
    given = decision(system, OFFICER, held.case_id, **{**reasons("x"), "reasons": [], "language": "no tongue"})
    answer = post(system, OFFICER, held.case_id, "decision", given)
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {"/reasons", "/language"}


@pytest.mark.parametrize("outcome", ["granted", "granted_in_part"])
def test_an_outcome_that_grants_something_says_what(system: System, outcome: str) -> None:
    held = claimed(system)
    given = decision(system, OFFICER, held.case_id, outcome=outcome, granted=[])
    answer = post(system, OFFICER, held.case_id, "decision", given)
    assert (answer.status, answer.json()["errors"][0]["code"]) == (422, "grants_required")
    assert answer.json()["errors"][0]["pointer"] == "/granted"
    assert system.case_of(held.filed).status == "in_review"


@pytest.mark.parametrize("outcome", ["declined", "referred", "moot"])
def test_an_outcome_that_grants_nothing_has_no_grants(system: System, outcome: str) -> None:
    held = claimed(system)
    given = decision(system, OFFICER, held.case_id, outcome=outcome, granted=[{"what": "release"}])
    answer = post(system, OFFICER, held.case_id, "decision", given)
    assert (answer.status, answer.json()["errors"][0]["code"]) == (422, "grants_not_available")
    assert answer.json()["errors"][0]["pointer"] == "/granted"


def test_the_same_is_not_granted_twice(system: System) -> None:
    held = claimed(system)
    twice = decision(system, OFFICER, held.case_id, granted=[{"what": "release"}, {"what": "release"}])
    answer = post(system, OFFICER, held.case_id, "decision", twice)
    assert (answer.status, answer.json()["errors"][0]["code"]) == (422, "granted_twice")
    others = [{"what": "other", "conditions": "A visit."}, {"what": "other", "conditions": "A letter."}]
    assert decide(system, OFFICER, held.case_id, granted=others)["status"] == "decided"
