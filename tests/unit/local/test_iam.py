from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from infra.local.iam.policy_evaluation import UnknownConditionError, allowed, key_policy_allows
from infra.local.iam.required_actions import AwsRequest, condition_keys, required_actions

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/cases"
KEY = "arn:aws:kms:us-east-1:123456789012:key/k"
ROLE = "arn:aws:iam::123456789012:role/intake"


def policy(effect: str = "Allow", **elements: object) -> Mapping[str, Any]:
    return {"Statement": [{"Effect": effect, **elements}]}


PUT = policy(Action="dynamodb:PutItem", Resource=TABLE)


def test_an_action_on_its_resource_is_allowed() -> None:
    assert allowed([PUT], "dynamodb:PutItem", TABLE)


@pytest.mark.parametrize(
    ("action", "resource"),
    [("dynamodb:GetItem", TABLE), ("dynamodb:PutItem", f"{TABLE}/index/due"), ("dynamodb:PutItem", "*")],
)
def test_what_no_statement_names_is_denied(action: str, resource: str) -> None:
    assert not allowed([PUT], action, resource)


def test_a_denial_goes_before_everything_that_allows() -> None:
    assert not allowed([PUT, policy("Deny", Action="*", Resource="*")], "dynamodb:PutItem", TABLE)


def test_actions_match_without_case_and_resources_with_it() -> None:
    assert allowed([PUT], "DynamoDB:putitem", TABLE)
    assert not allowed([PUT], "dynamodb:PutItem", TABLE.upper())


@pytest.mark.parametrize(
    ("pattern", "matches"), [("*", True), ("*/cases", True), ("*/case?", True), ("*/case[s]", False)]
)
def test_only_star_and_question_mark_are_wild(pattern: str, matches: bool) -> None:  # noqa: FBT001
    assert allowed([policy(Action="dynamodb:*", Resource=[pattern])], "dynamodb:PutItem", TABLE) is matches


def test_everything_but_topics_means_a_telephone_number() -> None:
    text_messages = policy(Action="sns:Publish", NotResource="arn:aws:sns:*:*:*")
    assert allowed([text_messages], "sns:Publish", "*")
    assert not allowed([text_messages], "sns:Publish", "arn:aws:sns:us-east-1:123456789012:topic")


def test_use_by_way_of_a_service_never_allows_a_direct_call() -> None:
    by_sqs = policy(
        Action="kms:Decrypt",
        Resource=KEY,
        Condition={"StringEquals": {"kms:ViaService": "sqs.us-east-1.amazonaws.com"}},
    )
    direct = condition_keys(AwsRequest("kms", "Decrypt", {"KeyId": KEY}))
    assert not allowed([by_sqs], "kms:Decrypt", KEY, direct)
    assert allowed([by_sqs], "kms:Decrypt", KEY, {"kms:ViaService": "sqs.us-east-1.amazonaws.com"})


@pytest.mark.parametrize(
    ("condition", "context", "holds"),
    [
        ({"StringEquals": {"k": ["a", "b"]}}, {"k": "b"}, True),
        ({"StringEquals": {"k": "a"}}, {}, False),
        ({"StringEqualsIfExists": {"k": "a"}}, {}, True),
        ({"StringNotEquals": {"k": "a"}}, {"k": "b"}, True),
        ({"StringNotEquals": {"k": "a"}}, {}, True),
        ({"StringLike": {"k": "a*"}}, {"k": "abc"}, True),
        ({"ArnEquals": {"k": "arn:aws:sns:*:*:t"}}, {"k": "arn:aws:sns:us-east-1:1:t"}, True),
        ({"Bool": {"k": "true"}}, {"k": "true"}, True),
        ({"Bool": {"k": True}}, {"k": "false"}, False),
        ({"Null": {"k": "true"}}, {}, True),
        ({"Null": {"k": "false"}}, {}, False),
        ({"ForAllValues:StringEquals": {"k": ["a", "b"]}}, {"k": ["a"]}, True),
        ({"ForAllValues:StringEquals": {"k": ["a", "b"]}}, {"k": ["a", "c"]}, False),
        ({"ForAllValues:StringEquals": {"k": ["a"]}}, {}, True),
        ({"ForAnyValue:StringEquals": {"k": ["a"]}}, {"k": ["c", "a"]}, True),
        ({"ForAnyValue:StringEquals": {"k": ["a"]}}, {}, False),
        ({"StringEquals": {"K": "a"}, "Bool": {"b": "true"}}, {"k": "a"}, False),
    ],
)
def test_conditions_hold_as_aws_has_it(
    condition: Mapping[str, Any],
    context: Mapping[str, str | Sequence[str]],
    holds: bool,  # noqa: FBT001
) -> None:
    assert allowed([policy(Action="a:B", Resource="*", Condition=condition)], "a:B", "*", context) is holds


def test_a_condition_that_is_not_understood_is_an_error_not_a_guess() -> None:
    unknown = policy(Action="a:B", Resource="*", Condition={"DateLessThan": {"aws:CurrentTime": "2021-01-01"}})
    with pytest.raises(UnknownConditionError):
        allowed([unknown], "a:B", "*")


def test_a_key_policy_lets_in_only_the_roles_it_names() -> None:
    to_account = policy(
        Principal={"AWS": "arn:aws:iam::123456789012:root"},
        Action="kms:GenerateMac",
        Resource="*",
        Condition={"ArnEquals": {"aws:PrincipalArn": [ROLE]}, "StringEquals": {"kms:CallerAccount": "123456789012"}},
    )
    assert key_policy_allows(to_account, ROLE, "kms:GenerateMac", KEY, {})
    assert not key_policy_allows(to_account, ROLE.replace("intake", "prioritize"), "kms:GenerateMac", KEY, {})
    assert not key_policy_allows(
        policy(Principal={"Service": "sns.amazonaws.com"}, Action="*", Resource="*"), ROLE, "kms:Decrypt", KEY, {}
    )
    assert key_policy_allows(policy(Principal="*", Action="*", Resource="*"), ROLE, "kms:Decrypt", KEY, {})


def test_a_transaction_asks_for_each_of_its_actions_once() -> None:
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
        ("sns", "Publish", {"PhoneNumber": "+15550100"}, [("sns:Publish", "*")]),
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
def test_a_request_asks_for_the_action_on_the_resource_that_aws_names(
    service: str, operation: str, parameters: Mapping[str, Any], calls: list[tuple[str, str]]
) -> None:
    assert required_actions(AwsRequest(service, operation, parameters)) == calls


@pytest.mark.parametrize(("content", "action"), [("Raw", "ses:SendRawEmail"), ("Simple", "ses:SendEmail")])
def test_mail_asks_for_identity_and_configuration_set_by_its_kind(content: str, action: str) -> None:
    parameters = {
        "Content": {content: {}},
        "FromEmailAddress": "Case Review <a@example.gov>",
        "ConfigurationSetName": "c",
    }
    request = AwsRequest("ses", "SendEmail", parameters, identities=frozenset({"example.gov"}))
    assert required_actions(request) == [(action, f"{SES}identity/example.gov"), (action, f"{SES}configuration-set/c")]
    assert condition_keys(request)["ses:FromAddress"] == "a@example.gov"


def test_the_context_of_a_kms_call_names_its_encryption_context() -> None:
    context = condition_keys(AwsRequest("kms", "Decrypt", {"KeyId": KEY, "EncryptionContext": {"part": "contact"}}))
    assert context["kms:EncryptionContext:part"] == "contact"
    assert context["kms:EncryptionContextKeys"] == ["part"]
    assert "kms:ViaService" not in context
