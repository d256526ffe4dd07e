"""The answers of the public API; the OpenAPI document is generated from them."""

from __future__ import annotations

from typing import Literal

from casereview.schema.base import Instant, Lenient, Record
from casereview.schema.identifiers import Receipt
from casereview.schema.responses import Deficiency, FaultFound, Filed, NoticeText, ProblemFound
from casereview.schema.vocabulary import Outcome, PublicStatus


class Decision(Record):
    """A final decision, shown to those whose identity or authority an officer has verified."""

    outcome: Lenient[Outcome]
    reasons: str
    decided_at: Instant
    """When it was decided; an approval may have followed."""
    how_to_go_on: str | None = None
    """How to ask for the Senior Reviewing Official, while that is possible."""


class WhereItStands(Record):
    """Where a request stands. Limited disclosure says "received", whatever happened."""

    receipt: Receipt
    status: Lenient[PublicStatus]
    status_since: Instant
    disclosure: Literal["full", "limited"]
    """With limited disclosure nothing below is shown."""
    lane: str | None = None
    """How soon a human must look, by what requesters said: an id of the policy's lanes."""
    people_ahead: int | None = None
    """Cases before this one in its office's worklist; 500 means 500 or more."""
    asked_for: tuple[str, ...] | None = None
    """What an officer asked for and waits for."""
    decision: Decision | None = None


class Accepted(Record):
    """A change was taken."""

    receipt: Receipt


class FieldOffice(Record):
    """A field office of Enforcement and Removal Operations."""

    code: str
    """As in `field_office` of a filing."""
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
    "WhereItStands",
]
