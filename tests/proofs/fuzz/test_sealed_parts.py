"""Tampered, replayed and foreign sealed parts are refused and logged, and nobody is told or written to by them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

import review.services
from casereview.crypto.sealing import KmsSeal, SealBrokenError
from tests.support.fuzz.sealed_parts import deliveries, replay, world
from tests.support.large_dockets import fast_system
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally
from tests.support.staff import FiledCase
from tests.support.system import System

pytestmark = pytest.mark.moto


class World(NamedTuple):
    """A system with sealed parts of every kind, and two of its cases."""

    system: System
    held: list[FiledCase]


@pytest.fixture(scope="module")
def made() -> Iterator[World]:
    """One world for the module: what is put in the place of a part is put back."""
    with fast_system("moto") as system:
        yield World(system, world(system))


@pytest.mark.proof(7)
def test_what_was_tampered_with_or_belongs_elsewhere_is_refused_and_logged(made: World, tally: Tally) -> None:
    ways = sized(("a byte changed", "the same part of another", "another part in its context"), ())
    for seed in range(sized(1, 3)):
        replay(*made, tally, seed, ways)


@pytest.mark.proof(7)
def test_no_message_goes_out_by_a_contact_that_was_put_in_anothers_place(made: World, tally: Tally) -> None:
    for seed in range(sized(1, 4)):
        deliveries(*made, tally, seed)


# ---- the proofs are shown to fail


def _unbound(seal: KmsSeal, _part: str, _receipt: str, sealed: bytes) -> bytes:
    """Open a part, whosever it is."""
    for part, receipt in seal.closed:  # type: ignore[attr-defined]
        try:
            return seal.opened(part, receipt, sealed)  # type: ignore[attr-defined,no-any-return]
        except SealBrokenError:
            continue
    raise SealBrokenError


def test_a_seal_that_is_bound_to_nothing_is_found(made: World, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = ("request", "contact", "update", "escalation", "asked", "decision", "why")
    owners = {held.receipt for held in made.held} | {held.case_id for held in made.held}
    monkeypatch.setattr(KmsSeal, "closed", [(part, owner) for part in parts for owner in owners], raising=False)
    monkeypatch.setattr(KmsSeal, "opened", KmsSeal.open, raising=False)
    monkeypatch.setattr(KmsSeal, "open", _unbound)
    tally = Tally()
    replay(*made, tally, 1, ["the same part of another"])
    assert any("the same part of another" in violation for violation in tally.violations)


def test_a_refusal_that_nothing_tells_of_is_found(made: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review.services.logger, "error", lambda *_words, **_more: None)
    tally = Tally()
    replay(*made, tally, 1, ["never sealed"])
    assert any("logged as set()" in violation for violation in tally.violations)
