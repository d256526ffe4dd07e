"""The nightly bands: true of what was counted, made once a day, at a bounded cost, each office independently."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import prioritize.bands
from casereview.cases.people_ahead import ENOUGH, UNVERIFIED, PeopleAhead, people_ahead
from casereview.policy.compiler import CompiledPolicy
from casereview.routing.offices import queues
from casereview.schema.policy_records import Switch
from casereview.schema.records import Case
from casereview.schema.waits import Bands
from casereview.store import keys
from casereview.store.backend import Page, Query
from casereview.store.items import to_item
from casereview.store.waits import newest_bands
from tests.support.policy.drafts import EARLIER, publish
from tests.support.system import System

if TYPE_CHECKING:
    import pytest

WEEKS = timedelta(days=21)
LANE = "detained"


def policy_of(system: System) -> CompiledPolicy:
    return system.prioritize.policies.in_force(None, system.time)


def store(system: System, *numbers: int, lane: str = LANE, **fields: Any) -> list[Case]:  # noqa: ANN401  # any field
    """Store cases of Atlanta that were filed weeks ago, and are in the order of their numbers in their lane."""
    policy = policy_of(system)
    index = [each.id for each in policy.lanes].index(lane)
    found = []
    for number in numbers:
        case_id = f"{lane[:2].upper()}{number:06d}"
        plain = {
            "case_id": case_id,
            "version": 2,
            "status": "in_line",
            "status_since": system.time,
            "office": "ATL",
            "filed_at": system.time - WEEKS,
            "lane": lane,
            "shown_lane": lane,
            "rank": f"{index:02d}.1.{number:015d}.{case_id}",
            "digest": policy.digest,
        }
        found.append(Case.model_validate({**plain, **fields}))
        system.cloud.backend.put(to_item(found[-1]))
    return found


def taken(system: System, office: str = "ATL") -> Bands:
    found = newest_bands(system.prioritize.table, office)
    assert found is not None
    return found


def shown(system: System, case: Case) -> PeopleAhead | None:
    return people_ahead(taken(system), case)


def test_the_bands_of_every_case_are_true_of_the_counted_cases(system: System) -> None:
    chance, filed = Random(1), system.time - timedelta(days=3)  # noqa: S311  # a test
    cases, counted = [], []
    for number in range(900):
        kind = chance.choice(["plain", "plain", "plain", "old", "restricted", "new"])
        kinds: dict[str, dict[str, Any]] = {
            "plain": {"filed_at": filed},
            "old": {"flags": (chance.choice(sorted(UNVERIFIED)), "verify")},
            "restricted": {"restricted": True},
            "new": {"flags": (chance.choice(sorted(UNVERIFIED)),), "filed_at": filed},
        }
        cases += store(system, number, **kinds[kind])
        counted += [number] if kind in {"plain", "old"} else []
    assert system.duty("bands")["made"] == len(queues())
    for number, case in enumerate(cases):
        ahead = sum(one < number for one in counted)
        found = shown(system, case)
        assert found is not None
        assert found.at_least <= ahead <= (ahead if found.at_most is None else found.at_most)
        assert found.as_of == system.time
        assert (found.at_most is None) == (found.at_least >= 375)
    assert len({shown(system, case) for case in cases}) > 50


def test_bands_are_taken_once_a_day_in_eastern_time(system: System) -> None:
    cases = store(system, *range(100))
    assert system.duty("bands") == {"made": len(queues()), "kept": 0, "failed": 0, "left": 0}
    first = [shown(system, case) for case in cases]
    store(system, *range(100, 300), lane="imminent_removal")
    system.later(hours=13, minutes=59)  # 23:59 Eastern
    assert system.duty("bands") == {"made": 0, "kept": len(queues()), "failed": 0, "left": 0}
    assert [shown(system, case) for case in cases] == first
    system.later(minutes=1)
    assert system.duty("bands")["made"] == len(queues())
    assert all(found and found.at_least >= 75 for found in (shown(system, case) for case in cases))


def test_a_lane_with_few_cases_shows_nothing_and_one_with_many_always_does(system: System) -> None:
    many, few = store(system, *range(ENOUGH)), store(system, *range(29), lane="final_order")
    system.duty("bands")
    assert all(shown(system, case) for case in many)
    assert [shown(system, case) for case in few] == [None] * 29
    assert taken(system).lanes == {LANE: ENOUGH, "final_order": 29}


def test_a_case_that_the_index_may_show_from_before_it_had_the_attribute_is_not_counted(system: System) -> None:
    cases = store(system, *range(60))
    for case in cases[:20]:
        system.tamper(keys.case(case.case_id), restricted=None)
    system.duty("bands")
    found = shown(system, cases[25])
    assert found is not None
    assert found.at_least == 0
    assert found.at_most is not None
    assert 7 <= found.at_most <= 11


def test_an_entry_that_cannot_be_read_is_left_out(system: System) -> None:
    cases = store(system, *range(60))
    faults: list[dict[str, object]] = [{"filed_at": None}, {"filed_at": "never"}, {"lane": None}, {"flags": 7}]
    for number, wrong in enumerate(faults):
        system.tamper(keys.case(cases[number].case_id), **wrong)
    assert system.duty("bands")["failed"] == 0
    assert taken(system).lanes == {LANE: ENOUGH}
    found = shown(system, cases[6])
    assert found is not None
    assert found.at_least == 0


def test_an_office_that_fails_keeps_its_bands_and_is_tried_again(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(system, *range(40))
    system.duty("bands")
    before = taken(system)
    system.later(days=1)
    read_front = prioritize.bands._read_front

    def failing(table: Any, office: str, *rest: Any) -> Any:  # noqa: ANN401  # as the function
        if office == "ATL":
            raise ValueError
        return read_front(table, office, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(prioritize.bands, "_read_front", failing)
        assert system.duty("bands") == {"made": len(queues()) - 1, "kept": 0, "failed": 1, "left": 0}
    assert (taken(system), taken(system, "PHO").at) == (before, system.time)
    system.later(hours=1)
    assert system.duty("bands") == {"made": 1, "kept": len(queues()) - 1, "failed": 0, "left": 0}
    assert taken(system).at == system.time


def test_a_run_without_time_leaves_the_rest_to_the_next(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    read_front = prioritize.bands._read_front

    def slow(*given: Any) -> Any:  # noqa: ANN401  # as the function
        system.later(seconds=4)
        return read_front(*given)

    monkeypatch.setattr(prioritize.bands, "_read_front", slow)
    made, runs = 0, 0
    while made < len(queues()):
        counts = system.duty("bands")
        assert counts["made"] == min(4, len(queues()) - made)
        assert counts["left"] == len(queues()) - made - counts["made"]
        made, runs = made + counts["made"], runs + 1
    assert runs == -(-len(queues()) // 4)


def test_bands_that_cannot_be_read_show_nothing_and_are_replaced(system: System) -> None:
    store(system, *range(40))
    system.duty("bands")
    system.tamper(keys.bands("ATL"), at="never", day="someday")
    assert newest_bands(system.prioritize.table, "ATL") is None
    assert system.duty("bands")["made"] == 1
    assert newest_bands(system.prioritize.table, "ATL") is not None


class Watched:
    """Counts the entries of the index that a backend reads."""

    def __init__(self, system: System, monkeypatch: pytest.MonkeyPatch) -> None:
        self.entries = self.queries = 0
        query = system.cloud.backend.query

        def counting(given: Query) -> Page:
            page = query(given)
            if given.index is not None:
                self.entries, self.queries = self.entries + page.number, self.queries + 1
            return page

        monkeypatch.setattr(system.cloud.backend, "query", counting)


def test_the_cost_does_not_grow_with_the_worklist(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the last edge only the beginning of each lane is read."""
    watched = Watched(system, monkeypatch)
    for lane in (LANE, "final_order", "other"):
        store(system, *range(1000), lane=lane)
    system.duty("bands")
    assert watched.entries <= 5 * prioritize.bands.PER_PAGE
    assert taken(system).lanes == {LANE: ENOUGH, "final_order": ENOUGH, "other": ENOUGH}
    assert taken(system).edges[-1].rank is not None
    [last] = store(system, 9999, lane="other")
    found = shown(system, last)
    assert found is not None
    assert (found.at_least >= 375, found.at_most) == (True, None)


