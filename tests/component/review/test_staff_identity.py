"""Staff are known by the subject of their token: a user name that is given to another person gives nothing else."""

from __future__ import annotations

import pytest

from casereview.schema.office_records import Officer
from casereview.schema.records import Case
from casereview.store import keys
from tests.support.staff import (
    OFFICER,
    POLICY_A,
    SUPERVISOR,
    claimed,
    decide,
    decision,
    file_case,
    item,
    post,
    verify,
    worklist,
)
from tests.support.standing import recognized
from tests.support.system import Staff, System

RECREATED = Staff("omar", "officer,supervisor", sub="another")
"""Another person, who was given the user name when its account was deleted."""
RENAMED = Staff("omar.new", sub=OFFICER.id)
"""The same person under another user name."""


def test_the_user_name_is_shown(system: System) -> None:
    held = claimed(system)
    assert item(system, held.case_id)["claimed_by"] == "omar"
    case = system.case_of(held.filed)
    assert case.hold is not None
    assert (case.hold.by, case.hold.by_id, case.reviewers) == ("omar", OFFICER.id, (OFFICER.id,))
    event = system.history(case)[-1]
    assert (event.user, event.user_id) == ("omar", OFFICER.id)
    assert OFFICER.id not in str(worklist(system))


def test_a_recreated_name_inherits_no_claim(system: System) -> None:
    held = claimed(system)
    given = {"facts": {"pregnant": True}, "verdict": "confirmed", "why": "x"}
    assert post(system, RECREATED, held.case_id, "verifications", given).status == 409
    assert post(system, RECREATED, held.case_id, "claim").json()["type"] == "/problems/already-claimed"
    sent = decision(system, RECREATED, held.case_id)
    assert post(system, RECREATED, held.case_id, "decision", sent).json()["type"] == "/problems/claim-required"
    assert system.work(RENAMED, held.case_id, "claim")["claimed_by"] == "omar", "it is their own"
    assert post(system, RENAMED, held.case_id, "verifications", given).status == 200


def test_claims_are_counted_by_person(system: System) -> None:
    held = claimed(system)
    other = file_case(system, 12)
    system.work(RECREATED, other.case_id, "claim")
    assert [system.read(Officer, keys.officer(user.id)).claims for user in (OFFICER, RECREATED)] == [1, 1]
    system.work(RENAMED, held.case_id, "release")
    assert system.read(Officer, keys.officer(OFFICER.id)).claims == 0


def test_nobody_approves_their_own_decision_under_another_name(system: System) -> None:
    system.time = POLICY_A
    author = Staff("sue", "officer,supervisor")
    held = claimed(system, by=author)
    decide(system, author, held.case_id, outcome="declined")
    renamed = Staff("susan", "supervisor", sub=author.id)
    yes = {"approve": True, "why": "x"}
    assert post(system, renamed, held.case_id, "approval", yes).json()["type"] == "/problems/own-decision"
    namesake = Staff("sue", "supervisor", sub="another")
    assert post(system, namesake, held.case_id, "approval", yes).status == 200


def test_a_reviewer_does_not_review_again_as_official_under_another_name(system: System) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    decide(system, OFFICER, held.case_id, outcome="declined")
    system.on(held.filed, "POST", "/escalation", {"statement": "x"})
    system.pump()
    promoted = Staff("omar.new", "sro", None, sub=OFFICER.id)
    assert post(system, promoted, held.case_id, "claim").status == 403


# ---- what the release before has stored: user names alone


def _of_old_release(system: System, case: Case) -> None:
    """Store a claimed or decided case as the release before did."""
    system.tamper(keys.case(case.case_id), claimed_by_id=None, decided_by_id=None, reviewers=["omar"])


def test_a_claim_of_the_release_before_is_known_by_the_user_name(system: System) -> None:
    held = claimed(system)
    _of_old_release(system, system.case_of(held.filed))
    assert post(system, Staff("olga"), held.case_id, "release").status == 409
    assert system.work(OFFICER, held.case_id, "release")["claimed_by"] is None


def test_a_claim_of_the_release_before_is_counted_at_the_user_name(system: System) -> None:
    held = claimed(system)
    _of_old_release(system, system.case_of(held.filed))
    system.work(OFFICER, held.case_id, "release")
    assert system.read(Officer, keys.officer("omar")).claims == -1, "where that release counted it"
    assert system.read(Officer, keys.officer(OFFICER.id)).claims == 1


@pytest.mark.parametrize("user", [SUPERVISOR, Staff("omar", "sro", None)])
def test_a_reviewer_of_the_release_before_is_known_by_the_user_name(system: System, user: Staff) -> None:
    held = claimed(system)
    recognized(system, held.filed)
    decide(system, OFFICER, held.case_id, outcome="declined")
    _of_old_release(system, system.case_of(held.filed))
    system.on(held.filed, "POST", "/escalation", {"statement": "x"})
    system.pump()
    official = Staff(user.user, "sro", None, sub="another")
    assert post(system, official, held.case_id, "claim").status == (403 if user.user == "omar" else 200)
