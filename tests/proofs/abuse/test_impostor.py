"""An impostor learns only that a request was received, lowers no rank, and gets no decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import casereview.cases.disclosure
import casereview.usecases.file_request
import casereview.usecases.new_request
import casereview.usecases.status
import intake.commands
from casereview.cases.disclosure import View
from casereview.evidence import settle
from casereview.evidence.ledger import FactLedger
from casereview.schema.request_records import Request
from tests.support.abuse import impostor
from tests.support.large_dockets import fast_system
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally
from tests.support.system import System

pytestmark = pytest.mark.timeout(sized(120, 600))


@pytest.mark.proof(4)
@pytest.mark.parametrize("seed", range(sized(1, 2)))
def test_an_impostor_who_joins_a_case_learns_nothing_and_lowers_no_rank(tally: Tally, seed: int) -> None:
    with fast_system() as system:
        impostor.prove_joins(system, tally, sized(12, 80), 10 * seed)


@pytest.mark.proof(4)
@pytest.mark.parametrize("story", [impostor.prove_stages, impostor.prove_first_filing, impostor.prove_refutation])
def test_an_impostor_gets_no_disclosure_at_any_step(
    system: System, tally: Tally, story: Callable[[System, Tally], None]
) -> None:
    story(system, tally)


# ---- deliberate defects


def _violations(story: Callable[[System, Tally], None]) -> list[str]:
    tally = Tally()
    with fast_system() as system:
        story(system, tally)
    return tally.violations


def _show(monkeypatch: pytest.MonkeyPatch, view_of: Callable[[Request], View]) -> None:
    """Replace the rule by which the holder of a request is shown the case."""
    for module in (casereview.cases.disclosure, casereview.usecases.status, intake.commands):
        monkeypatch.setattr(module, "view_of", view_of)


def test_a_look_up_that_ignores_standing_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    _show(monkeypatch, lambda _request: "case")
    assert any("the case is disclosed" in violation for violation in _violations(impostor.prove_stages))


def test_an_escalation_that_ignores_standing_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    _show(monkeypatch, lambda request: "own_words" if request.opened else "case")
    assert _violations(impostor.prove_stages)


def test_standing_for_every_requester_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Claims of a requester with standing can lower the rank within a lane, or change the office."""
    monkeypatch.setattr(settle, "has_standing", lambda _claims, **_more: True)
    monkeypatch.setattr(FactLedger, "_accept_or_wait", lambda ledger, word, _least: ledger._accept(word))
    assert any("lower rank" in violation for violation in _violations(impostor.prove_joins))


def test_disclosure_of_a_decision_without_verification_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = casereview.usecases.new_request.new_request

    def prepare_as_verified(*given: Any) -> Any:  # noqa: ANN401  # as casereview.usecases.file_request
        found = draft(*given)
        return type(found)(
            **{name: getattr(found, name) for name in found.__slots__ if name != "request"},
            request=found.request.model_copy(update={"verified": True}),
        )

    monkeypatch.setattr(casereview.usecases.file_request, "new_request", prepare_as_verified)
    assert any("the decision is disclosed" in violation for violation in _violations(impostor.prove_first_filing))


def test_a_refutation_without_effect_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    _show(monkeypatch, lambda request: "case" if request.opened and request.role == "self" else "own_words")
    assert any("the case is disclosed" in violation for violation in _violations(impostor.prove_refutation))
