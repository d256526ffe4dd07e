"""The table over each backend: in memory, on moto, and on DynamoDB Local."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws

from casereview.store.dynamodb import DynamoDb
from casereview.store.table import Table
from tests.support.clouds import table_definition
from tests.support.memory.table import MemoryTable

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


@pytest.fixture(scope="module")
def moto_client() -> Iterator[DynamoDBClient]:
    """Start one emulator for all tests of a module; starting it takes longer than the tests."""
    with mock_aws():
        yield boto3.client("dynamodb")


@pytest.fixture(params=["memory", "moto", pytest.param("dynamodb", marks=pytest.mark.dynamodb_local)])
def table(request: pytest.FixtureRequest) -> Table:
    """Create an empty table for one test, as template.yaml defines it."""
    if request.param == "memory":
        return Table(MemoryTable(table_definition()))
    client: DynamoDBClient = request.getfixturevalue("moto_client" if request.param == "moto" else "dynamodb")
    name = uuid4().hex
    client.create_table(TableName=name, **table_definition())
    return Table(DynamoDb(client, name))
