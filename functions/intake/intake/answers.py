"""What the public API answers. The OpenAPI document is made from these, so that it cannot say otherwise."""

from __future__ import annotations

from typing import Literal

from casereview.answers import Deficiency, FaultFound, Filed, NoticeText, ProblemFound
from casereview.model import Instant, Record
from casereview.records import Status


class WhereItStands(Record):
    """Where a request stands. Limited disclosure says "received", whatever happened."""

    receipt: str
    status: Status
    status_since: Instant
    disclosure: Literal["full", "limited"]
    lane: str | None = None
    people_ahead: int | None = None
    """Cases before this one in its office's worklist; 500 means 500 or more."""
    asked_for: tuple[str, ...] | None = None
    decision: str | None = None


class Accepted(Record):
    """A change was taken."""

    receipt: str


class FieldOffice(Record):
    """A field office of Enforcement and Removal Operations."""

    code: str
    name: str


class FieldOffices(Record):
    """The offices that may be responsible for a residence today."""

    candidates: tuple[FieldOffice, ...]


__all__ = [
    "Accepted",
    "Deficiency",
    "FaultFound",
    "FieldOffice",
    "FieldOffices",
    "Filed",
    "NoticeText",
    "ProblemFound",
    "WhereItStands",
]
