"""The usual wait: published once a week from verified, unrestricted cases that ended lately."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casereview.cases.usual_wait import FEWEST, UsualWait
from casereview.routing.offices import queues
from casereview.schema.base import rfc3339
from casereview.schema.records import Case
from casereview.schema.waits import UsualWaits, Wait
from casereview.store import keys
from casereview.store.waits import days_waited, usual_wait, wait_writes
from tests.support.policy.drafts import amendment, draft, publish
from tests.support.system import System

LANE = "detained"
OFFICES = len(queues()) - 1


def case_of(system: System, days: float, **fields: Any) -> Case:  # noqa: ANN401  # any field
    """Return a case of Atlanta that was filed some days ago."""
    plain = {"case_id": "53NEDJV41GT24ZBP", "version": 2, "status": "in_review", "office": "ATL"}
    filed_at = system.time - timedelta(days=days)
    return Case.model_validate({**plain, "filed_at": filed_at, "status_since": filed_at, **fields})


def decided(system: System, number: int, days: float, lane: str = LANE, **fields: Any) -> None:  # noqa: ANN401  # any field
    """Store the waits of cases that are decided now, each in a transaction of its own."""
    for _ in range(number):
        system.prioritize.table.write(*wait_writes(case_of(system, days, **fields), lane, system.time, verified=True))


def published(system: System, office: str = "ATL", lane: str = LANE) -> UsualWait:
    return usual_wait(system.prioritize.table, office, lane)


def test_nothing_is_published_before_the_first_run(system: System) -> None:
    decided(system, FEWEST, 20)
    assert published(system) == UsualWait(LANE, "ATL", None, None)
    assert system.duty("usual_wait") == {"made": OFFICES, "kept": 0, "failed": 0, "left": 0}
    assert published(system) == UsualWait(LANE, "ATL", 3, system.time)
    assert published(system, lane="other") == UsualWait("other", "ATL", None, system.time)
    assert published(system, "PHO") == UsualWait(LANE, "PHO", None, system.time)


def test_a_table_changes_once_a_week_only(system: System) -> None:
    decided(system, FEWEST, 20)
    system.duty("usual_wait")
    before = published(system)
    decided(system, 5 * FEWEST, 100)
    system.later(days=5, hours=13)  # from Tuesday 10:00 to Sunday 23:00, Eastern time
    assert system.duty("usual_wait") == {"made": 0, "kept": OFFICES, "failed": 0, "left": 0}
    assert published(system) == before
    system.later(hours=1)
    assert system.duty("usual_wait")["made"] == OFFICES
    assert published(system) == UsualWait(LANE, "ATL", 15, system.time)


def test_cases_that_ended_more_than_180_days_ago_do_not_count(system: System) -> None:
    decided(system, FEWEST, 60)
    system.later(days=8)
    decided(system, FEWEST - 1, 20)
    system.later(days=172)
    system.duty("usual_wait")
    assert published(system).weeks == 9
    system.later(days=7)
    system.duty("usual_wait")
    assert published(system).weeks is None


def test_a_restricted_case_or_one_without_a_verified_holder_leaves_no_wait(system: System) -> None:
    case = case_of(system, 20)
    assert wait_writes(case, LANE, system.time, verified=False) == ()
    assert wait_writes(case, None, system.time, verified=True) == ()
    assert wait_writes(case.evolve(restricted=True), LANE, system.time, verified=True) == ()
    assert wait_writes(case.evolve(office="SRO"), LANE, system.time, verified=True) == ()
    assert len(wait_writes(case, LANE, system.time, verified=True)) == 1


def test_a_wait_names_no_case_and_expires(system: System) -> None:
    decided(system, 1, 20.5)
    [wait] = system.all(Wait, "WAIT")
    assert (wait.office, wait.lane, wait.days, wait.decided_at) == ("ATL", LANE, 21, system.time)
    assert 180 < (wait.expires_at - system.time.timestamp()) / 86400 < 200
    assert "53NEDJV41GT24ZBP" not in str(system.items())


def test_a_wait_that_cannot_be_read_is_left_out(system: System) -> None:
    decided(system, FEWEST + 1, 20)
    [wait, *_rest] = system.all(Wait, "WAIT")
    for wrong in (None, "long", {"a": 1}):
        system.tamper(keys.wait("ATL", LANE, rfc3339(wait.decided_at), wait.unique), days=wrong)
        system.later(days=7)
        assert system.duty("usual_wait")["failed"] == 0
        assert published(system).weeks == 3


def test_a_table_that_cannot_be_read_shows_nothing_and_is_replaced(system: System) -> None:
    decided(system, FEWEST, 20)
    system.duty("usual_wait")
    system.tamper(keys.usual_waits("ATL"), as_of="never", week=None)
    assert published(system) == UsualWait(LANE, "ATL", None, None)
    assert system.duty("usual_wait") == {"made": 1, "kept": OFFICES - 1, "failed": 0, "left": 0}
    assert published(system).weeks == 3


def test_an_office_that_fails_keeps_its_table(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    decided(system, FEWEST, 20)
    system.duty("usual_wait")
    before = published(system)
    system.later(days=7)

    def failing(table: Any, office: str, *rest: Any) -> Any:  # noqa: ANN401  # as the function
        if office == "ATL":
            raise ValueError
        return days_waited(table, office, *rest)

    with monkeypatch.context() as patch:
        patch.setattr("prioritize.usual_wait.days_waited", failing)
        assert system.duty("usual_wait") == {"made": OFFICES - 1, "kept": 0, "failed": 1, "left": 0}
    assert (published(system), published(system, "PHO").as_of) == (before, system.time)
    assert system.duty("usual_wait")["made"] == 1
    assert published(system).as_of == system.time


@pytest.mark.parametrize(
    ("days", "has_wait"), [(-8, False), (-6, True), (0, True), (10 + 179, True), (10 + 181, False)]
)
def test_every_lane_of_the_period_and_of_the_next_week_has_a_wait(system: System, days: int, has_wait: bool) -> None:  # noqa: FBT001
    """Not only those of the policy in force: a look-up may still show the lane of the one before."""
    since, until = (system.time + timedelta(days=number) for number in (10, 20))
    publish(system, draft("ten-days", ("- id: detained", "- id: held"), since=rfc3339(since)))
    publish(system, amendment("its-end", "ten-days", f"{rfc3339(since)}/{rfc3339(until)}"))
    system.time = since + timedelta(days=days)
    lanes = {lane.id for lane in system.prioritize.policies.compiled(None).lanes}
    for lane in (*lanes, "held"):
        decided(system, FEWEST, 20, lane)
    system.duty("usual_wait")
    found = system.read(UsualWaits, keys.usual_waits("ATL")).weeks
    assert found == dict.fromkeys({*lanes, "held"} if has_wait else lanes, 3)
