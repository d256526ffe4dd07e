"""The routes of the staff API: the one table that the resolver, the authorization, OpenAPI and the tests read."""

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
from review.authorization import OFFICE, POLICY, REVIEWER, SUPERVISOR, Role
from review.call import Call, Route
from review.cases.decision import approve, decide
from review.cases.information import ask
from review.cases.lease import claim, release
from review.cases.linking import link, split
from review.cases.transfer import record_removal, reopen, transfer
from review.cases.verification import record_verification
from review.cases.views import read_case, read_history, read_ranking
from review.schema import commands
from review.schema.policies import Document, PolicyApproval, PolicyList, PolicyRead, PreviewAsked
from review.schema.responses import (
    CaseChanged,
    CaseRead,
    CodeReissued,
    Contacts,
    History,
    Item,
    RankingRead,
    Summary,
    Worklist,
)

_Body = TypeVar("_Body", bound=Record)
_Answer = TypeVar("_Answer", bound=Record)
_CASE: Final = "/staff/cases/{case_id}"
_POLICY: Final = "/staff/policies/{policy_id}"
_EVERY: Final[frozenset[ProblemType]] = frozenset({"unauthenticated", "forbidden", "busy"})
_ON_CASE: Final[frozenset[ProblemType]] = _EVERY | {"not-found"}
_CHANGE: Final[frozenset[ProblemType]] = _ON_CASE | BODY_REFUSALS


