"""State transitions of a case: what one event changes, and the writes of its transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol

from casereview.cases import lifecycle
from casereview.cases.changes import changes_between, next_version
from casereview.schema.event_records import Event
from casereview.schema.evidence import Text
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case
from casereview.schema.vocabulary import EventKind
from casereview.store.items import written_as_stored
from casereview.store.transaction import Put, Write, put_new, put_over

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields, EventFields


@dataclass(frozen=True, slots=True)
class Actor:
    """The actor that causes an event."""

    kind: Literal["requester", "officer", "system"]
    user: str | None = None
    """The user name, which is shown."""
    id: str | None = None
    """The id of a staff member, by which they are known."""


REQUESTER = Actor("requester")


def _case_unchanged() -> CaseFields:
    return {}


def _no_event_fields() -> EventFields:
    return {}


@dataclass(frozen=True, slots=True)
class Transition:
    """What one event changes.

    Attributes:
        kind: The kind of the event.
        case: The fields of the case that change, with their new values.
        event: Further fields of the event.
        also: Further writes of the transaction.
        notices: New notices, to be sent.
        words: What a requester or an officer said, which is stored as a text of its own.
        then: A second event that follows in the same transaction; it has no writes, notices or words of its own.
    """

    kind: EventKind
    case: CaseFields = field(default_factory=_case_unchanged)
    event: EventFields = field(default_factory=_no_event_fields)
    also: tuple[Write, ...] = ()
    notices: tuple[Notice, ...] = ()
    words: SealedWords | None = None
    then: Transition | None = None


class SealedWords(Protocol):
    """Sealed words that become a text."""

    def text(self, kind: EventKind, at: datetime, *, user: str | None, receipt: str | None) -> Text:
        """Return the record of the words of an event."""


Plan = Callable[[Case], Transition | None]
"""Returns the transition to apply to the current case; None if there is nothing to do."""


def applied(case: Case, step: Transition) -> Case:
    """Return the case after a transition.

    Raises:
        IllegalTransitionError: The lifecycle has no such transition.
    """
    changes: CaseFields = {**next_version(case), "attempts": 0, "stuck": False, **step.case}
    after = case.evolve(**changes)
    lifecycle.check(step.kind, case.status, after.status)
    return after.evolve(
        shown_since=_shown_since(case, after), review_since=_review_since(case, after), rank_at=_rank_at(case, after)
    )


def _rank_at(before: Case, after: Case) -> datetime | None:
    """Return since when a ranking is due: one that was due already stays due since then.

    Words that no ranking has weighed are thereby never older than it, whatever is changed after them.
    """
    if before.rank_at is None or after.rank_at is None:
        return after.rank_at
    return min(before.rank_at, after.rank_at)


def _shown_since(before: Case, after: Case) -> datetime | None:
    """Return since when requesters see the current status; None if that is ``status_since``.

    A transition between two states that look the same to requesters does not change it.
    """
    if lifecycle.public(before.status) != lifecycle.public(after.status):
        return None
    since = before.shown_since or before.status_since
    return since if since != after.status_since else None


def _review_since(before: Case, after: Case) -> datetime | None:
    """Return since when third parties see a case in review; None if that is ``status_since``, or they do not."""
    if any(lifecycle.public_to_third_parties(case.status) != "in_review" for case in (before, after)):
        return None
    since = before.review_since or before.status_since
    return since if since != after.status_since else None


def carried_out(before: Case, step: Transition, actor: Actor, at: datetime) -> tuple[Case, list[Write]]:
    """Return the case after a transition and after the one that follows it, and the writes of one transaction for both.

    Raises:
        IllegalTransitionError: The lifecycle has no such transition.
    """
    after = applied(before, step)
    writes = writes_of(before, after, step, actor, at)
    if step.then is None:
        return after, writes
    last = applied(after, step.then)
    _case, event, *_none = writes_of(after, last, step.then, actor, at)
    return last, [_replaced(before, last), *writes[1:], event]


def writes_of(before: Case, after: Case, step: Transition, actor: Actor, at: datetime) -> list[Write]:
    """Return the writes of a transition: the case, the event, the notices, then all further writes."""
    event = Event(
        case_id=after.case_id,
        version=after.version,
        at=at,
        kind=step.kind,
        actor=actor.kind,
        user=actor.user,
        user_id=actor.id,
        changes=changes_between(before, after),
    )
    event = event.evolve(**step.event)
    text = step.words.text(step.kind, at, user=actor.user, receipt=event.receipt) if step.words else None
    if text:
        event = event.evolve(text=text.text_id)
    notices = [put_new(notice) for notice in step.notices]
    texts = [put_new(text)] if text else []
    return [_replaced(before, after), put_new(event), *texts, *notices, *step.also]


def _replaced(before: Case, after: Case) -> Write:
    """Return the write of a case over what was read.

    One whose version is at fault is written on condition of its history alone: its next event must be new.
    """
    if "version" in written_as_stored(before):
        return Put(after)
    return put_over(after, version=before.version)
