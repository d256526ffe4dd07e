"""The flags of a case that staff see, beside those of its ranking."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casereview.cases.flags import MARKS, flags_of, has_new_words, known_flags, new_words_since
from casereview.policy.packaged import compiled
from casereview.schema.records import Hold
from tests.support.case_histories import NOW, POLICIES, queued

HOUR = timedelta(hours=1)
HELD = Hold(by="a", since=NOW, lease_until=NOW + 8 * HOUR)


@pytest.mark.parametrize(
    ("fields", "new"),
    [
        ({"status": "in_review", "hold": HELD, "words_at": NOW + HOUR}, True),
        ({"status": "in_review", "hold": HELD, "words_at": NOW}, False),
        ({"status": "in_review", "hold": HELD}, False),
        ({"status": "in_review", "words_at": NOW + HOUR}, False),
        ({"status": "in_line", "words_at": NOW + HOUR}, False),
        ({"status": "information_needed", "hold": HELD, "words_at": NOW + HOUR}, False),
        ({"status": "with_senior_official", "hold": HELD, "words_at": NOW + HOUR}, True),
        ({"status": "with_senior_official", "words_at": NOW + HOUR}, False),
        ({"status": "decided", "hold": HELD, "words_at": NOW + HOUR}, False),
    ],
)
def test_words_are_new_to_whoever_reviews_the_case(fields: dict[str, Any], new: bool) -> None:  # noqa: FBT001
    case = queued(**fields)
    assert has_new_words(case) == new
    assert ("new_words" in flags_of(case)) == new


def test_words_are_new_since_the_decision_was_proposed() -> None:
    """A proposed decision keeps its author's claim, which has no lease."""
    case = queued(status="awaiting_approval", status_since=NOW + 2 * HOUR, hold=Hold(by="a"))
    assert new_words_since(case) == NOW + 2 * HOUR
    assert not has_new_words(case.evolve(words_at=NOW + HOUR))
    assert has_new_words(case.evolve(words_at=NOW + 3 * HOUR))


def test_flags_about_another_case_depend_on_who_may_know_of_it() -> None:
    case = queued(flags=("verify", "many_requests"), over_limit=True)
    assert flags_of(case) == ("verify",)
    assert flags_of(case, same_person=True) == ("verify", "many_requests", "maybe_same_person")
    assert flags_of(queued(), same_person=True) == ("maybe_same_person",)


def test_flags_of_the_case_are_added_to_those_of_its_ranking() -> None:
    assert flags_of(queued(flags=("verify",))) == ("verify",)
    assert flags_of(queued(flags=("verify", "safety"), stuck=True, safety=True)) == ("verify", "safety", "stuck")


def test_known_flags_are_the_marks_and_those_of_the_policies() -> None:
    known = known_flags(compiled(policy) for policy in POLICIES)
    assert known >= MARKS | {"restricted", "citizenship_claim", "ohio_injunction"}
