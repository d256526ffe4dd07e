"""The document of the staff API: its words, parameters, problems, and whom each route is open to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus

from casereview.schema.responses import ProblemFound
from infra.documents.openapi.document import Api, Operation, Route
from infra.documents.openapi.schemas import Json
from infra.documents.openapi.staff_routes import OPERATIONS
from review.app import app
from review.authorization import ROLES, ROUTES

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
    operations={route: _open_to(route, operation) for route, operation in OPERATIONS.items()},
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
