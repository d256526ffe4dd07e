"""The table of routes of the public API, which the resolver, the OpenAPI document and the tests read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, TypeVar

from casereview.http.negotiation import accepted_language, requested_language
from casereview.http.problems import ProblemError
from casereview.http.routes import BODY_REFUSALS
from casereview.schema.base import Record
from casereview.schema.holder_commands import Escalation, Update, Withdrawal
from casereview.schema.languages import Language
from casereview.schema.request_records import Request
from casereview.schema.responses import Filed, NoticeText
from casereview.schema.submission import Submission, SubmissionParts
from casereview.store.transition import REQUESTER
from casereview.usecases.contacts import open_contact
from casereview.usecases.file_request import file_request
from casereview.usecases.new_request import Sender
from casereview.usecases.services import CaseServices
from casereview.usecases.status import look_up
from intake.authentication import authenticate
from intake.call import Call, Route
from intake.checks import check_body
from intake.commands import escalate, update
from intake.information import facilities, field_offices, notice, statistics
from intake.responses import (
    Accepted,
    Checked,
    Facilities,
    FieldOffices,
    RequestStatus,
    Statistics,
    Updated,
    WithdrawalAccepted,
)
from intake.withdrawals import withdraw

_CACHED: Final = 3600
"""Seconds for which answers may be kept that change at the start of a day, or once a week."""
_Body = TypeVar("_Body", bound=Record)
_Answer = TypeVar("_Answer", bound=Record)


def _authenticated(call: Call[_Body]) -> Request:
    return authenticate(call.services, call.incoming.path["receipt"], call.incoming.header("Authorization"))


def _command(
    command: Callable[[CaseServices, Request, _Body, datetime], _Answer],
) -> Callable[[Call[_Body]], _Answer]:
    """Handle a command: authenticate, then read the body, so that without the code every body gets the same answer.

    A refusal is in the language of the stored request, if the call asks for none.
    """

    def act(call: Call[_Body]) -> _Answer:
        request = _authenticated(call)
        try:
            return command(call.services, request, call.body(), call.at)
        except ProblemError as problem:
            if requested_language(call.incoming, problem.type) is None:
                problem.language = open_contact(call.services.seal, request).language
            raise

    return act


def _accepted(call: Call[_Body]) -> Language | None:
    return accepted_language(call.incoming.header("Accept-Language") or "")


def _file(call: Call[Submission]) -> Filed:
    key, sender = call.incoming.header("Idempotency-Key"), Sender(REQUESTER, _accepted(call))
    return file_request(call.services, call.incoming.raw(), key, sender)


def _check(call: Call[SubmissionParts]) -> Checked:
    return check_body(call.incoming.raw(), _accepted(call), call.at)


def _look_up(call: Call[Record]) -> RequestStatus:
    return look_up(call.services, _authenticated(call), call.at)


def _field_offices(call: Call[Record]) -> FieldOffices:
    asked = call.incoming
    return field_offices(asked.parameter("state"), asked.parameter("county"), asked.parameter("zip"), call.at)


def _facilities(call: Call[Record]) -> Facilities:
    return facilities(call.incoming.parameter("q"), call.incoming.parameter("state"))


def _notice(call: Call[Record]) -> NoticeText:
    return notice(call.incoming.parameter("language"))


def _statistics(call: Call[Record]) -> Statistics:
    return statistics(call.services.table)


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
        method="POST",
        path="/requests/checks",
        body=SubmissionParts,
        answer=Checked,
        status=HTTPStatus.OK,
        refusals=BODY_REFUSALS | {"busy"},
        act=_check,
        summary="Check a body before it is filed",
    ),
    Route(
        method="GET",
        path="/requests/{receipt}",
        body=None,
        answer=RequestStatus,
        status=HTTPStatus.OK,
        refusals=frozenset({"malformed", "not-found", "busy"}),
        act=_look_up,
        summary="Look up the status of a request",
    ),
    Route(
        method="POST",
        path="/requests/{receipt}/updates",
        body=Update,
        answer=Updated,
        status=HTTPStatus.ACCEPTED,
        refusals=BODY_REFUSALS | {"not-found", "wrong-state", "bound-reached", "busy"},
        act=_command(update),
        summary="Send new facts, a new contact or a statement",
    ),
    Route(
        method="POST",
        path="/requests/{receipt}/withdrawal",
        body=Withdrawal,
        answer=WithdrawalAccepted,
        status=HTTPStatus.ACCEPTED,
        refusals=BODY_REFUSALS | {"not-found", "wrong-state", "bound-reached", "busy"},
        act=_command(withdraw),
        summary="Withdraw a request, or take that back within 72 hours",
    ),
    Route(
        method="POST",
        path="/requests/{receipt}/escalation",
        body=Escalation,
        answer=Accepted,
        status=HTTPStatus.ACCEPTED,
        refusals=BODY_REFUSALS | {"not-found", "wrong-state", "not-decided", "bound-reached", "busy"},
        act=_command(escalate),
        summary="Ask for the Senior Reviewing Official",
    ),
)
_INFORMATION_ROUTES: Final = (
    Route(
        method="GET",
        path="/field-offices",
        parameters={"state": 1, "county": 1, "zip": 1},
        body=None,
        answer=FieldOffices,
        status=HTTPStatus.OK,
        refusals=frozenset({"malformed", "invalid", "busy"}),
        act=_field_offices,
        cache_seconds=_CACHED,
        summary="Find the field office that is responsible for a residence",
    ),
    Route(
        method="GET",
        path="/facilities",
        parameters={"q": 1, "state": 1},
        body=None,
        answer=Facilities,
        status=HTTPStatus.OK,
        refusals=frozenset({"malformed", "invalid", "busy"}),
        act=_facilities,
        cache_seconds=_CACHED,
        summary="Suggest detention facilities for what somebody types",
    ),
    Route(
        method="GET",
        path="/notice",
        parameters={"language": 1},
        body=None,
        answer=NoticeText,
        status=HTTPStatus.OK,
        refusals=frozenset({"malformed", "busy"}),
        act=_notice,
        summary="Read the notice that everyone should read before filing",
    ),
    Route(
        method="GET",
        path="/statistics",
        body=None,
        answer=Statistics,
        status=HTTPStatus.OK,
        refusals=frozenset({"malformed", "busy"}),
        act=_statistics,
        cache_seconds=_CACHED,
        summary="Read the published usual waits of all offices",
    ),
)
ROUTES: Final[tuple[Route[Any, Any], ...]] = (*_REQUEST_ROUTES, *_INFORMATION_ROUTES)
