"""The status of a request, as its holder is shown it."""

from __future__ import annotations

from typing import Literal

from casereview.schema.base import Instant, Lenient, Record
from casereview.schema.identifiers import Receipt
from casereview.schema.responses import Deficiency
from casereview.schema.vocabulary import DecisionState, Outcome, OutcomeSought, PublicStatus


class Granted(Record):
    """One thing that a decision grants."""

    what: Lenient[OutcomeSought]
    conditions: str | None = None


class ShownDecision(Record):
    """A final decision, shown only to requesters whose identity or authority an officer has verified."""

    outcome: Lenient[Outcome]
    reasons: tuple[str, ...]
    language: str | None = None
    """The language of the reasons; null where the office did not name it."""
    granted: tuple[Granted, ...] = ()
    decided_at: Instant
    """When the decision became final."""
    by: Literal["field_office", "senior_official"]
    state: Lenient[DecisionState] = "stands"
    """What became of it."""
    carried_out_at: Instant | None = None
    """When what it grants was carried out; null until the office recorded it."""
    how_to_go_on: str | None = None
    """How to ask the Senior Reviewing Official to look at the case again, while that is possible."""


class PeopleAhead(Record):
    """How many people were ahead at the last nightly count, as a band."""

    at_least: int
    at_most: int | None
    """Null beyond the last band."""
    as_of: Instant


class UsualWait(Record):
    """How long cases of this lane usually wait for a decision at this office, published once a week."""

    lane: str
    office: str
    weeks: int | None
    """Null if too few cases ended, or nothing is published yet."""
    as_of: Instant | None


class AskedFor(Record):
    """Something that the office asks this requester for."""

    text: str
    language: str | None
    """The language of the text (BCP 47); null where an older release stored none."""
    asked_at: Instant
    answer_by: Instant | None
    """By when an answer is expected; null where none is awaited."""


class WithdrawalState(Record):
    """A withdrawal that can still be taken back."""

    waits: bool
    """Whether it waits for a supervisor's confirmation."""
    undo_until: Instant | None
    """Null while it waits: until then it can be taken back at any time."""


class EscalationState(Record):
    """The holder's own request for the Senior Reviewing Official, which was received and has no answer yet."""

    received_at: Instant


class RequestStatus(Record):
    """The status of a request.

    Without verification it follows from the request alone: it is "received" until the request is withdrawn, whatever
    becomes of the case.
    """

    receipt: Receipt
    status: Lenient[PublicStatus]
    status_since: Instant
    disclosure: Literal["full", "limited"]
    """Full for a verified person, and for a representative with a verified Form G-28."""
    lane: str | None = None
    """The id of the policy's lane, which says how soon an officer must look: by the words of this request alone, with
    full disclosure by those of all requesters."""
    people_ahead: PeopleAhead | None = None
    """Only with full disclosure; null where it would tell of other people, or nothing was counted yet."""
    usual_wait: UsualWait | None = None
    missing: tuple[Deficiency, ...] = ()
    """What this request lacks, as far as it can still be added; it is reviewed all the same."""
    asked_for: tuple[AskedFor, ...] = ()
    own_reference: str | None = None
    contact_changed_at: Instant | None = None
    withdrawal: WithdrawalState | None = None
    escalation: EscalationState | None = None
    decision: ShownDecision | None = None
    """The newest final decision, also after the case was reopened or remanded; after a withdrawal, of those that the
    holder had been shown before it."""
    earlier_decisions: tuple[ShownDecision, ...] = ()
    """Those before it, newest first, with what became of each."""
