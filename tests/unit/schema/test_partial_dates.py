"""Years and months count as their first day, and keep their precision; an older release reads them as that day."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import TypeAdapter

from casereview.schema.facts import Facts
from casereview.schema.partial_dates import Month, Year, format_partial, stored_date

DATES = [Year(2006, 1, 1), Month(2006, 1, 1), Month(2006, 12, 1), date(2006, 1, 1)]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(Year(2006, 1, 1), "2006"), (Month(2006, 1, 1), "2006-01"), (date(2006, 1, 1), "2006-01-01")],
)
def test_a_date_is_shown_as_it_was_stated(value: date, shown: str) -> None:
    assert format_partial(value) == shown
    assert Facts(entered_on=value).model_dump(mode="json")["entered_on"] == shown


@pytest.mark.parametrize("value", DATES)
def test_a_stored_date_keeps_its_precision(value: date) -> None:
    found = Facts.model_validate({"entered_on": stored_date(value)}).entered_on
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("value", DATES)
def test_a_release_that_knows_only_days_reads_the_first_day(value: date) -> None:
    assert TypeAdapter(date).validate_python(stored_date(value)) == value


def test_a_year_counts_as_its_first_day() -> None:
    assert Year(2006, 1, 1) == Month(2006, 1, 1) == date(2006, 1, 1) < date(2006, 1, 2)
