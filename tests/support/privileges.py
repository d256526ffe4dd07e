"""The template's policies beside the calls of functions: what is denied, what nobody needs, what binds nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from infra.local.iam.policy_evaluation import Policy, allowed, key_policy_allows
from infra.local.iam.required_actions import AwsRequest, condition_keys, required_actions
from infra.local.template.intrinsics import Resolver
from tests.support.aws_calls import Call
from tests.support.environment import REGION
from tests.support.proofs.tally import Tally
from tests.support.recorded_system import Watched
from tests.support.template import FUNCTIONS, listed, properties, translated

ACCOUNT = "123456789012"
STACK = "case-review"
SIGNED_AS = {"sesv2": "ses", "pinpoint-sms-voice-v2": "sms-voice"}
ON_ITS_BEHALF = {"WriteOwnLog", "ReadOwnQueue", "ReadOwnQueues", "AtRest"}
"""What AWS does in the function's name, so that it is in no call of its own: logs, event source, the key at rest."""
USED_BY_FUNCTIONS = {"SealingKey": "SealAndUnseal", "MacKey": "MakeDigests"}
"""The statement of each key's policy by which functions use it."""
OF_THE_CALLER = "aws:PrincipalArn"
"""The condition key that says who calls; `lets` gives it."""
Asked = tuple[str, str]
Statement = dict[str, Any]


class Template:
    """The policies of the template, over the resources of a system in this process."""

    def __init__(self, system: Watched) -> None:
        self.keys = {"SealingKey": system.sealing_key, "MacKey": system.notify.macs.key}
        self.keys["AtRestKey"] = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/at-rest"
        arns = {
            **self.keys,
            "Table": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{system.table}",
            "UserPool": f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{system.user_pool}",
            "RankQueue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:rank",
            "NoticeQueue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:notice",
        }
        names = {
            "MailFrom": "review@example.gov",
            "MailIdentity": "review@example.gov",
            "MailConfigurationSet": "mail",
            "SmsIdentity": "pool/case-review",
            "AWS::Region": REGION,
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
            "AWS::StackName": STACK,
        }
        self._resolver = Resolver(
            translated(), names, lambda name: name, lambda name, attribute: arns.get(name, f"{name}.{attribute}")
        )

    def statements(self, function: str) -> list[Statement]:
        """Return the statements of a function's role."""
        policies = self._resolver.resolve(properties(f"{function.capitalize()}Role")["Policies"])
        return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]

    def policies(self, function: str) -> list[Policy]:
        """Return the policies of a function's role."""
        return [{"Statement": self.statements(function)}]

    def key_policy(self, resource: str) -> Policy | None:
        """Return the policy of a key by its ARN, None for what is no key."""
        found = next((name for name, arn in self.keys.items() if arn == resource), None)
        policy: Policy | None = self._resolver.resolve(properties(found)["KeyPolicy"]) if found else None
        return policy

    def key_statement(self, key: str) -> Statement:
        """Return the statement by which functions use a key."""
        policy = self.key_policy(self.keys[key]) or {}
        (found,) = [each for each in policy["Statement"] if each["Sid"] == USED_BY_FUNCTIONS[key]]
        statement: Statement = found
        return statement

    def lets(self, function: str, action: str, resource: str, context: Mapping[str, Any]) -> bool:
        """Tell whether the role, and the key where it is one, allow an action."""
        policy = self.key_policy(resource)
        by_key = policy is None or key_policy_allows(policy, role_of(function), action, resource, context)
        return by_key and allowed(self.policies(function), action, resource, context)


def role_of(function: str) -> str:
    """Return the ARN of a function's role."""
    return f"arn:aws:iam::{ACCOUNT}:role/{STACK}-{function}"


def request(call: Call) -> AwsRequest:
    """Return a call as IAM sees it."""
    service = SIGNED_AS.get(call.service, call.service)
    return AwsRequest(service, call.operation, call.parameters, REGION, ACCOUNT, frozenset({"review@example.gov"}))


def asked(system: Watched, function: str) -> set[Asked]:
    """Return what a function asked IAM for."""
    return {pair for call in system.by_function[function] for pair in required_actions(request(call))}


