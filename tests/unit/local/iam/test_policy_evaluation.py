from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from infra.local.iam.policy_evaluation import UnknownConditionError, allowed, key_policy_allows
from infra.local.iam.required_actions import AwsRequest, condition_keys

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
def test_actions_and_resources_without_a_matching_statement_are_denied(action: str, resource: str) -> None:
    assert not allowed([PUT], action, resource)


def test_an_explicit_deny_overrides_any_allow() -> None:
    assert not allowed([PUT, policy("Deny", Action="*", Resource="*")], "dynamodb:PutItem", TABLE)


def test_action_matching_ignores_case_and_resource_matching_does_not() -> None:
    assert allowed([PUT], "DynamoDB:putitem", TABLE)
    assert not allowed([PUT], "dynamodb:PutItem", TABLE.upper())


@pytest.mark.parametrize(
    ("pattern", "matches"), [("*", True), ("*/cases", True), ("*/case?", True), ("*/case[s]", False)]
)
def test_only_asterisk_and_question_mark_are_wildcards(pattern: str, matches: bool) -> None:  # noqa: FBT001
    assert allowed([policy(Action="dynamodb:*", Resource=[pattern])], "dynamodb:PutItem", TABLE) is matches


def test_not_resource_allows_text_messages_but_no_topic() -> None:
    text_messages = policy(Action="sns:Publish", NotResource="arn:aws:sns:*:*:*")
    assert allowed([text_messages], "sns:Publish", "*")
    assert not allowed([text_messages], "sns:Publish", "arn:aws:sns:us-east-1:123456789012:topic")


def test_a_via_service_condition_denies_direct_calls() -> None:
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
def test_conditions_are_evaluated_as_in_aws(
    condition: Mapping[str, Any],
    context: Mapping[str, str | Sequence[str]],
    holds: bool,  # noqa: FBT001
) -> None:
    assert allowed([policy(Action="a:B", Resource="*", Condition=condition)], "a:B", "*", context) is holds


def test_an_unsupported_condition_operator_raises_an_error() -> None:
    unknown = policy(Action="a:B", Resource="*", Condition={"DateLessThan": {"aws:CurrentTime": "2021-01-01"}})
    with pytest.raises(UnknownConditionError):
        allowed([unknown], "a:B", "*")


def test_a_key_policy_allows_only_the_roles_it_names() -> None:
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
