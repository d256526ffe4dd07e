"""The request bodies and responses of the policy office's routes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StrictBool

from casereview.schema.base import Instant, Lenient, Record
from casereview.schema.fields import LongText
from casereview.schema.policy_records import Counts, Late, Move, Sample

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


class GoverningInterval(Record):
    """A time in which a policy governs: from ``since`` up to, but not including, ``until``; null means no end."""

    since: Instant
    until: Instant | None


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
    sent: int
    remaining: int
    """Open cases that were under another policy when their offices were last counted."""
    counted_at: Instant | None
    """The oldest of the offices' counts; null before the first count."""


class PolicyList(Record):
    """All policies and drafts, and the policy in force; if ``in_force`` is null, no policy governs."""

    in_force: str | None
    policies: tuple[PolicyItem, ...]
    switch: SwitchRead | None
    """The newest switch, which can also be one to no policy."""


class OfficeReport(Record):
    """The changes that a draft would make at one office."""

    office: str
    done: bool
    cases: int
    before: Counts
    after: Counts
    flows: dict[str, dict[str, int]]
    lane_changes: int
    category_changes: int
    approval_changes: int
    factor_changes: int
    moves: tuple[Move, ...]
    late: tuple[Late, ...]
    sample: tuple[Sample, ...]


class PreviewRead(Record):
    """The changes that a draft would make, by office and in total."""

    run: str
    at: Instant
    against: str | None
    stale: bool
    """Whether the draft was replaced since; then ask for another preview."""
    done: bool
    totals: dict[str, int]
    offices: tuple[OfficeReport, ...]


class PolicyRead(PolicyItem):
    """A policy with its document, approval, preview, and the newest switch if it was to this policy."""

    document: str
    why: str | None
    amendments: tuple[PolicyItem, ...]
    preview: PreviewRead | None
    switch: SwitchRead | None


class PreviewAsked(Record):
    """A preview was started; its result is read with the policy."""

    policy_id: str
    run: str