def is_allowed(system: Watched, template: Template, function: str, tally: Tally) -> None:
    """Each action on each resource that a function asked for, in each form of its condition keys, is allowed."""
    forms: dict[tuple[str, str, str], tuple[Asked, Mapping[str, Any]]] = {}
    for call in system.by_function[function]:
        context = condition_keys(request(call))
        for pair in required_actions(request(call)):
            forms[*pair, str(sorted(context))] = pair, context
    denied = {name for name, (pair, context) in forms.items() if not template.lets(function, *pair, context)}
    for name in forms:
        tally.expect(f"{function} may {name[0]} on {name[1]}", holds=name not in denied)


def is_needed(system: Watched, template: Template, function: str, tally: Tally) -> None:
    """Each action on each resource that a role allows was asked for, but for what AWS does in its name."""
    wanted = asked(system, function)
    for statement in template.statements(function):
        if statement["Sid"] not in ON_ITS_BEHALF:
            for action, resource in _pairs(statement):
                used = any(allowed([_one(statement, action, resource)], *pair) for pair in wanted)
                tally.expect(f"{function} needs {statement['Sid']}: {action} on {resource}", holds=used)


def _pairs(statement: Statement) -> Iterator[Asked]:
    for action in listed(statement["Action"]):
        for resource in listed(statement.get("Resource", "*")):
            yield action, resource


def _one(statement: Statement, action: str, resource: str) -> Policy:
    """Return a statement cut down to one action on one resource, without its conditions."""
    place = {"NotResource": statement["NotResource"]} if "NotResource" in statement else {"Resource": resource}
    return {"Statement": [{"Effect": "Allow", "Action": action, **place}]}


def keys_are_needed(system: Watched, template: Template, tally: Tally) -> None:
    """Each action that a key's policy opens was asked for by somebody, and each role that it names asked."""
    for key in USED_BY_FUNCTIONS:
        statement, arn = template.key_statement(key), template.keys[key]
        used = {(role_of(each), action) for each in FUNCTIONS for action, on in asked(system, each) if on == arn}
        for action in listed(statement["Action"]):
            tally.expect(f"{key} opens {action}", holds=action in {each for _role, each in used})
        for role in listed(statement["Condition"]["ArnEquals"][OF_THE_CALLER]):
            tally.expect(f"{key} names {role}", holds=role in {each for each, _action in used})


def conditions_bind(system: Watched, template: Template, tally: Tally) -> None:
    """Each condition key of a statement came with a call that the statement allows, and without it it is denied."""
    for function in FUNCTIONS:
        calls = [(pair, condition_keys(request(call))) for call in system.by_function[function] for pair in _of(call)]
        for sid, key in sorted(_conditions(template, function)):
            bound = [(pair, context) for pair, context in calls if key in context and _on(template, sid, pair)]
            holds = any(
                not template.lets(function, *pair, other) for pair, context in bound for other in _off(context, key)
            )
            tally.expect(f"{function}: {sid} rests on {key}", holds=holds)


def _of(call: Call) -> list[Asked]:
    return required_actions(request(call))


def _on(template: Template, sid: str, pair: Asked) -> bool:
    """Tell whether a call is on the key of a key's statement; a role's statement says itself what it is on."""
    key = next((name for name, used in USED_BY_FUNCTIONS.items() if used == sid), None)
    return key is None or pair[1] == template.keys[key]


def _conditions(template: Template, function: str) -> set[tuple[str, str]]:
    """Return the conditions of a function's statements, and of the keys that name its role."""
    statements = [each for each in template.statements(function) if each["Sid"] not in ON_ITS_BEHALF]
    for key in USED_BY_FUNCTIONS:
        found = template.key_statement(key)
        statements += [found] if role_of(function) in found["Condition"]["ArnEquals"][OF_THE_CALLER] else []
    tests = [(each["Sid"], key) for each in statements for test in each.get("Condition", {}).values() for key in test]
    return {(sid, key) for sid, key in tests if key != OF_THE_CALLER}


def _off(context: Mapping[str, Any], key: str) -> Iterator[dict[str, Any]]:
    """Yield the context without a key, and with another value."""
    yield {name: value for name, value in context.items() if name != key}
    yield {**context, key: ["other"] if isinstance(context[key], list) else "other"}
