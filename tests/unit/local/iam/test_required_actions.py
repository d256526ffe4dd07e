from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from infra.local.iam.required_actions import AwsRequest, condition_keys, required_actions

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/cases"


KEY = "arn:aws:kms:us-east-1:123456789012:key/k"


def test_a_transaction_requires_each_of_its_actions_once() -> None:
    items = [
        {"Put": {"TableName": "cases"}},
        {"Put": {"TableName": "cases"}},
        {"Update": {"TableName": "cases"}},
        {"Delete": {"TableName": TABLE}},
        {"ConditionCheck": {"TableName": "cases"}},
    ]
    actions = ["PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"]
    found = required_actions(AwsRequest("dynamodb", "TransactWriteItems", {"TransactItems": items}))
    assert found == [(f"dynamodb:{action}", TABLE) for action in actions]


SQS = "arn:aws:sqs:us-east-1:123456789012:rank"


SES = "arn:aws:ses:us-east-1:123456789012:"


BLOB = b"0b5b5b5b-1111-2222-3333-444444444444rest"


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "calls"),
    [
        ("dynamodb", "Query", {"TableName": "cases"}, [("dynamodb:Query", TABLE)]),
        ("dynamodb", "Query", {"TableName": "cases", "IndexName": "due"}, [("dynamodb:Query", f"{TABLE}/index/due")]),
        (
            "dynamodb",
            "TransactGetItems",
            {"TransactItems": [{"Get": {"TableName": "cases"}}]},
            [("dynamodb:GetItem", TABLE)],
        ),
        ("dynamodb", "BatchGetItem", {"RequestItems": {"cases": {}}}, [("dynamodb:BatchGetItem", TABLE)]),
        ("dynamodb", "ListTables", {}, [("dynamodb:ListTables", "*")]),
        ("sqs", "SendMessageBatch", {"QueueUrl": "http://x/123456789012/rank"}, [("sqs:SendMessage", SQS)]),
        ("sqs", "GetQueueUrl", {"QueueName": "rank"}, [("sqs:GetQueueUrl", SQS)]),
        ("kms", "GenerateMac", {"KeyId": KEY}, [("kms:GenerateMac", KEY)]),
        ("kms", "Encrypt", {"KeyId": "k"}, [("kms:Encrypt", KEY)]),
        ("kms", "Encrypt", {"KeyId": "alias/a"}, [("kms:Encrypt", "arn:aws:kms:us-east-1:123456789012:alias/a")]),
        ("kms", "Decrypt", {"CiphertextBlob": BLOB}, [("kms:Decrypt", f"{KEY[:-1]}{BLOB[:36].decode()}")]),
        (
            "kms",
            "ReEncrypt",
            {"SourceKeyId": KEY, "DestinationKeyId": KEY},
            [("kms:ReEncryptFrom", KEY), ("kms:ReEncryptTo", KEY)],
        ),
        ("sms-voice", "SendTextMessage", {"OriginationIdentity": "arn:p"}, [("sms-voice:SendTextMessage", "arn:p")]),
        ("sms-voice", "SendTextMessage", {}, [("sms-voice:SendTextMessage", "*")]),
        ("sns", "Publish", {"TopicArn": "arn:t"}, [("sns:Publish", "arn:t")]),
        (
            "cognito-idp",
            "AdminGetUser",
            {"UserPoolId": "p"},
            [("cognito-idp:AdminGetUser", "arn:aws:cognito-idp:us-east-1:123456789012:userpool/p")],
        ),
        ("ses", "GetAccount", {}, [("ses:GetAccount", "*")]),
        ("logs", "PutLogEvents", {}, [("logs:PutLogEvents", "*")]),
    ],
)
def test_a_request_requires_the_action_and_resource_that_aws_documents(
    service: str, operation: str, parameters: Mapping[str, Any], calls: list[tuple[str, str]]
) -> None:
    assert required_actions(AwsRequest(service, operation, parameters)) == calls


@pytest.mark.parametrize(("content", "action"), [("Raw", "ses:SendRawEmail"), ("Simple", "ses:SendEmail")])
def test_sending_mail_requires_access_to_identity_and_configuration_set(content: str, action: str) -> None:
    parameters = {
        "Content": {content: {}},
        "FromEmailAddress": "Case Review <a@example.gov>",
        "ConfigurationSetName": "c",
    }
    request = AwsRequest("ses", "SendEmail", parameters, identities=frozenset({"example.gov"}))
    assert required_actions(request) == [(action, f"{SES}identity/example.gov"), (action, f"{SES}configuration-set/c")]
    assert condition_keys(request)["ses:FromAddress"] == "a@example.gov"


def test_kms_condition_keys_contain_the_encryption_context() -> None:
    context = condition_keys(AwsRequest("kms", "Decrypt", {"KeyId": KEY, "EncryptionContext": {"part": "contact"}}))
    assert context["kms:EncryptionContext:part"] == "contact"
    assert context["kms:EncryptionContextKeys"] == ["part"]
    assert "kms:ViaService" not in context
