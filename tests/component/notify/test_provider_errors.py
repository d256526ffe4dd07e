"""What becomes of a notice for each way in which mail and text messages fail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    BotoCoreError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ReadTimeoutError,
    SSLError,
)

from casereview.schema.records import Notice
from notify.delivery import FIRST_RETRY, FIRST_RETRY_UNANSWERED, LONGEST_RETRY, UNANSWERED, WINDOW
from tests.support.aws_faults import Act, edge, fails, performs_then_fails, refuses
from tests.support.environment import REGION
from tests.support.notices import again, counted, deliver, filed_quietly, rank, sent_for
from tests.support.system import System

pytestmark = pytest.mark.moto

PERMANENT = {
    "sesv2": {"MessageRejected", "BadRequestException"},
    "sns": {"InvalidParameter", "ParameterValueInvalid", "ValidationException"},
}
COMMON = {
    "sesv2": {"ThrottlingException", "InternalServiceErrorException", "AccessDeniedException"},
    "sns": {"Throttled", "InternalFailure", "ServiceUnavailable", "OptInRequired"},
}
OPERATIONS = {"sesv2": "SendEmail", "sns": "Publish"}
URL = {"endpoint_url": "https://email.example.gov"}
NEVER_SENT = [
    ConnectTimeoutError(**URL),
    EndpointConnectionError(**URL),
    SSLError(**URL, error=OSError("certificate")),
    NoCredentialsError(),
]
PERHAPS_SENT = [ReadTimeoutError(**URL), ConnectionClosedError(**URL), HTTPClientError(error="reset")]
BY_TEXT = {"requester": {"contact": {"phone": "+1 202 555 0143"}}}


def _codes() -> list[tuple[str, str]]:
    """Return every error code that the services' own descriptions name, and those that all services may answer."""
    found: list[tuple[str, str]] = []
    for service, operation in OPERATIONS.items():
        model = boto3.client(service, region_name=REGION).meta.service_model.operation_model(operation)  # type: ignore[call-overload]
        named = {shape.error_code for shape in model.error_shapes}
        assert named & PERMANENT[service] == PERMANENT[service]
        found += [(service, code) for code in sorted(named | COMMON[service])]
    return found


def _attempt(system: System, notice: Notice, service: str, act: Act) -> Notice:
    with edge(f"{service}.{OPERATIONS[service]}", act) as asked:
        assert deliver(system, notice) == []
    assert len(asked) == 1, "botocore repeats nothing by itself"
    return again(system, notice)


