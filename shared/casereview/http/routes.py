"""A row of a table of routes: the resolver, the authorization, the OpenAPI document and the tests read it."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Literal

from casereview.http.problems import ProblemType
from casereview.schema.base import Record

Method = Literal["GET", "POST"]
Address = tuple[Method, str]
"""A method, and a path as OpenAPI writes it, with its parameters in braces."""

BODY: Final[frozenset[ProblemType]] = frozenset({"malformed", "too-large", "invalid"})
"""How a route refuses a body."""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """What a route takes and answers."""

    method: Method
    path: str
    body: type[Record] | None
    answer: type[Record]
    """What a success holds."""
    status: HTTPStatus
    """Of a success."""
    may_be_empty: bool = False
    """A success may have nothing to answer with: 204."""
    refusals: frozenset[ProblemType]
    """The problem types that the route itself may answer with; the gateway adds its own."""
    summary: str

    @property
    def address(self) -> Address:
        """Return what is unique to the route."""
        return self.method, self.path
