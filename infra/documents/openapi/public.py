"""The document of the public API: its texts, its parameters, and notes on its routes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from casereview.http.routes import Address
from casereview.schema.responses import ProblemFound
from infra.documents.openapi.document import Api, Notes, operations
from infra.documents.openapi.examples import CHECKS, REQUESTS, STATEMENTS, UPDATES, WITHDRAWALS
from infra.documents.openapi.schemas import Json
from intake.app import app
from intake.routes import ROUTES

_DESCRIPTION = """\
For a person in ICE detention or facing removal, and for representatives and relatives of that person: file a request
for a review of the case, look up its status, update it, withdraw it, and ask for the Senior Reviewing Official after a
decision.

**Limits of a request.** Filing does not stop or delay any action or deadline. A request is not an appeal, a motion or
a stay of removal (Form I-246), and gives no new right. Software sorts the requests; people decide. The API does not
disclose whether another person has a case, and there is no search. If removal is near, call the field office.

**Request bodies** are `application/json` in UTF-8 (another content type is refused), 256 KB at most, without duplicate
keys; unknown fields are refused. An absent field, null and a blank string all mean unknown. Before a string is
validated, whitespace around it, control characters and bidirectional overrides (U+202A to U+202E, U+2066 to U+2069)
are removed, so that a string which a schema refuses only for these is accepted; a string of invisible characters is
blank. An incomplete request is accepted, and `deficiencies` lists what is missing; a malformed request is refused, and
nothing is stored. Times have an offset (RFC 3339); dates in the past can be a year or a month.

**Errors** are problem documents (RFC 9457) with a `type`, and a `code` for each error; docs/problems.md lists both. An
error names the field at fault, by a JSON Pointer into the body or the name of a header or parameter, but not its value.
Of one body, 50 errors at most are shown.

**Languages.** The title and the messages of a problem are in the language of `Accept-Language`, else of the contact in
the body, else of the contact of the stored request, else in English; `Content-Language` says which. All else
is in the language of the contact; where a filing names none, in the one that its `Accept-Language` prefers, which is
kept. There are texts in English, Spanish, Portuguese, Haitian Creole, Chinese, Punjabi,
Russian, Arabic and French; for another language the nearest of them is used. Answers of the gateway itself are in
English.

