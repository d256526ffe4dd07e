"""Decisions of a case: proposed or final, what became of each, and the approvals that one needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from casereview.schema.base import Instant, Lenient, Record
from casereview.schema.vocabulary import DecisionState, Outcome

if TYPE_CHECKING:
    from typing import Unpack

    from casereview.schema.field_sets import FinalDecisionFields, NeededApprovalFields


class DecisionRef(Record):
    """A reference to a decision, proposed or final: the version of its event, its author and its outcome."""

    version: int
    by: str
    by_id: str | None = None
    """The author's id; None in a decision of an older release."""
    outcome: Lenient[Outcome]
    """Shown to requesters only if the state of the case says that the decision is final."""
    text: str | None = None
    """The id of the text with its reasons; None in a decision of an older release, whose event holds them."""


class FinalDecision(Record):
    """A final decision of a case, and what became of it."""

    version: int
    """The version of the event that proposed or made it."""
    outcome: Lenient[Outcome]
    text: str | None = None
    """The id of the text with its reasons; None in a decision of an older release, whose event holds them."""
    decided_at: Instant
    """When it became final."""
    by_official: bool = False
    """Whether the Senior Reviewing Official made it."""
    deciders: tuple[str, ...] = ()
    """The ids of its author and of those who approved it."""
    state: Lenient[DecisionState] = "stands"
    carried_out_at: Instant | None = None
    """When what it granted was carried out."""
    case_id: str | None = None
    """The case that was linked to this one, in whose history it is; None if it is in this one's."""

    def evolve(self, **changes: Unpack[FinalDecisionFields]) -> Self:
        """Return a copy of the decision with some fields changed.

        Raises:
            ValidationError: A name is not a field, or a value is not valid for it.
        """
        return self._evolved(changes)


class CountedReasons(Record):
    """The reasons of a decision that awaits approval, as they were counted when it was proposed."""

    macs: tuple[str, ...]
    """The MACs of their texts."""
    mac_key: str
    restricted: bool
    """Whether they were counted apart, because the case was restricted."""


class NeededApproval(Record):
    """An approval that a decision needs: which, and who gave it and when."""

    id: str
    """The id of the approval in the policy."""
    role: str
    """The role that the policy names."""
    by: str | None = None
    """The user name of who gave it; None while it is open."""
    by_id: str | None = None
    at: Instant | None = None

    def evolve(self, **changes: Unpack[NeededApprovalFields]) -> Self:
        """Return a copy of the approval with some fields changed.

        Raises:
            ValidationError: A name is not a field, or a value is not valid for it.
        """
        return self._evolved(changes)
