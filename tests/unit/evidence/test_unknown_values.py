"""Enumeration values of another release: they count as not stated and have no effect."""

from __future__ import annotations

from typing import Any

import pytest

from casereview.evidence.standing import has_standing, is_restricted
from casereview.evidence.stated import stated_facts
from casereview.policy.engine import rank
from casereview.policy.packaged import compiled
from casereview.policy.ranking import RankInput
from casereview.schema.base import read_leniently
from casereview.schema.event_records import Event, Filing, Verification
from casereview.schema.facts import Conviction, Facts
from tests.support.case_histories import NOW, POLICIES, assessed, established, file_of, filed, recognised, updated

NEW = "of-another-release"
ENUMERATIONS = ("custody", "removal_order", "entry", "military_service")


def facts(**fields: Any) -> Facts:  # noqa: ANN401  # any value
    return read_leniently(Facts, fields)


@pytest.mark.parametrize("name", ENUMERATIONS)
def test_an_unknown_value_counts_as_not_stated(name: str) -> None:
    assert stated_facts(facts(**{name: NEW, "pregnant": None})) == {"pregnant": None}


@pytest.mark.parametrize("name", ENUMERATIONS)
@pytest.mark.parametrize("policy", POLICIES)
def test_a_case_is_ranked_as_if_an_unknown_value_had_not_been_stated(name: str, policy: str) -> None:
    known = assessed([filed(1, "R1", "self", Facts(pregnant=True))], policy=policy)
    assert assessed([filed(1, "R1", "self", facts(**{name: NEW, "pregnant": True}))], policy=policy) == known


@pytest.mark.parametrize("name", ENUMERATIONS)
def test_an_unknown_value_does_not_replace_a_known_one(name: str) -> None:
    known = {"custody": "detained", "removal_order": "final", "entry": "admitted", "military_service": "self"}
    first = filed(1, "R1", "self", facts(**known))
    expected = assessed([first]).settled.facts
    assert assessed([first, updated(2, "R1", facts(**{name: NEW}))]).settled.facts == expected
    assert assessed([first, established(2, facts(**{name: NEW}))]).settled.facts == expected
    assert assessed([first, established(2, facts(**{name: NEW}), refuted=True)]).settled.facts == expected


@pytest.mark.parametrize(
    ("stated", "counts"),
    [
        (["asylum", NEW], {"relief_pending": ("asylum",)}),
        ([NEW], {}),
        ([], {"relief_pending": ()}),
    ],
)
def test_unknown_kinds_of_relief_are_left_out(stated: list[str], counts: dict[str, object]) -> None:
    assert stated_facts(facts(relief_pending=stated)) == counts


@pytest.mark.parametrize("policy", POLICIES)
def test_a_conviction_of_an_unknown_kind_matches_no_rule_about_kinds(policy: str) -> None:
    found = facts(convictions=[{"kind": NEW}])
    assert stated_facts(found)["convictions"] == found.convictions
    ranking = rank(RankInput(found, "C1", NOW), compiled(policy), NOW, None)
    assert ranking.lane == rank(RankInput(Facts(convictions=()), "C1", NOW), compiled(policy), NOW, None).lane
    felony = Facts(convictions=(Conviction(kind="felony"),))
    mixed = facts(convictions=[{"kind": NEW}, {"kind": "felony"}])
    one, other = (rank(RankInput(each, "C1", NOW), compiled(policy), NOW, None) for each in (felony, mixed))
    assert (one.lane, one.categories, one.approvals) == (other.lane, other.categories, other.approvals)


def of_another_release(event: Event, **fields: str) -> Event:
    """Return an officer's event with a verification as another release may have written it."""
    assert event.verification is not None
    read = {**event.verification.model_dump(), **fields}
    return event.evolve(verification=read_leniently(Verification, read))


@pytest.mark.parametrize("fields", [{"verdict": NEW}, {"about": NEW}])
def test_a_verification_with_an_unknown_value_has_no_effect(
    fields: dict[str, str],
) -> None:
    first = filed(1, "R1", "family", Facts())
    assert file_of([first, of_another_release(established(2, Facts(pregnant=True)), **fields)]).findings.found == ()
    assert not _has_standing(first, of_another_release(recognised(2, "R1"), **fields))
    known = recognised(2, "R1")
    assert _has_standing(first, known)
    assert _has_standing(first, known, of_another_release(recognised(3, "R1", refuted=True), **fields))


def _has_standing(*events: Event) -> bool:
    [one] = file_of(events).claims
    return has_standing(one, restricted=False)


def test_an_unknown_verdict_does_not_change_protection() -> None:
    unmarks = of_another_release(established(2, Facts(protected=False)), verdict=NEW)
    marked = file_of([filed(1, "R1", "self", Facts(protected=True)), unmarks])
    assert is_restricted(marked.claims, marked.findings)
    marks = of_another_release(established(2, Facts(protected=True)), verdict=NEW)
    unmarked = file_of([filed(1, "R1", "self", Facts()), marks])
    assert not is_restricted(unmarked.claims, unmarked.findings)


def test_an_unknown_role_opens_a_case_and_makes_no_claim_of_citizenship() -> None:
    filing = read_leniently(Filing, {"role": NEW, "authority": "none", "opened": True})
    first = filed(1, "R1", "self", Facts(claims_us_citizenship=True)).evolve(filing=filing)
    assert not _has_standing(first)
    assert assessed([first]).settled.facts.claims_us_citizenship is None
    assert assessed([first]).ranking.lane == "citizenship_claim"
