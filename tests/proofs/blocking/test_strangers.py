"""Whatever strangers write about a person: the case is ranked, read, split, linked and decided."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import casereview.usecases.file_request
import intake.change_request
import intake.commands
import review.cases.pages
import review.cases.splitting
from casereview.schema.evidence import CaseFile, Claims, Text
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.store.backend import Query
from casereview.store.table import Table
from casereview.store.transaction import Write, delete
from intake.change_request import Bound
from review.cases.moved_requests import moved
from tests.support.blocking.checks import CHECKS, Check, bounds, decided, ranked, read, split_and_linked
from tests.support.blocking.strangers import FULL, SMALL, Crowd, crowd
from tests.support.proofs.sizes import FULL as FULL_SIZE
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally
from tests.support.system import running

pytestmark = pytest.mark.timeout(sized(120, 900))


@pytest.fixture(scope="module")
def most() -> Iterator[Crowd]:
    """A case about which strangers have written the most that they can; small unless the proof is whole."""
    with running("memory") as system:
        yield crowd(system, sized(SMALL, FULL))


@pytest.mark.proof(9)
@pytest.mark.parametrize("check", CHECKS)
def test_strangers_block_nothing(check: str, most: Crowd, tally: Tally) -> None:
    most.restore()
    CHECKS[check](most, tally)


# ---- deliberate faults


@pytest.fixture(scope="module")
def small(most: Crowd) -> Iterator[Crowd]:
    """A case about which strangers have written a little less."""
    if not FULL_SIZE:
        yield most
        return
    with running("memory") as system:
        yield crowd(system, SMALL)


def _violations(check: Check, found: Crowd) -> str:
    tally = Tally()
    check(found, tally)
    return "\n".join(tally.violations)


def test_a_bound_that_is_not_checked_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake.change_request, "UNVERIFIED", Bound(10**6, 10**9))
    with running("memory") as system:
        found = _violations(bounds, crowd(system, SMALL))
    assert "more updates than the bound" in found


def test_a_case_without_a_bound_on_requests_is_found(monkeypatch: pytest.MonkeyPatch, small: Crowd) -> None:
    small.restore()
    monkeypatch.setattr(casereview.usecases.file_request, "MAX_LIVE", 1000)
    assert "it joined the full case" in _violations(bounds, small)


def test_texts_that_the_ranking_reads_are_found(monkeypatch: pytest.MonkeyPatch, small: Crowd) -> None:
    evidence_of = Table.evidence_of

    def with_texts(table: Table, case: Case, *, weighed: bool = False) -> CaseFile:
        file = evidence_of(table, case, weighed=weighed)
        for one in file.claims:
            list(table.records(Text, Query(keys.texts_partition(one.receipt))))
        return file

    small.restore()
    monkeypatch.setattr(Table, "evidence_of", with_texts)
    assert "reads no texts" in _violations(ranked, small)


def test_a_ranking_that_parses_the_history_is_found(monkeypatch: pytest.MonkeyPatch, small: Crowd) -> None:
    evidence_of = Table.evidence_of

    def with_history(table: Table, case: Case, *, weighed: bool = False) -> CaseFile:
        list(table.events_after(case.case_id, 0))
        return evidence_of(table, case, weighed=weighed)

    small.restore()
    monkeypatch.setattr(Table, "evidence_of", with_history)
    assert "times the processor time" in _violations(ranked, small)


def test_a_decision_that_any_update_moves_is_found(monkeypatch: pytest.MonkeyPatch, small: Crowd) -> None:
    small.restore()
    monkeypatch.setattr(intake.commands, "has_standing", lambda _claims, **_named: True)
    found = _violations(decided, small)
    assert "do not refuse the decision" in found


def test_a_page_without_a_bound_on_bytes_is_found(monkeypatch: pytest.MonkeyPatch, small: Crowd) -> None:
    small.restore()
    monkeypatch.setattr(review.cases.pages, "MAX_BYTES", 10**9)
    assert "an answer of" in _violations(read, small)


def test_a_split_that_moves_the_history_is_found(monkeypatch: pytest.MonkeyPatch, small: Crowd) -> None:
    """A transaction holds at most a hundred writes."""

    def with_texts(request: Request, claims: Claims, case_id: str, version: int, *, opened: bool) -> Iterator[Write]:
        yield from moved(request, claims, case_id, version, opened=opened)
        for number in range(100):
            yield delete(keys.text(request.receipt, f"{number}"))

    small.restore()
    monkeypatch.setattr(review.cases.splitting, "moved", with_texts)
    assert "split off" in _violations(split_and_linked, small)
