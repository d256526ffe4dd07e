"""Duties: what the people of an office must do about a case, each with its time and the record of what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from casereview.schema.base import Instant, Lenient, Record
from casereview.schema.records import Stored
from casereview.schema.vocabulary import DutyKind, DutyResult, OutcomeSought, TemplateId

if TYPE_CHECKING:
    from typing import Unpack

    from casereview.schema.field_sets import DutyFields


class DutyDone(Record):
    """Who did a duty, when and with what result."""

    what: Lenient[DutyResult]
    by: str
    """The staff member's user name."""
    by_id: str
    at: Instant
    """When it was recorded."""
    done_at: Instant
    """When it was done."""
    granted: Lenient[OutcomeSought] | None = None
    """What of a decision was carried out; None for another kind of duty, and in a record of an older release."""


class Duty(Stored):
    """Something that people at an office must do about a case; it changes with an event of the case."""

    case_id: str
    duty_id: str
    kind: Lenient[DutyKind]
    office: str
    since: Instant
    due: Instant
    """By when it is to be done; afterwards it is overdue, and stays open."""
    receipt: str | None = None
    """The request whose holder it is about; None if it is about the case."""
    decision: int | None = None
    """The version of the decision that it follows from."""
    grants: tuple[Lenient[OutcomeSought], ...] = ()
    """What the decision grants, each to be carried out by itself; empty in a duty of an older release, which one record
    ends."""
    carried_out: tuple[DutyDone, ...] = ()
    """What of it was carried out, in the order of the records."""
    notice: str | None = None
    """The id of the notice that it delivers."""
    texts: tuple[Lenient[TemplateId], ...] = ()
    """What a call or a letter tells: the names of the texts of its notices."""
    allowed_if_restricted: bool = False
    """Whether a call or a letter was allowed when the case was restricted already; otherwise, nobody is shown the duty
    while the case is restricted."""
    came_back: bool = False
    """Whether a letter came back before, so that no other one is sent to that address."""
    tries: int = 0
    """How many calls came before, of which none reached the person."""
    state: Lenient[Literal["open", "done", "ended"]] = "open"
    """``ended``: nothing is left to do, because the case went on."""
    done: DutyDone | None = None

    def evolve(self, **changes: Unpack[DutyFields]) -> Self:
        """Return a copy of the duty with some fields changed.

        Raises:
            ValidationError: A name is not a field, or a value is not valid for it.
        """
        return self._evolved(changes)
