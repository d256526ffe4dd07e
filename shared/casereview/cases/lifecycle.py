"""The lifecycle of a case as one table: which changes of state each kind of event allows.

docs/lifecycle.md is generated from it. Every transition is checked against the table before it is written.
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
"""A decision of a field office is pending: the case holds the guard of its person, and new requests join it."""
LIVE: Final[frozenset[Status]] = OPEN | {"with_senior_official"}
"""A decision is pending, of a field office or the Senior Reviewing Official: the case is ranked."""
QUEUED: Final[frozenset[Status]] = LIVE - {"received"}
"""The case is in a worklist."""
ENDED: Final[frozenset[Status]] = frozenset({"decided", "withdrawn", "closed"})
"""No work is pending until the requester escalates or an officer reopens the case."""
WITH_DECISION: Final[frozenset[Status]] = frozenset({"decided", "with_senior_official", "closed"})
"""A field office has decided, whether or not the Senior Reviewing Official looks at the case or has."""
STATES: Final[frozenset[Status]] = LIVE | ENDED
"""All states that this release knows."""


StatusChange = tuple[Status | None, Status]
"""The state before and after an event; equal where the event does not change it, None before the first event."""


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
    "handed_over": _stays(*LIVE, "decided", "closed"),
    "claimed": _moves(["in_line", "information_needed"], "in_review") | _stays(*_OFFICIAL),
    "assigned": _moves(["in_line", "information_needed"], "in_review") | _stays("in_review", *_OFFICIAL),
    "released": _moves(_REVIEWED, "in_line") | _stays(*_OFFICIAL),
    "lease_ended": _moves(_REVIEWED, "in_line") | _stays(*_OFFICIAL),
    "verified": _moves(_REVIEWED, "in_line") | _stays(*STATES),
    "information_asked": _moves(_REVIEWED, "information_needed"),
    "resumed": _moves(["information_needed"], "in_line", "in_review"),
    "transferred": _moves(_REVIEWED, "in_line") | _stays("received", "in_line", "information_needed"),
    "removal_recorded": _stays(*STATES),
    "noted": _stays(*STATES),
    "linked": _moves(OPEN, "closed") | _stays(*OPEN),
    "split": _stays(*OPEN),
    "identity_corrected": _stays(*STATES),
    "code_reissued": _stays(*STATES),
    "code_frozen": _stays(*STATES),
    "requester_checked": _stays(*STATES),
    "proof_asked": _stays(*STATES),
    "guard_moved": _stays(*STATES),
    "suppression_lifted": _stays(*STATES),
    "escalation_kept": _stays(*STATES),
    "withdrawal_asked": _stays(*STATES),
    "withdrawal_cancelled": _stays(*STATES),
    "withdrawal_undone": _moves(["withdrawn"], "in_line", "with_senior_official") | _stays(*STATES),
    "decision_proposed": _moves(_REVIEWED, "awaiting_approval"),
    "decision_returned": _moves(_AWAITED, "in_review"),
    "decision_withdrawn": _moves(_AWAITED, "in_review"),
    "approval_given": _stays(*_AWAITED),
    "duty_done": _stays(*STATES),
    "decided": _moves(_REVIEWED, "decided", "withdrawn"),
    "approved": _moves(_AWAITED, "decided"),
    "escalated": _moves(["decided"], "with_senior_official"),
    "official_decided": _moves(_OFFICIAL, "closed", "withdrawn"),
    "remanded": _moves(_OFFICIAL, "in_line"),
    "withdrawn": _moves(LIVE, "withdrawn") | _stays(*STATES),
    "reopened": _moves(ENDED, "in_line"),
    "corrected": _moves(["closed"], "received", "in_line")
    | _moves(["information_needed"], "in_line")
    | _stays(*STATES),
}


STATE_INDEPENDENT: Final[frozenset[EventKind]] = frozenset(
    {
        "updated",
        "withdrawn",
        "escalation_kept",
        "withdrawal_asked",
        "withdrawal_cancelled",
        "undeliverable",
        "handed_over",
        "removal_recorded",
        "noted",
        "code_reissued",
        "code_frozen",
        "requester_checked",
        "proof_asked",
        "suppression_lifted",
        "duty_done",
    }
)
"""Events that are allowed in a state that this release does not know, and leave the case in it."""


def public(status: Status) -> PublicStatus:
    """Return a state as it is shown to requesters, who do not see that a decision awaits approval."""
    return "in_review" if status == "awaiting_approval" else status


def public_to_third_parties(status: Status) -> PublicStatus:
    """Return a state as it is shown to verified third parties: no place in line, no question and no second look."""
    if status in {"in_review", "information_needed", "awaiting_approval"}:
        return "in_review"
    return "decided" if status in WITH_DECISION else "received"


class IllegalTransitionError(CaseReviewError):
    """The lifecycle does not allow a change of state: a defect of the product. Nothing was written."""


def check(kind: EventKind, before: Status | None, after: Status) -> None:
    """Check a change of state against the table.

    Raises:
        IllegalTransitionError: The table does not have the change for this kind of event.
    """
    if before == after and isinstance(before, Unrecognized) and kind in STATE_INDEPENDENT:
        return
    if (before, after) not in TRANSITIONS[kind]:
        raise IllegalTransitionError(f"{kind}: {before} to {after}")
