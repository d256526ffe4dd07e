"""What both APIs answer: the receipt of a filing, and problem documents."""

from __future__ import annotations

from typing import Literal

from casereview.model import Instant, Record


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