**The access code** is returned once, in the answer to a filed request. All other routes of a request require it as a
bearer token. A wrong receipt, a wrong code and a missing code get the same answer.
"""


_PARAMETERS: Mapping[str, Json] = {
    "Receipt": {
        "name": "receipt",
        "in": "path",
        "required": True,
        "description": "The receipt of the request. Hyphens, spaces and case do not matter; I and L are read as 1, and"
        " O as 0.",
        "schema": {"type": "string", "minLength": 1},
        "example": "0W40-J2GB-1G6G-W3RG-3",
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "A unique name that the client gives this request, such as a random UUID. A repeated request"
        " with the same key and body gets the first answer again; with another body it is refused (422). Without a key"
        " every request is a new one.",
        "schema": {"type": "string", "minLength": 16, "maxLength": 128, "pattern": "^[!-~][ -~]*[!-~]$"},
    },
    "State": {
        "name": "state",
        "in": "query",
        "required": False,
        "description": "A state, district or territory: its two-letter code, or a usual name of it. Required without a"
        " ZIP code.",
        "schema": {"type": "string"},
        "example": "TX",
    },
    "County": {
        "name": "county",
        "in": "query",
        "required": False,
        "description": "The name of the county, or of a borough of New York City. Without it, or for an unknown county,"
        " all offices of the state are candidates.",
        "schema": {"type": "string"},
        "example": "Webb",
    },
    "Zip": {
        "name": "zip",
        "in": "query",
        "required": False,
        "description": "A ZIP code of five or nine digits, instead of state and county. For one that lies in the areas"
        " of two offices, both are candidates; for an unknown one, none.",
        "schema": {"type": "string"},
        "example": "78040",
    },
    "Typed": {
        "name": "q",
        "in": "query",
        "required": True,
        "description": "The beginning of a name or of a word in it, of a town, or of a code.",
        "schema": {"type": "string", "minLength": 2, "maxLength": 100},
        "example": "stew",
    },
    "FacilityState": {
        "name": "state",
        "in": "query",
        "required": False,
        "description": "The state in which the facilities lie: its two-letter code, or a usual name of it.",
        "schema": {"type": "string"},
        "example": "GA",
    },
    "Language": {
        "name": "language",
        "in": "query",
        "required": False,
        "description": "A BCP 47 language tag; by default English. If there is no text in the language, or the tag is"
        " not valid, the nearest available language is used, and otherwise English.",
        "schema": {"type": "string"},
        "example": "ht",
    },
}

NOTES: Final[Mapping[Address, Notes]] = {
    ("POST", "/requests"): Notes(
        tag="requests",
        description="Required are the role of the requester, the grounds, and an A-number or a name. A request about a"
        " person with an open case joins that case; no answer discloses that.",
        examples=REQUESTS,
        parameters=("IdempotencyKey",),
    ),
    ("POST", "/requests/checks"): Notes(
        tag="requests",
        description="For a form, while somebody fills it in. Nothing is required, what is present is validated as in a"
        " filing, and nothing is stored. The answer depends on the body alone.",
        examples=CHECKS,
    ),
    ("GET", "/requests/{receipt}"): Notes(
        tag="requests",
        description="Until an officer has verified the requester, the answer follows from the request alone, whatever"
        " becomes of the case. A verified person, and a representative with a verified Form G-28, see the case; other"
        " verified requesters see whether and how it was decided.",
    ),
    ("POST", "/requests/{receipt}/updates"): Notes(
        tag="requests",
        description="A contact can be changed in every state. Facts and statements are refused if the request was"
        " withdrawn, or if its case is decided or closed and that is disclosed to this requester. What one request may"
        " say is limited in number and size. A place that is not known erases none: only null means unknown again.",
        examples=UPDATES,
    ),
    ("POST", "/requests/{receipt}/withdrawal"): Notes(
        tag="requests",
        description="Ends this request only. To withdraw it again changes nothing. It can be taken back within 72 hours"
        " with `undo`. For 30 days after staff filed the request, or reissued its code, it waits for a supervisor.",
        examples=WITHDRAWALS,
    ),
    ("POST", "/requests/{receipt}/escalation"): Notes(
        tag="requests",
        description="For verified requesters, possible after the decision of a field office. Of others it is kept, and"
        " takes effect when they are verified. The Senior Reviewing Official answers where appropriate.",
        examples=STATEMENTS,
    ),
    ("GET", "/field-offices"): Notes(
        tag="information",
        description="Returns several candidates if the office depends on the county and the county is not known.",
        parameters=("State", "County", "Zip"),
    ),
    ("GET", "/facilities"): Notes(
        tag="information",
        description="At most 20: first those whose name begins with the text, then the others, of each the newest on"
        " ICE's lists first. `facility` of a request takes the code or the name, and many usual names.",
        parameters=("Typed", "FacilityState"),
    ),
    ("GET", "/notice"): Notes(tag="information", parameters=("Language",)),
    ("GET", "/statistics"): Notes(
        tag="information",
        description="Made once a week from cases that ended in the last 180 days, whose holder was verified and which"
        " are not restricted. Of a lane with fewer than 30 of them nothing is published. Look-ups show the same"
        " numbers.",
    ),
}

PUBLIC = Api(
    path="docs/openapi.json",
    title="Case Review: public API",
    summary="Ask ICE to review a case, and look up the status of the request.",
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
        "requests": "File a request for a review, and use it with its receipt and access code.",
        "information": "Information before filing; no access code is required.",
    },
    resolver=app,
    operations=operations(ROUTES, NOTES, secured=[each for each in ROUTES if "{receipt}" in each.path]),
    parameters=_PARAMETERS,
    security={
        "AccessCode": {
            "type": "http",
            "scheme": "bearer",
            "description": "The access code of the request, as returned when it was filed.",
        }
    },
    problem=ProblemFound,
    gateway=frozenset({"malformed", "forbidden", "throttled", "internal-error", "timeout"}),
)
