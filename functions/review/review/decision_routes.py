"""The routes about decisions: drafts, approvals, reopening, and the duties that follow."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Final

from review import acts
from review.authorization import OFFICE_ROLES, OFFICIAL_ROLES, REVIEWER_ROLES, SUPERVISOR_ROLES
from review.call import EVERY_ROUTE, Route
from review.case_routes import CASE, CHANGE, ON_CASE, changes
from review.cases.decision import withdraw_decision
from review.cases.drafts import read_draft
from review.cases.reopening import reopen
from review.schema import commands, decision_commands
from review.schema.duties import ApprovalPage, Approved, DutyBody, DutyPage
from review.schema.responses import Decided, DraftRead, DraftSaved

# The table has no annotation: with one, mypy would not compare the body and the answer of a row with its act.
ROUTES: Final = (
    Route(
        method="GET",
        path="/staff/approvals",
        parameters={"office": 1, "cursor": 1},
        roles=SUPERVISOR_ROLES | OFFICIAL_ROLES,
        body=None,
        answer=ApprovalPage,
        status=HTTPStatus.OK,
        refusals=EVERY_ROUTE,
        act=acts.approvals,
        summary="Read a page of the decisions of your office that await approval; elsewhere, of those that are overdue",
    ),
    Route(
        method="GET",
        path="/staff/duties",
        parameters={"office": 1, "kind": 1, "cursor": 1},
        roles=OFFICE_ROLES,
        body=None,
        answer=DutyPage,
        status=HTTPStatus.OK,
        refusals=EVERY_ROUTE,
        act=acts.duties,
        summary="Read a page of what people at your office must do; for headquarters, at all offices",
    ),
    changes(
        "/reopening",
        SUPERVISOR_ROLES | OFFICIAL_ROLES,
        decision_commands.Reopening,
        acts.changing(reopen),
        "Return an ended case to the worklist because circumstances changed",
        "overruled",
        "wrong-state",
    ),
    Route(
        method="GET",
        path=f"{CASE}/draft",
        roles=REVIEWER_ROLES,
        body=None,
        answer=DraftRead,
        status=HTTPStatus.OK,
        refusals=ON_CASE | {"claim-required", "wrong-state"},
        act=acts.reading(read_draft),
        summary="Read the draft of a decision",
    ),
    Route(
        method="PUT",
        path=f"{CASE}/draft",
        roles=REVIEWER_ROLES,
        body=commands.DraftBody,
        answer=DraftSaved,
        status=HTTPStatus.OK,
        refusals=CHANGE | {"claim-required", "wrong-state"},
        act=acts.put_draft,
        summary="Save the draft of a decision",
    ),
    Route(
        method="POST",
        path=f"{CASE}/decision",
        roles=REVIEWER_ROLES,
        body=decision_commands.Decision,
        answer=Decided,
        status=HTTPStatus.OK,
        refusals=CHANGE
        | {"claim-required", "was-reviewer", "moved", "policy-changed", "nobody-would-learn", "wrong-state"},
        act=acts.decide_case,
        summary="Decide a case; if the policy requires an approval, the decision awaits it",
    ),
    replace(
        changes(
            "/duties/{duty}",
            OFFICE_ROLES,
            DutyBody,
            acts.duty_done,
            "Record what became of a duty of your office",
            "wrong-state",
        ),
        access="requester",
    ),
    changes(
        "/decision/withdrawal",
        REVIEWER_ROLES,
        decision_commands.DecisionWithdrawal,
        acts.changing(withdraw_decision),
        "Take back your own decision while it awaits approval",
        "wrong-state",
    ),
    Route(
        method="POST",
        path=f"{CASE}/approval",
        roles=SUPERVISOR_ROLES | OFFICIAL_ROLES,
        access="approve",
        body=decision_commands.Approval,
        answer=Approved,
        status=HTTPStatus.OK,
        refusals=CHANGE | {"own-decision", "approver-twice", "was-reviewer", "wrong-state"},
        act=acts.answer_decision,
        summary="Give an approval to the decision of another officer, or return it to its author",
    ),
)
