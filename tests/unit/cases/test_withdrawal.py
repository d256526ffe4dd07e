"""The withdrawal of a request: whether its words still count, and whether its case ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casereview.cases.withdrawal import withdrawn, without_withdrawal
from casereview.policy.packaged import compiled
from casereview.schema.decision_records import DecisionRef
from casereview.schema.facts import Facts
from casereview.schema.records import Case
from tests.support.case_histories import NOW, POLICIES, assessed, file_of, filed, queued, recognised
from tests.support.case_histories import withdrawn as withdrawal

POLICY = compiled(POLICIES[1])
CLAIMS = file_of([filed(1, "R1", "self", Facts())]).claims[0].evolve(verify_by=NOW, withdrawal_by=NOW)


def case(**fields: Any) -> Case:  # noqa: ANN401  # any field
    return queued(**{"lane": "other", "person": "P", **fields})


def test_the_only_request_ends_its_case() -> None:
    found = withdrawn(case(rank_at=NOW + timedelta(hours=1), answer_by=NOW), CLAIMS, POLICY, NOW)
    assert found.closes
    after = case().evolve(**found.case)
    assert (after.status, after.status_since, after.live, after.rank_at) == ("withdrawn", NOW, 0, None)
    assert (found.claims.withdrawal_by, found.claims.verify_by) == (None, None)
    assert found.claims.live


def test_a_proposed_decision_ends_with_the_case() -> None:
    awaited = case(status="awaiting_approval", decision=DecisionRef(version=1, by="a", outcome="granted"))
    assert awaited.evolve(**withdrawn(awaited, CLAIMS, POLICY, NOW).case).decision is None
    decided = awaited.evolve(status="decided")
    assert decided.evolve(**withdrawn(decided, CLAIMS, POLICY, NOW).case).decision is not None


@pytest.mark.parametrize(
    "fields",
    [
        {"requests": 2},
        {"lane": None},
        {"rank_at": NOW},
        {"lane": "imminent_removal"},
        {"facts": Facts(custody="detained"), "lane": "detained"},
    ],
    ids=["others joined", "not ranked", "words not ranked", "top lane", "detained"],
)
def test_the_end_of_a_case_waits_for_an_officer_and_what_was_said_still_counts(fields: dict[str, Any]) -> None:
    found = withdrawn(case(**fields), CLAIMS, POLICY, NOW)
    assert not found.closes
    assert found.case == {"live": 0, "rank_at": NOW}
    assert found.claims.live


@pytest.mark.parametrize("verified", [False, True])
def test_what_an_unverified_holder_said_no_longer_counts_while_others_are_live(verified: bool) -> None:  # noqa: FBT001
    found = withdrawn(case(requests=2, live=2), CLAIMS.evolve(verified=verified), POLICY, NOW)
    assert found.case == {"live": 1, "rank_at": NOW}
    assert not found.closes
    assert found.claims.live == verified


def test_a_withdrawal_from_an_ended_case_changes_no_more_than_the_count() -> None:
    found = withdrawn(case(status="decided", requests=2), CLAIMS, POLICY, NOW)
    assert (found.case, found.closes) == ({"live": 0}, False)


def test_a_request_whose_withdrawal_was_taken_back_counts_and_is_to_be_verified_again() -> None:
    ended = withdrawn(case(requests=2, live=2), CLAIMS, POLICY, NOW).claims
    again = without_withdrawal(ended, POLICY, NOW)
    assert again.live
    assert again.verify_by is not None
    assert again.verify_by > NOW
    assert without_withdrawal(ended.evolve(verified=True), POLICY, NOW).verify_by is None


def test_a_stranger_who_withdraws_takes_back_nothing_that_others_said() -> None:
    same = Facts(custody="detained", pregnant=True)
    events = [filed(1, "S", "self", same), filed(2, "R2", "self", same)]
    after = assessed([*events, withdrawal(3, "S")])
    assert after.settled.facts == assessed(events).settled.facts
    assert after.ranking.rank == assessed(events).ranking.rank


def test_the_words_of_a_verified_holder_who_withdrew_still_win() -> None:
    events = [
        filed(1, "R1", "self", Facts(minor_children=2)),
        recognised(2, "R1"),
        filed(3, "S", "other", Facts(minor_children=1)),
        withdrawal(4, "R1", dropped=False),
    ]
    assert assessed(events).settled.facts.minor_children == 2