def test_reading_stops_in_a_flood_of_cases_that_are_not_counted(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No answer depends on what was not read: a flood can take an answer away, and never makes it wrong."""
    monkeypatch.setattr(prioritize.bands, "PER_PAGE", 50)
    monkeypatch.setattr(prioritize.bands, "MOST_READ", 200)
    monkeypatch.setattr(prioritize.bands, "MOST_READ_OF_A_LANE", 100)
    watched = Watched(system, monkeypatch)
    first = store(system, *range(50), lane="imminent_removal")
    flood: dict[str, Any] = {"flags": ("identity_unverified",), "filed_at": system.time}
    store(system, *range(1000), **flood)
    behind = store(system, *range(1000, 1050))
    last = store(system, *range(50), lane="other")
    system.duty("bands")
    assert watched.entries <= 200 + len(policy_of(system).lanes) * 100
    assert taken(system).lanes == {"imminent_removal": ENOUGH, "other": ENOUGH}
    for number, case in enumerate(first):
        found = shown(system, case)
        assert found is not None
        assert found.at_most is not None
        assert found.at_least <= number <= found.at_most
    assert [shown(system, case) for case in behind] == [None] * 50
    for case in last:
        found = shown(system, case)
        assert found is not None
        assert (found.at_least >= 19, found.at_most) == (True, None)


def test_a_case_that_a_lagging_index_shows_twice_counts_once(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = store(system, *range(40))
    entries = prioritize.bands._entries

    def twice(*given: Any) -> Iterator[Any]:  # noqa: ANN401  # as the function
        for entry in entries(*given):
            yield entry
            yield entry._replace(rank=f"{entry.rank}~")

    monkeypatch.setattr(prioritize.bands, "_entries", twice)
    system.duty("bands")
    for number, case in enumerate(cases):
        found = shown(system, case)
        assert found is not None
        assert found.at_least <= number
        assert found.at_most is None or found.at_most >= number


def test_cases_ranked_under_another_policy_than_the_one_in_force_have_no_band(system: System) -> None:
    cases = store(system, *range(40))
    system.duty("bands")
    assert taken(system).digest == policy_of(system).digest
    assert shown(system, cases[30]) is not None
    assert shown(system, cases[30].evolve(digest="of-another")) is None


def test_no_bands_are_taken_while_a_policy_switch_runs(system: System) -> None:
    """The ranks of two policies, which may have other lanes, lie side by side."""
    system.sweep()
    [case, *_rest] = store(system, *range(40))
    publish(system, EARLIER)
    system.settle(1)
    assert system.read(Switch, keys.SWITCH).ended_at is None
    assert system.duty("bands") == {"made": 0, "kept": 0, "failed": 0, "left": len(queues())}
    assert newest_bands(system.prioritize.table, "ATL") is None
    system.settle(5)
    assert system.read(Switch, keys.SWITCH).ended_at is not None
    assert system.duty("bands")["made"] == len(queues())
    assert taken(system).digest == policy_of(system).digest != case.digest
