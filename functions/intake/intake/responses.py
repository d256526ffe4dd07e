"""The responses of the public API, from which its OpenAPI document is generated."""

from __future__ import annotations

from datetime import date

from casereview.schema.base import Instant, Record
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


class LaneWait(Record):
    """The usual wait of one lane."""

    lane: str
    weeks: int
    """From the filing to the decision, in whole weeks, rounded up."""


class OfficeWaits(Record):
    """The published usual waits of one office."""

    office: str
    """The code of the field office, or `HQ`."""
    name: str | None
    """Null for `HQ`, which is no field office."""
    as_of: Instant
    """When it was published; nothing changes it before the next week."""
    waits: tuple[LaneWait, ...]
    """By lane; a lane in which too few cases ended is left out."""


class Statistics(Record):
    """What is published of the cases of all offices. Cases that the law restricts are not counted."""

    offices: tuple[OfficeWaits, ...]
    """In the order of their codes; an office of which nothing is published yet is left out."""
    fewest_cases: int
    """With fewer ended cases in a lane than this, nothing is published of it."""
    period_days: int
    """Only cases that ended within so many days before the publication count."""


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
    "LaneWait",
    "NoticeText",
    "OfficeWaits",
    "PeopleAhead",
    "ProblemFound",
    "RequestStatus",
    "ShownDecision",
    "Statistics",
    "UsualWait",
    "WithdrawalAccepted",
    "WithdrawalState",
]
