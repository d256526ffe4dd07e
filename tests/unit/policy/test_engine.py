"""Ranking beyond the golden tables: targets, ranks, verification, marks, explanations and ``changes_at``."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from casereview.policy import packaged
from casereview.policy.conditions import StaticTest, tree
from casereview.policy.engine import explain, rank
from casereview.policy.ranking import RankInput, Reason
from casereview.schema.facts import Facts

NOW = datetime(2021, 6, 15, 16, tzinfo=UTC)
A = packaged.compiled("2021-02-18-interim")
B = packaged.compiled("2021-09-30-guidelines")


def case(**facts: object) -> RankInput:
    return RankInput(Facts.model_validate(facts), "C1", NOW - timedelta(days=1))


def test_the_target_is_the_first_look_after_entry_into_the_lane_plus_the_time_the_clock_was_stopped() -> None:
    detained = case(custody="detained")
    assert rank(detained, A, NOW, None).target_by == detained.filed_at + timedelta(days=14)
    moved = replace(detained, lane_since=NOW, stopped=timedelta(days=3))
    assert rank(moved, A, NOW, None).target_by == NOW + timedelta(days=17)
    assert rank(case(custody="not_detained"), A, NOW, None).target_by is None


def test_a_rank_contains_lane_then_deadline_marker_then_milliseconds_then_case_id() -> None:
    filed = case(custody="detained")
    milliseconds = (filed.filed_at - datetime(1, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    assert rank(filed, A, NOW, None).rank == f"02.1.{milliseconds:015d}.C1"
    soon = case(removal_at=NOW + timedelta(hours=1))
    assert rank(soon, A, NOW, None).rank.startswith("01.0.")
    assert rank(case(removal_soon=True), A, NOW, None).rank.startswith("01.1.")


def test_the_times_of_a_ranking_are_in_utc() -> None:
    zone = datetime.fromisoformat("2021-06-15T12:00:00-04:00")
    filed = replace(case(), filed_at=zone)
    assert rank(filed, A, zone, None) == rank(replace(filed, filed_at=NOW), A, NOW, None)


def test_the_latest_possible_times_can_be_ranked() -> None:
    far = replace(
        case(birth_year=9999, check_in_on="9999-12-31", entered_on="9999-12-31"),
        filed_at=datetime.max.replace(tzinfo=UTC),
    )
    assert rank(far, B, NOW, None).lane == "other"


@pytest.mark.parametrize(
    ("verified", "raised"),
    [
        ((), True),
        (("custody", "removal_order"), True),
        (("removal_at",), False),
        (("removal_soon",), False),
        (("removal_at", "removal_soon"), False),
    ],
)
def test_verify_is_raised_unless_verified_facts_alone_lead_to_the_top_lane(
    verified: tuple[str, ...],
    raised: bool,  # noqa: FBT001 - a column of the table
) -> None:
    subject = case(custody="detained", removal_order="final", removal_soon=True, removal_at=NOW + timedelta(hours=1))
    found = rank(replace(subject, verified=frozenset(verified)), A, NOW, None)
    assert ("verify" in found.flags) is raised


def test_marks_follow_the_flags_of_the_facts_without_duplicates() -> None:
    subject = replace(case(protected=True), marks=frozenset({"stuck", "interpreter", "restricted"}))
    assert rank(subject, A, NOW, None).flags == ("restricted", "interpreter", "stuck")


def test_reasons_contain_the_texts_of_the_document_and_the_matching_facts() -> None:
    found = rank(case(custody="detained", birth_year=1940, pregnant=False), A, NOW, None)
    texts = {rule.id: rule.text for rule in (*A.document.lanes, *A.document.credits)}
    assert found.reasons == (Reason("detained", texts["detained"]), Reason("age_75", texts["age_75"]))
    assert found.matched == ("birth_year", "custody")
    assert rank(case(), A, NOW, None).matched == ()


def test_only_the_facts_that_satisfied_a_rule_are_named() -> None:
    entered = {"entry": "unlawful", "last_entry_on": "2021-01-01", "entered_on": "2001-01-01"}
    found = {entry.rule: entry.facts for entry in explain(case(**entered), B, NOW)}
    assert found["border_security"] == ("entry", "last_entry_on")
    found = {
        entry.rule: entry.facts
        for entry in explain(case(entry="apprehended_at_border", entered_on="2021-01-01"), B, NOW)
    }
    assert found["border_security"] == ("entry",)


def test_a_ranking_names_a_policy_only_while_one_is_in_force() -> None:
    assert rank(case(), A, NOW, None).policy == "2021-02-18-interim"
    default = rank(case(), packaged.compiled(packaged.DEFAULT), NOW, None)
    assert default.policy is None
    assert default.digest == packaged.compiled(packaged.DEFAULT).digest


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, None),
        ({"custody": "detained", "check_in_on": "2021-07-10"}, None),
        ({"removal_at": "2021-06-20T12:00:00Z"}, "2021-06-17T12:00:00Z"),
        ({"removal_at": "2021-06-17T12:00:00Z"}, "2021-06-17T12:00:00Z"),
        ({"removal_at": "2021-06-01T12:00:00Z"}, None),
        ({"check_in_on": "2021-07-10"}, "2021-06-26T04:00:00Z"),
        ({"check_in_on": "2021-06-20"}, "2021-06-21T04:00:00Z"),
        ({"check_in_on": "2021-06-20", "removal_order": "final"}, "2021-06-21T04:00:00Z"),
        (
            {"check_in_on": "2021-06-20", "removal_at": "2021-09-01T00:00:00Z", "custody": "detained"},
            "2021-08-29T00:00:00Z",
        ),
        ({"birth_year": 1947}, "2022-01-01T05:00:00Z"),
        ({"birth_year": 1947, "claims_us_citizenship": True}, "2022-01-01T05:00:00Z"),
        ({"birth_year": 1947, "removal_soon": True}, None),
        ({"birth_year": 1957}, "2032-01-01T05:00:00Z"),
        ({"birth_year": 1957, "removal_order": "final"}, "2021-08-19T04:00:00Z"),  # the overlay begins
        ({"birth_year": 1957, "relief_pending": [], "serious_illness": True}, "2032-01-01T05:00:00Z"),
        ({"entered_on": "2012-02-29"}, "2022-02-28T05:00:00Z"),
        ({"convictions": [{"kind": "misdemeanor", "convicted_on": "2018-07-04"}]}, "2023-07-04T04:00:00Z"),
        ({"convictions": [{"kind": "misdemeanor", "convicted_on": "2018-07-04", "vacated": True}]}, None),
        ({"convictions": [{"kind": "misdemeanor", "convicted_on": "2018-07-04"}, {"kind": "misdemeanor"}]}, None),
    ],
)
def test_changes_at_is_the_next_instant_at_which_the_ranking_differs(
    facts: dict[str, object], expected: str | None
) -> None:
    found = rank(case(**facts), A, NOW, None).changes_at
    assert found == (datetime.fromisoformat(expected) if expected else None)


@pytest.mark.parametrize(
    ("standing", "kinds", "holds", "fails"),
    [
        ({"kinds": ["felony"]}, ["unknown"], False, False),
        ({"kinds": ["felony"]}, ["felony", "unknown"], True, False),
        ({"kinds": ["felony"]}, ["misdemeanor"], False, True),
        ({"kinds": ["felony"], "at_least": 2}, ["felony", "unknown"], False, False),
        ({"kinds": ["felony"], "at_least": 3}, ["felony", "unknown"], False, True),
        ({}, ["unknown"], True, False),
        ({"at_least": 2}, ["unknown"], False, True),
    ],
)
def test_a_conviction_of_unknown_kind_satisfies_no_test_of_kinds_nor_its_opposite(
    standing: dict[str, object],
    kinds: list[str],
    holds: bool,  # noqa: FBT001
    fails: bool,  # noqa: FBT001
) -> None:
    rows = tuple((kind, None, True, None, None) for kind in kinds)
    test, opposite = (tree({"convictions": {"standing": standing}}, negate=negate) for negate in (False, True))  # type: ignore[arg-type]
    assert isinstance(test, StaticTest)
    assert isinstance(opposite, StaticTest)
    assert (test.holds(rows), opposite.holds(rows)) == (holds, fails)


def test_a_vacated_conviction_of_unknown_kind_does_not_count() -> None:
    opposite = tree({"convictions": {"standing": {"kinds": ["felony"]}}}, negate=True)
    assert isinstance(opposite, StaticTest)
    assert opposite.holds((("unknown", None, False, True, None),))


def test_an_unknown_kind_presumes_nothing_about_public_safety() -> None:
    kinds = [[], [{"kind": "unknown", "convicted_on": "2019-01-01"}]]
    found = [rank(case(custody="detained", convictions=one), A, NOW, None).categories for one in kinds]
    assert found[0] == found[1]
