from __future__ import annotations

from typing import Any

import pytest

from infra.local.template.iam_policies import key_policies, role_policies
from infra.local.template.loader import TemplateError
from tests.support.local.stacks import stack_of

ROLE: dict[str, Any] = {"AssumeRolePolicyDocument": {}}


def test_a_role_has_inline_attached_and_aws_managed_policies() -> None:
    own = {"PolicyDocument": {"Statement": [{"Sid": "own"}]}}
    basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    attached = {"PolicyDocument": {"Statement": {"Sid": "attached"}}, "Roles": [{"Ref": "R"}]}
    stack = stack_of(
        {
            "R": {"Type": "AWS::IAM::Role", "Properties": {**ROLE, "Policies": [own], "ManagedPolicyArns": [basic]}},
            "P": {"Type": "AWS::IAM::Policy", "Properties": attached},
        }
    )
    first, second, third = role_policies(stack)["case-review-R"]
    assert (first["Statement"], third["Statement"]) == ([{"Sid": "own"}], {"Sid": "attached"})
    assert second["Statement"][0]["Action"][0] == "logs:CreateLogGroup"


@pytest.mark.parametrize(
    "arn", ["arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::123456789012:policy/mine"]
)
def test_an_unsupported_managed_policy_is_rejected(arn: str) -> None:
    stack = stack_of({"R": {"Type": "AWS::IAM::Role", "Properties": {**ROLE, "ManagedPolicyArns": [arn]}}})
    with pytest.raises(TemplateError):
        role_policies(stack)


def test_an_unsupported_condition_operator_is_rejected_at_the_start() -> None:
    statement = {
        "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "ForAnyValue:StringLikeIfExists": {"a": "b"}}
    }
    policies = [{"PolicyDocument": {"Statement": [statement]}}]
    stack = stack_of({"R": {"Type": "AWS::IAM::Role", "Properties": {**ROLE, "Policies": policies}}})
    with pytest.raises(TemplateError, match="unsupported condition operators: IpAddress"):
        role_policies(stack)


def test_a_template_without_keys_has_no_key_policies() -> None:
    assert not key_policies(stack_of({}))
