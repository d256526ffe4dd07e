"""The state of a notice after each kind of error of SES and of text messages."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

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

from casereview.schema.notice_records import Notice, Suppression
from casereview.usecases.suppressions import lift_suppression
from notify.delivery import (
    FIRST_RETRY,
    FIRST_RETRY_UNANSWERED,
    LONGEST_RETRY,
    LONGEST_TURN,
    QUOTA_RETRY,
    UNANSWERED,
)
from notify.providers import Mail
from notify.window import WINDOW
from tests.support.aws_faults import Forward, Responder, fails, intercept, performs_then_fails, refuses
from tests.support.clouds import TEXTS
from tests.support.environment import REGION
from tests.support.notices import (
    add_pending_notice,
    file_and_rank,
    metric_count,
    process_message,
    rank_case_of,
    reload,
    request_of,
    sent_for,
)
from tests.support.system import System

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

pytestmark = pytest.mark.moto

TEXT = "pinpoint-sms-voice-v2"
PERMANENT: dict[str, set[str]] = {
    "sesv2": set(),
    TEXT: set(),
}
TEMPORARY = {
    "sesv2": {"TooManyRequestsException", "ThrottlingException", "InternalServiceErrorException"},
    TEXT: {"ThrottlingException", "InternalServerException", "InternalFailure", "ServiceUnavailable"},
}
COMMON = {
    "sesv2": {"ThrottlingException", "InternalServiceErrorException", "AccessDeniedException"},
    TEXT: {"InternalFailure", "ServiceUnavailable", "OptInRequired"},
}
OPERATIONS = {"sesv2": "SendEmail", TEXT: "SendTextMessage"}
URL = {"endpoint_url": "https://email.example.gov"}
NEVER_SENT = [
    ConnectTimeoutError(**URL),
    EndpointConnectionError(**URL),
    SSLError(**URL, error=OSError("certificate")),
    NoCredentialsError(),
]
POSSIBLY_SENT = [ReadTimeoutError(**URL), ConnectionClosedError(**URL), HTTPClientError(error="reset")]
_numbers = count(100)


def _by_sms() -> dict[str, Any]:
    """Return the fields of a request with a telephone number of its own."""
    return {"requester": {"contact": {"phone": f"+1 202 555 0{next(_numbers)}"}}}


def _codes() -> list[tuple[str, str]]:
    """Return the error codes in the service models of botocore, and the codes that all services can return."""
    found: list[tuple[str, str]] = []
    for service, operation in OPERATIONS.items():
        model = boto3.client(service, region_name=REGION).meta.service_model.operation_model(operation)  # type: ignore[call-overload]
        named = {shape.error_code for shape in model.error_shapes}
        assert named & PERMANENT[service] == PERMANENT[service]
        found += [(service, code) for code in sorted(named | COMMON[service])]
    return found


def _attempt(system: System, notice: Notice, service: str, act: Responder) -> Notice:
    with intercept(f"{service}.{OPERATIONS[service]}", act) as requests:
        assert process_message(system, notice) == []
    assert len(requests) == 1, "botocore must not retry"
    return reload(system, notice)


OF_RATES = dict.fromkeys(("ThrottlingException", "TooManyRequestsException", "Throttled"), "RateExceeded")
"""The metric of error codes that concern the sending rate."""


@pytest.mark.parametrize(("service", "code"), _codes())
def test_each_error_code_is_either_retried_or_permanent(
    shared: System, service: str, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    notice = file_and_rank(shared, **(_by_sms() if service == TEXT else {}))
    after = _attempt(shared, notice, service, refuses(code))
    if code in PERMANENT[service]:
        assert (after.state, after.why) == ("undeliverable", "refused")
        assert metric_count(capsys, "Undeliverable") == 1
    else:
        assert (after.state, after.unanswered) == ("owed", 0)
        printed = capsys.readouterr().out
        assert f'"{OF_RATES.get(code, "Retried")}":[1.0]' in printed
        assert ('"SetUpFault":[1.0]' in printed) == (code not in TEMPORARY[service])
    assert sent_for(shared, notice) == []


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_error_is_retried(shared: System, status: int) -> None:
    after = _attempt(shared, file_and_rank(shared), "sesv2", refuses("", status=status))
    assert (after.state, after.unanswered) == ("owed", 0)


@pytest.mark.parametrize("error", NEVER_SENT, ids=lambda error: type(error).__name__)
def test_a_failed_connection_is_not_counted_as_unanswered(shared: System, error: BotoCoreError) -> None:
    after = _attempt(shared, file_and_rank(shared), "sesv2", fails(error))
    assert (after.state, after.unanswered) == ("owed", 0)


@pytest.mark.parametrize("error", POSSIBLY_SENT, ids=lambda error: type(error).__name__)
def test_a_missing_response_is_counted_as_unanswered(
    shared: System, error: BotoCoreError, capsys: pytest.CaptureFixture[str]
) -> None:
    after = _attempt(shared, file_and_rank(shared), "sesv2", fails(error))
    assert (after.state, after.unanswered) == ("owed", 1)
    assert metric_count(capsys, "Unanswered") == 1


@pytest.mark.parametrize("service", ["sesv2", TEXT])
def test_at_most_three_copies_are_sent_if_every_response_is_lost(shared: System, service: str) -> None:
    notice = file_and_rank(shared, **(_by_sms() if service == TEXT else {}))
    for _ in range(UNANSWERED):
        _attempt(shared, notice, service, performs_then_fails(ReadTimeoutError(**URL)))
        shared.later(hours=6)
    ended = reload(shared, notice)
    assert (ended.state, ended.why, ended.sends) == ("undeliverable", "unanswered", UNANSWERED)
    process_message(shared, notice)
    assert len(sent_for(shared, notice)) == UNANSWERED


def test_a_retry_after_a_lost_response_is_counted_as_sent_again(
    shared: System, capsys: pytest.CaptureFixture[str]
) -> None:
    notice = file_and_rank(shared)
    _attempt(shared, notice, "sesv2", performs_then_fails(ReadTimeoutError(**URL)))
    shared.later(hours=1)
    metric_count(capsys, "")
    process_message(shared, notice)
    assert reload(shared, notice).state == "sent"
    assert metric_count(capsys, "SentAgain") == 1


def _wait(before: timedelta, notice: Notice, shared: System) -> tuple[float, timedelta]:
    assert notice.send_at is not None
    waited = notice.send_at - shared.time
    return waited / before, waited


def test_the_backoff_doubles_up_to_six_hours_with_jitter(shared: System) -> None:
    notice = file_and_rank(shared)
    expected, shares = FIRST_RETRY, []
    for _ in range(12):
        after = _attempt(shared, notice, "sesv2", refuses("SendingPausedException"))
        share, waited = _wait(min(expected, LONGEST_RETRY), after, shared)
        shares.append(share)
        shared.time += waited
        expected *= 2
    assert all(0.49 <= share <= 1 for share in shares)
    assert len(set(shares)) > 6


def test_a_notice_that_exceeds_the_sending_rate_is_sent_within_a_minute_however_often(shared: System) -> None:
    """It is no attempt: the delay after a later error is that of the first."""
    notice = file_and_rank(shared)
    for _ in range(12):
        after = _attempt(shared, notice, "sesv2", refuses("TooManyRequestsException", status=429))
        assert after.send_at is not None
        assert shared.time <= after.send_at <= shared.time + LONGEST_TURN
        assert (after.state, after.sends, after.unanswered) == ("owed", 0, 0)
        shared.time = after.send_at
    share, _waited = _wait(FIRST_RETRY, _attempt(shared, notice, "sesv2", refuses("SendingPausedException")), shared)
    assert share <= 1


def test_a_notice_beyond_the_daily_quota_waits_for_hours_and_raises_an_alarm(
    shared: System, capsys: pytest.CaptureFixture[str]
) -> None:
    """SES has the same code for the rate and for the quota; its text tells."""
    notice = file_and_rank(shared)
    refused = refuses("TooManyRequestsException", "Daily message quota exceeded", status=429)
    share, _waited = _wait(QUOTA_RETRY, _attempt(shared, notice, "sesv2", refused), shared)
    assert 0.49 <= share <= 1
    assert metric_count(capsys, "QuotaExceeded") == 1


def test_a_refusal_is_logged_with_code_and_operation_and_without_the_address(
    shared: System, caplog: pytest.LogCaptureFixture
) -> None:
    _attempt(
        shared, file_and_rank(shared), "sesv2", refuses("MessageRejected", "Address not verified: ana@example.org")
    )
    [line] = [vars(one) for one in caplog.records if one.getMessage() == "a provider did not accept a message"]
    assert (line["code"], line["operation"], line["status"]) == ("MessageRejected", "SendEmail", "400")
    assert (line["notice"], len(line["case_id"])) == ("acknowledgement", 16)
    assert "ana@" not in repr({name: value for name, value in line.items() if name != "exc_info"})


def test_the_backoff_is_longer_after_a_lost_response(shared: System) -> None:
    notice = file_and_rank(shared)
    for expected in (FIRST_RETRY_UNANSWERED, 2 * FIRST_RETRY_UNANSWERED):
        after = _attempt(shared, notice, "sesv2", fails(ReadTimeoutError(**URL)))
        share, waited = _wait(expected, after, shared)
        assert 0.49 <= share <= 1
        shared.time += waited


def test_a_notice_is_not_sent_before_its_backoff_has_passed(shared: System) -> None:
    notice = file_and_rank(shared)
    after = _attempt(shared, notice, "sesv2", refuses("SendingPausedException"))
    assert after.send_at is not None
    shared.time = after.send_at - timedelta(milliseconds=1)
    with intercept("sesv2.SendEmail", refuses("SendingPausedException")) as requests:
        process_message(shared, notice)
    assert requests == []
    shared.time = after.send_at
    process_message(shared, notice)
    assert reload(shared, notice).state == "sent"


def test_no_fault_of_the_service_ends_a_notice(shared: System) -> None:
    notice = file_and_rank(shared)
    while shared.time < notice.created_at + 3 * WINDOW:
        after = _attempt(shared, notice, "sesv2", refuses("AccountSuspendedException"))
        assert (after.state, after.why) == ("owed", None)
        assert after.send_at is not None
        shared.time = after.send_at
    process_message(shared, notice)
    assert reload(shared, notice).state == "sent"
    assert "telephone" not in rank_case_of(shared, notice).flags


def test_a_notice_older_than_the_window_is_undeliverable_and_requires_a_call(shared: System) -> None:
    notice = file_and_rank(shared)
    shared.time = notice.created_at + WINDOW + timedelta(seconds=1)
    process_message(shared, notice)
    assert (reload(shared, notice).state, reload(shared, notice).why) == ("undeliverable", "expired")
    assert "telephone" in rank_case_of(shared, notice).flags


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (
            "MessageRejected",
            "Email address is not verified. The following identities failed the check in region X: a@b",
        ),
        ("MessageRejected", "Sending suspended for this account. For more information, contact support."),
        ("BadRequestException", "Configuration set <case-review> does not exist."),
        ("BadRequestException", "Invalid MAIL FROM domain"),
        ("NotFoundException", "Configuration set <case-review> does not exist."),
        ("MailFromDomainNotVerifiedException", "Custom MAIL FROM is not verified"),
        ("SendingPausedException", "Sending is paused for configuration set case-review"),
        ("AccountSuspendedException", "The account's ability to send is permanently restricted"),
        ("AccessDeniedException", "User is not authorized to perform ses:SendRawEmail"),
        ("ExpiredTokenException", "The security token included in the request is expired"),
        ("SomethingNew", "of which nobody has heard"),
    ],
)
def test_a_fault_of_the_set_up_keeps_the_notice_and_rings(
    shared: System, code: str, text: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    notice = file_and_rank(
        shared, requester={"contact": {"email": f"held-{len(text)}@example.org", "phone": "+12025550143"}}
    )
    after = _attempt(shared, notice, "sesv2", refuses(code, text))
    assert (after.state, after.why, after.failed_at) == ("owed", None, ())
    assert metric_count(capsys, "SetUpFault") == 1
    assert {getattr(record, "code", None) for record in caplog.records} == {code}
    assert text not in caplog.text
    assert after.send_at is not None
    shared.time = after.send_at
    process_message(shared, notice)
    assert reload(shared, notice).state == "sent"


@pytest.mark.parametrize(
    "text",
    ["Illegal address", "Missing final '@domain'", "Local address contains control or whitespace",
     "Domain starts with dot", "Address blacklisted."],
)  # fmt: skip
@pytest.mark.parametrize("code", ["MessageRejected", "BadRequestException"])
def test_an_address_that_ses_refuses_requires_a_call(shared: System, code: str, text: str) -> None:
    notice = file_and_rank(shared)
    after = _attempt(shared, notice, "sesv2", refuses(code, text))
    assert (after.state, after.why) == ("undeliverable", "refused")
    assert "telephone" in rank_case_of(shared, notice).flags


def test_a_malformed_sender_keeps_the_notice_and_rings(shared: System, capsys: pytest.CaptureFixture[str]) -> None:
    notice = file_and_rank(shared)
    working = shared.notify
    shared.notify = replace(working, mail=Mail(working.mail._client, "nobody", "mail"))
    process_message(shared, notice)
    shared.notify = working
    assert (reload(shared, notice).state, reload(shared, notice).unanswered) == ("owed", 0)
    assert metric_count(capsys, "SetUpFault") == 1


def test_a_malformed_look_up_page_keeps_the_notice_and_rings(
    shared: System, capsys: pytest.CaptureFixture[str]
) -> None:
    notice = file_and_rank(shared)
    working = shared.notify
    shared.notify = replace(working, lookup_url="https://example.gov/<here>")
    process_message(shared, notice)
    shared.notify = working
    assert (reload(shared, notice).state, reload(shared, notice).unanswered) == ("owed", 0)
    assert metric_count(capsys, "SetUpFault") == 1


def test_a_notice_is_sent_until_the_end_of_the_window(shared: System) -> None:
    notice = file_and_rank(shared)
    shared.time = notice.created_at + WINDOW
    process_message(shared, notice)
    assert reload(shared, notice).state == "sent"


def test_a_message_is_redelivered_after_an_error_of_the_table(shared: System) -> None:
    notice = file_and_rank(shared)
    with intercept("dynamodb.GetItem", refuses("AccessDeniedException")):
        assert process_message(shared, notice) == [{"itemIdentifier": "m"}]
    assert reload(shared, notice) == notice


def test_a_message_is_redelivered_and_not_sent_if_the_key_is_disabled(shared: System) -> None:
    notice = file_and_rank(shared)
    with intercept("kms.Decrypt", refuses("DisabledException")):
        assert process_message(shared, notice) == [{"itemIdentifier": "m"}]
    assert reload(shared, notice) == notice


@pytest.mark.parametrize(
    ("code", "details"),
    [
        ("ConflictException", {"Reason": "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION"}),
        ("ConflictException", {"Reason": "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE"}),
        ("ValidationException", {"Reason": "DESTINATION_COUNTRY_BLOCKED"}),
        ("ValidationException", {"Reason": "PRICE_OVER_THRESHOLD"}),
        ("ValidationException", {"Reason": "FIELD_VALIDATION_FAILED", "Fields": [{"Name": "DestinationPhoneNumber"}]}),
    ],
)
def test_a_number_that_is_refused_requires_a_call(shared: System, code: str, details: dict[str, Any]) -> None:
    notice = file_and_rank(shared, **_by_sms())
    after = _attempt(shared, notice, TEXT, refuses(code, **details))
    assert (after.state, after.why) == ("undeliverable", "refused")
    assert "telephone" in rank_case_of(shared, notice).flags


@pytest.mark.parametrize(
    ("code", "details"),
    [
        ("AccessDeniedException", {"Reason": "ACCOUNT_DISABLED"}),
        ("ConflictException", {"Reason": "DESTINATION_PHONE_NUMBER_NOT_VERIFIED"}),
        ("ConflictException", {"Reason": "NO_ORIGINATION_IDENTITIES_FOUND"}),
        ("ResourceNotFoundException", {"ResourceType": "pool"}),
        ("ResourceNotFoundException", {"ResourceType": "configuration-set"}),
        ("ServiceQuotaExceededException", {"Reason": "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT"}),
        ("ValidationException", {"Reason": "SENDER_ID_NOT_REGISTERED"}),
        ("ValidationException", {"Reason": "FIELD_VALIDATION_FAILED", "Fields": [{"Name": "MaxPrice"}]}),
    ],
)
def test_a_fault_of_the_set_up_of_text_messages_keeps_the_notice_and_rings(
    shared: System, code: str, details: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    notice = file_and_rank(shared, **_by_sms())
    after = _attempt(shared, notice, TEXT, refuses(code, **details))
    assert (after.state, after.why) == ("owed", None)
    assert metric_count(capsys, "SetUpFault") == 1


def test_a_number_that_opted_out_is_suppressed_until_staff_allow_it_again(shared: System) -> None:
    notice = file_and_rank(shared, **_by_sms())
    opted_out = refuses("ConflictException", Reason="DESTINATION_PHONE_NUMBER_OPTED_OUT")
    after = _attempt(shared, notice, TEXT, opted_out)
    assert (after.state, after.why) == ("undeliverable", "suppressed")
    [suppression] = [one for one in shared.all(Suppression, "SUPPRESSED") if one.since == shared.time]
    assert suppression.why == "complaint"
    news = add_pending_notice(shared, notice, "news")
    process_message(shared, news)
    assert reload(shared, news).why == "suppressed"
    lifted = lift_suppression(shared.intake, request_of(shared, notice), shared.time)
    shared.intake.table.write(*lifted.writes)
    assert (lifted.addresses, [one.notice_id for one in lifted.notices]) == (1, [notice.notice_id, news.notice_id])
    for one in lifted.notices:
        process_message(shared, one)
        assert reload(shared, one).state == "sent"


def test_what_a_text_message_is_sent_with(shared: System) -> None:
    notice = file_and_rank(shared, **_by_sms())
    sent: list[str] = []

    def keep(request: AWSPreparedRequest, perform: Forward) -> AWSResponse:
        sent.append(request.body.decode())  # type: ignore[union-attr]
        return perform()

    with intercept(f"{TEXT}.SendTextMessage", keep):
        process_message(shared, notice)
    request = json.loads(sent[0])
    assert request["OriginationIdentity"] == TEXTS.identity
    assert (request["ConfigurationSetName"], request["MessageType"]) == ("texts", "TRANSACTIONAL")
    assert (request.get("MaxPrice"), request["TimeToLive"]) == (None, 86_400)
    assert request["Context"] == {
        "case": notice.case_id, "notice": notice.notice_id, "attempt": "1", "language": "en",
    }  # fmt: skip
