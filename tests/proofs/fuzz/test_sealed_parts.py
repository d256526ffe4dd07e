"""Tampered, replayed and foreign sealed parts are rejected, and logged once; they are not shown, and notices wait."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

import casereview.store.altered
import casereview.store.unreadable
from casereview.crypto.sealing import KmsSeal, Part, SealBrokenError
from tests.support.fuzz.sealed_parts import make_cases, prove_deliveries, prove_reads
from tests.support.large_dockets import fast_system
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally
from tests.support.staff import FiledCase
from tests.support.system import System

pytestmark = pytest.mark.moto


class SealedCases(NamedTuple):
    """A system with every kind of sealed part, and two of its cases."""

    system: System
    held: list[FiledCase]


@pytest.fixture(scope="module")
def sealed() -> Iterator[SealedCases]:
    """Cases for the whole module; each replaced part is restored."""
    with fast_system("moto") as system:
        yield SealedCases(system, make_cases(system))


@pytest.mark.proof(7)
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(sized(1, 3)))
def test_tampered_and_moved_sealed_parts_are_rejected_and_logged_once(
    sealed: SealedCases, tally: Tally, seed: int
) -> None:
    ways = sized(("a byte changed", "the same part of another", "another part in its context"), ())
    prove_reads(*sealed, tally, seed, ways)


@pytest.mark.proof(7)
def test_no_notice_is_sent_to_a_replaced_contact(sealed: SealedCases, tally: Tally) -> None:
    for seed in range(sized(1, 4)):
        prove_deliveries(*sealed, tally, seed)


# ---- deliberate defects


def _open_with_any_context(seal: KmsSeal, part: Part, receipt: str, sealed: bytes) -> bytes:
    """Open a part of any case."""
    for other, owner in seal.closed:  # type: ignore[attr-defined]
        try:
            return seal.opened(other, owner, sealed)  # type: ignore[attr-defined,no-any-return]
        except SealBrokenError:
            continue
    raise SealBrokenError(part, receipt, sealed)


def test_a_seal_without_encryption_context_is_detected(sealed: SealedCases, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = ("request", "contact", "update", "escalation", "asked", "decision", "why")
    owners = {held.receipt for held in sealed.held} | {held.case_id for held in sealed.held}
    monkeypatch.setattr(KmsSeal, "closed", [(part, owner) for part in parts for owner in owners], raising=False)
    monkeypatch.setattr(KmsSeal, "opened", KmsSeal.open, raising=False)
    monkeypatch.setattr(KmsSeal, "open", _open_with_any_context)
    tally = Tally()
    prove_reads(*sealed, tally, 1, ["the same part of another"])
    assert any("text of another case is shown" in violation for violation in tally.violations)


def test_a_rejection_without_a_log_entry_is_detected(sealed: SealedCases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casereview.store.unreadable.logger, "error", lambda *_words, **_more: None)
    tally = Tally()
    prove_reads(*sealed, tally, 1, ["never sealed"])
    assert any("logged as set()" in violation for violation in tally.violations)


def test_a_part_that_is_logged_at_each_read_is_detected(sealed: SealedCases, monkeypatch: pytest.MonkeyPatch) -> None:
    def report(_table: object, found: casereview.store.altered._Altered, _at: object) -> None:
        casereview.store.unreadable.report_altered(found.part, found.owner)

    monkeypatch.setattr(casereview.store.altered, "_mark", report)
    tally = Tally()
    prove_reads(*sealed, tally, 1, ["never sealed"])
    prove_deliveries(*sealed, tally, 1)
    assert any("never sealed" in violation and "times" in violation for violation in tally.violations)
    assert any(violation.startswith("a notice") for violation in tally.violations)


def test_a_notice_to_a_replaced_contact_is_detected(sealed: SealedCases, monkeypatch: pytest.MonkeyPatch) -> None:
    """The contact is not read from its sealed part, so that nothing is refused."""
    stated = b'{"email": "other@example.org", "language": "en"}'
    monkeypatch.setattr(KmsSeal, "open", lambda *_of: stated)
    tally = Tally()
    prove_deliveries(*sealed, tally, 1)
    assert any("a notice was sent" in violation for violation in tally.violations)
