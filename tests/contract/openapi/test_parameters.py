"""Query parameters: the table of routes, the documents, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from casereview.http.routes import Endpoint
from infra.documents.openapi.public import PUBLIC
from infra.documents.openapi.staff import STAFF
from infra.paths import ROOT
from intake.routes import ROUTES as PUBLIC_ROUTES
from review.routes import ROUTES as STAFF_ROUTES

TABLES: list[tuple[str, Sequence[Endpoint]]] = [(PUBLIC.path, PUBLIC_ROUTES), (STAFF.path, STAFF_ROUTES)]
ROUTES = [(path, route) for path, routes in TABLES for route in routes]


def query_parameters(document: dict[str, Any], route: Endpoint) -> Iterator[tuple[str, bool]]:
    """Yield the names of the query parameters of a route, and whether each may repeat."""
    for reference in document["paths"][route.path][route.method.lower()].get("parameters", []):
        found = document["components"]["parameters"][reference["$ref"].rpartition("/")[2]]
        if found["in"] == "query":
            yield found["name"], found["schema"].get("type") == "array"


@pytest.mark.parametrize(("path", "route"), ROUTES, ids=[f"{route.method} {route.path}" for _path, route in ROUTES])
def test_a_route_takes_exactly_the_query_parameters_of_its_document(path: str, route: Endpoint) -> None:
    document = json.loads((ROOT / path).read_text())
    assert dict(query_parameters(document, route)) == {name: most > 1 for name, most in route.parameters.items()}
