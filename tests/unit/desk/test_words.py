"""The words for codes: every code of the staff API that a page can show has some."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, get_args

import pytest

from casereview.cases.flags import known_flags
from casereview.schema import vocabulary
from casereview.schema.facts import Facts
from desk import words
from desk.rendering import fact_in_words, in_words
from desk.times import off, span, when
from infra.paths import ROOT

SCHEMAS: dict[str, Any] = json.loads((ROOT / "docs/openapi-staff.json").read_text())["components"]["schemas"]
NOW = datetime.fromisoformat("2021-03-05T12:00:00+00:00")


def enumerated(schema: str, field: str) -> set[str]:
    found = SCHEMAS[schema]["properties"][field]
    if "anyOf" in found:
        found = next(each for each in found["anyOf"] if "enum" in each)
    return set(found.get("enum") or found["items"]["enum"])


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (words.STATUSES, set(get_args(vocabulary.Status))),
        (words.ICONS, set(get_args(vocabulary.Status))),
        (words.FLAGS, set(known_flags([]))),
        (words.ROLES, set(get_args(vocabulary.Role))),
        (words.AUTHORITIES, set(get_args(vocabulary.Authority))),
        (words.PROOFS, set(get_args(vocabulary.ProofKind))),
        (words.REFUTATIONS, set(get_args(vocabulary.RefutationReason))),
        (words.FACTS, set(Facts.model_fields)),
        (words.OUTCOMES, enumerated("Decision", "outcome")),
        (words.GRANTS, enumerated("Grant", "what")),
        (words.DUTIES, enumerated("DutyItem", "kind")),
        (words.DONE, enumerated("DutyItem", "kind")),
        (words.RETURNED, enumerated("CaseRead", "returned")),
    ],
)
def test_every_code_has_words(table: Mapping[str, object], codes: set[str]) -> None:
    assert codes
    assert codes - table.keys() == set()


def test_every_end_of_a_duty_can_be_chosen() -> None:
    assert {code for kind in words.DONE.values() for code in kind} == enumerated("DutyBody", "what")


def test_a_code_of_a_later_release_is_shown_with_spaces() -> None:
    assert words.said("quite_new", words.STATUSES) == "Quite new"
    assert words.said(None, words.STATUSES) == ""


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "Nobody said anything"),
        (True, "Yes"),
        (False, "No"),
        ([], "None"),
        (["asylum", "u_visa"], "Asylum; U visa"),
        ({"state": "GA", "county": None}, "State: GA"),
        (2, "2"),
        ("stay_of_removal", "Stay of removal"),
        ("Ana said: yes", "Ana said: yes"),
    ],
)
def test_a_value_is_shown_in_words(value: object, shown: str) -> None:
    assert in_words(value) == shown


@pytest.mark.parametrize(
    ("fact", "value", "shown"),
    [
        ("facility", "STWRTGA", "Stewart Detention Center, Lumpkin, GA"),
        ("facility", "Nowhere", "Nowhere"),
        ("removal_at", "2021-03-05T15:04:00.000Z", "Fri Mar 5, 2021, 10:04 AM ET"),
        ("entered_on", "2006-05-01", "Mon May 1, 2006"),
        ("entered_on", "2006", "2006"),
        ("entered_on", "2006-05", "2006-05"),
        ("custody", "not_detained", "Not detained"),
        ("minor_children", 1, "1"),
        ("removal_at", None, "Nobody said anything"),
    ],
)
def test_a_fact_is_shown_in_words(fact: str, value: object, shown: str) -> None:
    assert fact_in_words(value, fact) == shown


def test_times_are_eastern_and_say_how_far_off_they_are() -> None:
    assert when("2021-07-01T00:30:00+00:00") == "Wed Jun 30, 2021, 8:30 PM ET"
    assert when(None) == off(None, NOW) == ""
    assert off("2021-03-05T17:20:00+00:00", NOW) == "in 5 h 20 min"
    assert off("2021-03-01T12:00:00+00:00", NOW) == "4 days ago"
    assert off("2021-03-06", NOW) == "in 17 h 0 min"
    assert (span(timedelta(minutes=59)), span(timedelta(hours=47, minutes=59))) == ("59 min", "47 h 59 min")
    assert span(timedelta(hours=48)) == "2 days"
