"""Notices that wait for the limit of an address: simulated with every order in which they may be processed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casereview.schema.addresses import AddressSends, NoticeGroup, NoticePointer
from casereview.schema.notice_records import Notice
from notify.limits import LIMITS
from notify.waiting import LIFE, Allowed, Attempt, Behind, Counter, Covered, Place, Wait, mark_of, new_counter, place_of
from tests.support.case_histories import NOW, notice

HOUR = timedelta(hours=1)


def created(number: int, at: datetime, language: str = "es") -> Notice:
    return notice(notice_id=f"acknowledgement-{number}", created_at=at, send_at=at, language=language)


@dataclass
class Simulation:
    """One address: its counter, its notices, and the messages that were sent."""

    sends: AddressSends = field(default_factory=lambda: new_counter(Place("MAC", "unverified", ""), "K", NOW))
    notices: dict[str, Notice] = field(default_factory=dict)
    sent: list[tuple[datetime, Notice, int]] = field(default_factory=list)

    def process(self, notice_id: str, now: datetime, *, defer: bool = True) -> None:
        """Process a notice that is due, as ``notify.delivery`` does; every message arrives."""
        found = self.notices[notice_id]
        if found.state != "owed":
            return
        place = place_of(found, "MAC", verified=False)
        counter = Counter(self.sends, found, place)
        match counter.decide(now, defer=defer):
            case Covered():
                self.notices[notice_id] = found.evolve(state="coalesced", send_at=None)
            case Behind(newest):
                self.process(newest.notice_id, now, defer=False)
                self.process(notice_id, now, defer=False)
            case Wait(until):
                assert until > now
                self.sends = counter.after_wait(now, until)
                since = found.waits_since or now
                self.notices[notice_id] = found.evolve(
                    send_at=until, waits_since=since, waits_for=mark_of(found, place)
                )
            case Allowed(others):
                attempt = Attempt(now, others)
                self.sends = counter.after_lease(attempt)
                self.sent.append((now, found, others))
                if others:
                    self.sends = Counter(self.sends, found, place).after_sent(attempt)
                self.notices[notice_id] = found.evolve(state="sent", send_at=None)


@given(
    filings=st.lists(st.tuples(st.integers(0, 90), st.sampled_from(["es", "ht"])), min_size=1, max_size=60),
    order=st.randoms(use_true_random=False),
)
def test_every_notice_is_sent_or_a_later_message_stands_for_it(filings: list[tuple[int, str]], order: object) -> None:
    simulation, now = Simulation(), NOW
    for number, (minutes, language) in enumerate(filings):
        now += timedelta(minutes=minutes)
        one = created(number, now, language)
        simulation.notices[one.notice_id] = one
        _work(simulation, now, order)
    for _ in range(3 * len(filings)):
        due = [one.send_at for one in simulation.notices.values() if one.state == "owed" and one.send_at]
        if not due:
            break
        now = max(now, min(due))
        _work(simulation, now, order)
    assert {one.state for one in simulation.notices.values()} <= {"sent", "coalesced"}
    times = [at for at, _notice, _others in simulation.sent]
    for limit in LIMITS["unverified"]:
        for first, last in zip(times, times[limit.sends :], strict=False):
            assert last - first >= limit.period
    for one in simulation.notices.values():
        if one.state == "coalesced":
            assert any(
                at >= one.created_at and sent.language == one.language and others
                for at, sent, others in simulation.sent
            )


def _work(simulation: Simulation, now: datetime, order: object) -> None:
    """Process all notices that are due, in any order."""
    due = [one.notice_id for one in simulation.notices.values() if one.send_at and one.send_at <= now]
    order.shuffle(due)  # type: ignore[attr-defined]  # a generator of random numbers
    for notice_id in due:
        simulation.process(notice_id, now)


def test_the_mark_of_a_notice_differs_by_address_group_and_notice() -> None:
    one, other = created(1, NOW), created(2, NOW)
    place = place_of(one, "MAC", verified=False)
    marks = {
        mark_of(one, place),
        mark_of(other, place),
        mark_of(one, place_of(one, "OTHER", verified=False)),
        mark_of(one, place_of(one, "MAC", verified=True)),
    }
    assert len(marks) == 4
    assert not any("MAC" in mark for mark in marks)


def test_groups_in_which_nothing_happens_are_dropped() -> None:
    one = created(1, NOW)
    place = place_of(one, "MAC", verified=False)
    old = new_counter(place, "K", NOW).evolve(groups={"unverified.news.es": NoticeGroup(covers=NOW)})
    kept = Counter(old, one, place).after_wait(NOW + HOUR, NOW + 2 * HOUR)
    assert set(kept.groups) == {"unverified.news.es", place.group}
    later = NOW + LIFE
    assert set(Counter(old, one, place).after_wait(later, later + HOUR).groups) == {place.group}


def test_a_group_whose_notices_ended_otherwise_does_not_delay_others_for_long() -> None:
    """Its newest notice could have been sent hours ago."""
    one = created(1, NOW)
    place = place_of(one, "MAC", verified=False)
    dead = NoticeGroup(since=NOW - 3 * HOUR, until=NOW - 2 * HOUR, waiting=1)
    times = tuple(NOW - timedelta(minutes=number) for number in (40, 30, 20, 10))
    counter = new_counter(place, "K", NOW).evolve(unverified=times, groups={"unverified.news.es": dead})
    assert Counter(counter, one, place).decide(NOW, defer=True) == Allowed(0)
    waiting = dead.evolve(until=NOW)
    counter = counter.evolve(groups={"unverified.news.es": waiting})
    assert Counter(counter, one, place).decide(NOW, defer=True) == Wait(times[0] + HOUR)


def test_notices_that_began_to_wait_during_a_message_are_not_covered_by_it() -> None:
    leader = created(1, NOW)
    place = place_of(leader, "MAC", verified=False)
    attempt = Attempt(NOW, 2)
    newer = created(2, NOW + timedelta(seconds=1))
    waiting = NoticeGroup(since=NOW, until=NOW, waiting=2)
    sends = new_counter(place, "K", NOW).evolve(groups={place.group: waiting})
    leased = Counter(sends, leader, place).after_lease(attempt)
    both = Counter(leased, newer, place).after_wait(newer.created_at, NOW + HOUR)
    after = Counter(both, leader, place).after_sent(attempt).groups[place.group]
    assert after.covers == NOW
    assert after.newest is not None
    assert (after.newest.notice_id, after.waiting) == (newer.notice_id, 1)


@pytest.mark.parametrize("waiting", [False, True])
def test_a_slow_message_does_not_take_back_what_a_later_one_covers(waiting: bool) -> None:  # noqa: FBT001
    slow, later = created(1, NOW), NOW + timedelta(minutes=5)
    place = place_of(slow, "MAC", verified=False)
    newer = created(2, later + HOUR)
    group = NoticeGroup(covers=later)
    sends = new_counter(place, "K", NOW).evolve(groups={place.group: group})
    if waiting:
        sends = Counter(sends, newer, place).after_wait(newer.created_at, newer.created_at + HOUR)
    after = Counter(sends, slow, place).after_sent(Attempt(NOW, 1)).groups[place.group]
    assert after.covers == later
    assert (after.newest is not None) == waiting


def test_a_notice_that_waits_alone_keeps_what_was_covered() -> None:
    one = created(1, NOW + HOUR)
    place = place_of(one, "MAC", verified=False)
    one = one.evolve(waits_since=NOW + HOUR, waits_for=mark_of(one, place))
    sends = new_counter(place, "K", NOW).evolve(groups={place.group: NoticeGroup(covers=NOW, waiting=1)})
    assert Counter(sends, one, place).after_lease(Attempt(NOW + 2 * HOUR, 0)).groups == {
        place.group: NoticeGroup(covers=NOW)
    }


def test_a_notice_that_is_pending_again_is_not_covered_by_what_was_sent_before() -> None:
    one = created(1, NOW)
    place = place_of(one, "MAC", verified=False)
    waits = one.evolve(waits_since=NOW, waits_for=mark_of(one, place))
    sends = new_counter(place, "K", NOW).evolve(groups={place.group: NoticeGroup(covers=NOW + HOUR)})
    now = NOW + 2 * HOUR
    assert Counter(sends, waits, place).decide(now, defer=True) == Covered(None)
    assert Counter(sends, waits.evolve(renewed_at=now), place).decide(now, defer=True) == Allowed(0)


def test_a_notice_that_is_pending_again_is_newer_than_those_created_before_that() -> None:
    again, other = created(1, NOW).evolve(renewed_at=NOW + 2 * HOUR), created(2, NOW + HOUR)
    place = place_of(again, "MAC", verified=False)
    again, other = (one.evolve(waits_since=NOW, waits_for=mark_of(one, place)) for one in (again, other))
    sends, now = new_counter(place, "K", NOW), NOW + 3 * HOUR
    for one in (again, other):
        sends = Counter(sends, one.evolve(waits_since=None), place).after_wait(now, now)
    decided = [Counter(sends, one, place).decide(now, defer=True) for one in (again, other)]
    assert decided == [
        Allowed(1),
        Behind(NoticePointer(case_id=again.case_id, notice_id=again.notice_id, created_at=NOW + 2 * HOUR)),
    ]
