"""The table of routes of the staff API, which the resolver, the authorization, OpenAPI and the tests read."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from casereview.http.routes import BODY_REFUSALS
from casereview.schema.holder_commands import Nothing
from casereview.schema.responses import Filed
from casereview.schema.status_responses import RequestStatus
from casereview.schema.submission import StaffSubmission
from review import acts
from review.authorization import OFFICE_ROLES, REVIEWER_ROLES, ROLES, SUPERVISOR_ROLES
from review.call import EVERY_ROUTE, Route
from review.case_routes import changes, pages, reads
from review.cases.correction import correct
from review.cases.identity import correct_identity
from review.cases.lease import claim, release
from review.cases.linking import link
from review.cases.notes import note
from review.cases.pages import read_history, read_notices, read_statements
from review.cases.splitting import split
from review.cases.transfer import record_removal, transfer
from review.cases.views import read_case, read_ranking
from review.decision_routes import ROUTES as DECISION_ROUTES
from review.policies.routes import ROUTES as POLICY_ROUTES
from review.requester_routes import ROUTES as REQUESTER_ROUTES
from review.schema import commands
from review.schema.case_responses import CaseRead, RankingRead
from review.schema.history_responses import History, NoticePage, Statements
from review.schema.requester_responses import RequestBody
from review.schema.responses import FoundCases, Me, Summary, Worklist, WorklistItem
from review.worklist_filters import PARAMETERS

# The parts have no annotation: with one, mypy would not compare the body and the answer of a row with its act.
_OFFICE_ROUTES: Final = (
    Route(
        method="GET",
        path="/staff/me",
        roles=ROLES,
        for_everybody=True,
        body=None,
        answer=Me,
        status=HTTPStatus.OK,
        refusals=EVERY_ROUTE,
        act=acts.own_account,
        summary="Read your roles, your office and how many cases you hold",
    ),
    Route(
        method="GET",
        path="/staff/worklist",
        parameters=PARAMETERS,
        roles=REVIEWER_ROLES,
        body=None,
        answer=Worklist,
        status=HTTPStatus.OK,
        refusals=EVERY_ROUTE,
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
        path="/staff/lookups",
        roles=REVIEWER_ROLES,
        body=commands.Lookup,
        answer=FoundCases,
        status=HTTPStatus.OK,
        refusals=EVERY_ROUTE | BODY_REFUSALS | {"not-found", "throttled"},
        act=acts.find_cases,
        summary="Find cases by a receipt or an A-number; the look-up is recorded with its reason",
    ),
    Route(
        method="POST",
        path="/staff/requests",
        roles=OFFICE_ROLES,
        body=StaffSubmission,
        answer=Filed,
        status=HTTPStatus.CREATED,
        refusals=EVERY_ROUTE | BODY_REFUSALS | {"key-reused", "still-filing"},
        act=acts.file_for_requester,
        summary="File a request that came by telephone, by letter or in person",
    ),
    Route(
        method="GET",
        path="/staff/summary",
        parameters={"office": 1},
        roles=SUPERVISOR_ROLES,
        body=None,
        answer=Summary,
        status=HTTPStatus.OK,
        refusals=EVERY_ROUTE | {"wrong-state"},
        act=acts.office_summary,
        summary="Read the summary of your office; at headquarters, of any office or of all",
    ),
)
_CASE_ROUTES: Final = (
    reads("", CaseRead, acts.reading(read_case), "Read a case without contact data; the read is recorded"),
    reads("/ranking", RankingRead, acts.reading(read_ranking), "Explain the rank of a case"),
    reads(
        "/requests/{receipt}",
        RequestBody,
        acts.request_of_case,
        "Read a request of a case with its body; the read is recorded",
    ),
    reads(
        "/requests/{receipt}/view",
        RequestStatus,
        acts.view_of_holder,
        "Read what the holder of a request is shown; the read is recorded",
    ),
    pages("/history", History, read_history, "Read a page of the history of a case"),
    pages("/statements", Statements, read_statements, "Read a page of what requesters and staff wrote"),
    pages("/notices", NoticePage, read_notices, "Read a page of the notices of a case"),
    changes(
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
    changes(
        "/release",
        REVIEWER_ROLES,
        Nothing,
        acts.changing_without_body(release),
        "Return a case to the worklist",
        "claim-required",
        "wrong-state",
    ),
    replace(
        changes(
            "/assignment",
            SUPERVISOR_ROLES,
            commands.Assignment,
            acts.assign_case,
            "Assign a case to a colleague, whether it is claimed or not",
            "cap-reached",
            "wrong-state",
        ),
        access="assign",
    ),
    replace(
        changes(
            "/transfer",
            SUPERVISOR_ROLES,
            commands.Transfer,
            acts.changing(transfer),
            "Transfer a case to another office; officers of headquarters may do so too",
            "wrong-state",
        ),
        headquarters_roles=OFFICE_ROLES,
    ),
    changes(
        "/removal",
        REVIEWER_ROLES,
        commands.Removal,
        acts.changing(record_removal),
        "Record a removal",
    ),
    replace(
        changes(
            "/notes",
            REVIEWER_ROLES,
            commands.Note,
            acts.changing(note),
            "Record a call, a visit, a referral or a remark",
        ),
        access="verify",
    ),
    changes(
        "/link",
        OFFICE_ROLES,
        commands.Link,
        acts.changing(link),
        "Link a case to an open case; one with an A-number is linked by supervisors",
        "wrong-state",
    ),
    changes(
        "/identity",
        REVIEWER_ROLES,
        commands.IdentityCorrection,
        acts.changing(correct_identity),
        "Correct the identity in a request, or in every live request of a case",
    ),
    changes(
        "/split",
        OFFICE_ROLES,
        commands.Split,
        acts.changing(split),
        "Split a wrongly joined request off into a new case, which is returned",
        "wrong-state",
    ),
    replace(
        changes(
            "/corrections",
            REVIEWER_ROLES,
            commands.CorrectionBody,
            acts.changing(correct),
            "Undo an act of staff by its event: a removal, link, verification of facts, refutation, question or duty",
            "not-correctable",
            "wrong-state",
        ),
        access="verify",
    ),
)
ROUTES: Final[tuple[Route[Any, Any], ...]] = (
    *_OFFICE_ROUTES,
    *_CASE_ROUTES,
    *DECISION_ROUTES,
    *REQUESTER_ROUTES,
    *POLICY_ROUTES,
)
