"""The responses of the public API, from which its OpenAPI document is generated."""

from __future__ import annotations

from datetime import date

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
    telephone: str
    address: str
    as_of: date
    """The day on which telephone and address stood on ICE's page of field offices."""


class FieldOffices(Record):
    """The offices that may be responsible for a residence today."""

    candidates: tuple[FieldOffice, ...]


class Facility(Record):
    """A detention facility."""

    code: str | None
    """ICE's code of it, for `facility` of a request; null where no list gives one: then its name stands for it."""
    name: str
    city: str | None
    state: str | None


class Facilities(Record):
    """The facilities to suggest: at most 20."""

    facilities: tuple[Facility, ...]


__all__ = [
    "Accepted",
    "AskedFor",
    "Deficiency",
    "Facilities",
    "Facility",
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
