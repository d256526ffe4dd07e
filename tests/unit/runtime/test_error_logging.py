"""A log entry of an error has what diagnoses it, and never its message or a value."""

from __future__ import annotations

import io
import json
from typing import Any, NoReturn
from uuid import uuid4

import pytest
from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError, ReadTimeoutError

from casereview.crypto.sealing import KmsRefusedError
from casereview.runtime.error_logging import SuppressAndLog, describe_error
from casereview.runtime.invocation import begin_invocation, concerns
from casereview.store.transaction import ContentionError
from notify.provider_errors import TransientError

SECRET = "Ana Example, A000-000-011"
CANCELLED = [{"Code": "None"}, {"Code": "TransactionConflict", "Message": SECRET, "Item": {"name": {"S": SECRET}}}]


class _Context:
    aws_request_id = "of-lambda"


@pytest.fixture(autouse=True)
def _invocation() -> Any:  # noqa: ANN401  # a generator
    begin_invocation({"requestContext": {"requestId": "of-the-gateway"}}, _Context())
    yield
    begin_invocation({}, None)


def raised(error: Exception, *causes: Exception) -> Exception:
    """Return an error that was raised because of others."""

    def fail() -> NoReturn:
        raise error from (raised(*causes) if causes else None)

    with pytest.raises(type(error)) as found:
        fail()
    return found.value


def refused(code: str = "ThrottlingException", **more: Any) -> ClientError:  # noqa: ANN401  # any member
    response: Any = {
        "Error": {"Code": code, "Message": SECRET},
        "ResponseMetadata": {"HTTPStatusCode": 400, "RequestId": "of-aws", "HTTPHeaders": {"x": SECRET}},
        **more,
    }
    return ClientError(response, "TransactWriteItems")


OF_AWS = {"code": "ThrottlingException", "operation": "TransactWriteItems", "status": "400", "aws_request_id": "of-aws"}


def test_an_error_of_aws_is_described_by_code_operation_status_and_request_ids() -> None:
    found = describe_error(raised(refused()))
    assert found.pop("where").startswith("test_error_logging.py:")
    assert found == {
        "error": "ClientError",
        "request_id": "of-lambda",
        "api_request_id": "of-the-gateway",
        **OF_AWS,
    }


@pytest.mark.parametrize("error", [KeyError(SECRET), TransientError("ThrottlingException"), ContentionError({})])
def test_an_error_that_aws_caused_is_described_by_what_aws_said(error: Exception) -> None:
    found = describe_error(raised(error, ValueError(SECRET), refused()))
    assert found["causes"] == "ValueError, ClientError"
    assert OF_AWS.items() <= found.items()


def test_a_cancelled_transaction_is_described_by_the_reason_of_each_write() -> None:
    found = describe_error(raised(refused("TransactionCanceledException", CancellationReasons=CANCELLED)))
    assert found["reasons"] == "None, TransactionConflict"


def test_an_error_of_the_application_has_its_own_code() -> None:
    assert describe_error(raised(KmsRefusedError("DisabledException")))["code"] == "DisabledException"


@pytest.mark.parametrize("code", [SECRET, "", None, 7.5, "x" * 81])
def test_what_is_no_code_is_left_out(code: Any) -> None:  # noqa: ANN401  # anything
    error = refused(code)
    error.operation_name = SECRET
    found = describe_error(raised(error))
    assert "operation" not in found
    assert SECRET not in json.dumps(found)
    assert found.get("code") in {None, "7.5"}


@pytest.mark.parametrize(
    "error",
    [
        ValueError(SECRET),
        ReadTimeoutError(endpoint_url="https://dynamodb.us-east-1.amazonaws.com", error=SECRET),
        ClientError({}, "GetItem"),
        ClientError({"Error": {"Message": SECRET}}, "GetItem"),
    ],
)
def test_an_error_without_code_is_described_by_its_type(error: Exception) -> None:
    found = describe_error(raised(error))
    assert found["error"] == type(error).__name__
    assert "code" not in found
    assert SECRET not in json.dumps(found)


def test_the_ids_of_the_record_are_in_every_entry_until_another_is_worked_on() -> None:
    concerns(case_id="C1", notice="acknowledgement")
    assert {"case_id": "C1", "notice": "acknowledgement"}.items() <= describe_error(raised(refused())).items()
    concerns(case_id="C2")
    found = describe_error(raised(refused()))
    assert (found["case_id"], "notice" in found) == ("C2", False)
    begin_invocation({}, _Context())
    assert "case_id" not in describe_error(raised(refused()))


def test_a_suppressed_error_is_logged_with_all_of_it_and_no_message() -> None:
    stream = io.StringIO()
    with SuppressAndLog(Logger(service=uuid4().hex, stream=stream), "failed", office="ATL") as attempt:
        raise refused("TransactionCanceledException", CancellationReasons=CANCELLED)
    assert attempt.failed
    line = json.loads(stream.getvalue())
    assert (line["message"], line["office"], line["code"]) == ("failed", "ATL", "TransactionCanceledException")
    assert SECRET not in stream.getvalue()
