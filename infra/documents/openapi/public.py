"""The document of the public API: its texts, parameters, and notes. A route without notes fails the check."""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_uppercase
from typing import Final

from casereview.http.routes import Address
from casereview.routing.offices import find_state
from casereview.schema.responses import ProblemFound
from infra.documents.openapi.document import Api, Notes, operations
from infra.documents.openapi.examples import REQUESTS, STATEMENTS, UPDATES
from infra.documents.openapi.schemas import Json
from intake.app import app
from intake.routes import ROUTES

_DESCRIPTION = """\
For a person in ICE detention or facing removal, and for those who write for that person: file a request for a
review of the case, look up its status, add to it, withdraw it, and ask for the Senior Reviewing Official after a
decision.

**What it is not.** Filing does not stop or delay any action or deadline. It is no appeal, no motion and no stay of
removal (Form I-246), and gives no new right. No software decides: requests are sorted, and people decide. It does not
disclose whether another person has a case, and there is no search. When removal is near, call the field office.

**Reading a body.** JSON in UTF-8, of 256 KB at most, without duplicate keys; unknown fields are refused. Absent, null
and a blank text all mean unknown. Before a string is validated, whitespace around it, control characters and
bidirectional overrides (U+202A to U+202E, U+2066 to U+2069) are removed, so that a string which a schema refuses only
for them is accepted; a string of invisible characters is blank. What is incomplete is accepted,
and named in `deficiencies`; what is malformed is refused, and nothing of it is stored. Times carry an offset
(RFC 3339); past dates may be a year or a month.

**Errors** are problem documents (RFC 9457) with a `type` of their own, and a `code` for each error: docs/problems.md
lists both. They name the field, by a JSON Pointer into the body or as the header or parameter, and never its value.

**The access code** is shown once, in the answer to a filing, and is the only key to a request. A wrong receipt, a wrong
code and none are answered alike.
"""


def _states() -> str:
    """Return the pattern of the codes that the table of areas knows, in either case."""
    known = (
        (first, "".join(f"{second}{second.lower()}" for second in ascii_uppercase if find_state(first + second)))
        for first in ascii_uppercase
    )
    return rf"^\s*({'|'.join(f'[{first}{first.lower()}][{seconds}]' for first, seconds in known if seconds)})\s*$"


_PARAMETERS: Mapping[str, Json] = {
    "Receipt": {
        "name": "receipt",
        "in": "path",
        "required": True,
        "description": "As in the answer to the filing; hyphens, spaces and case do not matter, I and L are"
        " read as 1 and O as 0.",
        "schema": {"type": "string", "minLength": 1},
        "example": "0W40-J2GB-1G6G-W3RG-3",
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "The client's own name for this request, such as a random UUID: sent again with the same body it"
        " gives the first answer again, with another body it is refused (422). Without it each request is a new one.",
        "schema": {"type": "string", "minLength": 16, "maxLength": 128, "pattern": "^[!-~][ -~]*[!-~]$"},
    },
    "State": {
        "name": "state",
        "in": "query",
        "required": True,
        "description": "The two-letter code of a state, district or territory, in either case.",
        "schema": {"type": "string", "pattern": _states()},
        "example": "TX",
    },
    "County": {
        "name": "county",
        "in": "query",
        "required": False,
        "description": "The county's name. Without it, or for one that the table does not know, all offices of the"
        " state are candidates.",
        "schema": {"type": "string"},
        "example": "Webb",
    },
    "Language": {
        "name": "language",
        "in": "query",
        "required": False,
        "description": "A BCP 47 tag; for a language without a text, and for what is no tag, the nearest that there is,"
        " at last English. By default English.",
        "schema": {"type": "string"},
        "example": "ht",
    },
}

NOTES: Final[Mapping[Address, Notes]] = {
    ("POST", "/requests"): Notes(
        tag="requests",
        description="Only the requester's role, the grounds, and an A-number or a name are required. A request about a"
        " person who has an open case joins it; no answer discloses that.",
        examples=REQUESTS,
        parameters=("IdempotencyKey",),
    ),
    ("GET", "/requests/{receipt}"): Notes(
        tag="requests",
        description="Everything is disclosed to the person who opened the case and to those requesters who"
        " are verified; others read that the request was received.",
    ),
    ("POST", "/requests/{receipt}/updates"): Notes(
        tag="requests",
        description="Refused once the request is withdrawn, or its case decided or closed where this requester may"
        " know that.",
        examples=UPDATES,
    ),
    ("POST", "/requests/{receipt}/withdrawal"): Notes(
        tag="requests", description="It ends this request alone. Withdrawing again changes nothing."
    ),
    ("POST", "/requests/{receipt}/escalation"): Notes(
        tag="requests",
        description="Possible after a field office's decision, for requesters with access to it. An answer is given"
        " where appropriate.",
        examples=STATEMENTS,
    ),
    ("GET", "/field-offices"): Notes(
        tag="information",
        description="Several candidates where the county decides and is not known.",
        parameters=("State", "County"),
    ),
    ("GET", "/notice"): Notes(tag="information", parameters=("Language",)),
}

PUBLIC = Api(
    path="docs/openapi.json",
    title="Case Review: public API",
    summary="Ask ICE to review a case, and look up where the request stands.",
    description=_DESCRIPTION,
    servers=(
        {"url": "http://127.0.0.1:8000", "description": "The local run (`make run`)"},
        {
            "url": "https://{host}/{stage}",
            "description": "A deployed stack; its output PublicApiUrl has the address",
            "variables": {"host": {"default": "api.example.gov"}, "stage": {"default": "v1"}},
        },
    ),
    tags={
        "requests": "File a request for a review, and follow it with its receipt and access code.",
        "information": "What to know before filing; no code is needed.",
    },
    resolver=app,
    operations=operations(ROUTES, NOTES, secured=[each for each in ROUTES if "{receipt}" in each.path]),
    parameters=_PARAMETERS,
    security={
        "AccessCode": {
            "type": "http",
            "scheme": "bearer",
            "description": "The access code of the request, as in the answer to the filing.",
        }
    },
    problem=ProblemFound,
    gateway=frozenset({"malformed", "forbidden", "throttled", "internal-error", "timeout"}),
)
