"""The request bodies and responses of the policy office's routes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StrictBool

from casereview.policy.warnings import WarningCode
from casereview.schema.base import Instant, Lenient, Record
from casereview.schema.fields import LongText
from casereview.schema.lists import Items
from casereview.schema.policy_records import Late, Move, Sample

PolicyState = Literal["draft", "previewed", "refused", "approved", "in_force", "superseded", "vacated"]
"""The state of a document: ``approved`` takes effect later, ``in_force`` governs, ``superseded`` has governed."""


class Document(Record):
    """A policy document, or an amendment that changes when another policy is in force, as YAML."""

    document: Annotated[str, Field(min_length=1)]


class PolicyApproval(Record):
    """The approval or refusal of another author's draft."""

    approve: StrictBool
    why: LongText
    digest: Annotated[str, Field(max_length=64)] | None = None
    """The digest of the draft that was read; if the draft was replaced since, the request is refused."""
    acknowledged: Annotated[tuple[WarningCode, ...], Items(20)] = ()
    """The warnings about the draft that were read; an approval needs all of them."""


class GoverningInterval(Record):
    """A time in which a policy governs: from ``since`` up to, but not including, ``until``; null means no end."""

    since: Instant
    until: Instant | None


class WarningRead(Record):
    """What an approver of a policy must know, and acknowledge by its code."""

    code: WarningCode
    message: str


class PolicyItem(Record):
    """A policy of the registry, or a draft."""

    policy_id: str
    kind: Lenient[Literal["document", "amendment"]]
    amends: str | None
    title: str
    issued: date | None
    state: Lenient[PolicyState]
    packaged: bool
    """Whether the policy is part of the software; it is then approved."""
    digest: str
    governs: bool
    in_force: tuple[GoverningInterval, ...]
    """When the policy governs, after amendments."""
    author: str | None
    created_at: Instant | None
    approver: str | None
    decided_at: Instant | None


class SwitchRead(Record):
    """The progress of a switch, which ranks all open cases under the policy in force."""

    policy: str | None
    started_at: Instant
    ended_at: Instant | None
    round: int
    sent: int | None
    """Messages sent so far, one for each case in each round. Without access to restricted cases these are not counted;
    null if they were counted together."""
    remaining: int
    """Open cases that were under another policy when their offices were last counted; without access to restricted
    cases these are not counted."""
    counted_at: Instant | None
    """The oldest of the offices' counts; null before the first count."""


class PolicyList(Record):
    """A page of the policies and drafts, and the policy in force; if ``in_force`` is null, no policy governs.

    First come the packaged policies, then the approved ones by creation time, then the drafts and refused ones by id.
    """

    in_force: str | None
    policies: tuple[PolicyItem, ...]
    unreadable: tuple[str, ...]
    """The ids of approved policies that cannot be read, which count as not approved, and of such drafts of this page;
    ``IN_FORCE`` or ``SWITCH`` if that record of the registry cannot be read."""
    switch: SwitchRead | None
    """The newest switch, which can also be one to no policy."""
    next: str | None
    """The cursor of the next page; null on the last one."""


Tens = Annotated[int, Field(ge=10, multiple_of=10)]
"""A number of cases, rounded up or down at random to a multiple of ten."""
RoundedCount = Tens | None
"""A rounded number of cases; null for a small number: for every one below ten, and for some from 10 to 13."""


class RoundedCounts(Record):
    """What one policy says of an office's cases, by the ids of its rules; small numbers are left out, and so is 0."""

    lanes: dict[str, Tens] = Field(default_factory=dict)
    overdue: dict[str, Tens] = Field(default_factory=dict)
    """By lane, cases whose first look is late."""
    categories: dict[str, Tens] = Field(default_factory=dict)
    approvals: dict[str, Tens] = Field(default_factory=dict)


class Totals(Record):
    """How many cases were ranked, and how many of them a draft would change."""

    cases: RoundedCount = None
    lane_changes: RoundedCount = None
    category_changes: RoundedCount = None
    approval_changes: RoundedCount = None
    factor_changes: RoundedCount = None


class OfficeReport(Totals):
    """The changes that a draft would make at one office; without numbers until the whole preview is done.

    ``moves``, ``late`` and ``sample`` name cases: only those to which the caller has access, each recorded as read.
    """

    office: str
    done: bool
    before: RoundedCounts = RoundedCounts()
    after: RoundedCounts = RoundedCounts()
    flows: dict[str, dict[str, Tens]] = Field(default_factory=dict)
    """Cases by their lane under the policy in force, and then under the draft; small numbers are left out."""
    moves: tuple[Move, ...] = ()
    """The largest moves, by number of lanes and then by time."""
    late: tuple[Late, ...] = ()
    """The first cases that would be overdue under the draft and are not now."""
    sample: tuple[Sample, ...] = ()
    """The first cases that the draft would change, with both explanations."""


class PreviewRead(Record):
    """The changes that a draft would make, by office and in total; restricted cases are left out.

    Every number is rounded at random to tens, each by itself: sums differ, and a difference of ten means nothing.
    """

    run: str
    at: Instant
    against: str | None
    stale: bool
    """Whether the draft was replaced since; then ask for another preview."""
    done: bool
    totals: Totals
    offices: tuple[OfficeReport, ...]


class PolicyRead(PolicyItem):
    """A policy with its document, approval, preview, and the newest switch if it was to this policy."""

    document: str | None
    """The text; null if it cannot be read."""
    warnings: tuple[WarningRead, ...]
    """What the document does that its approver must acknowledge; none of an amendment."""
    acknowledged: tuple[str, ...]
    """The warnings that its approver acknowledged."""
    why: str | None
    amendments: tuple[PolicyItem, ...]
    preview: PreviewRead | None
    switch: SwitchRead | None


class PreviewAsked(Record):
    """A preview was started; its result is read with the policy."""

    policy_id: str
    run: str
    warnings: tuple[WarningRead, ...]
