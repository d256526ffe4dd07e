"""What staff and requesters do between two steps of somebody else."""

from __future__ import annotations

from tests.integration.review.office import OFFICER, POLICY_A, claimed, decide, post, read
from tests.system import System, body


def test_what_waits_for_its_approval_is_not_decided_again(system: System) -> None:
    system.time = POLICY_A
    held = claimed(system)
    decide(system, OFFICER, held.case_id, outcome="declined")
    found = read(system, OFFICER, held.case_id)
    again = {
        "outcome": "granted",
        "reasons_for_requester": "x",
        "internal_reasons": "x",
        "factors": [],
        "policy": found["policy"],
        "case_version": found["case_version"],
    }
    assert post(system, OFFICER, held.case_id, "decision", again).status == 409
    assert read(system, OFFICER, held.case_id)["status"] == "awaiting_approval"


def test_a_late_first_look_leaves_nothing_to_be_ranked(system: System) -> None:
    filed = system.file(body())
    system.pump()
    system.later(days=15)
    system.settle(3)
    system.work(OFFICER, system.case_of(filed).case_id, "claim")
    before = system.case_of(filed)
    system.intake.hint_rank(before)
    system.pump()
    assert system.case_of(filed) == before
