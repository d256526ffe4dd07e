"""The responses of the public API, from which its OpenAPI document is generated."""

from __future__ import annotations

from datetime import date

from casereview.schema.base import Record
from casereview.schema.identifiers import Receipt
from casereview.schema.responses import (
    Deficiency,
    FacilityFound,
    FaultFound,
    Filed,
    NoticeText,
    ProblemFound,
    Understood,
)
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


class Updated(Accepted):
    """The update was recorded."""

    understood: Understood
    missing: tuple[Deficiency, ...]
    """What the request lacks now, but for the verification of its holder."""


class Checked(Record):
    """What a request with this body would say. Nothing was stored."""

    understood: Understood
    missing: tuple[Deficiency, ...]
    """What it would lack, but for the verification of its holder."""
    field_office: str
    """The code of the office that it would go to; `HQ` where nothing says which it is."""


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


class Facilities(Record):
    """The facilities to suggest: at most 20."""

    facilities: tuple[FacilityFound, ...]


__all__ = [
    "Accepted",
    "AskedFor",
    "Deficiency",
    "Facilities",
    "FacilityFound",
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
