"""Whether IAM policies allow an action on a resource, as AWS evaluates identity policies: pure functions.

`calls_of` (from iam_calls) says which actions on which resources a request asks for.
"""

from __future__ import annotations

import fnmatch
import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from infra.local.iam.required_actions import AwsRequest, Call, calls_of, context_of

__all__ = ["AwsRequest", "Call", "Context", "Policy", "allowed", "calls_of", "context_of"]

Policy = Mapping[str, Any]  # a policy document: {"Statement": [...]}
Context = Mapping[str, str | Sequence[str]]


class UnknownConditionError(ValueError):
    """A condition operator that this evaluation does not know; guessing would allow or deny wrongly."""


def allowed(policies: Iterable[Policy], action: str, resource: str, context: Context | None = None) -> bool:
    """Whether the policies allow an action: some statement allows it, and none denies it.

    Args:
        policies: policy documents of one role.
        action: as `dynamodb:PutItem`.
        resource: its full ARN, or `*` for an action without one.
        context: condition keys of the request; a key that is absent here is absent from the request.

    Raises:
        UnknownConditionError: a statement on this action and resource has a condition operator not known here.
    """
    effects = {
        statement.get("Effect")
        for policy in policies
        for statement in _listed(policy.get("Statement"))
        if _applies(statement, action, resource, context or {})
    }
    return "Allow" in effects and "Deny" not in effects


def unknown_operators(policies: Iterable[Policy]) -> set[str]:
    """The condition operators of some policies that are not known here, to refuse them before they are met."""
    operators = {
        operator
        for policy in policies
        for statement in _listed(policy.get("Statement"))
        for operator in statement.get("Condition") or {}
    }
    known = {*_POSITIVE, *_NEGATIVE, "Null"}
    return {each for each in operators if each.rpartition(":")[2].removesuffix("IfExists") not in known}


def key_allows(policy: Policy, role_arn: str, action: str, resource: str, context: Context) -> bool:
    """Whether a KMS key's own policy lets a role use it, by its own ARN or by way of its account.

    Unlike an identity policy it names principals; what it grants to the account still needs an identity policy.
    """
    account = role_arn.split(":")[4]
    ours = {"*", account, f"arn:aws:iam::{account}:root", role_arn}
    statements = [
        statement
        for statement in _listed(policy.get("Statement"))
        if ours & set(_listed(_aws_principals(statement.get("Principal"))))
    ]
    known: Context = {**context, "aws:PrincipalArn": role_arn, "kms:CallerAccount": account}
    return allowed([{"Statement": statements}], action, resource, known)


def _aws_principals(principal: Any) -> Any:  # noqa: ANN401  a JSON value
    return principal.get("AWS") if isinstance(principal, Mapping) else principal


def _listed(value: Any) -> list[Any]:  # noqa: ANN401  a JSON value
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _applies(statement: Mapping[str, Any], action: str, resource: str, context: Context) -> bool:
    return (
        _named(statement, "Action", action.lower(), str.lower)
        and _named(statement, "Resource", resource, str)
        and _conditions_hold(statement.get("Condition") or {}, context)
    )


def _named(statement: Mapping[str, Any], element: str, value: str, fold: Callable[[str], str]) -> bool:
    if f"Not{element}" in statement:
        return not any(like(fold(pattern), value) for pattern in _listed(statement[f"Not{element}"]))
    return any(like(fold(pattern), value) for pattern in _listed(statement.get(element)))


def like(pattern: str, value: str) -> bool:
    """Whether a value matches a pattern in which `*` stands for any text and `?` for one character."""
    return _compiled(pattern).match(value) is not None


@functools.lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern.replace("[", "[[]")))


def _equal_folded(pattern: str, value: str) -> bool:
    return pattern.lower() == value.lower()


def _equal(pattern: str, value: str) -> bool:
    return pattern == value


_POSITIVE: Final[dict[str, Callable[[str, str], bool]]] = {
    "StringEquals": _equal,
    "StringEqualsIgnoreCase": _equal_folded,
    "StringLike": like,
    "ArnEquals": like,
    "ArnLike": like,
    "Bool": _equal_folded,
}
_NEGATIVE: Final[dict[str, Callable[[str, str], bool]]] = {
    "StringNotEquals": _equal,
    "StringNotEqualsIgnoreCase": _equal_folded,
    "StringNotLike": like,
    "ArnNotEquals": like,
    "ArnNotLike": like,
}


def _conditions_hold(conditions: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    present = {key.lower(): [str(value) for value in _listed(values)] for key, values in context.items()}
    return all(
        _condition_holds(operator, [_text(value) for value in _listed(expected)], present.get(key.lower()))
        for operator, tests in conditions.items()
        for key, expected in tests.items()
    )


def _text(value: Any) -> str:  # noqa: ANN401  a JSON value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _condition_holds(operator: str, expected: list[str], values: list[str] | None) -> bool:
    quantifier, _, name = operator.rpartition(":")
    if name == "Null":
        return (values is None) == (expected == ["true"])
    optional = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    if name not in _POSITIVE and name not in _NEGATIVE:
        raise UnknownConditionError(f"condition operator {operator} is not known to the local run")
    if values is None:
        return optional or quantifier == "ForAllValues" or (name in _NEGATIVE and quantifier != "ForAnyValue")
    verdicts = [_matches(name, expected, value) for value in values]
    return any(verdicts) if quantifier == "ForAnyValue" else all(verdicts)


def _matches(name: str, expected: list[str], value: str) -> bool:
    if name in _NEGATIVE:
        return not any(_NEGATIVE[name](pattern, value) for pattern in expected)
    return any(_POSITIVE[name](pattern, value) for pattern in expected)
