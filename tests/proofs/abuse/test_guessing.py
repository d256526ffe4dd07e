"""Guessing gives nothing: ten thousands of wrong receipts and codes, one answer, the same calls."""

from __future__ import annotations

import hmac

import pytest

import intake.routes
from casereview.http.problems import ProblemError, forbidden, no_such_request
from casereview.schema.records import Request
from casereview.store import keys
from casereview.usecases.services import CaseServices
from tests.support.abuse.guessing import filed, guess
from tests.support.large_dockets import fast_system
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally

pytestmark = [pytest.mark.moto, pytest.mark.timeout(sized(120, 600))]


@pytest.mark.proof(4)
@pytest.mark.parametrize("seed", range(sized(1, 3)))
def test_every_wrong_pair_gives_the_same_answer_by_the_same_calls(tally: Tally, seed: int) -> None:
    with fast_system("moto") as system:
        guess(system, filed(system, 30), tally, sized(600, 4000), seed)


# ---- the proof is shown to fail


def _hasty(desk: CaseServices, receipt: str, authorization: str | None) -> Request:
    """Ask for no code where there is no request."""
    request = desk.table.get(Request, keys.request(receipt))
    if request is None:
        raise no_such_request()
    return _checked(desk, request, authorization)


def _checked(desk: CaseServices, request: Request, authorization: str | None) -> Request:
    code = desk.macs.code(request.receipt, request.epoch, request.mac_key)
    if not hmac.compare_digest(f"Bearer {code}", authorization or ""):
        raise no_such_request()
    return request


def _talkative(desk: CaseServices, receipt: str, authorization: str | None) -> Request:
    """Tell that it is the code that is wrong."""
    request = desk.table.get(Request, keys.request(receipt))
    if request is None:
        desk.macs.code(receipt)
        raise no_such_request()
    try:
        return _checked(desk, request, authorization)
    except ProblemError:
        raise forbidden("no_such_request", "the code is wrong") from None


@pytest.mark.parametrize(("admit", "told"), [(_hasty, "other calls"), (_talkative, "another answer")])
def test_what_tells_a_wrong_code_from_a_wrong_receipt_is_found(
    monkeypatch: pytest.MonkeyPatch, admit: object, told: str
) -> None:
    monkeypatch.setattr(intake.routes, "authenticate", admit)
    tally = Tally()
    with fast_system("moto") as system:
        guess(system, filed(system, 2), tally, 20)
    assert any(told in violation for violation in tally.violations)


def test_an_update_by_a_wrong_code_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hmac, "compare_digest", lambda _first, _second: True)
    tally = Tally()
    with fast_system("moto") as system:
        guess(system, filed(system, 4), tally, 20)
    assert any("the table afterwards" in violation for violation in tally.violations)
