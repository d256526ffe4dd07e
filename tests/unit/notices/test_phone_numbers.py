"""Which telephone numbers are texted and called."""

from __future__ import annotations

import phonenumbers
import pytest

from casereview.notices.phone_numbers import US_NUMBERING_PLAN, may_be_called, may_be_texted

KINDS = {value: name for name, value in vars(phonenumbers.PhoneNumberType).items() if isinstance(value, int)}
REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
MOBILE = {"MOBILE", "FIXED_LINE_OR_MOBILE"}
NEVER_CALLED = {"PREMIUM_RATE", "SHARED_COST", "PERSONAL_NUMBER", "PAGER"}


def _example(region: str, kind: int) -> str | None:
    found = phonenumbers.example_number_for_type(region, kind)
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164) if found else None


def _kind_of(number: str) -> str:
    return KINDS[phonenumbers.number_type(phonenumbers.parse(number))]


@pytest.mark.parametrize("kind", KINDS, ids=KINDS.get)
def test_only_mobile_numbers_of_the_allowed_countries_are_texted(kind: int) -> None:
    for number in filter(None, (_example(region, kind) for region in REGIONS)):
        region = str(phonenumbers.region_code_for_number(phonenumbers.parse(number)))
        mobile = _kind_of(number) in MOBILE
        assert may_be_texted(number, {region}) == mobile, number
        assert not may_be_texted(number, set(REGIONS) - {region}), number


@pytest.mark.parametrize("kind", KINDS, ids=KINDS.get)
def test_numbers_that_cost_the_caller_more_are_never_called(kind: int) -> None:
    for number in filter(None, (_example(region, kind) for region in REGIONS)):
        assert may_be_called(number) == (_kind_of(number) not in NEVER_CALLED), number


@pytest.mark.parametrize("code", sorted(phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS))
def test_satellite_and_international_numbers_are_neither_texted_nor_called(code: int) -> None:
    example = phonenumbers.example_number_for_non_geo_entity(code)
    assert example
    number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert not may_be_called(number)
    assert not may_be_texted(number, {*US_NUMBERING_PLAN, *REGIONS})


@pytest.mark.parametrize("number", ["+12025550143", "+17875550123", "+16715550123", "+13405550123", "+16847330123"])
def test_numbers_of_the_united_states_and_their_territories_are_texted(number: str) -> None:
    assert may_be_texted(number, US_NUMBERING_PLAN)


@pytest.mark.parametrize("number", ["+14165550123", "+12645550123", "+18005550199", "+19005550143", "+10000000000"])
def test_other_numbers_of_the_north_american_plan_are_not(number: str) -> None:
    assert not may_be_texted(number, US_NUMBERING_PLAN)
