"""Inspect and change the writes of a transaction, and reach the client of a table, for tests that inject defects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casereview.schema.records import Stored
from casereview.store.dynamodb import DynamoDb
from casereview.store.retrying import RetryingBackend
from casereview.store.table import Table
from casereview.store.transaction import Check, Condition, Delete, Increment, Put, PutNew, Replace, Write

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from casereview.store.backend import Backend
    from casereview.store.due_index import DueIndex


def dynamodb_of(table: Table) -> DynamoDb:
    """Return the backend of a table on DynamoDB."""
    return _dynamodb_in(table.backend)


def dynamodb_of_index(index: DueIndex) -> DynamoDb:
    """Return the backend of a due index on DynamoDB."""
    return _dynamodb_in(index._backend)


def _dynamodb_in(backend: Backend) -> DynamoDb:
    assert isinstance(backend, RetryingBackend)
    assert isinstance(backend._backend, DynamoDb)
    return backend._backend


def client_of(table: Table) -> DynamoDBClient:
    """Return the client of a table on DynamoDB."""
    return dynamodb_of(table).client


def record_of(write: Write) -> Stored | None:
    """Return the record that a write stores; None if it stores none."""
    return write.record if isinstance(write, PutNew | Put | Replace) else None


def without_condition(write: Write) -> Write | None:
    """Return a write without its condition; None for a check, which is nothing else."""
    match write:
        case PutNew(record) | Replace(record, _):
            return Put(record)
        case Delete(key, _):
            return Delete(key, Condition())
        case Increment(amounts, _):
            return Increment(amounts, {})
        case Check():
            return None
        case Put():
            return write
