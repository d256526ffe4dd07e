"""Guessing receipts and access codes: thousands of wrong pairs get the same response by the same calls."""

from __future__ import annotations

import hmac

import pytest

import intake.routes
from casereview.http.problems import ProblemError, forbidden, no_such_request
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.usecases.services import CaseServices
from tests.support.abuse.guessing import file_requests, prove_guesses
from tests.support.large_dockets import fast_system
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally

pytestmark = [pytest.mark.moto, pytest.mark.timeout(sized(120, 600))]


@pytest.mark.proof(4)
@pytest.mark.parametrize("seed", range(sized(1, 3)))
def test_every_wrong_pair_gets_the_same_response_by_the_same_calls(tally: Tally, seed: int) -> None:
    with fast_system("moto") as system:
        prove_guesses(system, file_requests(system, 30), tally, sized(600, 4000), seed)


# ---- deliberate defects


def _skip_the_code(desk: CaseServices, receipt: str, authorization: str | None) -> Request:
    """Compute no code if the request does not exist."""
    request = desk.table.get(Request, keys.request(receipt))
    if request is None:
        raise no_such_request()
    return _checked(desk, request, authorization)


def _checked(desk: CaseServices, request: Request, authorization: str | None) -> Request:
    code = desk.macs.code(request.receipt, request.epoch, request.mac_key)
    if not hmac.compare_digest(f"Bearer {code}", authorization or ""):
        raise no_such_request()
    return request


def _report_the_code(desk: CaseServices, receipt: str, authorization: str | None) -> Request:
    """Respond that the code is wrong."""
    request = desk.table.get(Request, keys.request(receipt))
    if request is None:
        desk.macs.code(receipt)
        raise no_such_request()
    try:
        return _checked(desk, request, authorization)
    except ProblemError:
        raise forbidden("no_such_request", "the code is wrong") from None


@pytest.mark.parametrize(
    ("authenticate", "violation"), [(_skip_the_code, "different calls"), (_report_the_code, "different response")]
)
def test_a_difference_between_a_wrong_code_and_a_wrong_receipt_is_detected(
    monkeypatch: pytest.MonkeyPatch, authenticate: object, violation: str
) -> None:
    monkeypatch.setattr(intake.routes, "authenticate", authenticate)
    tally = Tally()
    with fast_system("moto") as system:
        prove_guesses(system, file_requests(system, 2), tally, 20)
    assert any(violation in found for found in tally.violations)


def test_an_update_with_a_wrong_code_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hmac, "compare_digest", lambda _first, _second: True)
    tally = Tally()
    with fast_system("moto") as system:
        prove_guesses(system, file_requests(system, 4), tally, 20)
    assert any("the table afterwards" in violation for violation in tally.violations)
