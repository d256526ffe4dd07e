from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from casereview.schema.fields import (
    Day,
    Email,
    LanguageTag,
    PastDate,
    Phone,
    RemovalTime,
    TimeOrDay,
    ZipCode,
)

TODAY = date(2024, 2, 29)
days = st.dates(date(1900, 1, 1), date(2199, 12, 31))


def read(kind: Any, value: object) -> Any:  # noqa: ANN401  # any kind of field
    return TypeAdapter(kind).validate_python(value, context={"today": TODAY})


def refusal(kind: Any, value: object) -> str:  # noqa: ANN401  # any kind of field
    """Return the code of the error."""
    with pytest.raises(ValidationError) as found:
        read(kind, value)
    return found.value.errors()[0]["type"]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2006", date(2006, 1, 1)),
        ("2006-05", date(2006, 5, 1)),
        ("2006-05-17", date(2006, 5, 17)),
        ("2024", date(2024, 1, 1)),
        ("2024-02", date(2024, 2, 1)),
        ("2024-02-29", date(2024, 2, 29)),
        ("1900", date(1900, 1, 1)),
    ],
)
def test_a_partial_past_date_is_its_first_day(written: str, day: date) -> None:
    assert read(PastDate, written) == day


@pytest.mark.parametrize("written", ["2024-03-02", "2024-04", "2025", "2199-12-31"])
def test_a_past_date_in_the_future_is_rejected(written: str) -> None:
    assert refusal(PastDate, written) == "in_the_future"


def test_every_past_date_may_be_tomorrow_because_guam_is_ahead_of_utc() -> None:
    assert read(PastDate, "2024-03-01") == date(2024, 3, 1)
    assert refusal(PastDate, "2024-03-02") == "in_the_future"


@pytest.mark.parametrize("kind", [PastDate, Day, RemovalTime, TimeOrDay])
@pytest.mark.parametrize(
    "written", ["2023-02-29", "2023-13-01", "2023-00-01", "2023-04-31", "0000-01-01", "1900-02-29"]
)
def test_an_impossible_date_is_rejected(kind: Any, written: str) -> None:  # noqa: ANN401
    assert refusal(kind, written) == "impossible_date"


@pytest.mark.parametrize("kind", [PastDate, Day, RemovalTime, TimeOrDay])
@pytest.mark.parametrize("written", ["1899-12-31", "2200-01-01", "9999-12-31"])
def test_a_year_outside_1900_to_2199_is_rejected(kind: Any, written: str) -> None:  # noqa: ANN401
    assert refusal(kind, written) == "year_out_of_range"


@pytest.mark.parametrize("kind", [PastDate, Day, RemovalTime, TimeOrDay])
@pytest.mark.parametrize(
    "value", ["", "06", "2006-5-1", "2006/05/01", "01-05-2006", "05-01-2006", "2006-0 5", 2006, True, None]
)
def test_text_that_is_not_a_date_is_rejected(kind: Any, value: object) -> None:  # noqa: ANN401
    assert refusal(kind, value) in {"not_a_date", "not_a_time"}


@pytest.mark.parametrize("written", ["2024", "2024-05"])
def test_a_day_and_a_removal_time_reject_partial_dates(written: str) -> None:
    assert refusal(Day, written) == "not_a_date"
    assert refusal(RemovalTime, written) == "not_a_time"


@given(days)
def test_a_date_is_serialized_in_the_form_that_it_is_parsed_from(day: date) -> None:
    assert read(Day, day.isoformat()) == read(Day, day) == read(PastDate, day) == day
    assert TypeAdapter(Day).dump_json(day) == f'"{day.isoformat()}"'.encode()


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2024-01-31", datetime(2024, 1, 31, 5, tzinfo=UTC)),
        ("2024-07-31", datetime(2024, 7, 31, 4, tzinfo=UTC)),
        ("2024-02-29", datetime(2024, 2, 29, 5, tzinfo=UTC)),
        ("2024-03-10", datetime(2024, 3, 10, 5, tzinfo=UTC)),  # the clock is put forward at 2
        ("1990-01-01", datetime(1990, 1, 1, 5, tzinfo=UTC)),
        ("2024-01-31T15:00:00-05:00", datetime(2024, 1, 31, 20, tzinfo=UTC)),
        ("2024-01-31t15:00z", datetime(2024, 1, 31, 15, tzinfo=UTC)),
        ("2024-01-31T15:00:00.123456789Z", datetime(2024, 1, 31, 15, 0, 0, 123000, UTC)),
        ("2199-12-31T23:00:00Z", datetime(2199, 12, 31, 23, tzinfo=UTC)),
    ],
)
def test_a_removal_time_is_an_instant_or_the_start_of_a_day_in_eastern_time(written: str, instant: datetime) -> None:
    assert read(RemovalTime, written) == instant


