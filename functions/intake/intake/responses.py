"""The responses of the public API, from which its OpenAPI document is generated."""

from __future__ import annotations

from typing import Literal

from casereview.schema.base import Instant, Lenient, Record
from casereview.schema.identifiers import Receipt
from casereview.schema.responses import Deficiency, FaultFound, Filed, NoticeText, ProblemFound
from casereview.schema.vocabulary import Outcome, PublicStatus


class Decision(Record):
    """A final decision, shown only to requesters whose identity or authority an officer has verified."""

    outcome: Lenient[Outcome]
    reasons: str
    decided_at: Instant
    """When the decision was made; if it was approved, the approval came later."""
    how_to_go_on: str | None = None
    """How to ask the Senior Reviewing Official to look at the case again, while that is possible."""


class RequestStatus(Record):
    """The status of a request. With limited disclosure it stays "received" until the request is withdrawn."""

    receipt: Receipt
    status: Lenient[PublicStatus]
    status_since: Instant
    disclosure: Literal["full", "limited"]
    """With limited disclosure the fields below are null."""
    lane: str | None = None
    """The id of the policy's lane, which says how soon an officer must look at the case, by requesters' statements."""
    people_ahead: int | None = None
    """Cases before this one in its office's worklist; 500 means 500 or more."""
    asked_for: tuple[str, ...] | None = None
    """The information that an officer has asked for, while the case waits for it."""
    decision: Decision | None = None


class Accepted(Record):
    """The change was recorded."""

    receipt: Receipt


class FieldOffice(Record):
    """A field office of Enforcement and Removal Operations."""

    code: str
    """The code, as in `field_office` of a filed request."""
    name: str


class FieldOffices(Record):
    """The offices that may be responsible for a residence today."""

    candidates: tuple[FieldOffice, ...]


__all__ = [
    "Accepted",
    "Decision",
    "Deficiency",
    "FaultFound",
    "FieldOffice",
    "FieldOffices",
    "Filed",
    "NoticeText",
    "ProblemFound",
    "RequestStatus",
]
