"""What the table holds of policies: documents and their approval, the one in force, the switch, and previews."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field

from casereview.schema.base import Instant, Lenient, Record
from casereview.schema.records import Explanation, Stored

if TYPE_CHECKING:
    from typing import Unpack

    from casereview.schema.field_sets import PolicyRecordFields, PreviewFields, SwitchFields


class Span(Record):
    """From an instant on, up to but not including another; open where ``until`` is None."""

    since: Instant
    until: Instant | None = None


class PolicyRecord(Stored):
    """A document, or an amendment of when another one governs; it does not change once it was decided on."""

    policy_id: str
    kind: Lenient[Literal["document", "amendment"]]
    amends: str | None = None
    """The policy whose intervals an amendment replaces."""
    title: str
    issued: date | None = None
    text: str
    """The YAML, as it was sent."""
    digest: str
    intervals: tuple[Span, ...] = ()
    """When it governs; of an amendment, when the amended one does."""
    state: Lenient[Literal["draft", "approved", "refused"]] = "draft"
    author: str
    created_at: Instant
    approver: str | None = None
    """Who approved or refused it: never the author."""
    decided_at: Instant | None = None
    why: str | None = None

    def evolve(self, **changes: Unpack[PolicyRecordFields]) -> Self:
        """Return the document with some fields changed. Raises ValidationError."""
        return self._evolved(changes)


class PolicyInForce(Stored):
    """The one item that names what is in force; decisions rest on it."""

    policy: str | None = None
    """None while no policy is in force."""
    digest: str
    since: Instant


class WorklistCursor(Record):
    """A place in a worklist."""

    rank: str
    case_id: str


class Switch(Stored):
    """A walk over every worklist that brings the open cases under the policy in force, and how far it is.

    It goes round until a whole round finds no case under another policy.
    """

    version: int
    policy: str | None = None
    digest: str
    rate: int
    """Cases a minute."""
    started_at: Instant
    round: int = 1
    """The first round leaves out what is claimed or waits for somebody."""
    round_since: Instant
    walked_at: Instant | None = None
    """When it last went on; what it may send has grown since."""
    cursors: dict[str, WorklistCursor] = Field(default_factory=dict)
    """The last place seen in each office's worklist, in this round."""
    left: int = 0
    """Cases under another policy seen in this round, sent or left out."""
    sent: int = 0
    """Messages sent in all rounds."""
    ended_at: Instant | None = None

    def evolve(self, **changes: Unpack[SwitchFields]) -> Self:
        """Return the walk with some fields changed. Raises ValidationError."""
        return self._evolved(changes)


class Move(Record):
    """A case that a draft would move: up by lanes (negative) or down, or within its lane."""

    case_id: str
    steps: int
    earlier_ms: int
    """By how much it would sort earlier; milliseconds, negative for later."""
    lane_before: str
    lane_after: str


class Late(Record):
    """A case whose first look would be overdue under the draft and is not now."""

    case_id: str
    lane: str
    target_by: Instant


class Sample(Record):
    """A case with both explanations, side by side."""

    case_id: str
    before: Explanation
    after: Explanation


class Counts(Record):
    """What one policy says of an office's cases, by the ids of its rules."""

    lanes: dict[str, int] = Field(default_factory=dict)
    overdue: dict[str, int] = Field(default_factory=dict)
    """By lane, cases whose first look is late."""
    categories: dict[str, int] = Field(default_factory=dict)
    approvals: dict[str, int] = Field(default_factory=dict)


class Preview(Stored):
    """What a draft would do to one office's open cases; made in parts, each counted once."""

    policy_id: str
    office: str
    run: str
    """One asking for a preview; a later one replaces it."""
    digest: str
    at: Instant
    """The instant at which every case is looked at, under both policies."""
    against: str | None = None
    """The policy in force then; None for the default lanes."""
    part: int = 0
    cursor: WorklistCursor | None = None
    done: bool = False
    work_at: Instant | None = None
    attempts: int = 0
    stuck: bool = False
    cases: int = 0
    before: Counts = Counts()
    after: Counts = Counts()
    flows: dict[str, dict[str, int]] = Field(default_factory=dict)
    """Cases by their lane now, and under the draft."""
    lane_changes: int = 0
    category_changes: int = 0
    approval_changes: int = 0
    factor_changes: int = 0
    moves: tuple[Move, ...] = ()
    """The largest moves: most lanes first, then the most time."""
    late: tuple[Late, ...] = ()
    """The first of those who would wait longer than their target."""
    sample: tuple[Sample, ...] = ()

    def evolve(self, **changes: Unpack[PreviewFields]) -> Self:
        """Return the report with some fields changed. Raises ValidationError."""
        return self._evolved(changes)
