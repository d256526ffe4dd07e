"""Behaviour of the DynamoDB backend that the backend in memory does not share."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from casereview.store.dynamodb import DynamoDb
from casereview.store.transaction import put_new
from tests.support.case_histories import queued
from tests.support.clouds import MotoCloud, cloud


def test_an_error_other_than_a_canceled_transaction_is_raised_unchanged() -> None:
    with cloud("moto") as found:
        assert isinstance(found, MotoCloud)
        with pytest.raises(ClientError):
            DynamoDb(found.dynamodb, "no-such-table").transact([put_new(queued())])
