"""Rows of the table of routes on a case: what they share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Final, TypeVar

from casereview.http.problem_types import ProblemType
from casereview.http.routes import BODY_REFUSALS
from casereview.schema.base import Record
from review.authorization import REVIEWER_ROLES, Role
from review.call import EVERY_ROUTE, Call, Route
from review.cases.session import CaseSession
from review.paging import read_limit
from review.schema.responses import CaseChanged

_Body = TypeVar("_Body", bound=Record)
_Answer = TypeVar("_Answer", bound=Record)
CASE: Final = "/staff/cases/{case_id}"
ON_CASE: Final[frozenset[ProblemType]] = EVERY_ROUTE | {"not-found", "unreadable"}
CHANGE: Final[frozenset[ProblemType]] = ON_CASE | BODY_REFUSALS


def reads(
    what: str, answer: type[_Answer], act: Callable[[Call[Record]], _Answer], summary: str
) -> Route[Record, _Answer]:
    """Return a route that reads a case."""
    return Route(
        method="GET",
        path=CASE + what,
        roles=REVIEWER_ROLES,
        access="read",
        body=None,
        answer=answer,
        status=HTTPStatus.OK,
        refusals=ON_CASE,
        act=act,
        summary=summary,
    )


def pages(
    what: str, answer: type[_Answer], view: Callable[[CaseSession, int, str], _Answer], summary: str
) -> Route[Record, _Answer]:
    """Return a route that reads pages of a case."""

    def act(call: Call[Record]) -> _Answer:
        limit = read_limit(call.incoming.parameter("limit") or None)
        return view(call.session(), limit, call.incoming.parameter("cursor"))

    return replace(reads(what, answer, act, summary), parameters={"limit": 1, "cursor": 1})


def changes(
    what: str,
    roles: frozenset[Role],
    body: type[_Body],
    act: Callable[[Call[_Body]], CaseChanged],
    summary: str,
    *refusals: ProblemType,
) -> Route[_Body, CaseChanged]:
    """Return a route that changes a case."""
    return Route(
        method="POST",
        path=CASE + what,
        roles=roles,
        body=body,
        answer=CaseChanged,
        status=HTTPStatus.OK,
        refusals=CHANGE.union(refusals),
        act=act,
        summary=summary,
    )