@pytest.mark.parametrize(
    "written",
    [
        "2024-01-31T24:01:00Z",
        "2024-02-30T10:00:00Z",
        "2024-01-31T23:59:60Z",
        "2024-01-31T10:00+24:00",
        "1900-01-01T00:00+99:99",
    ],
)
def test_an_impossible_time_is_rejected(written: str) -> None:
    assert refusal(RemovalTime, written) == "impossible_time"


@pytest.mark.parametrize(
    "written", ["2024-01-31T15:00:00", "2024-01-31 15:00:00Z", "2024-01-31T15Z", "20240131T150000Z"]
)
def test_a_removal_time_without_an_offset_is_rejected(written: str) -> None:
    assert refusal(RemovalTime, written) == "not_a_time"


def test_a_time_or_day_keeps_a_day_without_a_time() -> None:
    assert read(TimeOrDay, "2024-01-31") == date(2024, 1, 31)
    assert read(TimeOrDay, "2024-01-31T15:00:00-05:00") == datetime(2024, 1, 31, 20, tzinfo=UTC)
    assert refusal(TimeOrDay, "2024-01-31T15:00:00") == "not_a_time"


def test_the_range_of_years_applies_in_utc() -> None:
    assert refusal(RemovalTime, "2199-12-31T23:00:00-05:00") == "year_out_of_range"
    assert read(RemovalTime, "2200-01-01T00:30:00+01:00").year == 2199


@given(st.datetimes(datetime(1901, 1, 1), datetime(2198, 1, 1)), st.integers(-1439, 1439))  # noqa: DTZ001  # gets an offset
def test_an_instant_is_independent_of_its_offset(at: datetime, minutes: int) -> None:
    local = at.replace(tzinfo=timezone(timedelta(minutes=minutes)), microsecond=at.microsecond // 1000 * 1000)
    assert read(RemovalTime, local.isoformat()) == local
    assert read(RemovalTime, local) is local


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("ana@example.org", "ana@example.org"),
        ("Ana@EXAMPLE.org", "Ana@example.org"),
        ("a@exämple.org", "a@xn--exmple-cua.org"),
    ],
)
def test_an_address_is_kept_as_mail_is_sent_to_it(written: str, address: str) -> None:
    assert read(Email, written) == address


@pytest.mark.parametrize(
    "written",
    [
        "ana",
        "ana@",
        "@example.org",
        "a@b",
        "a@localhost",
        "a b@example.org",
        "ä@example.org",
        "a@[127.0.0.1]",
        "a@.org",
        "A <a@example.org>",
    ],
)
def test_an_address_that_mail_cannot_be_sent_to_is_rejected(written: str) -> None:
    assert refusal(Email, written) == "not_an_email_address"


@pytest.mark.parametrize(
    ("written", "number"),
    [("(202) 555-0123", "+12025550123"), ("+1 202 555 0123", "+12025550123"), ("+502 2333 4455", "+50223334455")],
)
def test_a_telephone_number_is_stored_with_its_country_code(written: str, number: str) -> None:
    assert read(Phone, written) == number


@pytest.mark.parametrize(
    "written",
    [
        "",
        "call me",
        "911",
        "0",
        "555-0123",
        "+1",
        "+9990000000",
        "1" * 30,
        "000-000-0000",
        "123-456-7890",
        "999-999-9999",
        "222-222-2222",
        "555-555-5555",
        "973-155-0142",
        "+52 000 000 0000",
        "973-555-0142 or 404-555-0100",
    ],
)
def test_a_telephone_number_that_cannot_be_dialled_is_rejected(written: str) -> None:
    assert refusal(Phone, written) == "not_a_phone_number"


@pytest.mark.parametrize("tag", ["es", "ht", "quc", "pa-Arab-PK", "zh-Hant"])
def test_a_language_tag_is_stored_unchanged(tag: str) -> None:
    assert read(LanguageTag, tag) == tag


@pytest.mark.parametrize("tag", ["Klingonese", "e", "es--MX", "zz-zz-zz", "Chinese or Korean"])
def test_an_invalid_language_tag_is_rejected(tag: str) -> None:
    assert refusal(LanguageTag, tag) == "not_a_language_tag"


