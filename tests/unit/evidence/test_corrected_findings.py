"""A verification that was corrected: the facts settle as if it had never been made, whatever came before and after."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from casereview.cases.assessment import placement_of
from casereview.evidence.fold import Folded, all_made, fold, folded_finding, without_finding
from casereview.evidence.settle import settle
from casereview.policy.packaged import compiled
from casereview.schema.event_records import Event
from casereview.schema.evidence import CaseFile, Finding, Findings, in_order
from casereview.schema.facts import Facts
from casereview.store.folding import lane_of
from tests.support.case_histories import (
    DATED,
    NOW,
    POLICIES,
    PROTECTED,
    UNDATED,
    claims,
    established,
    event,
    file_of,
    filed,
    histories,
)

FEW = claims({name: UNDATED[name] for name in ("custody", "removal_soon", "pregnant")}, DATED, PROTECTED)
KINDS = ("joined", "updated", "established", "established", "established", "recognised")


@st.composite
def with_corrections(draw: st.DrawFn) -> tuple[list[Event], list[Event]]:
    """Generate a history with corrections of some of its verifications of facts, and the same without either."""
    plain = draw(histories(FEW, 9, KINDS))
    made = [one.version for one in plain if one.verification and one.verification.about == "facts"]
    taken = draw(st.lists(st.sampled_from(made), unique=True)) if made else []
    found = list(plain)
    for version in taken:
        place = draw(st.integers(version, len(plain)))
        after = next(number for number, one in enumerate(found) if one.version == place) + 1
        details = {"event": version, "kind": "verified"}
        found.insert(after, event(place, found[after - 1].at, kind="corrected", actor="officer", details=details))
    return found, [one for one in plain if one.version not in taken]


def folded(events: list[Event], policy: str) -> Folded:
    empty = Folded({}, Findings(case_id="CASE"))
    return fold(empty, events, lane_of(file_of(events, policy).case, compiled(policy)))


@given(with_corrections(), st.integers(0, 2000), st.sampled_from(POLICIES))
def test_facts_settle_as_if_a_corrected_verification_had_never_been_made(
    both: tuple[list[Event], list[Event]], hours: int, policy: str
) -> None:
    corrected, without = both
    ours, theirs = folded(corrected, policy), folded(without, policy)
    assert ours == theirs
    case, at = file_of(without, policy).case, NOW + timedelta(hours=hours)
    placement = placement_of(case, compiled(policy))
    settled = [settle(in_order(one.claims.values()), one.findings, placement, at) for one in (ours, theirs)]
    assert settled[0] == settled[1]


@given(histories(FEW, 9, KINDS), st.sampled_from(POLICIES))
def test_every_verification_is_kept_whole(events: list[Event], policy: str) -> None:
    found = folded(events, policy).findings
    said = [(one.version, one.claims) for one in events if one.verification and one.verification.about == "facts"]
    kept = [(one.version, one.facts) for one in all_made(found)]
    assert [one for one in said if one[1] and one[1].model_fields_set] == [
        one for one in kept if one[1].model_fields_set
    ]
    assert found.made == () or len(found.made) > 1


def finding(version: int, **facts: bool) -> Finding:
    return Finding(facts=Facts(**facts), verdict="confirmed", at=NOW + timedelta(hours=version), version=version)  # type: ignore[arg-type]  # as fields


def test_nothing_is_kept_twice_while_nothing_is_superseded() -> None:
    one = folded_finding(Findings(case_id="CASE"), finding(2, pregnant=True))
    assert folded_finding(one, finding(3, removal_soon=True)).made == ()
    assert [each.version for each in folded_finding(one, finding(3, pregnant=False)).made] == [2, 3]


def test_a_finding_that_another_release_added_is_not_forgotten() -> None:
    """It folds the new one, and keeps the list of those that were made as it was."""
    first = folded_finding(Findings(case_id="CASE"), finding(2, pregnant=True))
    second = folded_finding(first, finding(3, pregnant=False))
    third = finding(4, removal_soon=True)
    by_other = second.evolve(found=(*second.found, third))
    assert [one.version for one in all_made(by_other)] == [2, 3, 4]
    assert [one.version for one in without_finding(by_other, 3).found] == [2, 4]


def test_a_case_that_was_linked_keeps_what_the_link_brought() -> None:
    own = folded_finding(Findings(case_id="CASE"), finding(2, pregnant=True))
    brought = folded_finding(own.evolve(linked=5), finding(5, pregnant=False).evolve(source_case="OTHER"))
    newest = folded_finding(brought, finding(6, pregnant=True))
    assert [one.version for one in newest.found] == [6]
    assert without_finding(newest, 6).found == brought.found


def test_the_file_of_a_history_has_the_corrected_findings() -> None:
    events = [
        filed(1, "R1", "self", Facts()),
        established(2, Facts(pregnant=True)),
        established(3, Facts(pregnant=False)),
        event(4, kind="corrected", actor="officer", details={"event": 3, "kind": "verified"}),
    ]
    file = file_of(events)
    assert isinstance(file, CaseFile)
    assert [(one.version, one.facts.pregnant) for one in file.findings.found] == [(2, True)]
