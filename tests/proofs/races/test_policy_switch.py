"""What stands between a decision and a policy that comes into force just before it is written: one condition."""

from __future__ import annotations

import pytest

from casereview.http.problems import ProblemError
from casereview.schema.event_records import Event
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.table import Table
from casereview.store.transaction import Check, Condition, Write
from tests.support.policy.drafts import approve, draft, preview_silently, send
from tests.support.proofs.tally import Tally
from tests.support.races.policy_switch import check_decisions, deciding, own, watched
from tests.support.system import Staff, System, body
from tests.support.writes import record_of

OMAR = Staff("omar")
pytestmark = [pytest.mark.moto, pytest.mark.proof(2)]


def decide_as_the_policy_changes(system: System) -> tuple[object, Tally]:
    """Have a policy come into force after a decision has read everything, and before it is written."""
    filed = system.file(body())
    system.pump()
    system.sweep()
    case_id = system.case_of(filed).case_id
    system.work(OMAR, case_id, "claim")
    send(system, draft("next"))
    preview_silently(system, "next")
    system.later(seconds=1)
    desk, case, waiting = own(system)[0], system.read(Case, keys.case(case_id)), [True]

    def overtaken(table: Table, *writes: Write) -> None:
        if waiting and any(isinstance(record, Event) and record.kind == "decided" for record in map(record_of, writes)):
            waiting.pop()
            approve(system, "next")
        write(table, *writes)

    tally, write = Tally(), Table.write
    outcome: object = None
    with watched() as took, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Table, "write", overtaken)
        try:
            outcome = deciding(desk, OMAR, case)
        except ProblemError as problem:
            outcome = problem.status
    assert not waiting
    check_decisions(took, tally, "one")
    return outcome, tally


def test_a_decision_that_a_switch_overtakes_is_refused(system: System) -> None:
    outcome, tally = decide_as_the_policy_changes(system)
    assert outcome == 409
    assert (tally.tried, tally.violations) == (0, [])


@pytest.mark.breaks
def test_without_the_condition_on_the_policy_in_force_it_is_found(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = Check(keys.IN_FORCE, Condition({"schema": 1}))
    monkeypatch.setattr("review.cases.decision.check_in_force", lambda _policy: none)
    outcome, tally = decide_as_the_policy_changes(system)
    assert isinstance(outcome, Case)
    (found,) = tally.violations
    assert "in force was next" in found
