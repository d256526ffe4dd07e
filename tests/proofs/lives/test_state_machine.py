"""Random lives of cases: everybody does anything at any time, messages get lost, and what must hold always holds."""

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

from casereview.cases.lifecycle import LIVE
from casereview.policy.packaged import governing
from casereview.schema.records import Case
from casereview.schema.vocabulary import EventKind
from tests.support.controlled_system import World, world
from tests.support.invariants import duties, is_overdue, is_up_to_date
from tests.support.lives.people import INTERNAL, WHY, one
from tests.support.lives.requesters import told_nothing
from tests.support.lives.staff import Office
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally
from tests.support.system import Answer

STEPS = int(os.environ.get("STEPS", sized("0", "2700")))
"""Steps in all, for a longer run of other lives each time; 0 is the short one, always the same lives.

Those are not left to hypothesis: what it draws follows from the constants of whatever modules are loaded.
"""
STEPS_PER_RUN = 60
RUNS = STEPS // STEPS_PER_RUN or 14

BEGINNINGS = [
    "2026-11-24T15:00:00+00:00",
    "2021-11-20T15:00:00+00:00",
    "2021-10-01T15:00:00+00:00",
    "2021-11-28T23:30:00+00:00",
    "2022-06-20T12:00:00+00:00",
    "2025-01-18T12:00:00+00:00",
]
"""Quiet times, and days before another policy comes into force, or none."""
MINUTES = [1, 5, 61, 241, 490, 1440, 4321, 10080, 20161]
MANY = 16
"""Requests in one run."""
ACTS = [
    *["file"] * 4,
    *["update"] * 3,
    *["give_contact"] * 2,
    *["mail_bounces"] * 3,
    *["withdraw"] * 1,
    *["escalate"] * 6,
    *["take_next"] * 3,
    *["claim"] * 5,
    *["release"] * 1,
    *["verify"] * 6,
    *["ask"] * 4,
    *["decide"] * 8,
    *["approve"] * 4,
    *["transfer", "record_removal", "link", "reissue"],
    *["split", "reopen"] * 2,
    *["time_passes"] * 6,
    *["the_schedule_fires"] * 4,
    *["messages_arrive"] * 7,
    *["a_message_arrives"] * 4,
]
"""What may happen next, the more often the more has to have happened before it comes to that."""


RARE: set[EventKind] = {"approved", "decision_returned", "official_decided", "remanded", "decision_proposed"}
"""What many runs are needed for."""


class Day(Office):
    """What happens beside what people do: time, the schedule, and messages."""

    def time_passes(self, place: int, other: int) -> None:
        """Let minutes pass, or weeks."""
        self.world.system.later(minutes=one(place, MINUTES), seconds=other % 60, milliseconds=other % 1000)

    def the_schedule_fires(self, place: int, _other: int) -> None:
        """Sweep; now and then an operator makes due again what is stuck."""
        self.world.system.duty("redrive" if place % 7 == 0 else "sweep")

    def messages_arrive(self, _place: int, _other: int) -> None:
        """Hand over all messages, and those that come of them."""
        self.world.hand_all_over()

    def a_message_arrives(self, place: int, other: int) -> None:
        """Hand a message over before its turn, twice, or never."""
        if self.world.letters:
            letter = self.world.letters.pop(place % len(self.world.letters))
            for _ in range(other % 3):
                assert self.world.hand_over(letter)


