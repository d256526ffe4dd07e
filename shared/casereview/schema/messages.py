"""What goes through the queues: only "look at this now". The table is the truth."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from casereview.schema.base import Record
from casereview.schema.records import Stored


class Hint(Stored):
    """A message that may be lost, repeated or late."""


class RankMessage(Hint):
    """A case whose rank may have changed."""

    case_id: str = Field(max_length=64)


class PreviewMessage(Hint):
    """A pending part of a policy's preview: that of one office."""

    preview: str = Field(max_length=64)
    office: str = Field(max_length=16)


class NoticeMessage(Hint):
    """A notice that may be owed."""

    case_id: str = Field(max_length=64)
    notice_id: str = Field(max_length=200)


class ScheduledDuty(Record):
    """What the schedule, or an operator, asks of prioritize."""

    duty: Literal["sweep", "redrive", "snapshot"]
