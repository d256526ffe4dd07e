"""The routes of the staff API: what each takes and answers. A route without an entry here fails the check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus

from casereview.schema.base import Record
from casereview.schema.responses import Filed
from casereview.schema.submission import Nothing, Submission
from infra.documents.openapi.document import Operation, Route
from infra.documents.openapi.examples import REQUESTS
from infra.documents.openapi.schemas import Json
from infra.documents.openapi.staff_examples import ASKED, DECISIONS, FINDINGS, REASONS, REMOVALS, TRANSFERS
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

_BAD_REQUEST, _NOT_FOUND, _CONFLICT = HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT
_TOO_LARGE, _UNPROCESSABLE = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY
_BUSY = HTTPStatus.SERVICE_UNAVAILABLE
_BODY = (_BAD_REQUEST, _TOO_LARGE, _UNPROCESSABLE)
_READ = (_NOT_FOUND, _BUSY)
_WORK = (*_BODY, _NOT_FOUND, _CONFLICT, _BUSY)

_CASE = "/staff/cases/{case_id}"
_POLICY = "/staff/policies/{policy_id}"


def _reading(answer: type[CaseRead | Contacts | RankingRead | History], description: str, *more: str) -> Operation:
    refusals = (*_READ, _UNPROCESSABLE) if more else _READ
    return Operation(
        tag="cases",
        description=description,
        parameters=("CaseId", *more),
        answers={HTTPStatus.OK: answer},
        refusals=refusals,
    )


def _working(
    body: type[Record], description: str, examples: Mapping[str, Json] | None = None, tag: str = "work"
) -> Operation:
    return Operation(
        tag=tag,
        description=description,
        body=body,
        body_required=body is not Nothing,
        examples=examples or {},
        parameters=("CaseId",),
        answers={HTTPStatus.OK: CaseChanged},
        refusals=_WORK,
    )


OPERATIONS: Mapping[Route, Operation] = {
    ("get", "/staff/worklist"): Operation(
        tag="worklist",
        description="Every open case of the office in the order of its rank, claimed and waiting ones included and"
        " marked. Restricted cases are left out for who may not open them, and keep their place in the count.",
        parameters=("Office", "Limit", "Cursor"),
        answers={HTTPStatus.OK: Worklist},
        refusals=(_BAD_REQUEST, _UNPROCESSABLE, _BUSY),
    ),
    ("post", "/staff/worklist/next"): Operation(
        tag="worklist",
        description="The first case that nobody holds; every k-th time, a number of the policy, the most overdue below"
        " the top lanes. 409 for who holds as many cases as the policy allows.",
        body=Nothing,
        body_required=False,
        answers={HTTPStatus.OK: Item, HTTPStatus.NO_CONTENT: None},
        refusals=(*_BODY, _CONFLICT, _BUSY),
    ),
    ("post", "/staff/requests"): Operation(
        tag="worklist",
        description="Answered as `POST /requests` of the public API; hand receipt and access code over.",
        body=Submission,
        examples=REQUESTS,
        parameters=("IdempotencyKey",),
        answers={HTTPStatus.CREATED: Filed},
        refusals=(*_BODY, _CONFLICT, _BUSY),
    ),
    ("get", "/staff/summary"): Operation(
        tag="worklist",
        description="Counted every five minutes: `age_seconds` says how old it is. 409 before the first count.",
        parameters=("OneOffice",),
        answers={HTTPStatus.OK: Summary},
        refusals=(_CONFLICT, _BUSY),
    ),
    ("get", _CASE): _reading(CaseRead, "With every fact come all who stated it, and what was verified of it."),
    ("get", f"{_CASE}/contacts"): _reading(Contacts, "By receipt; the reason is written down.", "Reason"),
    ("get", f"{_CASE}/ranking"): _reading(RankingRead, "Every rule that holds, with its source and the facts."),
    ("get", f"{_CASE}/history"): _reading(History, "Each entry with what it changed, reads included."),
    ("post", f"{_CASE}/claim"): _working(
        Nothing,
        "A lease: work on the case renews it, and the sweep ends it. 409 where somebody else holds the case or its"
        " state allows no claim; claiming one's own again changes nothing.",
    ),
    ("post", f"{_CASE}/release"): _working(
        Nothing, "One's own claim, or as a supervisor anybody's; 409 for who does not hold it."
    ),
    ("post", f"{_CASE}/verifications"): _working(
        commands.VerificationBody,
        "Needs the claim. What is established wins over every claim; a verified requester is told everything. A claim"
        " of US citizenship is confirmed or refuted, never made unknown: only one that is not true stands in no"
        " decision's way.",
        FINDINGS,
    ),
    ("post", f"{_CASE}/information-requests"): _working(
        commands.InformationRequest,
        "Needs the claim, and ends it. The clock stands still until the answer, `answer_by` or the policy's days,"
        " whichever is first; in the top lanes it never stops.",
        ASKED,
    ),
    ("post", f"{_CASE}/transfer"): _working(commands.Transfer, "A claim ends; the clock runs on.", TRANSFERS),
    ("post", f"{_CASE}/removal"): _working(
        commands.Removal,
        "Where a request had been received before, the case is flagged `safety`. Where only the day is given, what was"
        " received on that day counts as before.",
        REMOVALS,
    ),
    ("post", f"{_CASE}/link"): _working(
        commands.Link, "Its requests and what they said move to the open case; the earliest filing time is kept."
    ),
    ("post", f"{_CASE}/split"): _working(
        commands.Split, "What the request said no longer counts for this case. The answer is about the new one."
    ),
    ("post", f"{_CASE}/reissue-code"): replace(
        _working(commands.Reissue, "The old code opens nothing any more; the new one is shown once."),
        answers={HTTPStatus.OK: CodeReissued},
    ),
    ("post", f"{_CASE}/reopening"): _working(
        commands.Why, "409 where the case has not ended, or the person has a newer open one.", REASONS
    ),
    ("post", f"{_CASE}/decision"): _working(
        commands.Decision,
        "Needs the claim. 409 where the case has moved since `case_version`, or another policy is in force. While a"
        " claim of US citizenship stands, unsettled or confirmed, a field office can only refer the case, and the"
        " Senior Reviewing Official only uphold a referral, or remand.",
        DECISIONS,
        "decision",
    ),
    ("post", f"{_CASE}/approval"): _working(
        commands.Approval,
        "By somebody other than the author. After a change of policy, or where something was said or established "
        "since, the decision returns to its author in any case.",
        tag="decision",
    ),
    ("get", "/staff/policies"): Operation(tag="policies", answers={HTTPStatus.OK: PolicyList}, refusals=(_BUSY,)),
    ("post", "/staff/policies"): Operation(
        tag="policies",
        description="A draft replaces the author's own of the same id. 422 names every fault of the document, 409 an id"
        " that is taken.",
        body=Document,
        answers={HTTPStatus.CREATED: PolicyRead},
        refusals=(*_BODY, _CONFLICT, _BUSY),
    ),
    ("get", _POLICY): Operation(
        tag="policies",
        parameters=("PolicyId",),
        answers={HTTPStatus.OK: PolicyRead},
        refusals=_READ,
    ),
    ("post", f"{_POLICY}/preview"): Operation(
        tag="policies",
        description="Begun here, made office by office, and read with the policy.",
        body=Nothing,
        body_required=False,
        parameters=("PolicyId",),
        answers={HTTPStatus.ACCEPTED: PreviewAsked},
        refusals=(*_BODY, *_READ),
    ),
    ("post", f"{_POLICY}/approval"): Operation(
        tag="policies",
        description="By somebody other than the author; what governs already is in force at once.",
        body=PolicyApproval,
        parameters=("PolicyId",),
        answers={HTTPStatus.OK: PolicyRead},
        refusals=_WORK,
    ),
}
