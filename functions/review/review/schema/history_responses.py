"""The responses of the staff API with pages of a case: its history, what was written about it, its notices."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from casereview.schema.base import Instant, Lenient, Record
from casereview.schema.event_records import Change, Explanation, Filing, Verification
from casereview.schema.vocabulary import EventKind


class StatementRead(Record):
    """A text: a requester's update or escalation, an officer's question, reason or decision."""

    at: Instant
    kind: Lenient[EventKind]
    receipt: str | None
    user: str | None
    words: dict[str, Any]


class Statements(Record):
    """A page of what requesters and staff wrote, oldest first."""

    case_id: str
    items: tuple[StatementRead, ...]
    next: str | None


class NoticeRead(Record):
    """A notice and its delivery state."""

    receipt: str
    template: str
    state: str
    why: str | None
    created_at: Instant


class NoticePage(Record):
    """A page of the notices of a case."""

    case_id: str
    items: tuple[NoticeRead, ...]
    next: str | None


class EventRead(Record):
    """An event of the case, or a recorded read."""

    at: Instant
    kind: str
    version: int | None
    actor: str
    user: str | None
    receipt: str | None = None
    changes: dict[str, Change] = Field(default_factory=dict)
    filing: Filing | None = None
    verification: Verification | None = None
    ranking: Explanation | None = None
    details: dict[str, Any] = Field(default_factory=dict)
    corrected_by: int | None = None
    """The version of the event that corrects this one; null where none does."""


class History(Record):
    """A page of the events and reads of a case, oldest first."""

    case_id: str
    events: tuple[EventRead, ...]
    next: str | None
