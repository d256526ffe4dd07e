"""The problem types in a document, and in the rows of the tables of routes."""

from __future__ import annotations

from typing import Any

from casereview.http.problems import PREFIX
from casereview.http.routes import Endpoint


def documented_types(document: dict[str, Any]) -> set[str]:
    """Return every problem type that an OpenAPI document names, as answers name it."""
    found = set()
    for response in document["components"]["responses"].values():
        schema = response["content"]["application/problem+json"]["schema"]
        for part in schema["allOf"]:
            found |= set(part.get("properties", {}).get("type", {}).get("enum", ()))
    return found


def is_listed(endpoint: Endpoint, problem: dict[str, Any]) -> bool:
    """Return whether the row of a route lists the type of a problem that the route answered with."""
    return problem["type"].removeprefix(PREFIX) in endpoint.refusals
