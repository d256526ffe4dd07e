"""The staff API: what each of its routes takes and answers. A route without an entry here fails the check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus

from casereview.answers import Filed, ProblemFound
from casereview.model import Record
from casereview.submission import Nothing, Submission
from infra.openapi.document import Api, Operation, Route
from infra.openapi.examples import REQUESTS
from infra.openapi.schemas import Json
from infra.openapi.staff_examples import ASKED, DECISIONS, FINDINGS, REASONS, REMOVALS, TRANSFERS
from review import bodies
from review.answers import (
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
from review.app import app
from review.authorization import ROLES, ROUTES
from review.policy_answers import Document, PolicyApproval, PolicyList, PolicyRead, PreviewAsked

_DESCRIPTION = """\
The office sees its cases in the order in which a human must look at them, with the reason for each place; people
verify, ask, decide and approve. The software sorts, checks, reminds and records. It never decides and suggests no
outcome.

**Who gets in.** Every call carries an ID token of the user pool. Its groups are the roles, and `custom:office` is the
office. A role opens the routes that name it; on a case it must also give access to that case: officers and supervisors
to those of their office, the Senior Reviewing Official to escalated ones. The group `restricted` is added to another
and opens cases that 8 USC 1367 protects. A case that is not yours is answered like one that does not exist.

**Reads are written down**: who, when and what, before anything is told. Contact data opens by a read of its own, for a
reason. Nobody searches by name, and no read shows an access code.

