"""One secret in place of another: a code as a key or case id, a receipt as a code, another person's Idempotency-Key."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

import casereview.crypto.macs
from casereview.schema.identifiers import RECEIPT_SYMBOLS, encode_identifier
from casereview.schema.request_records import Request
from casereview.store import keys
from tests.support.abuse.guessing import file_requests
from tests.support.large_dockets import fast_system
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally
from tests.support.system import Staff, System, body

OFFICER = Staff("omar", "officer,supervisor,restricted")


@pytest.fixture
def found() -> Iterator[System]:
    """A new system."""
    with fast_system() as system:
        yield system


def prove_as_keys(system: System, tally: Tally, number: int) -> None:
    """Use receipts, codes and case ids as Idempotency-Keys, and check that each files a new request."""
    known = file_requests(system, number)
    before = {request.receipt: request for request in system.requests}
    receipts = {each["receipt"] for each in known}
    case_ids = [request.case_id for request in before.values()]
    for text in [each[name] for each in known for name in ("receipt", "access_code")] + case_ids:
        with tally.case("as a key"):
            answer = system.call("POST", "/requests", body(subject={"a_number": None}), {"Idempotency-Key": text})
            assert answer.status == 201
            assert answer.json()["receipt"] not in receipts
            assert answer.json()["access_code"] not in {each["access_code"] for each in known}
    with tally.case("the requests afterwards"):
        assert all(system.read(Request, keys.request(receipt)) == request for receipt, request in before.items())


def prove_as_ids(system: System, tally: Tally, number: int) -> None:
    """Use codes and receipts as case ids, and case ids and codes as receipts, and check that they are not found."""
    known = file_requests(system, number)
    for each in known:
        case_id = system.case_of(each).case_id
        for text in (each["receipt"], each["access_code"]):
            with tally.case("as a case"):
                assert system.staff(OFFICER, "GET", f"/staff/cases/{text}").status == 404
        for text, code in ((case_id, each["access_code"]), (each["access_code"], each["access_code"])):
            with tally.case("as a receipt"):
                assert system.on({"receipt": text, "access_code": code}, "GET").status == 404
        with tally.case("a receipt as its code"):
            assert system.on({"receipt": each["receipt"], "access_code": each["receipt"]}, "GET").status == 404


def prove_reused_keys(system: System, tally: Tally, number: int) -> None:
    """Send another body with a used Idempotency-Key, and check that nothing is revealed or changed."""
    for count in range(number):
        key, person = f"key-number-{count:06d}", {"a_number": f"A0001{count:05d}"[:10]}
        mine = system.file(body(subject=person), key)
        before = system.items()
        with tally.case("another body under a key"):
            answer = system.call("POST", "/requests", body(grounds="Not mine."), {"Idempotency-Key": key})
            assert answer.status == 422
            assert not any(mine[name] in answer.body for name in ("receipt", "access_code"))
            assert system.items() == before


@pytest.mark.proof(4)
def test_a_code_or_receipt_is_an_ordinary_idempotency_key(found: System, tally: Tally) -> None:
    prove_as_keys(found, tally, sized(4, 20))


@pytest.mark.proof(4)
def test_no_secret_is_accepted_in_place_of_another(found: System, tally: Tally) -> None:
    prove_as_ids(found, tally, sized(6, 20))


@pytest.mark.proof(4)
def test_a_reused_idempotency_key_reveals_nothing_of_the_other_request(found: System, tally: Tally) -> None:
    prove_reused_keys(found, tally, sized(5, 30))


# ---- deliberate defects


def test_an_idempotency_key_that_is_not_bound_to_the_body_is_detected(
    found: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casereview.usecases.file_request.hmac.compare_digest", lambda _first, _second: True)
    tally = Tally()
    prove_reused_keys(found, tally, 2)
    assert len(tally.violations) == 2


def test_an_idempotency_key_that_is_used_as_the_receipt_is_detected(
    found: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(casereview.crypto.macs.Macs, "receipt", lambda _macs, key: key)
    tally = Tally()
    prove_as_keys(found, tally, 2)
    assert tally.violations


def test_one_mac_purpose_for_receipt_and_code_is_detected(found: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the code is derived from the receipt without a secret key, it opens every request."""
    random = Random(1)  # noqa: S311
    monkeypatch.setattr(
        "casereview.usecases.new_request.new_receipt", lambda: encode_identifier(random.randbytes(16), RECEIPT_SYMBOLS)
    )
    monkeypatch.setattr(casereview.crypto.macs.Macs, "code", lambda _macs, receipt, *_more: receipt)
    monkeypatch.setattr("intake.authentication.CODE_SYMBOLS", RECEIPT_SYMBOLS)
    tally = Tally()
    prove_as_ids(found, tally, 2)
    assert any(violation.startswith("a receipt as its code") for violation in tally.violations)


def test_a_request_that_is_found_by_any_identifier_is_detected(found: System, monkeypatch: pytest.MonkeyPatch) -> None:
    get = found.intake.table.get

    def any_request(_table: object, model: type[Any], key: keys.Key) -> Any:  # noqa: ANN401  # as Table.get
        return get(model, key) or (found.requests[0] if model is Request else None)

    monkeypatch.setattr(type(found.intake.table), "get", any_request)
    monkeypatch.setattr(casereview.crypto.macs.Macs, "code", lambda _macs, _receipt, *_more: "ANY")
    monkeypatch.setattr("intake.authentication._bearer_token", lambda _authorization: "ANY")
    tally = Tally()
    prove_as_ids(found, tally, 2)
    assert any(violation.startswith("as a receipt") for violation in tally.violations)
