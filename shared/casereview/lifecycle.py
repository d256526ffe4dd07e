"""The lifecycle of a case, as one table: from which state each kind of event may lead to which.

docs/lifecycle.md is drawn from it. Every write of a case passes here, so that no other transition exists.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Status = Literal[
    "received",
    "in_line",
    "in_review",
    "information_needed",
    "awaiting_approval",
    "decided",
    "with_senior_official",
    "withdrawn",
    "closed",
]
EventKind = Literal[
    "filed",
    "joined",
    "updated",
    "ranked",
    "undeliverable",
    "claimed",
    "released",
    "lease_ended",
    "verified",
    "information_asked",
    "resumed",
    "transferred",
    "removal_recorded",
    "linked",
    "split",
    "code_reissued",
    "decision_proposed",
    "decision_returned",
    "decided",
    "approved",
    "escalated",
    "official_decided",
    "remanded",
    "withdrawn",
    "reopened",
]

OPEN: Final[frozenset[Status]] = frozenset(
    {"received", "in_line", "in_review", "information_needed", "awaiting_approval"}
)
"""A field office owes a decision: the case holds its person's guard, and new requests join it."""
LIVE: Final[frozenset[Status]] = OPEN | {"with_senior_official"}
"""Somebody owes a decision: the case takes updates and is ranked."""
QUEUED: Final[frozenset[Status]] = LIVE - {"received"}
"""The case stands in a worklist."""
ENDED: Final[frozenset[Status]] = frozenset({"decided", "withdrawn", "closed"})
"""Nobody owes anything, unless the requester asks or an officer reopens it."""
_ANY: Final[frozenset[Status]] = LIVE | ENDED


class Transition(NamedTuple):
    """What one kind of event may do: from any of ``before``, to one of ``after`` (``None``: the state stays)."""

    before: frozenset[Status | None]
    after: frozenset[Status | None]


def _from(*before: Status | None) -> frozenset[Status | None]:
    return frozenset(before)


_STAYS = _from(None)

TRANSITIONS: Final[dict[EventKind, Transition]] = {
    "filed": Transition(_from(None), _from("received")),
    "joined": Transition(_from(*OPEN), _STAYS),
    "updated": Transition(_from(*_ANY), _STAYS),
    "ranked": Transition(_from(*LIVE), _from("in_line", None)),
    "undeliverable": Transition(_from(*_ANY), _STAYS),
    "claimed": Transition(_from("in_line", "information_needed", "with_senior_official"), _from("in_review", None)),
    "released": Transition(_from("in_review", "with_senior_official"), _from("in_line", None)),
    "lease_ended": Transition(_from("in_review", "with_senior_official"), _from("in_line", None)),
    "verified": Transition(_from(*LIVE), _from("in_line", None)),
    "information_asked": Transition(_from("in_review"), _from("information_needed")),
    "resumed": Transition(_from("information_needed"), _from("in_line")),
    "transferred": Transition(_from(*OPEN), _from("in_line", None)),
    "removal_recorded": Transition(_from(*_ANY), _STAYS),
    "linked": Transition(_from(*OPEN), _from("closed", None)),
    "split": Transition(_from(*OPEN), _STAYS),
    "code_reissued": Transition(_from(*_ANY), _STAYS),
    "decision_proposed": Transition(_from("in_review"), _from("awaiting_approval")),
    "decision_returned": Transition(_from("awaiting_approval"), _from("in_review")),
    "decided": Transition(_from("in_review"), _from("decided", "withdrawn")),
    "approved": Transition(_from("awaiting_approval"), _from("decided", "withdrawn")),
    "escalated": Transition(_from("decided"), _from("with_senior_official")),
    "official_decided": Transition(_from("with_senior_official"), _from("closed", "withdrawn")),
    "remanded": Transition(_from("with_senior_official"), _from("in_line")),
    "withdrawn": Transition(_from(*_ANY), _from("withdrawn", None)),
    "reopened": Transition(_from(*ENDED), _from("in_line")),
}


class IllegalTransitionError(Exception):
    """A write that the lifecycle does not know: a defect of ours, and nothing was written."""


def check(kind: EventKind, before: Status | None, after: Status) -> None:
    """Refuse a change of state that is not in the table. Raises IllegalTransitionError."""
    transition = TRANSITIONS[kind]
    stays = None in transition.after and after == before
    if before not in transition.before or not (stays or after in transition.after):
        raise IllegalTransitionError(f"{kind}: {before} to {after}")
