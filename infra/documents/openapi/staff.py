"""The document of the staff API: its texts, its parameters, and the roles of each route."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, get_args

from casereview.cases.lifecycle import QUEUED
from casereview.http.routes import Address
from casereview.schema.responses import ProblemFound
from casereview.schema.vocabulary import DutyKind
from infra.documents.openapi.document import Api, Notes, operations
from infra.documents.openapi.schemas import Json
from infra.documents.openapi.staff_notes import NOTES
from review.app import app
from review.routes import ROUTES

_DESCRIPTION = """\
The cases of an office, by rank and with the reasons for each rank. Officers verify, ask, decide and approve; the
software sorts, checks, reminds and records. It does not decide, and suggests no outcome.

**Authentication.** Every request requires an ID token of the user pool. Its groups are the roles of the caller, and
`custom:office` is the office.

**Authorization.** Each route lists the roles that can use it. A route on a case also requires access to the case:
officers and supervisors have access to the cases of their office, the Senior Reviewing Official to escalated cases. An
office that the answer to a request named can read the case, and verify that requester, wherever the case lies.
Cases that 8 USC 1367 protects also require the group `restricted`. A case without access is answered like a case that
does not exist.

**Reads are recorded**, with the user, the time and what was read, before anything is returned. Contact data has a
route of its own, which requires a reason. There is no search by name, and no read returns an access code.

**Bodies and errors** are as in the public API: JSON without unknown fields or duplicate keys, times with an offset,
and problem documents (RFC 9457) with a `type` and codes (docs/problems.md), which name the field at fault but not its
value.
"""


def _parameter(name: str, where: str, description: str, schema: Json, example: object) -> Json:
    required = where == "path"
    found: Json = {"name": name, "in": where, "required": required, "description": description, "schema": schema}
    return {**found, "example": example}


def _repeated(name: str, description: str, values: Json, example: str) -> Json:
    """Return a filter of the query that may repeat; a case needs one of its values."""
    schema: Json = {"type": "array", "items": values, "maxItems": 20}
    found = _parameter(name, "query", f"{description} May repeat; one of the values is enough.", schema, [example])
    return {**found, "style": "form", "explode": True}


_PARAMETERS: Mapping[str, Json] = {
    "CaseId": _parameter(
        "case_id", "path", "The id of a case, as in a worklist.", {"type": "string", "minLength": 1}, "7ZK3M0Q9T2R4V6XA"
    ),
    "Receipt": _parameter(
        "receipt",
        "path",
        "The receipt of a request of the case.",
        {"type": "string", "minLength": 1},
        "0W40-J2GB-1G6G-W3RG-3",
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
    "Duty": _parameter(
        "duty", "path", "The id of a duty.", {"type": "string", "minLength": 1}, "carry_out-5f0c2a9d4be81736"
    ),
    "DutyKind": _parameter(
        "kind", "query", "Duties of this kind.", {"type": "string", "enum": list(get_args(DutyKind))}, "call"
    ),
    "OneOffice": {
        **_parameter("office", "query", "The code of your office.", {"type": "string", "minLength": 1}, "ATL"),
        "required": True,
    },
    "Lane": _repeated("lane", "Cases in this lane of an approved policy.", {"type": "string"}, "detained"),
    "Status": _repeated(
        "status", "Cases with this status.", {"type": "string", "enum": sorted(QUEUED)}, "information_needed"
    ),
    "Flag": _repeated("flag", "Cases with this flag.", {"type": "string"}, "verify"),
    "ClaimedBy": _parameter(
        "claimed_by",
        "query",
        "Cases that this user has claimed; `me` stands for the caller.",
        {"type": "string", "minLength": 1, "maxLength": 128},
        "me",
    ),
    "Overdue": _parameter(
        "overdue", "query", "Cases whose first look is overdue.", {"type": "string", "enum": ["true"]}, "true"
    ),
    "Unclaimed": _parameter(
        "unclaimed", "query", "Cases without a claim.", {"type": "string", "enum": ["true"]}, "true"
    ),
    "Limit": _parameter(
        "limit",
        "query",
        "The maximum number of items on a page; by default 50.",
        {"type": "integer", "minimum": 1, "maximum": 100},
        50,
    ),
    "Cursor": _parameter(
        "cursor",
        "query",
        "The cursor of the page: `next` of the page before. Without it, the first page is returned.",
        {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
        "q3Zr0cM1pVn8uX2kTg7wLhYb5oEsJdAi",
    ),
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "A unique name for this request, as in the public API: a repeated request with the same body"
        " gets the first answer again.",
        "schema": {"type": "string", "minLength": 16, "maxLength": 128, "pattern": "^[!-~][ -~]*[!-~]$"},
    },
}


_ROUTES: Final = {route.address: route for route in ROUTES}


def _with_roles(address: Address, notes: Notes) -> Notes:
    """Add the roles of a route to its notes."""
    route = _ROUTES.get(address)
    roles = f"Roles: {_listed(route.roles if route else ())}."
    if route and route.headquarters_roles:
        roles = f"At headquarters also: {_listed(route.headquarters_roles - route.roles)}.\n\n{roles}"
    return replace(notes, description=f"{notes.description}\n\n{roles}" if notes.description else roles)


def _listed(roles: Iterable[str]) -> str:
    return ", ".join(f"`{role}`" for role in sorted(roles))


STAFF = Api(
    path="docs/openapi-staff.json",
    title="Case Review: staff API",
    summary="The worklist of an office, and the work on its cases.",
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
        "worklist": "The worklist of an office, the next case, and requests that are filed at the office.",
        "cases": "Read a case; every read is recorded.",
        "work": "Claim a case and work on it.",
        "requesters": "Verify requesters, ask them, and act on their codes, withdrawals and contacts.",
        "decision": "Decide a case, and approve the decision of another officer.",
        "policies": "Publish and read policies.",
    },
    resolver=app,
    operations=operations(
        ROUTES, {address: _with_roles(address, notes) for address, notes in NOTES.items()}, secured=ROUTES
    ),
    parameters=_PARAMETERS,
    security={
        "Staff": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "An ID token of the staff's user pool; an access token is not accepted.",
        }
    },
    problem=ProblemFound,
    gateway=frozenset({"malformed", "unauthenticated", "forbidden", "throttled", "internal-error", "timeout"}),
)
