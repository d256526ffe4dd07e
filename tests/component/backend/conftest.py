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

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


@pytest.fixture(scope="module")
def _tables() -> Iterator[DynamoDBClient]:
    """One engine for the tests of a module: starting it takes longer than they do."""
    with mock_aws():
        yield boto3.client("dynamodb")


@pytest.fixture
def table(_tables: DynamoDBClient) -> Table:
    """A table of one's own, empty, as template.yaml defines it."""
    name = uuid4().hex
    _tables.create_table(TableName=name, **table_definition())
    return Table(DynamoDb(_tables, name))
