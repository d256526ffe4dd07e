"""Whatever many threads do to few cases, it happened as if one after the other, and as each of them was told."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from random import Random

import pytest

from prioritize.worker import rank_case
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally
from tests.support.races.history import Operation, Recorder
from tests.support.races.linearizability import Run, check_run
from tests.support.races.matters import matter
from tests.support.races.operations import do
from tests.support.races.staff import BEFORE_THE_SWITCH, checked
from tests.support.races.threads import at_once
from tests.support.system import System

pytestmark = [pytest.mark.dynamodb_local, pytest.mark.proof(2), pytest.mark.timeout(900)]
ROUNDS = sized(3, 40)
THREADS = 6
EACH = 8
"""Operations of a thread in one phase."""


def finished(recorder: Recorder, people: dict[str | None, int], began: datetime) -> Run:
    """Return the run with the histories that it left; a person's later cases are known by the same MAC."""
    now = checked(recorder.system)
    of = {case_id: people[case.person] for case_id, case in now.cases.items() if case.person in people}
    return Run(recorder.operations, {case_id: now.history(case_id) for case_id in now.cases}, began, of)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_run_of_many_threads_is_one_in_which_each_acted_in_turn(system: System, tally: Tally, number: int) -> None:
    system.time += BEFORE_THE_SWITCH
    cases = [matter(system, each) for each in range(2)]
    people = {system.case_of(case.opener).person: case.number for case in cases}
    system.later(minutes=2)
    recorder, began = Recorder(system), system.time

    def act(thread: int, phase: int) -> list[Operation]:
        chance = Random(f"{number}|{phase}|{thread}")  # noqa: S311  # no secret
        return [do(recorder, chance.choice(cases), chance) for _ in range(EACH)]

    with recorder.dying():
        for phase in range(2):
            at_once([partial(act, thread, phase) for thread in range(THREADS)])
            system.later(hours=9)
    run = finished(recorder, people, began)
    run.people |= {case.case_id: case.number for case in cases}
    check_run(run, tally, f"round {number}")
    for case in system.cases:
        rank_case(system.prioritize, case.case_id)
    checked(system)
