"""What is DynamoDB's own of the backend on it."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from casereview.store.dynamodb import DynamoDb
from casereview.store.transaction import put_new
from tests.support.case_histories import queued
from tests.support.clouds import MotoCloud, cloud


def test_an_error_that_is_no_refusal_is_raised_as_it_is() -> None:
    with cloud("moto") as found:
        assert isinstance(found, MotoCloud)
        with pytest.raises(ClientError):
            DynamoDb(found.dynamodb, "no-such-table").transact([put_new(queued())])