class Lives(RuleBasedStateMachine):
    """Requesters, staff, workers, the schedule and the clock, in any order."""

    world: World
    kinds: Counter[EventKind]
    """What happened, in all runs."""
    tally: Tally
    """Each thing that happened is a case: after it everything must hold."""

    @initialize(beginning=st.sampled_from(BEGINNINGS), salt=st.integers(0, 2**64))
    def begin(self, beginning: str, salt: int) -> None:
        self.salt = salt
        self.life = Day(self.world, datetime.fromisoformat(beginning))
        self.world.hand_all_over()

    @rule(number=st.integers(0, 2**64))
    def something_happens(self, number: int) -> None:
        """Do what a number says; it is mixed well, for the generator likes small numbers, and the first of a list."""
        chance = Random(f"{self.salt}|{number}")  # noqa: S311  # no secret
        act, place, other = chance.choice(ACTS), chance.randrange(10_000), chance.randrange(10_000)
        if act != "file" or len(self.life.filed) < MANY:
            if currently_in_test_context():
                note(f"    {act}({place}, {other})")
            self.tally.tried += 1
            getattr(self.life, act)(place, other)

    @invariant()
    def everything_holds(self) -> None:
        self.life.look()

    def teardown(self) -> None:
        """Let the schedule and the workers go on until all is at rest: nothing may be left undone."""
        if "life" not in vars(self):
            return  # it failed at its beginning
        for ticks in range(80):
            self.world.hand_all_over()
            self.life.look()
            now = self.life.now
            owed = [due for key, due in now.due.items() if self._is_owed(key)]
            if ticks > 1 and not owed and all(switch.ended_at for switch in now.switches):
                break
            self.world.system.duty("redrive")
            self.world.hand_all_over()
            at = min((datetime.fromisoformat(due[0]) for due in owed), default=now.at)
            self.world.system.time = max(self.world.system.time, at) + timedelta(seconds=61)
            self.world.system.sweep()
        else:
            raise AssertionError("does not come to rest")
        self._is_at_rest()

    def _is_owed(self, key: tuple[str, str]) -> bool:
        if key[1] != "CASE":
            return True
        case = self.life.now.cases[key[0].removeprefix("CASE#")]
        return case.stuck or any(at <= self.world.system.time for at in duties(case))

    def _is_at_rest(self) -> None:
        life, now = self.life, self.life.now
        self.kinds.update(event.kind for case_id in now.cases for event in now.history(case_id))
        for case in now.cases.values():
            assert not case.stuck
            if case.status in LIVE:
                assert case.rank
                assert is_up_to_date(case, now)
                assert case.missed or not is_overdue(case, now), case
                assert case.policy == governing(now.at)[0].id, case
        assert all(notice.state in {"sent", "undeliverable"} for notice in now.notices.values())
        thanked = sorted(notice.receipt for notice in now.notices.values() if notice.template == "acknowledgement")
        assert thanked == sorted(life.filed)
        for request in now.requests.values():
            life.look_up(request)
        for case in now.cases.values():
            self.world.system.intake.hint_rank(case)
        self.world.hand_all_over()
        again = self.world.look().cases
        written = {case_id: _differ(case, again[case_id]) for case_id, case in now.cases.items()}
        assert not any(written.values()), f"what is up to date was written again: {written}"


def _differ(before: Case, after: Case) -> dict[str, tuple[object, object]]:
    return {name: (was, now) for (name, was), (_name, now) in zip(before, after, strict=True) if was != now}


@pytest.fixture(scope="module")
def lives() -> Iterator[type[Lives]]:
    with world() as found:
        yield type("Lives", (Lives,), {"world": found, "kinds": Counter()})


def live(lives: type[Lives]) -> None:
    """Live the lives of this run. Raises AssertionError where something that must hold does not."""
    if not STEPS:
        for number in range(RUNS):
            _live_once(lives(), number)
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


def _live_once(machine: Lives, number: int) -> None:
    """Live the life that a number names."""
    chance = Random(number)  # noqa: S311  # no secret
    machine.begin(beginning=BEGINNINGS[number % len(BEGINNINGS)], salt=number)
    machine.everything_holds()
    for _ in range(STEPS_PER_RUN):
        machine.something_happens(number=chance.getrandbits(64))
        machine.everything_holds()
    machine.teardown()


@pytest.mark.proof(1)
@pytest.mark.proof(3)
@pytest.mark.timeout(0 if STEPS else 600)
def test_whatever_happens_in_whatever_order_everything_that_must_hold_holds(lives: type[Lives], tally: Tally) -> None:
    lives.tally = tally
    live(lives)
    assert set(get_args(EventKind)) - lives.kinds.keys() <= RARE, "something never happened"


def test_words_that_must_not_be_told_are_noticed() -> None:
    for word in (INTERNAL, WHY, '"omar"'):
        with pytest.raises(AssertionError):
            told_nothing(Answer(200, "application/json", word))


@pytest.mark.parametrize(
    ("broken", "instead"),
    [
        ("review.cases.lease.give_back", lambda _case: ()),
        ("review.cases.decision.release_guard", lambda _case: ()),
        ("intake.status.sees_all", lambda *_: True),
        ("intake.commands.MAY_BE_CALLED", "said_to_nobody"),
        ("review.cases.linking._SAY", frozenset({"filed", "joined", "updated", "verified"})),
    ],
    ids=[
        "a claim that stays counted",
        "a guard that is kept",
        "everything told to everybody",
        "who is unsafe is called",
        "a failed notice stays behind",
    ],
)
def test_what_is_broken_is_found(
    lives: type[Lives], monkeypatch: pytest.MonkeyPatch, broken: str, instead: object
) -> None:
    monkeypatch.setattr(broken, instead)
    with pytest.raises(AssertionError):
        live(type("Broken", (lives,), {"tally": Tally()}))
