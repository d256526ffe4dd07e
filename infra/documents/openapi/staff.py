"""The document of the staff API: its texts, its parameters, and the roles of each route."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from casereview.http.routes import Address
from casereview.schema.responses import ProblemFound
from infra.documents.openapi.document import Api, Notes, operations
from infra.documents.openapi.schemas import Json
from infra.documents.openapi.staff_notes import NOTES
from review.app import app
from review.routes import ROUTES

_DESCRIPTION = """\
The office sees its cases in the order in which a human must look at them, with the reason for each place; people
verify, ask, decide and approve. The software sorts, checks, reminds and records. It never decides and suggests no
outcome.

**Who gets in.** Every call carries an ID token of the user pool. Its groups are the roles, and `custom:office` is the
office. A role opens the routes that name it; on a case it must also give access to that case: officers and supervisors
to those of their office, the Senior Reviewing Official to escalated ones. The group `restricted` is added to another
and opens cases that 8 USC 1367 protects. A case that is not yours is answered like one that does not exist.

**Reads are recorded**: who, when and what, before anything is shown. Contact data opens by a read of its own, for a
reason. Nobody searches by name, and no read shows an access code.

**Bodies and errors** are as in the public API: JSON without unknown fields or duplicate keys, times with an offset,
and problem documents (RFC 9457), with a `type` and codes of their own (docs/problems.md), that name the field at fault
and never its value.
"""


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


_ROLES: Final = {route.address: route.roles for route in ROUTES}


def _with_roles(address: Address, notes: Notes) -> Notes:
    """Add the roles of a route to its notes."""
    roles = f"Open to: {', '.join(f'`{role}`' for role in sorted(_ROLES.get(address, ())))}."
    return replace(notes, description=f"{notes.description}\n\n{roles}" if notes.description else roles)


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
        "cases": "Read a case; every read is recorded.",
        "work": "Claim a case and work on it.",
        "decision": "Decide, and approve another officer's decision.",
        "policies": "The policy office's documents.",
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
            "description": "An ID token of the staff's user pool; an access token opens nothing.",
        }
    },
    problem=ProblemFound,
    gateway=frozenset({"malformed", "unauthenticated", "forbidden", "throttled", "internal-error", "timeout"}),
)