@pytest.mark.parametrize(("service", "code"), _codes())
def test_each_error_code_is_retried_or_final(
    shared: System, service: str, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    notice = filed_quietly(shared, **(BY_TEXT if service == "sns" else {}))
    after = _attempt(shared, notice, service, refuses(code))
    if code in PERMANENT[service]:
        assert (after.state, after.why) == ("undeliverable", "refused")
        assert counted(capsys, "Undeliverable") == 1
    else:
        assert (after.state, after.unanswered) == ("owed", 0)
        assert counted(capsys, "Retried") == 1
    assert sent_for(shared, notice) == []


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_service_that_is_down_is_tried_again(shared: System, status: int) -> None:
    after = _attempt(shared, filed_quietly(shared), "sesv2", refuses("", status=status))
    assert (after.state, after.unanswered) == ("owed", 0)


@pytest.mark.parametrize("error", NEVER_SENT, ids=lambda error: type(error).__name__)
def test_where_no_connection_was_made_nothing_was_sent(shared: System, error: BotoCoreError) -> None:
    after = _attempt(shared, filed_quietly(shared), "sesv2", fails(error))
    assert (after.state, after.unanswered) == ("owed", 0)


@pytest.mark.parametrize("error", PERHAPS_SENT, ids=lambda error: type(error).__name__)
def test_where_no_answer_came_it_counts_as_perhaps_sent(
    shared: System, error: BotoCoreError, capsys: pytest.CaptureFixture[str]
) -> None:
    after = _attempt(shared, filed_quietly(shared), "sesv2", fails(error))
    assert (after.state, after.unanswered) == ("owed", 1)
    assert counted(capsys, "Unanswered") == 1


@pytest.mark.parametrize(("service", "how"), [("sesv2", {}), ("sns", BY_TEXT)], ids=["email", "sms"])
def test_at_most_three_copies_go_out_where_every_answer_is_lost(
    shared: System, service: str, how: dict[str, Any]
) -> None:
    notice = filed_quietly(shared, **how)
    for _ in range(UNANSWERED):
        _attempt(shared, notice, service, performs_then_fails(ReadTimeoutError(**URL)))
        shared.later(hours=6)
    ended = again(shared, notice)
    assert (ended.state, ended.why, ended.sends) == ("undeliverable", "unanswered", UNANSWERED)
    deliver(shared, notice)
    assert len(sent_for(shared, notice)) == UNANSWERED


def test_a_copy_sent_after_a_lost_answer_is_counted(shared: System, capsys: pytest.CaptureFixture[str]) -> None:
    notice = filed_quietly(shared)
    _attempt(shared, notice, "sesv2", performs_then_fails(ReadTimeoutError(**URL)))
    shared.later(hours=1)
    counted(capsys, "")
    deliver(shared, notice)
    assert again(shared, notice).state == "sent"
    assert counted(capsys, "SentAgain") == 1


def _wait(before: timedelta, notice: Notice, shared: System) -> tuple[float, timedelta]:
    assert notice.send_at is not None
    waited = notice.send_at - shared.time
    return waited / before, waited


def test_waits_double_up_to_six_hours_and_are_jittered(shared: System) -> None:
    notice = filed_quietly(shared)
    expected, shares = FIRST_RETRY, []
    for _ in range(12):
        after = _attempt(shared, notice, "sesv2", refuses("TooManyRequestsException", status=429))
        share, waited = _wait(min(expected, LONGEST_RETRY), after, shared)
        shares.append(share)
        shared.time += waited
        expected *= 2
    assert all(0.49 <= share <= 1 for share in shares)
    assert len(set(shares)) > 6


def test_after_a_lost_answer_the_wait_is_longer(shared: System) -> None:
    notice = filed_quietly(shared)
    for expected in (FIRST_RETRY_UNANSWERED, 2 * FIRST_RETRY_UNANSWERED):
        after = _attempt(shared, notice, "sesv2", fails(ReadTimeoutError(**URL)))
        share, waited = _wait(expected, after, shared)
        assert 0.49 <= share <= 1
        shared.time += waited


def test_before_its_wait_is_over_it_is_not_tried(shared: System) -> None:
    notice = filed_quietly(shared)
    after = _attempt(shared, notice, "sesv2", refuses("SendingPausedException"))
    assert after.send_at is not None
    shared.time = after.send_at - timedelta(milliseconds=1)
    with edge("sesv2.SendEmail", refuses("SendingPausedException")) as asked:
        deliver(shared, notice)
    assert asked == []
    shared.time = after.send_at
    deliver(shared, notice)
    assert again(shared, notice).state == "sent"


def test_after_the_window_it_is_undeliverable_and_the_office_telephones(shared: System) -> None:
    notice = filed_quietly(shared)
    after = notice
    while after.state == "owed":
        after = _attempt(shared, notice, "sesv2", refuses("AccountSuspendedException"))
        assert after.send_at is not None
        shared.time = after.send_at
        if shared.time > notice.created_at + WINDOW:
            deliver(shared, notice)
            after = again(shared, notice)
    assert (after.state, after.why) == ("undeliverable", "expired")
    assert after.sends > 12
    assert "telephone" in rank(shared, notice).flags


def test_within_the_window_it_is_still_sent(shared: System) -> None:
    notice = filed_quietly(shared)
    shared.time = notice.created_at + WINDOW
    deliver(shared, notice)
    assert again(shared, notice).state == "sent"


def test_a_refused_address_flags_the_case(shared: System) -> None:
    notice = filed_quietly(shared)
    _attempt(shared, notice, "sesv2", refuses("MessageRejected"))
    assert "telephone" in rank(shared, notice).flags


def test_an_error_of_the_table_brings_the_message_back(shared: System) -> None:
    notice = filed_quietly(shared)
    with edge("dynamodb.GetItem", refuses("AccessDeniedException")):
        assert deliver(shared, notice) == [{"itemIdentifier": "m"}]
    assert again(shared, notice) == notice


def test_a_key_that_is_disabled_brings_the_message_back_unsent(shared: System) -> None:
    notice = filed_quietly(shared)
    with edge("kms.Decrypt", refuses("DisabledException")):
        assert deliver(shared, notice) == [{"itemIdentifier": "m"}]
    assert again(shared, notice) == notice
