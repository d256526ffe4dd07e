from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from casereview.schema.base import Instant, Record, rfc3339, to_milliseconds
from casereview.schema.facts import Conviction
from tests.support.record_strategies import instants


class At(Record):
    at: Instant


@given(instants, st.integers(-1439, 1439))
def test_an_instant_is_stored_in_utc_to_the_millisecond(at: datetime, minutes: int) -> None:
    found = At(at=at.astimezone(timezone(timedelta(minutes=minutes)))).at
    assert found.tzinfo is UTC
    assert timedelta(0) <= at - found < timedelta(milliseconds=1)
    assert At.model_validate_json(At(at=at).model_dump_json()) == At(at=at)


@given(instants, instants)
def test_instants_sort_as_text(one: datetime, two: datetime) -> None:
    first, second = to_milliseconds(one), to_milliseconds(two)
    assert (rfc3339(first) < rfc3339(second)) == (first < second)


def test_a_time_without_an_offset_is_rejected() -> None:
    with pytest.raises(ValidationError):
        At.model_validate({"at": "2022-01-18T12:00:00"})


def test_a_record_is_immutable_and_rejects_unknown_fields() -> None:
    with pytest.raises(ValidationError):
        At.model_validate({"at": datetime(2022, 1, 18, tzinfo=UTC), "on": 1})
    with pytest.raises(ValidationError, match="frozen"):
        At(at=datetime(2022, 1, 18, tzinfo=UTC)).at = datetime(2022, 1, 19, tzinfo=UTC)  # type: ignore[misc]


@pytest.mark.parametrize(("vacated", "stands"), [(None, True), (False, True), (True, False)])
def test_a_conviction_stands_unless_vacated_and_an_expunged_one_stands(vacated: bool | None, stands: bool) -> None:  # noqa: FBT001
    assert Conviction(kind="felony", vacated=vacated, expunged=True).stands is stands
