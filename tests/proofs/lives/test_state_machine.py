"""Random lives of cases: all actions in random order, with lost and repeated messages; all invariants always hold."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import get_args

import pytest
from hypothesis import HealthCheck, currently_in_test_context, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

import casereview.usecases.file_request
import review.cases.linking
from casereview.cases.lifecycle import LIVE
from casereview.policy.packaged import governing
from casereview.schema.records import Case
from casereview.schema.vocabulary import EventKind
from review.cases.requesters import Learners
from tests.support.controlled_system import ControlledSystem, controlled_system
from tests.support.expected_state import due_times, is_overdue, is_up_to_date
from tests.support.lives.answers import check_nothing_internal
from tests.support.lives.people import INTERNAL, WHY, one
from tests.support.lives.requester_desk import RequesterDesk
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally
from tests.support.system import Answer

STEPS = int(os.environ.get("STEPS", sized("0", "6000")))
"""The total number of steps of a long run, which draws different lives each time; 0 for the short run of fixed lives.

Hypothesis does not draw the fixed ones, because its choices depend on the constants of all loaded modules.
"""
STEPS_PER_RUN = 150 if STEPS else 60
RUNS = STEPS // STEPS_PER_RUN or 18

BEGINNINGS = [
    "2026-11-24T15:00:00+00:00",
    "2021-11-20T15:00:00+00:00",
    "2021-10-01T15:00:00+00:00",
    "2021-11-28T23:30:00+00:00",
    "2022-06-20T12:00:00+00:00",
    "2025-01-18T12:00:00+00:00",
]
"""Times within the interval of a policy, and days just before another policy, or none, comes into force."""
MINUTES = [1, 5, 61, 241, 490, 1440, 4321, 10080, 20161]
MAX_REQUESTS = 16
"""The maximum number of requests in one run."""
MAX_LIVE = 3
"""The most live requests of one case, instead of twenty: others then stand beside it, and the guard can move."""
ACTS = [
    *["file"] * 4,
    *["update"] * 3,
    *["give_contact"] * 2,
    "protect",
    *["mail_bounces"] * 3,
    *["withdraw"] * 2,
    *["undo_withdrawal"] * 2,
    *["escalate"] * 6,
    *["take_next"] * 3,
    *["claim"] * 5,
    *["release"] * 1,
    *["assign", "note", "correct_identity"],
    *["verify_facts"] * 3,
    *["verify_requester"] * 9,
    *["ask"] * 4,
    *["decide"] * 8,
    *["approve"] * 4,
    *["do_duty"] * 4,
    "withdraw_decision",
    *["transfer", "record_removal", "link", "freeze", "answer_withdrawal", "lift_suppression", "file_for_someone"],
    *["split", "reopen", "reissue", "ask_for_proof"] * 2,
    *["correct"] * 3,
    *["pass_time"] * 6,
    *["fire_schedule"] * 4,
    *["deliver_messages"] * 7,
    *["deliver_one_message"] * 4,
]
"""The actions, each as often as its weight; those that require many earlier actions have more weight."""


RARE: set[EventKind] = {
    "approval_given",
    "decision_withdrawn",
    "approved",
    "decision_proposed",
    "decision_returned",
    "guard_moved",
    "official_decided",
    "remanded",
    "resumed",
}
"""Kinds of event that a short run may not reach."""


class FullLife(RequesterDesk):
    """A life with all actions: those of people, and time, the schedule and messages."""

    def pass_time(self, place: int, other: int) -> None:
        """Advance the clock by minutes to weeks."""
        self.world.system.later(minutes=one(place, MINUTES), seconds=other % 60, milliseconds=other % 1000)

    def fire_schedule(self, place: int, _other: int) -> None:
        """Run the sweep, or sometimes the redrive of stuck work or a nightly task."""
        rarely = {0: "redrive", 7: "bands", 14: "usual_wait", 21: "snapshot"}
        self.world.system.duty(rarely.get(place % 28, "sweep"))

    def deliver_messages(self, _place: int, _other: int) -> None:
        """Deliver all messages, and those that are sent in the course of it."""
        self.world.deliver_all()

    def deliver_one_message(self, place: int, other: int) -> None:
        """Deliver a message out of order, twice, or not at all."""
        if self.world.messages:
            message = self.world.messages.pop(place % len(self.world.messages))
            for _ in range(other % 3):
                assert self.world.deliver(message)


class Lives(RuleBasedStateMachine):
    """A state machine that runs one life, and checks all invariants after each action."""

    world: ControlledSystem
    kinds: Counter[EventKind]
    """The events of all runs."""
    tally: Tally
    """Counts the actions."""

    @initialize(beginning=st.sampled_from(BEGINNINGS), salt=st.integers(0, 2**64))
    def begin(self, beginning: str, salt: int) -> None:
        self.salt = salt
        self.life = FullLife(self.world, datetime.fromisoformat(beginning))
        self.world.deliver_all()

    @rule(number=st.integers(0, 2**64))
    def act(self, number: int) -> None:
        """Do a random action; the number is only a seed, because hypothesis prefers small numbers and first choices."""
        chance = Random(f"{self.salt}|{number}")  # noqa: S311  # no secret
        action, place, other = chance.choice(ACTS), chance.randrange(10_000), chance.randrange(10_000)
        if action != "file" or len(self.life.filed) < MAX_REQUESTS:
            if currently_in_test_context():
                note(f"    {action}({place}, {other})")
            self.tally.tried += 1
            getattr(self.life, action)(place, other)

    @invariant()
    def invariants_hold(self) -> None:
        self.life.check()

    def teardown(self) -> None:
        """Run the schedule and the workers until no work is pending, then check that all of it is done."""
        if "life" not in vars(self):
            return  # ``begin`` failed
        for ticks in range(80):
            self.world.deliver_all()
            self.life.check()
            now = self.life.now
            pending = [due for key, due in now.due.items() if self._is_pending(key)]
            if ticks > 1 and not pending and all(switch.ended_at for switch in now.switches):
                break
            self.world.system.duty("redrive")
            self.world.deliver_all()
            at = min((datetime.fromisoformat(due[0]) for due in pending), default=now.at)
            self.world.system.time = max(self.world.system.time, at) + timedelta(seconds=61)
            self.world.system.sweep()
        else:
            raise AssertionError("work is still pending after 80 ticks of the schedule")
        self._check_finished()

    def _is_pending(self, key: tuple[str, str]) -> bool:
        if key[1] != "CASE":
            return True
        case = self.life.now.cases[key[0].removeprefix("CASE#")]
        return case.stuck or any(at <= self.world.system.time for at in due_times(case))

    def _check_finished(self) -> None:
        life, now = self.life, self.life.now
        self.kinds.update(event.kind for case_id in now.cases for event in now.history(case_id))
        for case in now.cases.values():
            assert not case.stuck
            if case.status in LIVE:
                assert case.rank
                assert is_up_to_date(case, now)
                assert case.missed or not is_overdue(case, now), case
                assert case.policy == governing(now.at)[0].id, case
        assert all(notice.state not in {"owed", "sending"} for notice in now.notices.values())
        names = {notice.notice_id for notice in now.notices.values()}
        acknowledged = sorted(receipt for receipt in life.filed if f"acknowledgement-{receipt}" in names)
        assert acknowledged == sorted(life.filed)
        for request in now.requests.values():
            life.look_up(request)
        for case in now.cases.values():
            self.world.system.intake.hint_rank(case)
        self.world.deliver_all()
        again = self.world.snapshot().cases
        written = {case_id: _differ(case, again[case_id]) for case_id, case in now.cases.items()}
        assert not any(written.values()), f"cases that are up to date were written again: {written}"


def _differ(before: Case, after: Case) -> dict[str, tuple[object, object]]:
    return {name: (was, now) for (name, was), (_name, now) in zip(before, after, strict=True) if was != now}


@pytest.fixture(scope="module")
def lives() -> Iterator[type[Lives]]:
    with controlled_system() as found, pytest.MonkeyPatch.context() as patch:
        for module in (casereview.usecases.file_request, review.cases.linking):
            patch.setattr(module, "MAX_LIVE", MAX_LIVE)
        yield type("Lives", (Lives,), {"world": found, "kinds": Counter()})


def run_lives(lives: type[Lives], fixed: int = RUNS) -> None:
    """Run the lives of this run.

    Args:
        lives: The machine.
        fixed: How many fixed lives a short run has at most.

    Raises:
        AssertionError: An invariant does not hold.
    """
    if not STEPS:
        for number in range(fixed):
            _run_fixed_life(lives(), number)
        return
    profile = settings(
        max_examples=RUNS,
        stateful_step_count=STEPS_PER_RUN,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=False,
        database=None,
    )
    run_state_machine_as_test(lives, settings=profile)


def _run_fixed_life(machine: Lives, number: int) -> None:
    """Run the fixed life of a number."""
    chance = Random(number)  # noqa: S311  # no secret
    machine.begin(beginning=BEGINNINGS[number % len(BEGINNINGS)], salt=number)
    machine.invariants_hold()
    for _ in range(STEPS_PER_RUN):
        machine.act(number=chance.getrandbits(64))
        machine.invariants_hold()
    machine.teardown()


@pytest.mark.proof(1)
@pytest.mark.proof(3)
@pytest.mark.timeout(0 if STEPS else 600)
def test_all_invariants_hold_after_each_action_in_any_order(lives: type[Lives], tally: Tally) -> None:
    lives.tally = tally
    run_lives(lives)
    assert set(get_args(EventKind)) - lives.kinds.keys() <= RARE, "a kind of event never occurred"


def test_internal_text_in_an_answer_to_a_requester_is_found() -> None:
    for text in (INTERNAL, WHY, '"omar"'):
        with pytest.raises(AssertionError):
            check_nothing_internal(Answer(200, "application/json", text))


DEFECTS: dict[str, dict[str, object]] = {
    "a released case stays counted": {"review.cases.lease.uncount_claim": lambda _case: ()},
    "a guard outlives its case": {"review.cases.final_decision.released_guards": lambda _case: ()},
    "every requester sees everything": {
        "casereview.usecases.status.view_of": lambda _request: "case",
        "casereview.usecases.status.shown_to": lambda _request, case: case,
    },
    "a restricted case is shown to a holder that one officer verified": {
        "casereview.usecases.status.shown_to": lambda _request, case: case
    },
    "one officer verifies where it takes two": {
        "casereview.cases.requester_checks.needs_second": lambda _request, _file: False
    },
    "one officer refutes": {"casereview.cases.requester_checks.pending_refutation": lambda _request: None},
    "a holder who is verified late gets no news of the decision": {
        "review.cases.requester_verification._Effect._is_gained": lambda _effect: False
    },
    "a request to verify is in no queue": {"casereview.store.index_attributes._of_verification": lambda _request: {}},
    "a decision that nobody learns is nobody's duty": {
        "review.cases.final_decision.learners_of": lambda _session, _case: Learners(("R",), ())
    },
    "a holder without a way that can be used counts as told": {"review.cases.requesters._is_reached": lambda *_: True},
    "a decision that no letter, call or message brought is nobody's duty": {
        "review.cases.reaching.duty_to_tell": lambda *_: None,
        "notify.undeliverable.duty_to_tell": lambda *_: None,
        "intake.contact_changes.duty_to_tell": lambda *_: None,
    },
    "a decision whose only holder withdraws is nobody's duty": {
        "casereview.usecases.withdrawal.duty_if_untold": lambda *_: None
    },
    "a decision whose only holder is frozen or refuted is nobody's duty": {
        "review.cases.untold.duty_if_untold": lambda *_: None
    },
    "a decision whose call a restriction stops is nobody's duty": {
        "intake.commands.duty_if_untold": lambda *_: None,
        "review.cases.untold.duty_if_untold": lambda *_: None,
    },
    "what was granted is nobody's duty": {"review.cases.final_decision.GRANTING": frozenset()},
    "a reopened case is no news": {"review.cases.reopening.is_told": lambda _request, _case: False},
    "a duty that is done leaves no trace in the decision": {"review.cases.duties._EFFECTS": {}},
    "an update is not folded": {"intake.commands.folded_update": lambda claims, *_: claims},
    "findings do not move with a link": {"review.cases.linking.merged_findings": lambda target, *_: target.findings},
    "a requester who is unsafe to call is called": {"intake.contact_changes.MAY_BE_CALLED": "written_by_no_event"},
    "a failed notice leaves no trace": {"notify.undeliverable.MUST_PHONE": frozenset()},
    "a withdrawal can be taken back for a year": {"intake.withdrawals.UNDO_WITHIN": timedelta(days=365)},
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("broken", DEFECTS.values(), ids=list(DEFECTS))
def test_a_defect_is_found(lives: type[Lives], monkeypatch: pytest.MonkeyPatch, broken: dict[str, object]) -> None:
    for name, instead in broken.items():
        monkeypatch.setattr(name, instead)
    with pytest.raises(AssertionError):
        run_lives(type("Broken", (lives,), {"tally": Tally()}), fixed=10 * RUNS)
