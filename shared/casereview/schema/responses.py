"""What both APIs answer: the receipt of a filing, and problem documents."""

from __future__ import annotations

from typing import Literal

from casereview.schema.base import Instant, Record
from casereview.schema.identifiers import AccessCode, Receipt


class Deficiency(Record):
    """Something that a request lacks; it is reviewed all the same."""

    field: str
    """The path of the field in the body, such as `subject.born_on`."""
    message: str


class NoticeText(Record):
    """What everyone should know before and after filing, in the nearest language that we have."""

    language: str
    """The language of the text: a BCP 47 tag."""
    text: str


class Filed(Record):
    """A request was filed. The access code is told here and never again: nothing of it is kept."""

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
    message: str


class ProblemFound(Record):
    """RFC 9457: why a request was refused. It names the field, never its value."""

    type: Literal["about:blank"] = "about:blank"
    title: str
    """The same for all problems of a kind."""
    status: int
    """The status of the answer."""
    errors: tuple[FaultFound, ...] = ()
