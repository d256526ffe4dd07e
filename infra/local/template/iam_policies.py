"""The policies of roles and KMS keys, read from the translated template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from infra.local.iam.policy_evaluation import Policy, unknown_operators
from infra.local.template.loader import TemplateError
from infra.local.template.stack import Stack

# The AWS managed policies that roles may have here.
_AWS_MANAGED_POLICIES: Final[Mapping[str, Policy]] = {
    "service-role/AWSLambdaBasicExecutionRole": {
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": "*",
            }
        ]
    },
    "service-role/AWSLambdaSQSQueueExecutionRole": {
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
                "Resource": "*",
            }
        ]
    },
    "AWSXRayDaemonWriteAccess": {
        "Statement": [
            {"Effect": "Allow", "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "Resource": "*"}
        ]
    },
}


def role_policies(stack: Stack) -> dict[str, list[Policy]]:
    """Return the policy documents of every role, by role name.

    Raises:
        TemplateError: a role has an unsupported managed policy or condition operator.
    """
    found = {stack.get(name).ref: _own(stack.properties(name)) for name in stack.of_type("AWS::IAM::Role")}
    for name in stack.of_type("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        properties = stack.properties(name)
        for role in properties.get("Roles", []):
            found[role].append(properties["PolicyDocument"])
    for role, policies in found.items():
        unknown = unknown_operators(policies)
        if unknown:
            raise TemplateError(f"role {role}: unsupported condition operators: {', '.join(sorted(unknown))}")
    return found


def key_policies(stack: Stack) -> dict[str, Policy]:
    """Return the key policy of every KMS key, by key ARN."""
    return {
        stack.get(name).attributes["Arn"]: stack.properties(name)["KeyPolicy"]
        for name in stack.of_type("AWS::KMS::Key")
        if "KeyPolicy" in stack.template.resources[name]["Properties"]
    }


def _own(properties: Mapping[str, Any]) -> list[Policy]:
    documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
    return documents + [_managed(arn) for arn in properties.get("ManagedPolicyArns", [])]


def _managed(arn: str) -> Policy:
    name = arn.partition(":policy/")[2]
    if ":iam::aws:" not in arn:
        raise TemplateError(f"managed policy {arn}: attach policies of the template by their Roles property")
    if name not in _AWS_MANAGED_POLICIES:
        raise TemplateError(f"the local run does not support the managed policy {arn}")
    return _AWS_MANAGED_POLICIES[name]
