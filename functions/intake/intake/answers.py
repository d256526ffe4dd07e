"""What the public API answers. The OpenAPI document is made from these, so that it cannot say otherwise."""

from __future__ import annotations

from typing import Literal

from casereview.model import Instant, Record
from casereview.records import Status


class Deficiency(Record):
    """Something that a request lacks; it is reviewed all the same."""

    field: str
    message: str


class NoticeText(Record):
    """What everyone should know before and after filing, in the nearest language that we have."""

    language: str
    text: str


class Filed(Record):
    """A request was filed. The access code is told here and never again: nothing of it is kept."""

    receipt: str
    access_code: str
    received_at: Instant
    field_office: str
    deficiencies: tuple[Deficiency, ...]
    notice: NoticeText


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


class FaultFound(Record):
    """One thing that is wrong."""

    pointer: str
    message: str


class ProblemFound(Record):
    """RFC 9457: why a request was refused. It names the field, never its value."""

    type: Literal["about:blank"] = "about:blank"
    title: str
    status: int
    errors: tuple[FaultFound, ...] = ()
