"""Behaviour of the DynamoDB backend that the backend in memory does not share."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from botocore.exceptions import ClientError

from casereview.runtime.backoff import FIRST, LONGEST
from casereview.schema.records import Guard
from casereview.store import keys
from casereview.store.backend import Reschedule
from casereview.store.dynamodb import DynamoDb
from casereview.store.retrying import ATTEMPTS
from casereview.store.table import Table
from casereview.store.transaction import ContentionError, RefusedError, put_new
from tests.support.aws_faults import Responder, intercept, refuses
from tests.support.case_histories import queued
from tests.support.clouds import MotoCloud, cloud

GUARD = Guard(person="P", case="C", mac_key="K")
CASE = queued()
TWO = (put_new(CASE), put_new(GUARD))
KEYS = [keys.case(CASE.case_id), keys.guard("P")]
TRANSIENT = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]


@pytest.fixture
def moto() -> Iterator[MotoCloud]:
    with cloud("moto") as found:
        assert isinstance(found, MotoCloud)
        yield found


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record the pauses between attempts, which take no time."""
    found: list[float] = []
    monkeypatch.setattr("casereview.runtime.backoff.sleep", found.append)
    return found


def cancelled(*codes: str) -> Responder:
    return refuses("TransactionCanceledException", CancellationReasons=[{"Code": code} for code in codes])


def test_an_error_other_than_a_canceled_transaction_is_raised_unchanged(moto: MotoCloud) -> None:
    with pytest.raises(ClientError):
        DynamoDb(moto.dynamodb, "no-such-table").transact([put_new(queued())])


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("code", TRANSIENT)
def test_a_transaction_that_meets_contention_is_told_by_its_reason_code(moto: MotoCloud, code: str, place: int) -> None:
    codes = ["None", "None"]
    codes[place] = code
    with intercept("dynamodb.TransactWriteItems", cancelled(*codes)), pytest.raises(ContentionError) as found:
        moto.backend.transact(TWO)
    assert found.value.codes == {KEYS[place]: code}


@pytest.mark.parametrize("code", TRANSIENT)
@pytest.mark.parametrize("place", [0, 1])
def test_a_failed_condition_counts_whatever_else_kept_the_transaction(moto: MotoCloud, code: str, place: int) -> None:
    codes = [code, code]
    codes[place] = "ConditionalCheckFailed"
    with intercept("dynamodb.TransactWriteItems", cancelled(*codes)), pytest.raises(RefusedError) as found:
        moto.backend.transact(TWO)
    assert found.value.failed == {KEYS[place]: None}


@pytest.mark.parametrize(
    "code", ["ValidationError", "ItemCollectionSizeLimitExceeded", "AccessDenied", "NewlyInvented"]
)
@pytest.mark.parametrize("other", ["None", "TransactionConflict", "ConditionalCheckFailed"])
def test_a_transaction_that_can_never_succeed_is_tried_once(
    moto: MotoCloud, pauses: list[float], code: str, other: str
) -> None:
    with intercept("dynamodb.TransactWriteItems", cancelled(other, code)) as tried, pytest.raises(ClientError):
        Table(moto.backend).write(*TWO)
    assert (len(tried), pauses) == (1, [])


def test_contention_is_repeated_with_growing_random_pauses(moto: MotoCloud, pauses: list[float]) -> None:
    with intercept("dynamodb.TransactWriteItems", cancelled("None", "ThrottlingError")) as tried:
        for _ in range(20):
            with pytest.raises(ContentionError):
                Table(moto.backend).write(*TWO)
    assert len(tried) == 20 * ATTEMPTS
    assert len(set(pauses)) == len(pauses) == 20 * (ATTEMPTS - 1)
    for number, pause in enumerate(pauses):
        assert 0 <= pause <= min(FIRST * 2 ** (number % (ATTEMPTS - 1)), LONGEST)
    assert Table(moto.backend).get(Guard, keys.guard("P")) is None


@pytest.mark.parametrize("operation", ["dynamodb.UpdateItem", "dynamodb.PutItem"])
def test_a_single_write_that_conflicts_with_a_transaction_is_repeated(
    moto: MotoCloud, pauses: list[float], operation: str
) -> None:
    table = Table(moto.backend)
    table.put(GUARD)
    answers = [refuses("TransactionConflictException")] * 3
    change = Reschedule(keys.guard("P"), "seen", due_at="until", shard="00", attempts=1, stuck=False)

    def conflict_thrice(request: object, perform: object) -> object:
        return answers.pop()(request, perform) if answers else perform()  # type: ignore[arg-type,operator]  # a responder

    with intercept(operation, conflict_thrice) as tried:  # type: ignore[arg-type]  # a responder
        if operation.endswith("PutItem"):
            table.put(GUARD)
        else:
            assert not table.backend.reschedule(change)
    assert (len(tried), len(pauses)) == (4, 3)


@pytest.mark.parametrize("operation", ["dynamodb.UpdateItem", "dynamodb.PutItem"])
def test_another_error_of_a_single_write_is_raised_unchanged(moto: MotoCloud, operation: str) -> None:
    table = Table(moto.backend)
    change = Reschedule(keys.guard("P"), "seen", due_at="until", shard="00", attempts=1, stuck=False)
    write = partial(table.put, GUARD) if operation.endswith("PutItem") else partial(table.backend.reschedule, change)
    with intercept(operation, refuses("AccessDeniedException")), pytest.raises(ClientError):
        write()


def test_a_batch_that_is_complete_does_not_pause(moto: MotoCloud, pauses: list[float]) -> None:
    moto.backend.transact(TWO)
    found = Table(moto.backend).batch(KEYS)
    assert len(found) == len(TWO)
    assert pauses == []
