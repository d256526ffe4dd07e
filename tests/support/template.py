"""Reads the translated template: the properties of a type of resource, and what a policy says of a resource."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.local.template.loader import load

ROOT = Path(__file__).parents[2]
FUNCTIONS = ("intake", "prioritize", "notify", "review")
"""The functions that do the work; they use the table."""
FACES = ("pages", "desk")
"""Those that show what an API answers, and reach nothing else."""
APIS = ("PublicApi", "StaffApi")
SITES = ("SiteApi", "DeskApi")
"""The APIs that serve pages."""
Json = dict[str, Any]


@functools.cache
def translated() -> Json:
    """Return the template as CloudFormation gets it, with the defaults of its parameters."""
    return dict(load(ROOT / "template.yaml", {}).body)


def resources(kind: str) -> dict[str, Json]:
    """Return the properties of the resources of a type, by logical id. Raises LookupError where there is none."""
    found = {name: body["Properties"] for name, body in translated()["Resources"].items() if body["Type"] == kind}
    if not found:
        raise LookupError(kind)
    return found


def properties(logical_id: str) -> Json:
    """Return the properties of one resource."""
    found: Json = translated()["Resources"][logical_id]["Properties"]
    return found


def listed(value: Any) -> list[Any]:  # noqa: ANN401  # a policy writes one as itself, several as a list
    """Return one or several values as a list."""
    return value if isinstance(value, list) else [value]


def texts(value: Any) -> Iterator[str]:  # noqa: ANN401  # any JSON
    """Yield every text in a value, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for item in value.values() for text in texts(item))
    elif isinstance(value, list):
        yield from (text for item in value for text in texts(item))


def names(value: Any, logical_id: str) -> bool:  # noqa: ANN401  # any JSON
    """Tell whether a value refers to a resource, by Ref, GetAtt or Sub."""
    pattern = re.compile(rf"{logical_id}|.*\$\{{{logical_id}[.}}].*")
    return any(pattern.fullmatch(text) for text in texts(value))


def statements(role: str) -> list[Json]:
    """Return the statements of all policies of a role, by the function's name."""
    policies = properties(f"{role.capitalize()}Role")["Policies"]
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


def actions(role: str, logical_id: str) -> set[str]:
    """Return what a role may do with a resource."""
    return {
        action
        for statement in statements(role)
        if statement["Effect"] == "Allow" and names(statement.get("Resource"), logical_id)
        for action in listed(statement["Action"])
    }


def every_statement() -> list[tuple[str, Json]]:
    """Return every statement of every role, with the role's logical id."""
    return [
        (name, statement)
        for name, role in resources("AWS::IAM::Role").items()
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]
