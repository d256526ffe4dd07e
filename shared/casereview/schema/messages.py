"""Queue messages: each names an item to look at now. The table is the source of truth."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from casereview.schema.base import Record
from casereview.schema.records import Stored


class Hint(Stored):
    """A message that may be lost, duplicated or late without harm: the sweep of due work covers for it."""


class RankMessage(Hint):
    """A case whose rank may have changed."""

    case_id: str = Field(max_length=64)


class PreviewMessage(Hint):
    """A policy preview for one office that has work pending."""

    preview: str = Field(max_length=64)
    office: str = Field(max_length=16)


class NoticeMessage(Hint):
    """A notice that may have to be sent."""

    case_id: str = Field(max_length=64)
    notice_id: str = Field(max_length=200)


class ScheduledDuty(Record):
    """A task that the schedule or an operator starts in the prioritize function."""

    duty: Literal["sweep", "redrive", "recount_drafts", "snapshot", "usual_wait", "bands"]
    author: str | None = Field(None, min_length=1, max_length=200)
    """The id of the author whose drafts are to be counted."""

    @model_validator(mode="after")
    def _counts_for_an_author(self) -> Self:
        if (self.duty == "recount_drafts") != (self.author is not None):
            raise ValueError("recount_drafts, and no other duty, is for an author")
        return self
