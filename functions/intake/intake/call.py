"""A route of the public API, and one call of it: the services, the request and its time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from casereview.http.routes import Endpoint
from casereview.http.validation import parse
from casereview.schema.base import Record
from casereview.schema.holder_commands import Withdrawal
from casereview.usecases.services import CaseServices

if TYPE_CHECKING:
    from casereview.http.resolver import Incoming

_Body = TypeVar("_Body", bound=Record)
_Answer = TypeVar("_Answer", bound=Record)


@dataclass(frozen=True, slots=True)
class Call(Generic[_Body]):
    """One call of a route."""

    services: CaseServices
    incoming: Incoming
    model: type[_Body] | None
    at: datetime

    def body(self) -> _Body:
        """Read the body; an empty body counts as an empty object on routes that need none.

        Raises:
            ProblemError: 400, 413 or 422, as ``parse`` does.
            TypeError: The route takes no body.
        """
        if self.model is None:
            raise TypeError("the route takes no body")
        raw = self.incoming.raw()
        return parse(self.model, raw or "{}" if self.model is Withdrawal else raw, self.at)


@dataclass(frozen=True, kw_only=True)
class Route(Endpoint, Generic[_Body, _Answer]):
    """A route, and the function that handles a call of it."""

    body: type[_Body] | None
    answer: type[_Answer]
    act: Callable[[Call[_Body]], _Answer]
