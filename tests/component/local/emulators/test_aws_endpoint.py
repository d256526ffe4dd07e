from __future__ import annotations

import json
from email.message import EmailMessage
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.local.account import REGION
from tests.support.local.local_run import LocalRun

POOL = f"arn:aws:sms-voice:{REGION}:123456789012:pool/case-review"


def call(run: LocalRun, service: str, operation: str, **parameters: object) -> Any:  # noqa: ANN401
    """Make a call as the function; return the error of AWS, or None."""
    return run.do("call", service=service, operation=operation, parameters=parameters).json["error"]


def test_a_call_that_the_role_allows_succeeds(run: LocalRun) -> None:
    assert call(run, "dynamodb", "put_item", TableName="case-review-Table", Item={"pk": {"S": "allowed"}}) is None
    assert "allowed" in run.notes()


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "code"),
    [
        (
            "dynamodb",
            "get_item",
            {"TableName": "case-review-Table", "Key": {"pk": {"S": "x"}}},
            "AccessDeniedException",
        ),
        (
            "dynamodb",
            "transact_write_items",
            {"TransactItems": [{"Delete": {"TableName": "case-review-Table", "Key": {"pk": {"S": "x"}}}}]},
            "AccessDeniedException",
        ),
        ("sqs", "purge_queue", {"QueueUrl": "http://127.0.0.1/123456789012/case-review-work"}, "AccessDenied"),
        ("sns", "create_topic", {"Name": "t"}, "AuthorizationError"),
        ("kms", "create_key", {}, "AccessDeniedException"),
        ("cognito-idp", "list_users", {"UserPoolId": "us-east-1_x"}, "AccessDeniedException"),
        ("sesv2", "get_account", {}, "AccessDeniedException"),
    ],
)
def test_a_call_that_the_role_does_not_allow_fails_with_the_error_of_aws(
    run: LocalRun, service: str, operation: str, parameters: dict[str, object], code: str
) -> None:
    error = call(run, service, operation, **parameters)
    assert error["Code"] == code
    assert "not authorized to perform" in error["Message"]


def test_decisions_of_iam_can_be_listed(run: LocalRun) -> None:
    call(run, "dynamodb", "get_item", TableName="case-review-Table", Key={"pk": {"S": "x"}})
    table = f"arn:aws:dynamodb:{REGION}:123456789012:table/case-review-Table"
    denied = {"role": "case-review-EchoRole", "action": "dynamodb:GetItem", "resource": table, "allowed": False}
    assert denied in run.ask("GET", "/_local/iam").json


def test_unknown_credentials_are_rejected(run: LocalRun) -> None:
    endpoint = run.ask("GET", "/_local/health").json["aws"]
    stranger = boto3.Session("AKIASTRANGER00000000", "x", region_name=REGION)
    client = stranger.client("dynamodb", endpoint_url=endpoint)
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        client.list_tables()
    client.close()


def test_mail_and_text_messages_are_in_the_outbox(run: LocalRun) -> None:
    message = EmailMessage()
    message["To"], message["Subject"] = "ana@example.net", "Señal"
    message.set_content("Hola\n")
    message["Content-Language"] = "es"
    raw = {"Raw": {"Data": message.as_string()}}
    to = {"ToAddresses": ["ana@example.net"]}
    assert call(run, "sesv2", "send_email", FromEmailAddress="a@example.org", Destination=to, Content=raw) is None
    text = {"DestinationPhoneNumber": "+15550100", "MessageBody": "hello", "Context": {"language": "en"}}
    assert call(run, "pinpoint-sms-voice-v2", "send_text_message", **text, OriginationIdentity=POOL) is None
    sent = run.ask("GET", "/_local/outbox").json
    shown = [
        (each["channel"], each["to"], each["language"], each["body"])
        for each in sent
        if each["to"] in {"ana@example.net", "+15550100"}
    ]
    assert shown == [("email", "ana@example.net", "es", "Hola\n"), ("sms", "+15550100", "en", "hello")]


