"""An impostor learns that a request was received, and no more; moves nobody down; and is told no decision."""

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
def test_who_files_as_somebody_with_a_case_learns_nothing_and_moves_nothing_down(tally: Tally, seed: int) -> None:
    with fast_system() as system:
        impostor.joins(system, tally, sized(12, 80), 10 * seed)


@pytest.mark.proof(4)
@pytest.mark.parametrize("story", [impostor.stages, impostor.first, impostor.refuted])
def test_at_no_step_is_an_impostor_told_more(
    system: System, tally: Tally, story: Callable[[System, Tally], None]
) -> None:
    story(system, tally)


# ---- the proofs are shown to fail


def _found(story: Callable[[System, Tally], None]) -> list[str]:
    tally = Tally()
    with fast_system() as system:
        story(system, tally)
    return tally.violations


def test_a_look_up_that_asks_for_no_standing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake.status, "has_full_disclosure", lambda _request, _case: True)
    assert any("learns of the case" in violation for violation in _found(impostor.stages))


def test_an_escalation_that_asks_for_no_standing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake.commands, "has_full_disclosure", lambda _request, _case: True)
    assert _found(impostor.stages)


def test_standing_for_whoever_says_self_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words of one with standing are held back where they lower a lane; those within it, or of the office, are not."""

    def everybody(events: Any, **_more: object) -> frozenset[str]:  # noqa: ANN401  # as casereview.evidence.standing
        return frozenset(event.receipt for event in events if event.receipt and event.filing)

    monkeypatch.setattr(settle, "receipts_with_standing", everybody)
    monkeypatch.setattr(FactLedger, "effect_of_value", lambda *_given: 1)
    monkeypatch.setattr(FactLedger, "effect_of_only_value", lambda *_given: 1)
    assert any("moved down" in violation for violation in _found(impostor.joins))


def test_a_decision_that_is_told_without_verification_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = casereview.usecases.file_request._prepare

    def believed(*given: Any) -> Any:  # noqa: ANN401  # as casereview.usecases.file_request
        found = draft(*given)
        return type(found)(
            **{name: getattr(found, name) for name in found.__slots__ if name != "request"},
            request=found.request.model_copy(update={"verified": True}),
        )

    monkeypatch.setattr(casereview.usecases.file_request, "_prepare", believed)
    assert any("is told the decision" in violation for violation in _found(impostor.first))


def test_a_refutation_without_effect_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        intake.status,
        "has_full_disclosure",
        lambda request, case: request.opened and request.role == "self" and bool(case),
    )
    assert any("learns of the case" in violation for violation in _found(impostor.refuted))
