"""The responses of the public API, from which its OpenAPI document is generated."""

from __future__ import annotations

from casereview.schema.base import Record
from casereview.schema.identifiers import Receipt
from casereview.schema.responses import Deficiency, FaultFound, Filed, NoticeText, ProblemFound
from casereview.schema.status_responses import (
    AskedFor,
    PeopleAhead,
    RequestStatus,
    ShownDecision,
    UsualWait,
    WithdrawalState,
)


class Accepted(Record):
    """The change was recorded."""

    receipt: Receipt


class WithdrawalAccepted(Accepted):
    """The withdrawal, or its taking back, was recorded."""

    waits: bool
    """Whether a supervisor must confirm it."""


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
    "AskedFor",
    "Deficiency",
    "FaultFound",
    "FieldOffice",
    "FieldOffices",
    "Filed",
    "NoticeText",
    "PeopleAhead",
    "ProblemFound",
    "RequestStatus",
    "ShownDecision",
    "UsualWait",
    "WithdrawalAccepted",
    "WithdrawalState",
]
