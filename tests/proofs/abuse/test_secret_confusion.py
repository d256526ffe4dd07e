"""One secret in the place of another: a code as a key or a case, a receipt as a code, a key of somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

import casereview.crypto.macs
from casereview.schema.identifiers import RECEIPT_SYMBOLS, encode_identifier
from casereview.schema.records import Request
from casereview.store import keys
from tests.support.abuse.guessing import filed
from tests.support.large_dockets import fast_system
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally
from tests.support.system import Staff, System, body

OFFICER = Staff("omar", "officer,supervisor,restricted")


@pytest.fixture
def found() -> Iterator[System]:
    """A system of one's own."""
    with fast_system() as system:
        yield system


def as_keys(system: System, tally: Tally, number: int) -> None:
    """Use receipts, codes and case ids as Idempotency-Keys: each is a request of its own, as any other key."""
    known = filed(system, number)
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


def as_ids(system: System, tally: Tally, number: int) -> None:
    """Use codes and receipts as ids of cases, and the ids of cases as receipts, by staff and from outside."""
    known = filed(system, number)
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


def others_keys(system: System, tally: Tally, number: int) -> None:
    """Send another body under somebody's key: refused without a word of theirs, and nothing changes."""
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
def test_a_code_or_a_receipt_is_a_key_as_any_other(found: System, tally: Tally) -> None:
    as_keys(found, tally, sized(4, 20))


@pytest.mark.proof(4)
def test_no_secret_opens_what_another_one_names(found: System, tally: Tally) -> None:
    as_ids(found, tally, sized(6, 20))


@pytest.mark.proof(4)
def test_somebody_elses_key_gives_nothing_of_theirs(found: System, tally: Tally) -> None:
    others_keys(found, tally, sized(5, 30))


# ---- the proofs are shown to fail


def test_a_digest_that_is_not_compared_is_found(found: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casereview.usecases.file_request.hmac.compare_digest", lambda _first, _second: True)
    tally = Tally()
    others_keys(found, tally, 2)
    assert len(tally.violations) == 2


def test_a_key_that_is_the_receipt_is_found(found: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casereview.crypto.macs.Macs, "receipt", lambda _macs, key: key)
    tally = Tally()
    as_keys(found, tally, 2)
    assert tally.violations


def test_one_name_for_receipt_and_code_is_found(found: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """A code that is made of the receipt by no secret key opens every request."""
    random = Random(1)  # noqa: S311
    monkeypatch.setattr(
        "casereview.usecases.file_request.new_receipt", lambda: encode_identifier(random.randbytes(16), RECEIPT_SYMBOLS)
    )
    monkeypatch.setattr(casereview.crypto.macs.Macs, "code", lambda _macs, receipt, *_more: receipt)
    monkeypatch.setattr("intake.authentication.CODE_SYMBOLS", RECEIPT_SYMBOLS)
    tally = Tally()
    as_ids(found, tally, 2)
    assert any(violation.startswith("a receipt as its code") for violation in tally.violations)


def test_a_case_that_is_read_by_any_name_is_found(found: System, monkeypatch: pytest.MonkeyPatch) -> None:
    get = found.intake.table.get

    def any_request(_table: object, model: type[Any], key: keys.Key) -> Any:  # noqa: ANN401  # as Table.get
        return get(model, key) or (found.requests[0] if model is Request else None)

    monkeypatch.setattr(type(found.intake.table), "get", any_request)
    monkeypatch.setattr(casereview.crypto.macs.Macs, "code", lambda _macs, _receipt, *_more: "ANY")
    monkeypatch.setattr("intake.authentication._bearer_token", lambda _authorization: "ANY")
    tally = Tally()
    as_ids(found, tally, 2)
    assert any(violation.startswith("as a receipt") for violation in tally.violations)
