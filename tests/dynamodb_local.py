"""Fixtures of the tests marked ``dynamodb_local``: what only a true engine can show.

A test module (or conftest) takes them with ``pytest_plugins = ["tests.dynamodb_local"]``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import boto3
import pytest

from infra.local.emulators.dynamodb_local import dynamodb_local

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_dynamodb import DynamoDBClient


@pytest.fixture(scope="session")
def dynamodb_endpoint() -> Iterator[str]:
    """The endpoint of one engine for the whole session: it takes two seconds to start."""
    with dynamodb_local() as endpoint:
        yield endpoint


@pytest.fixture
def dynamodb(dynamodb_endpoint: str) -> Iterator[DynamoDBClient]:
    """A client that sees no tables but its own: the engine keeps a database per access key."""
    session = boto3.Session(aws_access_key_id=uuid4().hex, aws_secret_access_key="local", region_name="us-east-1")
    client = session.client("dynamodb", endpoint_url=dynamodb_endpoint)
    yield client
    client.close()
