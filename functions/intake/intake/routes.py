"""The routes of the public API: the one table that the resolver, the OpenAPI document and the tests read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, TypeVar

from casereview.http.routes import BODY_REFUSALS
from casereview.schema.base import Record
from casereview.schema.records import Request
from casereview.schema.responses import Filed, NoticeText
from casereview.schema.submission import Nothing, Statement, Submission, Update
from casereview.usecases.file_request import file_request
from casereview.usecases.services import CaseServices
from intake.authentication import admit
from intake.call import Call, Route
from intake.commands import escalate, update, withdraw
from intake.information import field_offices, notice
from intake.responses import Accepted, FieldOffices, WhereItStands
from intake.status import look_up

_Body = TypeVar("_Body", bound=Record)


def _admitted(call: Call[_Body]) -> Request:
    return admit(call.services, call.incoming.path["receipt"], call.incoming.header("Authorization"))


def _on_request(
    command: Callable[[CaseServices, Request, _Body, datetime], Accepted],
) -> Callable[[Call[_Body]], Accepted]:
    """Admit the holder of the access code, then read the body: without the code, no body gets another answer."""

    def act(call: Call[_Body]) -> Accepted:
        request = _admitted(call)
        return command(call.services, request, call.body(), call.at)

    return act


def _file(call: Call[Submission]) -> Filed:
    return file_request(call.services, call.incoming.raw(), call.incoming.header("Idempotency-Key"))


def _look_up(call: Call[Record]) -> WhereItStands:
    return look_up(call.services, _admitted(call))


def _field_offices(call: Call[Record]) -> FieldOffices:
    return field_offices(call.incoming.parameter("state"), call.incoming.parameter("county"), call.at)


def _notice(call: Call[Record]) -> NoticeText:
    return notice(call.incoming.parameter("language"))


# The parts have no annotation: with one, mypy would not compare the body and the answer of a row with its act.
_REQUEST_ROUTES: Final = (
    Route(
        method="POST",
        path="/requests",
        body=Submission,
        answer=Filed,
        status=HTTPStatus.CREATED,
        refusals=BODY_REFUSALS | {"key-reused", "still-filing", "busy"},
        act=_file,
        summary="File a request",
    ),
    Route(
        method="GET",
        path="/requests/{receipt}",
        body=None,
        answer=WhereItStands,
        status=HTTPStatus.OK,
        refusals=frozenset({"not-found", "busy"}),
        act=_look_up,
        summary="Look up where a request stands",
    ),
    Route(
        method="POST",
        path="/requests/{receipt}/updates",
        body=Update,
        answer=Accepted,
        status=HTTPStatus.ACCEPTED,
        refusals=BODY_REFUSALS | {"not-found", "wrong-state", "busy"},
        act=_on_request(update),
        summary="Send new facts, a new contact or a statement",
    ),
    Route(
        method="POST",
        path="/requests/{receipt}/withdrawal",
        body=Nothing,
        answer=Accepted,
        status=HTTPStatus.ACCEPTED,
        refusals=BODY_REFUSALS | {"not-found", "busy"},
        act=_on_request(withdraw),
        summary="Withdraw a request",
    ),
    Route(
        method="POST",
        path="/requests/{receipt}/escalation",
        body=Statement,
        answer=Accepted,
        status=HTTPStatus.ACCEPTED,
        refusals=BODY_REFUSALS | {"not-found", "wrong-state", "verification-required", "not-decided", "busy"},
        act=_on_request(escalate),
        summary="Ask for the Senior Reviewing Official",
    ),
)
_INFORMATION_ROUTES: Final = (
    Route(
        method="GET",
        path="/field-offices",
        body=None,
        answer=FieldOffices,
        status=HTTPStatus.OK,
        refusals=frozenset({"invalid", "busy"}),
        act=_field_offices,
        summary="Find the field office of a residence, today",
    ),
    Route(
        method="GET",
        path="/notice",
        body=None,
        answer=NoticeText,
        status=HTTPStatus.OK,
        refusals=frozenset({"busy"}),
        act=_notice,
        summary="Read what everyone should know before filing",
    ),
)
ROUTES: Final[tuple[Route[Any, Any], ...]] = (*_REQUEST_ROUTES, *_INFORMATION_ROUTES)
