"""The lifecycle of a case, as one table: from which state each kind of event may lead to which.

docs/lifecycle.md is drawn from it. Every step that a human causes is checked against it before it is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Final

from casereview.schema.base import Unrecognized
from casereview.schema.errors import CaseReviewError
from casereview.schema.vocabulary import EventKind, PublicStatus, Status

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
STATES: Final[frozenset[Status]] = LIVE | ENDED
"""Every state that this release knows."""


StatusChange = tuple[Status | None, Status]
"""From one state to another, or to itself where the event changes none; from None where the case begins."""


def _stays(*states: Status) -> frozenset[StatusChange]:
    return frozenset((state, state) for state in states)


def _moves(before: Iterable[Status | None], *after: Status) -> frozenset[StatusChange]:
    return frozenset(product(before, after))


_REVIEWED: Final = frozenset[Status]({"in_review"})
_OFFICIAL: Final = frozenset[Status]({"with_senior_official"})
_AWAITED: Final = frozenset[Status]({"awaiting_approval"})

TRANSITIONS: Final[dict[EventKind, frozenset[StatusChange]]] = {
    "filed": _moves([None], "received"),
    "joined": _stays(*OPEN),
    "updated": _stays(*STATES),
    "ranked": _moves(["received"], "in_line") | _stays(*QUEUED),
    "undeliverable": _stays(*LIVE, "decided", "closed"),
    "claimed": _moves(["in_line", "information_needed"], "in_review") | _stays(*_OFFICIAL),
    "released": _moves(_REVIEWED, "in_line") | _stays(*_OFFICIAL),
    "lease_ended": _moves(_REVIEWED, "in_line") | _stays(*_OFFICIAL),
    "verified": _moves(_REVIEWED, "in_line") | _stays(*LIVE),
    "information_asked": _moves(_REVIEWED, "information_needed"),
    "resumed": _moves(["information_needed"], "in_line"),
    "transferred": _moves(_REVIEWED, "in_line") | _stays("received", "in_line", "information_needed"),
    "removal_recorded": _stays(*STATES),
    "linked": _moves(OPEN, "closed") | _stays(*OPEN),
    "split": _stays(*OPEN),
    "code_reissued": _stays(*STATES),
    "decision_proposed": _moves(_REVIEWED, "awaiting_approval"),
    "decision_returned": _moves(_AWAITED, "in_review"),
    "decided": _moves(_REVIEWED, "decided", "withdrawn"),
    "approved": _moves(_AWAITED, "decided"),
    "escalated": _moves(["decided"], "with_senior_official"),
    "official_decided": _moves(_OFFICIAL, "closed", "withdrawn"),
    "remanded": _moves(_OFFICIAL, "in_line"),
    "withdrawn": _moves(LIVE, "withdrawn") | _stays(*STATES),
    "reopened": _moves(ENDED, "in_line"),
}


WHATEVER_STATE: Final[frozenset[EventKind]] = frozenset(
    {"updated", "withdrawn", "undeliverable", "removal_recorded", "code_reissued"}
)
"""Events that can leave the state of a case as it is although this release does not know it."""


def public(status: Status) -> PublicStatus:
    """Return a state as requesters are shown it: that a decision waits for its approval is not told."""
    return "in_review" if status == "awaiting_approval" else status


class IllegalTransitionError(CaseReviewError):
    """A write that the lifecycle does not know: a defect of ours, and nothing was written."""


def check(kind: EventKind, before: Status | None, after: Status) -> None:
    """Refuse a change of state that is not in the table. Raises IllegalTransitionError."""
    if before == after and isinstance(before, Unrecognized) and kind in WHATEVER_STATE:
        return
    if (before, after) not in TRANSITIONS[kind]:
        raise IllegalTransitionError(f"{kind}: {before} to {after}")
