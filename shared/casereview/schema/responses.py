"""Response bodies of both APIs: the receipt of a filed request, and problem documents."""

from __future__ import annotations

from casereview.schema.base import Instant, Record
from casereview.schema.fields import RemovalTime
from casereview.schema.identifiers import AccessCode, Receipt


class Deficiency(Record):
    """Something that a request lacks; it is reviewed all the same."""

    code: str
    """A stable name for what is missing, such as `born_on_missing`."""
    field: str
    """The path of the field in the body, such as `subject.born_on`."""
    message: str
    """For the requester, in the language of the contact; it may change."""


class FacilityFound(Record):
    """A detention facility."""

    code: str | None
    """ICE's code of it, for `facility` of a request; null where no list gives one: then its name stands for it."""
    name: str
    city: str | None
    state: str | None


class ResidenceFound(Record):
    """A residence as the tables know it."""

    state: str
    """The two-letter code."""
    county: str | None
    """Its name; null where it is unknown, or where the state belongs to one office."""
    zip: str | None
    """The five digits of a valid ZIP code."""


class Understood(Record):
    """What was understood of the body. It depends on the body alone."""

    facility: FacilityFound | None
    facility_candidates: tuple[FacilityFound, ...]
    """The facilities of which the stated name can mean one, at most 20; where there are any, `facility` is null."""
    residence: ResidenceFound | None
    a_number: bool
    """Whether an A-number was stated."""
    languages: tuple[str, ...]
    """The BCP 47 tags of the languages that were stated, written and spoken."""
    removal_at: RemovalTime | None


class NoticeText(Record):
    """What everyone should know before and after filing, in the nearest language that we have."""

    language: str
    """The language of the text: a BCP 47 tag."""
    text: str


class Filed(Record):
    """A request was filed. The access code is shown here and never again: it is not stored."""

    receipt: Receipt
    access_code: AccessCode
    received_at: Instant
    field_office: str
    """The code of the office that the request went to; `HQ` where nothing says which it is."""
    deficiencies: tuple[Deficiency, ...]
    notice: NoticeText


class FaultFound(Record):
    """One thing that is wrong."""

    pointer: str
    """A JSON Pointer (RFC 6901) into the body, the name of a header or parameter, or empty for the whole."""
    code: str
    """A stable name for the error; docs/problems.md lists them."""
    message: str
    """For people; it may change."""


class ProblemFound(Record):
    """RFC 9457: why a request was refused. It names the field, never its value."""

    type: str
    """A stable name for the kind of problem; docs/problems.md lists them."""
    title: str
    """The same for all problems of a type."""
    status: int
    """The status of the answer."""
    errors: tuple[FaultFound, ...] = ()