def _read(
    what: str, answer: type[_Answer], act: Callable[[Call[Record]], _Answer], summary: str, *refusals: ProblemType
) -> Route[Record, _Answer]:
    """Return a route that reads a case."""
    return Route(
        method="GET",
        path=_CASE + what,
        roles=REVIEWER,
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
        roles=REVIEWER,
        body=None,
        answer=Worklist,
        status=HTTPStatus.OK,
        refusals=_EVERY | {"malformed", "invalid"},
        act=acts.worklist,
        summary="Read a page of an office's worklist",
    ),
    Route(
        method="POST",
        path="/staff/worklist/next",
        roles=REVIEWER,
        body=Nothing,
        answer=Item,
        status=HTTPStatus.OK,
        may_be_empty=True,
        refusals=_EVERY | BODY_REFUSALS | {"cap-reached"},
        act=acts.next_case,
        summary="Claim the next case of one's office; 204 where none is left",
    ),
    Route(
        method="POST",
        path="/staff/requests",
        roles=OFFICE,
        body=Submission,
        answer=Filed,
        status=HTTPStatus.CREATED,
        refusals=_EVERY | BODY_REFUSALS | {"key-reused", "still-filing"},
        act=acts.file_for_requester,
        summary="File a request on someone's behalf: by telephone, letter or in person",
    ),
    Route(
        method="GET",
        path="/staff/summary",
        roles=SUPERVISOR,
        body=None,
        answer=Summary,
        status=HTTPStatus.OK,
        refusals=_EVERY | {"wrong-state"},
        act=acts.office_summary,
        summary="Read an office in numbers",
    ),
)
_CASE_ROUTES: Final = (
    _read("", CaseRead, acts.read(read_case), "Open a case, contact data apart; the read is recorded"),
    _read(
        "/contacts",
        Contacts,
        acts.contacts,
        "Open how the requesters can be reached, for a reason; the read is recorded",
        "invalid",
    ),
    _read("/ranking", RankingRead, acts.read(read_ranking), "Explain a case's place"),
    _read("/history", History, acts.read(read_history), "Read everything that happened to a case"),
    _work(
        "/claim",
        REVIEWER,
        Nothing,
        acts.without_body(claim),
        "Claim a case",
        "already-claimed",
        "cap-reached",
        "was-reviewer",
        "wrong-state",
    ),
    _work(
        "/release",
        REVIEWER,
        Nothing,
        acts.without_body(release),
        "Give a case back to the line",
        "claim-required",
        "wrong-state",
    ),
    _work(
        "/verifications",
        REVIEWER,
        commands.VerificationBody,
        acts.work(record_verification),
        "Establish or refute facts, an identity or an authority",
        "claim-required",
        "wrong-state",
    ),
    _work(
        "/information-requests",
        OFFICE,
        commands.InformationRequest,
        acts.work(ask),
        "Ask the requester for information",
        "claim-required",
        "wrong-state",
    ),
    _work(
        "/transfer",
        SUPERVISOR,
        commands.Transfer,
        acts.work(transfer),
        "Send a case to another office, with the same clock",
        "wrong-state",
    ),
    _work("/removal", REVIEWER, commands.Removal, acts.work(record_removal), "Record that the person was removed"),
    _work(
        "/link", OFFICE, commands.Link, acts.work(link), "Join a case without A-number to an open one", "wrong-state"
    ),
    _work(
        "/split",
        OFFICE,
        commands.Split,
        acts.work(split),
        "Split a wrongly joined request off; the answer is about its new case",
        "wrong-state",
    ),
    Route(
        method="POST",
        path=f"{_CASE}/reissue-code",
        roles=REVIEWER,
        body=commands.Reissue,
        answer=CodeReissued,
        status=HTTPStatus.OK,
        refusals=_CHANGE,
        act=acts.reissue_code,
        summary="Make a new access code for a request, shown once",
    ),
    _work(
        "/reopening",
        OFFICE,
        commands.Why,
        acts.work(reopen),
        "Put an ended case into the line again, on changed circumstances",
        "wrong-state",
    ),
    _work(
        "/decision",
        REVIEWER,
        commands.Decision,
        acts.work(decide),
        "Decide a case; where the policy asks for an approval, the decision awaits it",
        "claim-required",
        "was-reviewer",
        "moved",
        "policy-changed",
        "wrong-state",
    ),
    _work(
        "/approval",
        SUPERVISOR,
        commands.Approval,
        acts.work(approve),
        "Approve another officer's decision, or return it",
        "own-decision",
        "wrong-state",
    ),
)
_POLICY_ROUTES: Final = (
    Route(
        method="GET",
        path="/staff/policies",
        roles=POLICY,
        body=None,
        answer=PolicyList,
        status=HTTPStatus.OK,
        refusals=_EVERY,
        act=acts.policies,
        summary="List every policy and draft, and which of them governs",
    ),
    Route(
        method="POST",
        path="/staff/policies",
        roles=POLICY,
        body=Document,
        answer=PolicyRead,
        status=HTTPStatus.CREATED,
        refusals=_EVERY | BODY_REFUSALS | {"wrong-state"},
        act=acts.send_draft,
        summary="Send a draft, which another person approves",
    ),
    Route(
        method="GET",
        path=_POLICY,
        roles=POLICY,
        body=None,
        answer=PolicyRead,
        status=HTTPStatus.OK,
        refusals=_EVERY | {"not-found"},
        act=acts.policy,
        summary="Read a policy with its document, approval, preview and switch",
    ),
    Route(
        method="POST",
        path=f"{_POLICY}/preview",
        roles=POLICY,
        body=Nothing,
        answer=PreviewAsked,
        status=HTTPStatus.ACCEPTED,
        refusals=_EVERY | BODY_REFUSALS | {"not-found"},
        act=acts.preview,
        summary="Rank every open case under a draft, without writing to any",
    ),
    Route(
        method="POST",
        path=f"{_POLICY}/approval",
        roles=POLICY,
        body=PolicyApproval,
        answer=PolicyRead,
        status=HTTPStatus.OK,
        refusals=_EVERY | BODY_REFUSALS | {"not-found", "own-decision", "moved", "wrong-state"},
        act=acts.decide_on_draft,
        summary="Approve or refuse another author's draft",
    ),
)
ROUTES: Final[tuple[Route[Any, Any], ...]] = (*_OFFICE_ROUTES, *_CASE_ROUTES, *_POLICY_ROUTES)
