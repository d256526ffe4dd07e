from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casereview.cases.due import ATTEMPTS, due_at, due_attributes, next_try, shard_of, shards
from casereview.cases.first_look import is_looked_at, is_missed, is_overdue
from casereview.cases.lease import UNCLAIMED
from casereview.schema.facts import Facts
from casereview.schema.records import Case, Notice
from tests.support.case_histories import NOW, file_of, filed, notice

HOUR = timedelta(hours=1)
DUTIES = ("rank_at", "lease_until", "target_at", "answer_by")
instants = st.none() | st.integers(-1000, 1000).map(lambda minutes: NOW + timedelta(minutes=minutes))


def case(**fields: Any) -> Case:  # noqa: ANN401  # any field
    return file_of([filed(1, "R1", "self", Facts())], **fields).case


@given(st.fixed_dictionaries(dict.fromkeys(DUTIES, instants)))
def test_a_case_is_due_at_the_earliest_of_its_duties(duties: dict[str, Any]) -> None:
    assert due_at(case(**duties)) == min((at for at in duties.values() if at), default=None)


def test_a_case_that_owes_nothing_is_not_in_the_index() -> None:
    assert due_at(case()) is None
    assert due_attributes(case(), "CASE#1", "CASE") == {}


def test_a_target_that_was_missed_and_reported_is_owed_no_more() -> None:
    assert due_at(case(target_at=NOW, missed=True)) is None
    assert due_at(case(target_at=NOW, missed=True, answer_by=NOW + HOUR)) == NOW + HOUR


def test_a_target_is_met_when_a_human_worked_on_it_since_it_came_into_its_lane() -> None:
    seen = case(target_at=NOW, lane_since=NOW - 2 * HOUR, looked_at=NOW - HOUR)
    assert is_looked_at(seen)
    assert due_at(seen) is None
    assert not is_overdue(seen, NOW + HOUR)
    lifted = case(target_at=NOW, lane_since=NOW - HOUR, looked_at=NOW - 2 * HOUR)
    assert due_at(lifted) == NOW
    assert not is_looked_at(case(looked_at=NOW))


def test_a_claim_is_a_look_while_it_lasts_if_it_was_made_since_the_case_came_into_its_lane() -> None:
    held = case(target_at=NOW, lane_since=NOW - 2 * HOUR, held_since=NOW - HOUR, lease_until=NOW + HOUR)
    assert is_looked_at(held)
    assert due_at(held) == NOW + HOUR
    assert not is_overdue(held, NOW + HOUR)
    lapsed = held.model_copy(update=UNCLAIMED)
    assert due_at(lapsed) == NOW
    assert is_overdue(lapsed, NOW)
    assert not is_looked_at(held.model_copy(update={"lane_since": NOW}))


def test_a_report_that_a_target_was_missed_is_undone_by_work_and_by_no_claim() -> None:
    late = case(target_at=NOW, lane_since=NOW - HOUR)
    assert is_missed(late, NOW)
    assert not is_missed(late, NOW - timedelta(minutes=1))
    held = late.model_copy(update={"held_since": NOW, "lease_until": NOW + HOUR})
    assert not is_missed(held, NOW + HOUR)
    reported = held.model_copy(update={"missed": True})
    assert is_missed(reported, NOW + HOUR)
    assert not is_missed(reported.model_copy(update={"looked_at": NOW}), NOW + HOUR)
    assert not is_missed(reported.model_copy(update={"target_at": NOW + 2 * HOUR}), NOW + HOUR)


@pytest.mark.parametrize(("minutes", "late"), [(-1, False), (0, True), (1, True)])
def test_a_case_is_overdue_from_the_instant_of_its_target(minutes: int, late: bool) -> None:  # noqa: FBT001
    assert is_overdue(case(target_at=NOW), NOW + timedelta(minutes=minutes)) == late
    assert not is_overdue(case(), NOW)


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        ({"send_at": NOW}, NOW),
        ({"state": "sending", "send_at": NOW, "lease_until": NOW + HOUR}, NOW + HOUR),
        ({"state": "sent"}, None),
        ({"state": "undeliverable"}, None),
    ],
)
def test_a_notice_is_due_when_it_is_to_be_sent_or_its_lease_ends(fields: dict[str, object], due: object) -> None:
    owed: Notice = notice(**fields)
    assert due_at(owed) == due


def test_what_is_due_waits_in_a_shard_that_the_sweep_reads() -> None:
    found = due_attributes(case(rank_at=NOW), "CASE#1", "CASE")
    assert found == {"due_at": "2022-01-18T17:00:00.000Z", "due_shard": shard_of("CASE#1", "CASE")}
    assert found["due_shard"] in shards()


def test_keys_spread_over_all_shards_and_stay_where_they_are() -> None:
    spread = [shard_of(f"CASE#{number}", "CASE") for number in range(400)]
    assert set(spread) == set(shards())
    assert max(map(spread.count, shards())) < 100
    assert shard_of("CASE#0", "CASE") == spread[0]


def test_the_sweep_asks_again_after_twice_the_time_up_to_a_bound() -> None:
    waits = [next_try(NOW, attempts) - NOW for attempts in range(ATTEMPTS)]
    assert waits[:3] == [timedelta(minutes=2), timedelta(minutes=4), timedelta(minutes=8)]
    assert all(later == 2 * earlier for earlier, later in pairwise(waits))
    assert next_try(NOW, 10_000) == next_try(NOW, ATTEMPTS)
