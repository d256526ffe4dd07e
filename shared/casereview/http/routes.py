"""One row of a table of routes, which the resolver, the authorization, OpenAPI and the tests read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, Literal

from casereview.http.problem_types import ProblemType
from casereview.schema.base import Record

Method = Literal["GET", "POST", "PUT", "DELETE"]
Address = tuple[Method, str]
"""A method, and a path with its parameters in braces, as in OpenAPI."""

BODY_REFUSALS: Final[frozenset[ProblemType]] = frozenset(
    {"malformed", "unsupported-media-type", "too-large", "invalid"}
)
"""The problem types with which a route refuses a body."""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A route: its address, its body, its answer and its refusals."""

    method: Method
    path: str
    parameters: Mapping[str, int] = field(default_factory=dict)
    """The query parameters that it takes, and how often each may be given; any other is refused."""
    body: type[Record] | None
    answer: type[Record]
    """The body of a successful response."""
    status: HTTPStatus
    """The status of a successful response."""
    may_be_empty: bool = False
    """Whether a successful response can also be 204, without a body."""
    cache_seconds: int = 0
    """How long anyone may keep a successful response, which then holds nothing about a person; 0: nobody may."""
    refusals: frozenset[ProblemType]
    """The problem types of the route itself; the gateway can answer with others."""
    summary: str

    @property
    def address(self) -> Address:
        """Return the method and the path, which identify the route."""
        return self.method, self.path