**Bodies and errors** are as in the public API: JSON without unknown fields or duplicate keys, times with an offset,
and problem documents (RFC 9457) that name the field at fault and never its value.
"""

_BAD_REQUEST, _UNAUTHORIZED, _FORBIDDEN = HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN
_NOT_FOUND, _CONFLICT, _TOO_LARGE = HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE
_UNPROCESSABLE, _TOO_MANY = HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.TOO_MANY_REQUESTS
_FAULT, _BUSY, _TIMEOUT = HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT
_BODY = (_BAD_REQUEST, _TOO_LARGE, _UNPROCESSABLE)
_READ = (_NOT_FOUND, _BUSY)
_WORK = (*_BODY, _NOT_FOUND, _CONFLICT, _BUSY)

_PROBLEMS = {
    _BAD_REQUEST: "The request cannot be read: its body is no JSON object, has duplicate keys or is nested deeper than"
    " 16, or a header or cursor is malformed.",
    _UNAUTHORIZED: "No ID token of the user pool, or one that has expired: sign in.",
    _FORBIDDEN: "Not open to your role, not your office, or the firewall refused the request.",
    _NOT_FOUND: "There is no such case, receipt or policy for you: whether it exists is not told.",
    _CONFLICT: "The request is sound, and the state of the case or of the policy does not allow it now.",
    _TOO_LARGE: "The body is larger than 256 KB.",
    _UNPROCESSABLE: "The request can be read, and the parts named in `errors` cannot be accepted.",
    _TOO_MANY: "Too many requests from this address: wait.",
    _FAULT: "A fault of ours.",
    _BUSY: "Busy, or a fault that passes: send it again.",
    _TIMEOUT: "The service did not answer in time: read the case before you send it again.",
}


def _parameter(name: str, where: str, description: str, schema: Json, example: object) -> Json:
    required = where == "path" or name == "why"
    found: Json = {"name": name, "in": where, "required": required, "description": description, "schema": schema}
    return {**found, "example": example}


_PARAMETERS: Mapping[str, Json] = {
    "CaseId": _parameter(
        "case_id", "path", "As a worklist names the case.", {"type": "string", "minLength": 1}, "7ZK3M0Q9T2R4V6XA"
    ),
    "PolicyId": _parameter(
        "policy_id", "path", "The id of a policy.", {"type": "string", "minLength": 1}, "2021-02-18-interim"
    ),
    "Office": _parameter(
        "office",
        "query",
        "The code of your office, `HQ` for the headquarters triage, or `SRO`; by default your own.",
        {"type": "string"},
        "ATL",
    ),
    "OneOffice": {
        **_parameter("office", "query", "The code of your office.", {"type": "string", "minLength": 1}, "ATL"),
        "required": True,
    },
    "Limit": _parameter(
        "limit",
        "query",
        "How many items a page holds at most; by default 50.",
        {"type": "integer", "minimum": 1, "maximum": 100},
        50,
    ),
    "Cursor": _parameter(
        "cursor",
        "query",
        "`next` of the page before.",
        {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
        "eyJyYW5rIjoiMDIuMS4wIiwiY2FzZV9pZCI6IjdaSyIsInBvc2l0aW9uIjo1MH0",
    ),
    "Reason": _parameter(
        "why", "query", "Why the contact data is opened.", {"type": "string", "pattern": r"\S"}, "To call her back"
    ),
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "As in the public API: sent again with the same body it gives the first answer again.",
        "schema": {"type": "string", "minLength": 16, "maxLength": 128, "pattern": "^[!-~][ -~]*[!-~]$"},
    },
}

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


_STATED: Mapping[Route, Operation] = {
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
        bodies.Finding,
        "Needs the claim. What is established wins over every claim; a verified requester is told everything.",
        FINDINGS,
    ),
    ("post", f"{_CASE}/information-requests"): _working(
        bodies.InformationRequest,
        "Needs the claim, and ends it. The clock stands still until the answer, `answer_by` or the policy's days,"
        " whichever is first; in the top lanes it never stops.",
        ASKED,
    ),
    ("post", f"{_CASE}/transfer"): _working(bodies.Transfer, "A claim ends; the clock runs on.", TRANSFERS),
    ("post", f"{_CASE}/removal"): _working(
        bodies.Removal, "Where a request had been received before, the case is flagged `safety`.", REMOVALS
    ),
    ("post", f"{_CASE}/link"): _working(
        bodies.Link, "Its requests and what they said move to the open case; the earliest filing time is kept."
    ),
    ("post", f"{_CASE}/split"): _working(
        bodies.Split, "What the request said no longer counts for this case. The answer is about the new one."
    ),
    ("post", f"{_CASE}/reissue-code"): replace(
        _working(bodies.Reissue, "The old code opens nothing any more; the new one is shown once."),
        answers={HTTPStatus.OK: CodeReissued},
    ),
    ("post", f"{_CASE}/reopening"): _working(
        bodies.Why, "409 where the case has not ended, or the person has a newer open one.", REASONS
    ),
    ("post", f"{_CASE}/decision"): _working(
        bodies.Decision,
        "Needs the claim. 409 where the case has moved since `case_version`, or another policy is in force.",
        DECISIONS,
        "decision",
    ),
    ("post", f"{_CASE}/approval"): _working(
        bodies.Approval,
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


def _open_to(route: Route, operation: Operation) -> Operation:
    """Say whom the table of roles lets in, and that a token is needed."""
    method, path = route
    allowed = ROUTES.get((method.upper(), path.replace("{", "<").replace("}", ">")), frozenset())
    roles = ", ".join(f"`{role}`" for role in sorted(ROLES & allowed)) or "nobody"
    description = f"{operation.description}\n\nOpen to: {roles}." if operation.description else f"Open to: {roles}."
    return replace(operation, description=description, secured=True)


STAFF = Api(
    path="docs/openapi-staff.json",
    title="Case Review: staff API",
    summary="The office's queue in the right order, and the work on a case.",
    description=_DESCRIPTION,
    servers=(
        {"url": "http://127.0.0.1:8000", "description": "The local run (`make run`)"},
        {
            "url": "https://{host}/{stage}",
            "description": "A deployed stack; its output StaffApiUrl has the address",
            "variables": {"host": {"default": "staff.example.gov"}, "stage": {"default": "v1"}},
        },
    ),
    tags={
        "worklist": "The queue of an office, the next case, and a request that comes in at the office.",
        "cases": "Read a case; every read is written down.",
        "work": "Claim a case and work on it.",
        "decision": "Decide, and approve what somebody else decided.",
        "policies": "The policy office's documents.",
    },
    resolver=app,
    operations={route: _open_to(route, operation) for route, operation in _STATED.items()},
    parameters=_PARAMETERS,
    security={
        "Staff": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "An ID token of the staff's user pool; an access token opens nothing.",
        }
    },
    problem=ProblemFound,
    problems=_PROBLEMS,
    gateway=(_BAD_REQUEST, _UNAUTHORIZED, _FORBIDDEN, _TOO_MANY, _FAULT, _TIMEOUT),
)