@pytest.mark.parametrize("kind", [Email, Phone, LanguageTag])
def test_a_text_of_more_than_200_characters_is_rejected(kind: Any) -> None:  # noqa: ANN401
    assert refusal(kind, "x" * 201) == "string_too_long"


HIDDEN = "\u200b\u200e\u200f\u202c\u2060\u2066\u2069\ufeff\u00ad\u00a0\t\ufe0f"


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (PastDate, "2006-05-17"),
        (RemovalTime, "2006-05-17T10:00:00-05:00"),
        (Email, "ana@example.org"),
        (Phone, "+12025550123"),
        (LanguageTag, "es-MX"),
        (ZipCode, "78040-1234"),
    ],
)
def test_an_invisible_character_around_or_inside_an_address_or_date_is_ignored(
    kind: Any,  # noqa: ANN401
    written: str,
    hidden: str,
) -> None:
    expected = read(kind, written)
    assert read(kind, hidden + written) == expected
    assert read(kind, written + hidden) == expected
    place = written.index("-") if "-" in written else 4
    assert read(kind, written[:place] + hidden + written[place:]) == expected


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("٢٠٠٦-٠٥-١٧", date(2006, 5, 17)),  # noqa: RUF001
        ("۲۰۰۶–۰۵–۱۷", date(2006, 5, 17)),  # noqa: RUF001
        ("੨੦੦੬-੦੫", date(2006, 5, 1)),
        ("２００６－０５－１７", date(2006, 5, 17)),  # noqa: RUF001
        ("2006 - 05 - 17", date(2006, 5, 17)),
        ("2006-05-01\n", date(2006, 5, 1)),
    ],
)
def test_a_date_has_digits_and_dashes_of_any_script(written: str, day: date) -> None:
    assert read(PastDate, written) == day


def test_a_year_of_another_calendar_is_never_taken_for_one_of_ours() -> None:
    assert refusal(PastDate, "۱۳۵۹-۰۲-۰۳") == "year_out_of_range"
    assert refusal(PastDate, "๒๕๒๓-๐๒-๐๓") == "year_out_of_range"


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("ana @ example . org", "ana@example.org"),
        ("ａｎａ＠ｅｘａｍｐｌｅ．ｏｒｇ", "ana@example.org"),  # noqa: RUF001
        ("ana@example。org", "ana@example.org"),
        ("ana٢@example.org", "ana2@example.org"),
        ("ana–ruiz@example.org", "ana-ruiz@example.org"),  # noqa: RUF001
    ],
)
def test_an_address_is_read_as_other_keyboards_write_it(written: str, address: str) -> None:
    assert read(Email, written) == address


@pytest.mark.parametrize(
    "written",
    [
        "973-555-0142 ext. 45",
        "973-555-0142 x45",
        "973-555-0142 #45",
        "+1 973 555 0142;ext=45",
        "973-555-0142 poste 45",
        "973-555-0142 доб. 45",
        "973-555-0142 转45",
        "973-555-0142 تحويلة ٤٥",
        "973-555-0142 ramal 45",
    ],
)
def test_an_extension_is_kept(written: str) -> None:
    assert read(Phone, written) == "+19735550142;ext=45"
    assert read(Phone, read(Phone, written)) == "+19735550142;ext=45"


def test_an_area_code_that_comes_into_use_later_is_taken() -> None:
    assert read(Phone, "(273) 555-0142") == "+12735550142"


def test_a_mexican_mobile_number_is_the_same_with_the_1_of_old() -> None:
    assert read(Phone, "+52 1 55 1234 5678") == read(Phone, "+52 55 1234 5678") == "+525512345678"


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("es_MX", "es-MX"),
        (" pa - Arab", "pa-Arab"),
        ("English", "en"),
        ("SPANISH", "es"),
        ("Español", "es"),
        ("espanol", "es"),
        ("kreyòl", "ht"),
        ("Haitian Creole", "ht"),
        ("中文", "zh"),
        ("ਪੰਜਾਬੀ", "pa"),
        ("العربية", "ar"),
        ("русский", "ru"),
        ("português", "pt"),
        ("français", "fr"),
        ("K'iche'", "quc"),
        ("Mandarin", "cmn"),
        ("Dari", "prs"),
    ],
)
def test_a_language_is_named_by_its_tag_or_in_english_or_in_itself(written: str, tag: str) -> None:
    assert read(LanguageTag, written) == tag
