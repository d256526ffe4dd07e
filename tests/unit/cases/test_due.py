from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Unpack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casereview.cases.due import (
    ATTEMPTS,
    DUE,
    due_at,
    due_attributes,
    due_work,
    next_attempt_at,
    shard_of,
    shards,
    shards_of_notices,
)
from casereview.cases.first_look import has_first_look, is_overdue, is_target_missed
from casereview.schema.base import read_leniently, rfc3339
from casereview.schema.facts import Facts
from casereview.schema.field_sets import FirstLookFields
from casereview.schema.notice_records import Notice
from casereview.schema.policy_records import Preview
from casereview.schema.records import Case, FirstLookClock, Hold
from tests.support.case_histories import NOW, file_of, filed, notice

HOUR = timedelta(hours=1)
PREVIEW = Preview(policy_id="P", office="ATL", run="1", digest="D", at=NOW)
instants = st.none() | st.integers(-1000, 1000).map(lambda minutes: NOW + timedelta(minutes=minutes))


def case(
    rank_at: datetime | None = None,
    answer_by: datetime | None = None,
    hold: Hold | None = None,
    **clock: Unpack[FirstLookFields],
) -> Case:
    """Return a case with due work; further keyword arguments are fields of its clock."""
    found = file_of([filed(1, "R1", "self", Facts())]).case
    return found.evolve(rank_at=rank_at, answer_by=answer_by, hold=hold, first_look=FirstLookClock().evolve(**clock))


def with_clock(before: Case, **changes: Unpack[FirstLookFields]) -> Case:
    return before.evolve(first_look=before.first_look.evolve(**changes))


@given(instants, instants, instants, instants)
def test_a_case_is_due_at_the_earliest_instant_of_its_due_work(
    rank_at: datetime | None, answer_by: datetime | None, lease_until: datetime | None, target_at: datetime | None
) -> None:
    found = case(rank_at=rank_at, answer_by=answer_by, hold=Hold(by="a", lease_until=lease_until), target_at=target_at)
    named = {"rank": rank_at, "answer": answer_by, "lease": lease_until, "target": target_at}
    assert due_work(found) == {name: rfc3339(at) for name, at in named.items() if at}
    assert due_at(found) == min((rfc3339(at) for at in named.values() if at), default=None)


def test_a_case_without_due_work_is_not_in_the_index() -> None:
    assert due_at(case()) is None
    assert due_attributes(case(), "CASE#1", "CASE") == {}


def test_a_reported_missed_target_is_not_due() -> None:
    assert due_work(case(target_at=NOW, missed=True)) == {}
    answer = case(target_at=NOW, missed=True, answer_by=NOW + HOUR)
    assert due_work(answer) == {"answer": rfc3339(NOW + HOUR)}


def test_work_since_the_case_entered_its_lane_meets_the_target() -> None:
    seen = case(target_at=NOW, lane_since=NOW - 2 * HOUR, looked_at=NOW - HOUR)
    assert has_first_look(seen)
    assert due_at(seen) is None
    assert not is_overdue(seen, NOW + HOUR)
    lifted = case(target_at=NOW, lane_since=NOW - HOUR, looked_at=NOW - 2 * HOUR)
    assert due_at(lifted) == rfc3339(NOW)
    assert not has_first_look(case(looked_at=NOW))


def test_a_claim_made_since_the_case_entered_its_lane_counts_as_a_first_look_while_it_lasts() -> None:
    hold = Hold(by="a", since=NOW - HOUR, lease_until=NOW + HOUR)
    held = case(target_at=NOW, lane_since=NOW - 2 * HOUR, hold=hold)
    assert has_first_look(held)
    assert due_work(held) == {"lease": rfc3339(NOW + HOUR)}
    assert not is_overdue(held, NOW + HOUR)
    lapsed = held.evolve(hold=None)
    assert due_work(lapsed) == {"target": rfc3339(NOW)}
    assert is_overdue(lapsed, NOW)
    assert not has_first_look(with_clock(held, lane_since=NOW))


