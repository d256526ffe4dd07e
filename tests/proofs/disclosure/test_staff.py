"""Staff without access to restricted cases are answered the same bytes, whether their office has such a case or not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import casereview.store.worklist
from casereview.http.problems import forbidden
from casereview.schema.records import Case
from review.authorization import Caller
from review.verifications import _Queue
from tests.support.disclosure.other_case import STATES
from tests.support.disclosure.staff_lists import QUERIES, listing_routes, told_apart
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally

pytestmark = pytest.mark.timeout(sized(120, 600))
SOME = ("in_line", "in_review", "with_senior_official", "full")


def prove(tally: Tally, states: tuple[str, ...], days: int) -> None:
    """Compare the answers with those in an office without a restricted case, for each state of such a case."""
    for state, found in told_apart(states, days):
        with tally.case(state):
            assert not found, "; ".join(map(str, found[:3]))


@pytest.mark.proof(8)
def test_staff_do_not_learn_that_their_office_has_a_restricted_case(tally: Tally) -> None:
    prove(tally, sized(SOME, tuple(STATES)), sized(1, 3))


@pytest.mark.proof(8)
def test_every_route_that_lists_or_counts_is_asked() -> None:
    assert listing_routes() <= set(QUERIES)


# ---- deliberate faults


def _violations(state: str) -> str:
    tally = Tally()
    prove(tally, (state,), 1)
    return "\n".join(tally.violations)


def test_a_restricted_case_that_is_counted_in_a_position_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casereview.store.worklist, "_is_restricted", lambda _item: False)
    assert "/staff/worklist" in _violations("in_line")


def test_a_restricted_case_in_the_queue_of_verifications_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    original = _Queue._read

    def read_all(queue: _Queue, places: Any) -> Any:  # noqa: ANN401  # as the original
        return original(replace(queue, caller=replace(queue.caller, restricted=True)), places)

    monkeypatch.setattr(_Queue, "_read", read_all)
    assert "/staff/verifications" in _violations("in_line")


def test_an_answer_that_a_case_is_restricted_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def has_access(caller: Caller, case: Case, *given: Any) -> bool:  # noqa: ANN401  # as the original
        if case.restricted and not caller.restricted:
            raise forbidden("role_not_allowed", "It is restricted.")
        return original(caller, case, *given)

    original = Caller.has_access
    monkeypatch.setattr(Caller, "has_access", has_access)
    assert "a hidden case" in _violations("in_line")
