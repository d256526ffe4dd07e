"""The open facts of a request: ranking sees them, and everything else is sealed."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casereview.evidence.open_facts import marks_of, open_claims, open_facts
from casereview.http.validation import parse_submission
from casereview.schema.facts import Conviction, Facts
from casereview.schema.submission import FactClaims, Submission
from tests.support.bodies import FULL, RECEIVED, SMALLEST, Path, changed, leaves

ON = date(2022, 1, 18)
SEALED: list[Path] = [
    path
    for path in leaves(FULL)
    if path[0] in {"requester", "subject", "grounds", "prior_contact"}
    or path[-1] in {"offense", "facility", "state", "county"}
]
FREE = [path for path in SEALED if path[-1] not in {"role", "authority", "email", "phone", "preferred", "language"}]
FREE = [path for path in FREE if path[-1] not in {"safe_to_contact", "interpreter", "a_number", "born_on"}]


def submitted(body: dict[str, Any]) -> Submission:
    return parse_submission(json.dumps(body), RECEIVED)


def facts_of(**stated: object) -> Facts:
    return open_facts(submitted({**SMALLEST, "facts": stated}), ON)


def test_open_facts_contain_the_stated_values() -> None:
    facts = open_facts(submitted(FULL), ON)
    assert facts.convictions == (
        Conviction(kind="misdemeanor", convicted_on=date(2012, 3, 4), sentence_months=12, vacated=False, expunged=True),
    )
    assert (facts.facility, facts.state, facts.county) == ("STWRTGA", "TX", "Webb")
    assert (facts.entered_on, facts.last_entry_on) == (date(2006, 5, 1), date(2010, 1, 1))
    assert facts.birth_year == 1951
    assert facts.minor_children == 1


def test_only_the_year_of_the_date_of_birth_is_open() -> None:
    text = open_facts(submitted(FULL), ON).model_dump_json()
    assert "1951" in text
    assert "11-23" not in text


def test_the_kind_of_protected_relief_is_not_open_but_its_pendency_is() -> None:
    for kinds in (["vawa"], ["t_visa"], ["u_visa"], ["u_visa", "vawa", "t_visa"]):
        facts = facts_of(relief_pending=kinds)
        assert facts.relief_pending == ("protected",)
        assert facts.protected is True
    assert facts_of(relief_pending=["other", "asylum"]) == Facts(relief_pending=("asylum", "other"))


@pytest.mark.parametrize("stated", [None, []])
def test_no_pending_relief_leaves_protection_unstated(stated: object) -> None:
    facts = facts_of(relief_pending=stated)
    assert "protected" not in facts.model_fields_set
    assert facts.relief_pending == (None if stated is None else ())


def test_only_stated_fields_are_set() -> None:
    assert facts_of().model_fields_set == set()
    assert facts_of(custody="unknown", convictions=[]).model_fields_set == {"custody", "convictions"}
    assert facts_of(residence=None).model_fields_set == {"state", "county"}
    assert facts_of(convictions=None, facility=None).model_fields_set == {"convictions", "facility"}


def test_unknown_null_and_absent_all_mean_unknown() -> None:
    for stated in ({"custody": "unknown", "removal_order": "unknown", "entry": "unknown"}, {"custody": None}, {}):
        facts = facts_of(**stated)
        assert (facts.custody, facts.removal_order, facts.entry) == (None, None, None)


def test_an_empty_list_of_convictions_is_kept() -> None:
    assert facts_of(convictions=[]).convictions == ()


def test_text_that_is_not_in_the_routing_tables_is_not_open() -> None:
    home = {"state": "Tejas y más", "county": "Ana's", "city": "Ana's town", "zip": "00000"}
    facts = facts_of(facility="behind my sister's house", residence=home)
    assert (facts.facility, facts.state, facts.county) == (None, None, None)


def test_names_of_facilities_and_counties_are_normalized() -> None:
    facts = facts_of(facility="port  isabel", residence={"state": "tx", "county": "WEBB COUNTY"})
    assert (facts.facility, facts.state, facts.county) == ("PIC", "TX", "Webb")


@pytest.mark.parametrize(
    ("residence", "county"),
    [
        ({"zip": "78040"}, "Webb"),
        ({"zip": "78040-1234", "state": "Texas"}, "Webb"),
        ({"city": "Laredo", "state": "Texas"}, "Webb"),
        ({"city": "Laredo, TX"}, "Webb"),
    ],
)
def test_the_county_follows_from_a_zip_code_or_a_city(residence: dict[str, str], county: str) -> None:
    facts = facts_of(residence=residence)
    assert (facts.state, facts.county) == ("TX", county)


def test_the_state_of_the_residence_decides_between_facilities_of_one_name() -> None:
    assert facts_of(facility="Phelps County Jail").facility is None
    assert facts_of(facility="Phelps County Jail", residence={"state": "Nebraska"}).facility == "PHELPNE"


def test_facilities_of_one_name_in_one_office_are_open_as_all_of_them() -> None:
    assert facts_of(facility="Folkston ICE Processing Center").facility == "FIPCAGA or FIPCDGA or FIPCMGA"


@given(st.dictionaries(st.sampled_from(FREE), st.uuids(), min_size=1), st.emails(domains=st.just("zq7.example.org")))
def test_no_sealed_text_is_among_the_open_facts(texts: dict[Path, object], email: str) -> None:
    body = FULL
    for path, value in texts.items():
        body = changed(body, path, f"x{value}x")
    body = changed(body, ("requester", "contact", "email"), email)
    text = open_facts(submitted(body), ON).model_dump_json()
    assert not any(str(value) in text for value in texts.values())
    for secret in (
        "zq7",
        "A000000011",
        "000-011",
        "2025550123",
        "vawa",
        "u_visa",
        "g28",
        "attorney",
        "es",
        "quc",
        "Q-",
    ):
        assert f'"{secret}' not in text


def test_open_facts_have_no_field_that_identifies_the_person() -> None:
    assert set(Facts.model_fields) - set(FactClaims.model_fields) == {"state", "county", "birth_year", "protected"}


def test_claims_of_an_update_set_no_birth_year() -> None:
    assert open_claims(FactClaims(pregnant=True), ON).model_dump(exclude_unset=True) == {"pregnant": True}


@pytest.mark.parametrize(
    ("role", "authority", "needed"),
    [
        ("self", "none", False),
        ("attorney", "g28", False),
        ("attorney", None, True),
        ("attorney", "form_60_001", True),
        ("accredited_representative", "g28", False),
        ("accredited_representative", "none", True),
        ("family", "form_60_001", False),
        ("family", "g28", True),
        ("advocate", "none", True),
        ("other", None, True),
    ],
)
def test_a_representative_without_the_required_form_is_flagged(role: str, authority: str | None, needed: bool) -> None:  # noqa: FBT001
    body = {**SMALLEST, "requester": {"role": role, "authority": authority}}
    assert ("authority_needed" in marks_of(submitted(body))) == needed


@pytest.mark.parametrize(
    ("contact", "marked"),
    [
        ({"interpreter": True}, True),
        ({"spoken_language": "quc", "language": "es"}, True),
        ({"spoken_language": "K'iche'"}, True),
        ({"spoken_language": "es"}, False),
        ({"interpreter": False}, False),
        ({}, False),
    ],
)
def test_a_spoken_language_without_notice_texts_flags_an_interpreter(contact: dict[str, object], marked: bool) -> None:  # noqa: FBT001
    body = {**SMALLEST, "requester": {"role": "self", "contact": contact}}
    assert ("interpreter" in marks_of(submitted(body))) == marked


@pytest.mark.parametrize(
    ("contact", "channel"),
    [
        ({"email": "a@example.org"}, "email"),
        ({"phone": "2025550123"}, "sms"),
        ({"email": "a@example.org", "phone": "2025550123"}, "email"),
        ({"email": "a@example.org", "preferred": "letter"}, "letter"),
        ({"email": "a@example.org", "preferred": "none"}, "none"),
        ({"email": "a@example.org", "safe_to_contact": False, "preferred": "email"}, "none"),
        ({}, "none"),
    ],
)
def test_the_channel_is_the_preferred_one_or_the_one_given_and_none_if_contact_is_unsafe(
    contact: dict[str, object], channel: str
) -> None:
    body = {**SMALLEST, "requester": {"role": "self", "contact": contact}}
    assert submitted(body).contact.channel() == channel
