"""The system with its table on DynamoDB Local, AWS's own engine; all else stays on moto."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from moto import mock_aws

from casereview.table import Table
from tests.system import TABLE, System

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def system(dynamodb: DynamoDBClient) -> Iterator[System]:
    """A system of one's own, empty; ``dynamodb`` is that of tests/dynamodb_local.py."""
    with mock_aws():
        found = System(dynamodb)
        table = Table(dynamodb, TABLE)
        found.intake = replace(found.intake, table=table)
        found.prioritize = replace(found.prioritize, table=table)
        found.notify = replace(found.notify, table=table)
        yield found
