"""Records of policies: documents and their approval, the policy in force, the switch, and previews."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field

from casereview.schema.base import Instant, Lenient, Record
from casereview.schema.event_records import Explanation
from casereview.schema.records import Stored

if TYPE_CHECKING:
    from typing import Unpack

    from casereview.schema.field_sets import PolicyHeadFields, PreviewFields, SwitchFields


class Span(Record):
    """An interval from ``since`` up to, but not including, ``until``; without an end if ``until`` is None."""

    since: Instant
    until: Instant | None = None


class PolicyHead(Stored):
    """What is known of a policy document, or of an amendment of the intervals of another, without its text.

    It is small: it is read wherever a policy is needed. The approved heads and those of drafts lie apart, so that a
    draft costs nobody anything. Immutable once approved or refused.
    """

    policy_id: str
    kind: Lenient[Literal["document", "amendment"]]
    amends: str | None = None
    """The policy whose intervals an amendment replaces."""
    title: str
    issued: date | None = None
    digest: str
    """That of the document, by which its text is found."""
    size: int = 0
    """The length of the text in bytes (UTF-8)."""
    intervals: tuple[Span, ...] = ()
    """When the policy is in force; of an amendment, when the amended policy is."""
    state: Lenient[Literal["draft", "approved", "refused"]] = "draft"
    author: str
    """The user name, which is shown."""
    author_id: str | None = None
    """The author's id, by which they are known; None in a document of an older release."""
    created_at: Instant
    approver: str | None = None
    """Who approved or refused it, by user name; this cannot be the author."""
    approver_id: str | None = None
    decided_at: Instant | None = None
    acknowledged: tuple[str, ...] = ()
    """The codes of the warnings that its approver acknowledged."""

    def evolve(self, **changes: Unpack[PolicyHeadFields]) -> Self:
        """Return a copy of the head with some fields changed.

        Raises:
            ValidationError: A name is not a field, or a value is not valid for it.
        """
        return self._evolved(changes)


class PolicyText(Stored):
    """The text of a policy document or amendment; immutable, and read only where the text is needed."""

    policy_id: str
    digest: str
    text: str
    """The YAML, as it was sent."""


class PolicyReason(Stored):
    """The reason that the approver of a policy gave."""

    policy_id: str
    why: str


class PolicyAuthor(Stored):
    """How many drafts of an author are open, and the sum of their sizes; both are bounded by the writes."""

    author: str
    """The author's id."""
    drafts: int = 0
    size: int = 0
    """In bytes."""


class PolicyRecord(Stored):
    """A document with its text in one item, as the release before this one reads and writes it.

    That of an approved document is still written, so that a release that knows no heads ranks under it too.
    """

    policy_id: str
    kind: Lenient[Literal["document", "amendment"]]
    amends: str | None = None
    title: str
    issued: date | None = None
    text: str
    digest: str
    intervals: tuple[Span, ...] = ()
    state: Lenient[Literal["draft", "approved", "refused"]] = "draft"
    author: str
    author_id: str | None = None
    created_at: Instant
    approver: str | None = None
    approver_id: str | None = None
    decided_at: Instant | None = None
    why: str | None = None
    acknowledged: tuple[str, ...] = ()


class PolicyInForce(Stored):
    """The single item that names the policy in force; decisions check it."""

    policy: str | None = None
    """None while no policy is in force."""
    digest: str
    since: Instant


class WorklistCursor(Record):
    """A position in a worklist."""

    rank: str
    case_id: str


class Switch(Stored):
    """The switch of all open cases to the policy in force, and its progress.

    It passes over every worklist in rounds, until a whole round finds no case under another policy.
    """

    version: int
    policy: str | None = None
    digest: str
    rate: int
    """Cases a minute."""
    started_at: Instant
    round: int = 1
    """The number of the round; the first skips cases that are claimed or await an answer or approval."""
    round_since: Instant
    walked_at: Instant | None = None
    """When the switch last made progress; the number of messages it may send grows with the time since."""
    cursors: dict[str, WorklistCursor] = Field(default_factory=dict)
    """The last position read in each office's worklist, in this round."""
    left: int = 0
    """Number of cases under another policy found in this round, sent or skipped."""
    sent: int = 0
    """Number of messages sent in all rounds."""
    sent_unrestricted: int | None = None
    """Number of those that were about cases that are not restricted; None in a switch that an older release began."""
    ended_at: Instant | None = None

    def evolve(self, **changes: Unpack[SwitchFields]) -> Self:
        """Return a copy of the switch with some fields changed.

        Raises:
            ValidationError: A name is not a field, or a value is not valid for it.
        """
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
    """The effect of a draft on one office's open cases; computed in parts, each counted once.

    Restricted cases are left out. The numbers are exact, and are rounded before they are shown.
    """

    policy_id: str
    office: str
    run: str
    """The id of one run of the preview; a later run replaces it."""
    digest: str
    at: Instant
    """The instant for which every case is ranked under both policies."""
    against: str | None = None
    """The policy in force at that instant; None for the default lanes."""
    part: int = 0
    cursor: WorklistCursor | None = None
    done: bool = False
    work_at: Instant | None = None
    attempts: int = 0
    stuck: bool = False
    without_restricted: bool = False
    """Whether restricted cases are left out; False in a report of an older release, which is not shown."""
    cases: int = 0
    before: Counts = Counts()
    after: Counts = Counts()
    flows: dict[str, dict[str, int]] = Field(default_factory=dict)
    """Number of cases by their lane under the policy in force, and then under the draft."""
    lane_changes: int = 0
    category_changes: int = 0
    approval_changes: int = 0
    factor_changes: int = 0
    moves: tuple[Move, ...] = ()
    """The largest moves, by number of lanes and then by time."""
    late: tuple[Late, ...] = ()
    """The first cases that would be overdue under the draft and are not now."""
    sample: tuple[Sample, ...] = ()

    def evolve(self, **changes: Unpack[PreviewFields]) -> Self:
        """Return a copy of the report with some fields changed.

        Raises:
            ValidationError: A name is not a field, or a value is not valid for it.
        """
        return self._evolved(changes)
