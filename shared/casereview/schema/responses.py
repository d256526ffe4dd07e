"""Response bodies of both APIs: the receipt of a filed request, and problem documents."""

from __future__ import annotations

from casereview.schema.base import Instant, Record
from casereview.schema.identifiers import AccessCode, Receipt


class Deficiency(Record):
    """Something that a request lacks; it is reviewed all the same."""

    code: str
    """A stable name for what is missing, such as `born_on_missing`."""
    field: str
    """The path of the field in the body, such as `subject.born_on`."""
    message: str
    """For the requester, in the language of the contact; it may change."""


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
