"""A route of the staff API, and one call of it: the services, the caller with its roles, and the request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from casereview.http.problem_types import ProblemType
from casereview.http.routes import Endpoint
from casereview.http.validation import parse
from casereview.routing.offices import HEADQUARTERS
from casereview.schema.base import Record
from review.authorization import Access, Caller, Role
from review.cases.session import CaseSession, open_session

if TYPE_CHECKING:
    from casereview.http.resolver import Incoming
    from review.services import ReviewServices

EVERY_ROUTE: Final[frozenset[ProblemType]] = frozenset({"malformed", "unauthenticated", "forbidden", "busy"})
"""The problem types with which every route of the staff API can refuse."""

_Body = TypeVar("_Body", bound=Record)
_Answer = TypeVar("_Answer", bound=Record)


@dataclass(frozen=True, slots=True)
class Call(Generic[_Body]):
    """One call of a route."""

    services: ReviewServices
    caller: Caller
    roles: frozenset[Role]
    incoming: Incoming
    model: type[_Body] | None
    access: Access = "work"

    def body(self) -> _Body:
        """Read the body; an empty body counts as an empty object.

        Raises:
            ProblemError: 400, 413 or 422, as ``parse`` does.
            TypeError: The route takes no body.
        """
        if self.model is None:
            raise TypeError("the route takes no body")
        return parse(self.model, self.incoming.raw() or "{}", self.services.now())

    def office(self) -> str:
        """Return the office that the query names, or an empty string."""
        return self.incoming.parameter("office").upper()

    def session(self) -> CaseSession:
        """Start a session on the case in the path."""
        return open_session(self.services, self.caller, self.roles, self.incoming.path["case_id"], self.access)


@dataclass(frozen=True, kw_only=True)
class Route(Endpoint, Generic[_Body, _Answer]):
    """A route, the roles that it allows, and the function that handles a call of it."""

    roles: frozenset[Role]
    headquarters_roles: frozenset[Role] = frozenset()
    """Further roles that the route allows to staff of headquarters alone."""
    for_everybody: bool = False
    """Whether the route needs no role: a user without groups learns there that they have none."""
    access: Access = "work"
    """What the route does with the case in its path."""
    body: type[_Body] | None
    answer: type[_Answer]
    act: Callable[[Call[_Body]], _Answer | None]

    def roles_for(self, caller: Caller) -> frozenset[Role]:
        """Return the roles that the route allows to staff of the caller's office."""
        return self.roles | self.headquarters_roles if caller.office == HEADQUARTERS else self.roles