def test_work_clears_a_missed_target_and_a_claim_does_not() -> None:
    late = case(target_at=NOW, lane_since=NOW - HOUR)
    assert is_target_missed(late, NOW)
    assert not is_target_missed(late, NOW - timedelta(minutes=1))
    held = late.evolve(hold=Hold(by="a", since=NOW, lease_until=NOW + HOUR))
    assert not is_target_missed(held, NOW + HOUR)
    reported = with_clock(held, missed=True)
    assert is_target_missed(reported, NOW + HOUR)
    assert not is_target_missed(with_clock(reported, looked_at=NOW), NOW + HOUR)
    assert not is_target_missed(with_clock(reported, target_at=NOW + 2 * HOUR), NOW + HOUR)


@pytest.mark.parametrize(("minutes", "late"), [(-1, False), (0, True), (1, True)])
def test_a_case_is_overdue_from_its_target_on(minutes: int, late: bool) -> None:  # noqa: FBT001
    assert is_overdue(case(target_at=NOW), NOW + timedelta(minutes=minutes)) == late
    assert not is_overdue(case(), NOW)


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        ({"send_at": NOW}, {"send": rfc3339(NOW)}),
        ({"state": "sending", "lease_until": NOW}, {"lease": rfc3339(NOW)}),
        ({"state": "sent"}, {}),
        ({"state": "undeliverable"}, {}),
    ],
)
def test_a_notice_is_due_at_its_time_to_send_or_at_the_end_of_its_lease(
    fields: dict[str, object], due: dict[str, str]
) -> None:
    assert due_work(notice(**fields)) == due


def test_a_preview_is_due_while_one_of_its_parts_is_pending() -> None:
    assert due_work(PREVIEW) == {}
    assert due_work(PREVIEW.evolve(work_at=NOW)) == {"work": rfc3339(NOW)}


@pytest.mark.parametrize("record", [case(rank_at=NOW), notice(send_at=NOW), PREVIEW.evolve(work_at=NOW)])
@pytest.mark.parametrize(("at", "first"), [(NOW - HOUR, NOW - HOUR), (NOW + HOUR, NOW)])
def test_due_work_of_another_release_is_kept_and_counts(
    record: Case | Notice | Preview, at: datetime, first: datetime
) -> None:
    fields = record.model_dump(by_alias=True) | {DUE: {"verify": rfc3339(at)}}
    found = read_leniently(type(record), fields)
    assert due_at(found) == rfc3339(first)
    assert due_work(found) == {**due_work(record), "verify": rfc3339(at)}
    assert due_attributes(found, "pk", "sk")[DUE] == due_work(found)


def test_unknown_due_work_without_an_instant_is_kept_but_is_not_due() -> None:
    found = read_leniently(Case, case().model_dump(by_alias=True) | {DUE: {"verify": 1}})
    assert due_work(found) == {"verify": 1}
    assert due_at(found) is None


def test_due_work_is_in_a_shard_that_the_sweep_reads() -> None:
    found = due_attributes(case(rank_at=NOW), "CASE#1", "CASE")
    when = "2022-01-18T17:00:00.000Z"
    assert found == {"due": {"rank": when}, "due_at": when, "due_shard": shard_of("CASE#1", "CASE")}
    assert found["due_shard"] in shards()


def test_keys_are_spread_over_all_shards_and_keep_their_shard() -> None:
    spread = [shard_of(f"CASE#{number}", "CASE") for number in range(400)]
    assert set(spread) == set(shards()) - set(shards_of_notices())
    assert max(map(spread.count, shards())) < 100
    of_notices = {shard_of(f"CASE#{number}", f"NOTICE#news-{number}") for number in range(400)}
    assert of_notices == set(shards_of_notices())
    assert shard_of("CASE#0", "CASE") == spread[0]


def test_the_backoff_of_the_sweep_doubles_up_to_a_limit() -> None:
    waits = [next_attempt_at(NOW, attempts) - NOW for attempts in range(ATTEMPTS)]
    assert waits[:3] == [timedelta(minutes=2), timedelta(minutes=4), timedelta(minutes=8)]
    assert all(later == 2 * earlier for earlier, later in pairwise(waits))
    assert next_attempt_at(NOW, 10_000) == next_attempt_at(NOW, ATTEMPTS)
