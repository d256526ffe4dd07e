"""Fixtures of the tests marked ``dynamodb_local``: what only a true engine can show.

tests/conftest.py registers them for every test.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws

from infra.local.emulators.dynamodb_local import dynamodb_local
from tests.support.clouds import MotoCloud
from tests.support.system import System

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


@contextmanager
def on_the_engine(endpoint: str) -> Iterator[System]:
    """Start an empty system on the engine (tests/support/dynamodb_local.py), which keeps a database per access key."""
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_DYNAMODB", endpoint)
        patch.setenv("AWS_ACCESS_KEY_ID", uuid4().hex)
        patch.setattr(boto3, "DEFAULT_SESSION", None)  # it would keep the credentials of an earlier test
        yield System(MotoCloud())
