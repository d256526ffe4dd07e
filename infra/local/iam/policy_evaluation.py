"""Evaluation of IAM policies: whether they allow an action on a resource. Pure functions.

`required_actions` returns the actions and resources to evaluate for a request.
"""

from __future__ import annotations

import fnmatch
import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

Policy = Mapping[str, Any]  # a policy document: {"Statement": [...]}
Context = Mapping[str, str | Sequence[str]]


class UnknownConditionError(ValueError):
    """A condition operator is not supported here; guessing its result could allow or deny a call wrongly."""


def allowed(policies: Iterable[Policy], action: str, resource: str, context: Context | None = None) -> bool:
    """Return whether policies allow an action: at least one statement allows it and none denies it.

    Args:
        policies: the policy documents of one role.
        action: for example `dynamodb:PutItem`.
        resource: the full ARN, or `*` for an action without resources.
        context: the condition keys of the request.

    Raises:
        UnknownConditionError: a statement that matches has an unsupported condition operator.
    """
    effects = {
        statement.get("Effect")
        for policy in policies
        for statement in _as_list(policy.get("Statement"))
        if _applies(statement, action, resource, context or {})
    }
    return "Allow" in effects and "Deny" not in effects


def unknown_operators(policies: Iterable[Policy]) -> set[str]:
    """Return the condition operators of policies that are not supported here."""
    operators = {
        operator
        for policy in policies
        for statement in _as_list(policy.get("Statement"))
        for operator in statement.get("Condition") or {}
    }
    known = {*_POSITIVE, *_NEGATIVE, "Null"}
    return {each for each in operators if each.rpartition(":")[2].removesuffix("IfExists") not in known}


def key_policy_allows(policy: Policy, role_arn: str, action: str, resource: str, context: Context) -> bool:
    """Return whether a KMS key policy allows a role an action, granted to the role itself or to its account.

    A grant to the account also requires an identity-based policy, which is evaluated separately.
    """
    account = role_arn.split(":")[4]
    principals = {"*", account, f"arn:aws:iam::{account}:root", role_arn}
    statements = [
        statement
        for statement in _as_list(policy.get("Statement"))
        if principals & set(_as_list(_aws_principals(statement.get("Principal"))))
    ]
    known: Context = {**context, "aws:PrincipalArn": role_arn, "kms:CallerAccount": account}
    return allowed([{"Statement": statements}], action, resource, known)


def _aws_principals(principal: Any) -> Any:  # noqa: ANN401  a JSON value
    return principal.get("AWS") if isinstance(principal, Mapping) else principal


def _as_list(value: Any) -> list[Any]:  # noqa: ANN401  a JSON value
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _applies(statement: Mapping[str, Any], action: str, resource: str, context: Context) -> bool:
    return (
        _element_matches(statement, "Action", action.lower(), str.lower)
        and _element_matches(statement, "Resource", resource, str)
        and _conditions_match(statement.get("Condition") or {}, context)
    )


def _element_matches(statement: Mapping[str, Any], element: str, value: str, fold: Callable[[str], str]) -> bool:
    if f"Not{element}" in statement:
        return not any(matches_wildcard(fold(pattern), value) for pattern in _as_list(statement[f"Not{element}"]))
    return any(matches_wildcard(fold(pattern), value) for pattern in _as_list(statement.get(element)))


def matches_wildcard(pattern: str, value: str) -> bool:
    """Return whether a value matches a pattern, where `*` matches any text and `?` any single character."""
    return _compiled(pattern).match(value) is not None


@functools.lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern.replace("[", "[[]")))


def _equal_ignoring_case(pattern: str, value: str) -> bool:
    return pattern.lower() == value.lower()


def _equal(pattern: str, value: str) -> bool:
    return pattern == value


_POSITIVE: Final[dict[str, Callable[[str, str], bool]]] = {
    "StringEquals": _equal,
    "StringEqualsIgnoreCase": _equal_ignoring_case,
    "StringLike": matches_wildcard,
    "ArnEquals": matches_wildcard,
    "ArnLike": matches_wildcard,
    "Bool": _equal_ignoring_case,
}
_NEGATIVE: Final[dict[str, Callable[[str, str], bool]]] = {
    "StringNotEquals": _equal,
    "StringNotEqualsIgnoreCase": _equal_ignoring_case,
    "StringNotLike": matches_wildcard,
    "ArnNotEquals": matches_wildcard,
    "ArnNotLike": matches_wildcard,
}


def _conditions_match(conditions: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    present = {key.lower(): [str(value) for value in _as_list(values)] for key, values in context.items()}
    return all(
        _condition_matches(operator, [_text(value) for value in _as_list(expected)], present.get(key.lower()))
        for operator, tests in conditions.items()
        for key, expected in tests.items()
    )


def _text(value: Any) -> str:  # noqa: ANN401  a JSON value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _condition_matches(operator: str, expected: list[str], values: list[str] | None) -> bool:
    quantifier, _, name = operator.rpartition(":")
    if name == "Null":
        return (values is None) == (expected == ["true"])
    optional = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    if name not in _POSITIVE and name not in _NEGATIVE:
        raise UnknownConditionError(f"the local run does not support the condition operator {operator}")
    if values is None:
        return optional or quantifier == "ForAllValues" or (name in _NEGATIVE and quantifier != "ForAnyValue")
    verdicts = [_matches(name, expected, value) for value in values]
    return any(verdicts) if quantifier == "ForAnyValue" else all(verdicts)


def _matches(name: str, expected: list[str], value: str) -> bool:
    if name in _NEGATIVE:
        return not any(_NEGATIVE[name](pattern, value) for pattern in expected)
    return any(_POSITIVE[name](pattern, value) for pattern in expected)
