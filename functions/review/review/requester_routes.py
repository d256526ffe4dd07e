"""The routes about the requesters of a case: their verification, codes, withdrawals and contacts."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Final

from review import acts, requester_acts
from review.authorization import OFFICE_ROLES, REVIEWER_ROLES, SUPERVISOR_ROLES
from review.call import EVERY_ROUTE, Route
from review.case_routes import CASE, CHANGE, changes
from review.cases.access_code import freeze
from review.cases.suppression import unsuppress
from review.cases.withdrawals import answer_withdrawal
from review.schema import commands
from review.schema.requester_responses import CodeReissued, Contacts, ToVerifyPage
from review.schema.responses import InformationAsked, RequesterChecked

# The table has no annotation: with one, mypy would not compare the body and the answer of a row with its act.
ROUTES: Final = (
    Route(
        method="GET",
        path="/staff/verifications",
        parameters={"office": 1, "cursor": 1},
        roles=REVIEWER_ROLES,
        body=None,
        answer=ToVerifyPage,
        status=HTTPStatus.OK,
        refusals=EVERY_ROUTE,
        act=requester_acts.to_verify,
        summary="Read a page of the requesters that your office is to verify",
    ),
    Route(
        method="POST",
        path=f"{CASE}/verifications",
        roles=REVIEWER_ROLES,
        access="verify",
        body=commands.VerificationBody,
        answer=RequesterChecked,
        status=HTTPStatus.OK,
        refusals=CHANGE | {"claim-required", "wrong-state", "approver-twice"},
        act=requester_acts.verify,
        summary="Confirm or refute facts, an identity or an authority",
    ),
    Route(
        method="POST",
        path=f"{CASE}/information-requests",
        roles=OFFICE_ROLES,
        access="verify",
        body=commands.InformationRequest,
        answer=InformationAsked,
        status=HTTPStatus.OK,
        refusals=CHANGE | {"claim-required", "wrong-state"},
        act=requester_acts.ask_requesters,
        summary="Ask verified requesters for information, or others for proof of their identity or authority",
    ),
    Route(
        method="POST",
        path=f"{CASE}/contacts",
        roles=REVIEWER_ROLES,
        access="verify",
        body=commands.Why,
        answer=Contacts,
        status=HTTPStatus.OK,
        refusals=CHANGE,
        act=requester_acts.contacts,
        summary="Read the contact data of the requesters; the read is recorded with its reason",
    ),
    Route(
        method="POST",
        path=f"{CASE}/reissue-code",
        roles=OFFICE_ROLES,
        access="requester",
        body=commands.Reissue,
        answer=CodeReissued,
        status=HTTPStatus.OK,
        refusals=CHANGE,
        act=requester_acts.reissue_code,
        summary="Reissue the access code of a request; it is shown once, and a message informs the requester",
    ),
    replace(
        changes(
            "/freeze",
            OFFICE_ROLES,
            commands.OnRequest,
            acts.changing(freeze),
            "Freeze the access code of a request: until it is reissued, it opens only the limited view",
        ),
        access="requester",
    ),
    replace(
        changes(
            "/withdrawals",
            SUPERVISOR_ROLES,
            commands.WithdrawalAnswer,
            acts.changing(answer_withdrawal),
            "Confirm or cancel a withdrawal that waits for a supervisor",
            "wrong-state",
        ),
        access="requester",
    ),
    replace(
        changes(
            "/unsuppress",
            SUPERVISOR_ROLES,
            commands.OnRequest,
            acts.changing(unsuppress),
            "Lift the suppression of a requester's addresses; what failed there is sent again",
            "wrong-state",
        ),
        access="requester",
    ),
)
