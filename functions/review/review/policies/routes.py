"""The routes of the policy office, a part of the table of routes of the staff API."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from casereview.http.routes import BODY_REFUSALS
from casereview.schema.holder_commands import Nothing
from review import acts
from review.authorization import POLICY_ROLES
from review.call import EVERY_ROUTE, Route
from review.schema.policies import Document, PolicyApproval, PolicyList, PolicyRead, PreviewAsked

_POLICY: Final = "/staff/policies/{policy_id}"

# It has no annotation: with one, mypy would not compare the body and the answer of a row with its act.
ROUTES: Final = (
    Route(
        method="GET",
        path="/staff/policies",
        parameters={"limit": 1, "cursor": 1},
        roles=POLICY_ROLES,
        body=None,
        answer=PolicyList,
        status=HTTPStatus.OK,
        refusals=EVERY_ROUTE,
        act=acts.policies,
        summary="List the policies and drafts by pages, and the policy in force",
    ),
    Route(
        method="POST",
        path="/staff/policies",
        roles=POLICY_ROLES,
        body=Document,
        answer=PolicyRead,
        status=HTTPStatus.CREATED,
        refusals=EVERY_ROUTE | BODY_REFUSALS | {"wrong-state", "bound-reached"},
        act=acts.send_draft,
        summary="Send a draft, which another person must approve",
    ),
    Route(
        method="GET",
        path=_POLICY,
        roles=POLICY_ROLES,
        body=None,
        answer=PolicyRead,
        status=HTTPStatus.OK,
        refusals=EVERY_ROUTE | {"not-found"},
        act=acts.policy,
        summary="Read a policy with its document, approval, preview and switch",
    ),
    Route(
        method="DELETE",
        path=_POLICY,
        roles=POLICY_ROLES,
        body=None,
        answer=Nothing,
        status=HTTPStatus.NO_CONTENT,
        may_be_empty=True,
        refusals=EVERY_ROUTE | {"not-found", "moved", "wrong-state"},
        act=acts.remove_draft,
        summary="Delete your own draft, which has not been approved or refused",
    ),
    Route(
        method="POST",
        path=f"{_POLICY}/preview",
        roles=POLICY_ROLES,
        body=Nothing,
        answer=PreviewAsked,
        status=HTTPStatus.ACCEPTED,
        refusals=EVERY_ROUTE | BODY_REFUSALS | {"not-found"},
        act=acts.preview,
        summary="Preview a draft: rank all open cases under it, without changing them",
    ),
    Route(
        method="POST",
        path=f"{_POLICY}/approval",
        roles=POLICY_ROLES,
        body=PolicyApproval,
        answer=PolicyRead,
        status=HTTPStatus.OK,
        refusals=EVERY_ROUTE
        | BODY_REFUSALS
        | {"not-found", "own-decision", "moved", "preview-required", "wrong-state"},
        act=acts.decide_on_draft,
        summary="Approve or refuse another author's draft",
    ),
)
