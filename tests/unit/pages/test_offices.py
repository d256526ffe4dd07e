"""Each field office is shown with its telephone, and as open or closed by its own clock and working days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from casereview.routing.contacts import contacts
from pages.hours import Opening
from pages.offices import OfficeSettings, hours, link_to, office, offices
from tests.support.template import translated

GUAM = timezone(timedelta(hours=10))


@pytest.mark.parametrize(
    ("code", "at", "is_open", "until"),
    [
        # Monday noon in Los Angeles is Tuesday morning on Guam, of which the office in San Francisco is in charge
        ("SFR", datetime(2026, 12, 1, 6, tzinfo=GUAM), True, datetime(2026, 12, 1, 0, tzinfo=UTC)),
        ("SFR", datetime(2026, 12, 1, 12, tzinfo=GUAM), False, datetime(2026, 12, 1, 16, tzinfo=UTC)),
        # night
        ("ATL", datetime(2026, 12, 1, 7, tzinfo=UTC), False, datetime(2026, 12, 1, 13, tzinfo=UTC)),
        # Saturday
        ("ATL", datetime(2026, 12, 5, 18, tzinfo=UTC), False, datetime(2026, 12, 7, 13, tzinfo=UTC)),
        # Thanksgiving
        ("CHI", datetime(2026, 11, 26, 17, tzinfo=UTC), False, datetime(2026, 11, 27, 14, tzinfo=UTC)),
        # before and after the clocks change on 1 November 2026; Arizona does not change them
        ("DEN", datetime(2026, 10, 30, 20, tzinfo=UTC), True, datetime(2026, 10, 30, 22, tzinfo=UTC)),
        ("DEN", datetime(2026, 10, 31, 20, tzinfo=UTC), False, datetime(2026, 11, 2, 15, tzinfo=UTC)),
        ("PHO", datetime(2026, 10, 30, 20, tzinfo=UTC), True, datetime(2026, 10, 30, 23, tzinfo=UTC)),
        ("PHO", datetime(2026, 10, 31, 20, tzinfo=UTC), False, datetime(2026, 11, 2, 15, tzinfo=UTC)),
    ],
)
def test_an_office_is_open_by_its_own_clock(code: str, at: datetime, is_open: bool, until: datetime) -> None:  # noqa: FBT001
    found = office(code, at)
    assert found
    assert found.opening == Opening(is_open=is_open, until=until)


def test_every_office_is_listed_by_name_with_a_number_that_can_be_called() -> None:
    found = offices(datetime(2026, 12, 1, tzinfo=UTC))
    assert {each.code for each in found} == contacts().keys()
    assert [each.name for each in found] == sorted(each.name for each in found)
    assert {len(each.link) for each in found} == {len("tel:+1-404-893-1290")}


@pytest.mark.parametrize("telephone", ["(404) 893-1290", "1-404-893-1290"])
def test_a_link_to_a_number_has_the_country_and_no_spaces(telephone: str) -> None:
    assert link_to(telephone) == "tel:+1-404-893-1290"


@pytest.mark.parametrize("code", ["HQ", "SRO", None, "of-another-release"])
def test_a_queue_that_is_no_field_office_has_no_number(code: str | None) -> None:
    assert office(code, datetime(2026, 12, 1, tzinfo=UTC)) is None


def test_hours_that_nobody_knows_are_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFFICE_HOURS", "")
    hours.cache_clear()
    try:
        found = office("ATL", datetime(2026, 12, 1, tzinfo=UTC))
        assert found
        assert found.opening is None
    finally:
        hours.cache_clear()


def test_the_hours_are_those_of_the_template() -> None:
    assert translated()["Parameters"]["OfficeHours"]["Default"] == OfficeSettings().office_hours
