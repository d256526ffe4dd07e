"""An impostor learns only that a request was received, lowers no rank, and gets no decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import casereview.cases.assessment
import casereview.usecases.file_request
import intake.commands
import intake.status
from casereview.evidence import settle
from casereview.evidence.ledger import FactLedger
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


def test_a_look_up_that_ignores_standing_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake.status, "has_full_disclosure", lambda _request, _case: True)
    assert any("the case is disclosed" in violation for violation in _violations(impostor.prove_stages))


def test_an_escalation_that_ignores_standing_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake.commands, "has_full_disclosure", lambda _request, _case: True)
    assert _violations(impostor.prove_stages)


def test_standing_for_every_requester_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Claims of a requester with standing can lower the rank within a lane, or change the office."""

    def all_receipts(events: Any, **_more: object) -> frozenset[str]:  # noqa: ANN401  # as casereview.evidence.standing
        return frozenset(event.receipt for event in events if event.receipt and event.filing)

    monkeypatch.setattr(settle, "receipts_with_standing", all_receipts)
    monkeypatch.setattr(FactLedger, "effect_of_value", lambda *_given: 1)
    monkeypatch.setattr(FactLedger, "effect_of_only_value", lambda *_given: 1)
    assert any("lower rank" in violation for violation in _violations(impostor.prove_joins))


def test_disclosure_of_a_decision_without_verification_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = casereview.usecases.file_request._prepare

    def prepare_as_verified(*given: Any) -> Any:  # noqa: ANN401  # as casereview.usecases.file_request
        found = draft(*given)
        return type(found)(
            **{name: getattr(found, name) for name in found.__slots__ if name != "request"},
            request=found.request.model_copy(update={"verified": True}),
        )

    monkeypatch.setattr(casereview.usecases.file_request, "_prepare", prepare_as_verified)
    assert any("the decision is disclosed" in violation for violation in _violations(impostor.prove_first_filing))


def test_a_refutation_without_effect_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        intake.status,
        "has_full_disclosure",
        lambda request, case: request.opened and request.role == "self" and bool(case),
    )
    assert any("the case is disclosed" in violation for violation in _violations(impostor.prove_refutation))
