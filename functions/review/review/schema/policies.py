"""What the routes of the policy office take and answer."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StrictBool

from casereview.schema.base import Instant, Lenient, Record
from casereview.schema.fields import LongText
from casereview.schema.policy_records import Counts, Late, Move, Sample

Life = Literal["draft", "previewed", "refused", "approved", "in_force", "superseded", "vacated"]
"""Where a document stands: an approved one waits for its time, governs, or has governed."""


class Document(Record):
    """A policy document, or an amendment of when another governs, as YAML."""

    document: Annotated[str, Field(min_length=1)]


class PolicyApproval(Record):
    """The word of somebody other than the author on a draft."""

    approve: StrictBool
    why: LongText
    digest: Annotated[str, Field(max_length=64)] | None = None
    """What was read: where the draft was replaced since, nothing happens. None takes it as it is."""


class Governs(Record):
    """From an instant on, up to but not including another; open where ``until`` is null."""

    since: Instant
    until: Instant | None


class PolicyItem(Record):
    """A policy of the registry, or a draft."""

    policy_id: str
    kind: Lenient[Literal["document", "amendment"]]
    amends: str | None
    title: str
    issued: date | None
    state: Lenient[Life]
    packaged: bool
    """It came with the software, and is approved."""
    digest: str
    governs: bool
    in_force: tuple[Governs, ...]
    """When it governs, after amendments."""
    author: str | None
    created_at: Instant | None
    approver: str | None
    decided_at: Instant | None


class SwitchRead(Record):
    """How far the open cases are brought under the policy in force."""

    policy: str | None
    started_at: Instant
    ended_at: Instant | None
    round: int
    sent: int
    remaining: int
    """Open cases that were under another policy when their offices were last counted."""
    counted_at: Instant | None
    """When the office counted the longest ago was; null before the first count."""


class PolicyList(Record):
    """Every policy and draft, and which of them governs now; none governs where ``in_force`` is null."""

    in_force: str | None
    policies: tuple[PolicyItem, ...]
    switch: SwitchRead | None
    """The newest switch, also one to no policy."""


class OfficeReport(Record):
    """What a draft would change for one office."""

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
    """What a draft would change, office by office and in all."""

    run: str
    at: Instant
    against: str | None
    stale: bool
    """The draft was replaced since: ask for another preview."""
    done: bool
    totals: dict[str, int]
    offices: tuple[OfficeReport, ...]


class PolicyRead(PolicyItem):
    """A policy with its document, its approval, its preview, and the switch to it where one was made."""

    document: str
    why: str | None
    amendments: tuple[PolicyItem, ...]
    preview: PreviewRead | None
    switch: SwitchRead | None


class PreviewAsked(Record):
    """A preview was begun; it is read with the policy."""

    policy_id: str
    run: str
