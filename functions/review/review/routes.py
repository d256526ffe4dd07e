"""The table of routes of the staff API, which the resolver, the authorization, OpenAPI and the tests read."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, TypeVar

from casereview.http.problem_types import ProblemType
from casereview.http.routes import BODY_REFUSALS
from casereview.schema.base import Record
from casereview.schema.responses import Filed
from casereview.schema.submission import Nothing, Submission
from review import acts
from review.authorization import OFFICE_ROLES, REVIEWER_ROLES, SUPERVISOR_ROLES, Role
from review.call import EVERY_ROUTE, Call, Route
from review.cases.approval import approve
from review.cases.decision import decide
from review.cases.information import ask
from review.cases.lease import claim, release
from review.cases.linking import link
from review.cases.pages import read_history, read_notices, read_statements
from review.cases.splitting import split
from review.cases.transfer import record_removal, reopen, transfer
from review.cases.verification import record_verification
from review.cases.views import read_case, read_ranking
from review.policies.routes import ROUTES as POLICY_ROUTES
from review.schema import commands
from review.schema.responses import (
    CaseChanged,
    CaseRead,
    CodeReissued,
    Contacts,
    History,
    NoticePage,
    RankingRead,
    RequestBody,
    Statements,
    Summary,
    Worklist,
    WorklistItem,
)

_Body = TypeVar("_Body", bound=Record)
_Answer = TypeVar("_Answer", bound=Record)
_CASE: Final = "/staff/cases/{case_id}"
_ON_CASE: Final[frozenset[ProblemType]] = EVERY_ROUTE | {"not-found"}
_CHANGE: Final[frozenset[ProblemType]] = _ON_CASE | BODY_REFUSALS


def _read(
    what: str, answer: type[_Answer], act: Callable[[Call[Record]], _Answer], summary: str, *refusals: ProblemType
) -> Route[Record, _Answer]:
    """Return a route that reads a case."""
    return Route(
        method="GET",
        path=_CASE + what,
        roles=REVIEWER_ROLES,
        body=None,
        answer=answer,
        status=HTTPStatus.OK,
        refusals=_ON_CASE.union(refusals),
        act=act,
        summary=summary,
    )


def _work(
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
        path=_CASE + what,
        roles=roles,
        body=body,
        answer=CaseChanged,
        status=HTTPStatus.OK,
        refusals=_CHANGE.union(refusals),
        act=act,
        summary=summary,
    )


# The parts have no annotation: with one, mypy would not compare the body and the answer of a row with its act.
_OFFICE_ROUTES: Final = (
    Route(
        method="GET",
        path="/staff/worklist",
        roles=REVIEWER_ROLES,
        body=None,
        answer=Worklist,
        status=HTTPStatus.OK,
        refusals=EVERY_ROUTE | {"malformed"},
        act=acts.worklist,
        summary="Read a page of an office's worklist",
    ),
    Route(
        method="POST",
        path="/staff/worklist/next",
        roles=REVIEWER_ROLES,
        body=Nothing,
        answer=WorklistItem,
        status=HTTPStatus.OK,
        may_be_empty=True,
        refusals=EVERY_ROUTE | BODY_REFUSALS | {"cap-reached"},
        act=acts.next_case,
        summary="Claim the next case of your office; 204 if there is none",
    ),
    Route(
        method="POST",
        path="/staff/requests",
        roles=OFFICE_ROLES,
        body=Submission,
        answer=Filed,
        status=HTTPStatus.CREATED,
        refusals=EVERY_ROUTE | BODY_REFUSALS | {"key-reused", "still-filing"},
        act=acts.file_for_requester,
        summary="File a request that came by telephone, by letter or in person",
    ),
    Route(
        method="GET",
        path="/staff/summary",
        roles=SUPERVISOR_ROLES,
        body=None,
        answer=Summary,
        status=HTTPStatus.OK,
        refusals=EVERY_ROUTE | {"wrong-state"},
        act=acts.office_summary,
        summary="Read the summary of your office",
    ),
)
_CASE_ROUTES: Final = (
    _read("", CaseRead, acts.reading(read_case), "Read a case without contact data; the read is recorded"),
    _read(
        "/contacts",
        Contacts,
        acts.contacts,
        "Read the contact data of the requesters; a reason is required, and the read is recorded",
        "invalid",
    ),
    _read("/ranking", RankingRead, acts.reading(read_ranking), "Explain the rank of a case"),
    _read(
        "/requests/{receipt}",
        RequestBody,
        acts.request_of_case,
        "Read a request of a case with its body; the read is recorded",
    ),
    _read("/history", History, acts.paging(read_history), "Read a page of the history of a case", "malformed"),
    _read(
        "/statements",
        Statements,
        acts.paging(read_statements),
        "Read a page of what requesters and staff wrote",
        "malformed",
    ),
    _read("/notices", NoticePage, acts.paging(read_notices), "Read a page of the notices of a case", "malformed"),
    _work(
        "/claim",
        REVIEWER_ROLES,
        Nothing,
        acts.changing_without_body(claim),
        "Claim a case",
        "already-claimed",
        "cap-reached",
        "was-reviewer",
        "wrong-state",
    ),
    _work(
        "/release",
        REVIEWER_ROLES,
        Nothing,
        acts.changing_without_body(release),
        "Return a case to the worklist",
        "claim-required",
        "wrong-state",
    ),
    _work(
        "/verifications",
        REVIEWER_ROLES,
        commands.VerificationBody,
        acts.changing(record_verification),
        "Confirm or refute facts, an identity or an authority",
        "claim-required",
        "wrong-state",
    ),
    _work(
        "/information-requests",
        OFFICE_ROLES,
        commands.InformationRequest,
        acts.changing(ask),
        "Ask the requester for information",
        "claim-required",
        "wrong-state",
    ),
    _work(
        "/transfer",
        SUPERVISOR_ROLES,
        commands.Transfer,
        acts.changing(transfer),
        "Transfer a case to another office",
        "wrong-state",
    ),
    _work(
        "/removal",
        REVIEWER_ROLES,
        commands.Removal,
        acts.changing(record_removal),
        "Record a removal",
    ),
    _work(
        "/link",
        OFFICE_ROLES,
        commands.Link,
        acts.changing(link),
        "Link a case without A-number to an open case",
        "wrong-state",
    ),
    _work(
        "/split",
        OFFICE_ROLES,
        commands.Split,
        acts.changing(split),
        "Split a wrongly joined request off into a new case, which is returned",
        "wrong-state",
    ),
    Route(
        method="POST",
        path=f"{_CASE}/reissue-code",
        roles=REVIEWER_ROLES,
        body=commands.Reissue,
        answer=CodeReissued,
        status=HTTPStatus.OK,
        refusals=_CHANGE,
        act=acts.reissue_code,
        summary="Reissue the access code of a request; it is shown once",
    ),
    _work(
        "/reopening",
        OFFICE_ROLES,
        commands.Reopening,
        acts.changing(reopen),
        "Return an ended case to the worklist because circumstances changed",
        "wrong-state",
    ),
    _work(
        "/decision",
        REVIEWER_ROLES,
        commands.Decision,
        acts.changing(decide),
        "Decide a case; if the policy requires an approval, the decision awaits it",
        "claim-required",
        "was-reviewer",
        "moved",
        "policy-changed",
        "wrong-state",
    ),
    _work(
        "/approval",
        SUPERVISOR_ROLES,
        commands.Approval,
        acts.changing(approve),
        "Approve the decision of another officer, or return it to its author",
        "own-decision",
        "wrong-state",
    ),
)
ROUTES: Final[tuple[Route[Any, Any], ...]] = (*_OFFICE_ROUTES, *_CASE_ROUTES, *POLICY_ROUTES)
