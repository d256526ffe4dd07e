"""The system with its table on DynamoDB Local, AWS's own engine; all else stays on moto."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws

from tests.system import System


@pytest.fixture
def system(dynamodb_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    """A system of one's own, empty: the engine (tests/dynamodb_local.py) keeps a database per access key."""
    with mock_aws():
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", dynamodb_endpoint)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", uuid4().hex)
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it would keep the credentials of an earlier test
        yield System()