@pytest.mark.parametrize(("number", "status"), [("+12025550199", "TEXT_INVALID"), ("+12025550123", "TEXT_DELIVERED")])
def test_the_status_of_a_text_message_reaches_the_topic_of_its_configuration_set(
    run: LocalRun, number: str, status: str
) -> None:
    text = {"DestinationPhoneNumber": number, "MessageBody": "hello", "Context": {"notice": number}}
    sent = {**text, "OriginationIdentity": POOL, "ConfigurationSetName": "texts"}
    assert call(run, "pinpoint-sms-voice-v2", "send_text_message", **sent) is None
    [event] = _text_events(run, number)
    assert (event["eventType"], event["destinationPhoneNumber"], event["context"]) == (
        status,
        number,
        {"notice": number},
    )


def test_a_silent_carrier_gives_no_status(run: LocalRun) -> None:
    text = {"DestinationPhoneNumber": "+12025550198", "MessageBody": "hello", "OriginationIdentity": POOL}
    assert call(run, "pinpoint-sms-voice-v2", "send_text_message", **text, ConfigurationSetName="texts") is None
    assert _text_events(run, "+12025550198") == []


def _text_events(run: LocalRun, number: str) -> list[dict[str, Any]]:
    client = run.client("sqs")
    url = client.get_queue_url(QueueName="case-review-text-events")["QueueUrl"]
    found = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
    client.close()
    events = [json.loads(message["Body"]) for message in found]
    return [event for event in events if event["destinationPhoneNumber"] == number]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"DestinationPhoneNumber": "none"}, "ValidationException"),
        ({"MessageBody": "   "}, "ValidationException"),
        ({"MessageBody": "x" * 1601}, "ValidationException"),
        ({"MessageType": "OTHER"}, "ValidationException"),
        ({"TimeToLive": 300_000}, "ValidationException"),
        ({"MaxPrice": "1,50"}, "ValidationException"),
        ({"Context": {"a b": "c"}}, "ValidationException"),
        ({"Context": {str(number): "x" for number in range(6)}}, "ValidationException"),
        ({"ConfigurationSetName": "unknown"}, "ResourceNotFoundException"),
        ({"OriginationIdentity": "arn:aws:sms-voice:us-east-1:123456789012:pool/other"}, "AccessDeniedException"),
    ],
)
def test_a_text_message_with_malformed_input_is_refused(run: LocalRun, changes: dict[str, Any], code: str) -> None:
    text = {"DestinationPhoneNumber": "+15550100", "MessageBody": "hello", "OriginationIdentity": POOL}
    assert call(run, "pinpoint-sms-voice-v2", "send_text_message", **{**text, **changes})["Code"] == code


def test_mail_to_the_simulator_bounces_to_the_topic_of_its_configuration_set(run: LocalRun) -> None:
    raw = {"Raw": {"Data": "To: bounce@simulator.amazonses.com\nSubject: s\n\ntext\n"}}
    to = {"ToAddresses": ["bounce+1@simulator.amazonses.com"]}
    sent = {"FromEmailAddress": "a@example.org", "Destination": to, "Content": raw}
    assert call(run, "sesv2", "send_email", **sent, ConfigurationSetName="case-review-MailSet") is None
    client = run.client("sqs")
    url = client.get_queue_url(QueueName="case-review-mail-events")["QueueUrl"]
    [message] = client.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"]
    client.close()
    event = json.loads(message["Body"])
    assert event["eventType"] == "Bounce"
    assert event["bounce"]["bouncedRecipients"][0]["emailAddress"] == to["ToAddresses"][0]


def test_simple_mail_is_denied_to_a_role_that_may_send_raw_mail(run: LocalRun) -> None:
    simple = {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}}
    to = {"ToAddresses": ["ana@example.net"]}
    error = call(run, "sesv2", "send_email", FromEmailAddress="a@example.org", Destination=to, Content=simple)
    assert error["Code"] == "AccessDeniedException"
