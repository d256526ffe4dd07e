"""Keyword arguments of each record's ``evolve``, for the type checker.

These types have no effect at run time. A test compares each field set with its record.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, TypedDict

from pydantic import JsonValue  # noqa: TC002  # the test resolves it

from casereview.schema.addresses import NoticeGroup, NoticePointer
from casereview.schema.base import Instant
from casereview.schema.decision_records import CountedReasons, DecisionRef, FinalDecision, NeededApproval
from casereview.schema.duty_records import DutyDone
from casereview.schema.event_records import Change, Explanation, Filing, Verification
from casereview.schema.evidence import Finding
from casereview.schema.facts import Conviction, Custody, Entry, Facts, Relief, RemovalOrder, Service
from casereview.schema.policy_records import Counts, Late, Move, Sample, Span, WorklistCursor
from casereview.schema.records import Asker, BeforeLink, FirstLookClock, Hold, ShownBefore
from casereview.schema.request_records import Ask, OfficerCheck, Seen
from casereview.schema.vocabulary import (
    Authority,
    DecisionState,
    DutyKind,
    EventKind,
    OfficeTemplateId,
    Outcome,
    OutcomeSought,
    ReturnReason,
    Role,
    Status,
    TemplateId,
    Undelivered,
)


class FactsFields(TypedDict, total=False):
    """Fields of ``Facts``."""

    custody: Custody | None
    detained_on: date | None
    facility: str | None
    state: str | None
    county: str | None
    removal_order: RemovalOrder | None
    removal_at: Instant | None
    removal_soon: bool | None
    check_in_on: date | None
    birth_year: int | None
    entered_on: date | None
    last_entry_on: date | None
    entry: Entry | None
    convictions: tuple[Conviction, ...] | None
    gang_participation_age: int | None
    national_security_concern: bool | None
    serious_illness: bool | None
    pregnant: bool | None
    disability: bool | None
    mental_condition: bool | None
    minor_children: int | None
    us_citizen_children: int | None
    sole_caregiver: bool | None
    family_hardship: bool | None
    relief_pending: tuple[Relief, ...] | None
    protected: bool | None
    military_service: Service | None
    victim_or_witness: bool | None
    rehabilitation: bool | None
    former_unaccompanied_child: bool | None
    claims_us_citizenship: bool | None


class HoldFields(TypedDict, total=False):
    """Fields of ``Hold``."""

    by: str
    by_id: str | None
    since: Instant | None
    lease_until: Instant | None


class FirstLookFields(TypedDict, total=False):
    """Fields of ``FirstLookClock``."""

    lane_since: Instant | None
    stopped_since: Instant | None
    stopped_ms: int
    looked_at: Instant | None
    target_at: Instant | None
    missed: bool


class CaseFields(TypedDict, total=False):
    """Fields of ``Case``."""

    case_id: str
    version: int
    status: Status
    status_since: Instant
    shown_since: Instant | None
    review_since: Instant | None
    office: str
    filed_at: Instant
    facts: Facts
    restricted: bool
    person: str | None
    requests: int
    live: int
    also_persons: tuple[str, ...]
    apart_from: str | None
    over_limit: bool
    lane: str | None
    shown_lane: str | None
    rank: str | None
    sort_at: Instant | None
    reasons: tuple[str, ...]
    flags: tuple[str, ...]
    policy: str | None
    digest: str | None
    rank_at: Instant | None
    recheck_at: Instant | None
    altered: tuple[str, ...]
    answer_by: Instant | None
    attempts: int
    stuck: bool
    first_look: FirstLookClock
    hold: Hold | None
    reviewers: tuple[str, ...]
    asked: str | None
    asked_by: Asker | None
    asked_of: tuple[str, ...]
    answered_at: Instant | None
    referral_at: Instant | None
    decision: DecisionRef | None
    counted: CountedReasons | None
    decisions: tuple[FinalDecision, ...]
    approvals: tuple[NeededApproval, ...]
    approve_by: Instant | None
    returned: tuple[ReturnReason, ...]
    excluded: tuple[str, ...]
    field_office: str | None
    safety: bool
    to_translate: bool
    linked_to: str | None
    before_link: BeforeLink | None
    folded: int
    material: int
    words_at: Instant | None
    routed: str | None
    asking: tuple[str, ...]
    verify_by: Instant | None
    shown_before: ShownBefore | None


class FinalDecisionFields(TypedDict, total=False):
    """Fields of ``FinalDecision``."""

    version: int
    outcome: Outcome
    text: str | None
    decided_at: Instant
    by_official: bool
    deciders: tuple[str, ...]
    state: DecisionState
    carried_out_at: Instant | None
    case_id: str | None


class NeededApprovalFields(TypedDict, total=False):
    """Fields of ``NeededApproval``."""

    id: str
    role: str
    by: str | None
    by_id: str | None
    at: Instant | None


class DutyFields(TypedDict, total=False):
    """Fields of ``Duty``."""

    case_id: str
    duty_id: str
    kind: DutyKind
    office: str
    since: Instant
    due: Instant
    receipt: str | None
    decision: int | None
    grants: tuple[OutcomeSought, ...]
    carried_out: tuple[DutyDone, ...]
    notice: str | None
    texts: tuple[TemplateId, ...]
    allowed_if_restricted: bool
    came_back: bool
    tries: int
    state: Literal["open", "done", "ended"]
    done: DutyDone | None


class FilingFields(TypedDict, total=False):
    """Fields of ``Filing``."""

    role: Role
    authority: Authority
    opened: bool
    marks: tuple[str, ...]


class EventFields(TypedDict, total=False):
    """Fields of ``Event``."""

    case_id: str
    version: int
    at: Instant
    kind: EventKind
    actor: Literal["requester", "officer", "system"]
    user: str | None
    user_id: str | None
    details: dict[str, JsonValue]
    changes: dict[str, Change]
    receipt: str | None
    filing: Filing | None
    claims: Facts | None
    verification: Verification | None
    said_in: str | None
    ranking: Explanation | None
    text: str | None
    sealed: bytes | None


class RequestFields(TypedDict, total=False):
    """Fields of ``Request``."""

    receipt: str
    case_id: str
    received_at: Instant
    role: Role
    authority: Authority
    opened: bool
    verified: bool
    refuted: bool
    confirmed_by: tuple[OfficerCheck, ...]
    refuted_by: tuple[OfficerCheck, ...]
    verify_by: Instant | None
    seen: Seen | None
    filed_by: str | None
    reissued_by: str | None
    reissued_at: Instant | None
    moved: int
    frozen: bool
    updates: int
    contact_changes: int
    said_bytes: int
    contact_changed_at: Instant | None
    withdrawal_by: Instant | None
    escalation_asked: Instant | None
    escalated_at: Instant | None
    told: tuple[str, ...]
    asks: tuple[Ask, ...]
    state: Literal["live", "withdrawn"]
    state_since: Instant
    epoch: int
    mac_key: str
    digest: bytes
    office: str
    lacked: tuple[str, ...] | None
    deficiencies: tuple[str, ...]
    sealed: bytes
    completed: bytes | None
    corrected: bytes | None
    name: str | None
    protected: bool
    contact: bytes | None


class ClaimsFields(TypedDict, total=False):
    """Fields of ``Claims``."""

    case_id: str
    receipt: str
    filing: Filing
    filed_at: Instant
    office: str
    live: bool
    verified: bool
    second: bool
    refuted: bool
    facts: Facts
    first_at: dict[str, Instant]
    newest_at: dict[str, Instant]
    counted: Facts
    said_at: Instant | None
    to_phone: bool
    failed: tuple[TemplateId, ...]
    may_be_called: bool
    unsafe: bool
    identity_waits: bool
    withdrawal_by: Instant | None
    verify_by: Instant | None


class FindingFields(TypedDict, total=False):
    """Fields of ``Finding``."""

    facts: Facts
    verdict: Literal["confirmed", "refuted"]
    at: Instant
    version: int
    user: str | None
    receipt: str | None
    source_case: str | None


class FindingsFields(TypedDict, total=False):
    """Fields of ``Findings``."""

    case_id: str
    found: tuple[Finding, ...]
    made: tuple[Finding, ...]
    linked: int


class NoticeFields(TypedDict, total=False):
    """Fields of ``Notice``."""

    case_id: str
    notice_id: str
    office: str
    receipt: str
    template: TemplateId | OfficeTemplateId
    version: int
    language: str
    created_at: Instant
    state: Literal["owed", "sending", "sent", "undeliverable", "coalesced", "handed_over"]
    sends: int
    unanswered: int
    send_at: Instant | None
    lease_until: Instant | None
    waits_since: Instant | None
    waits_for: str | None
    waited_ms: int
    counted_at: Instant | None
    renewed_at: Instant | None
    bounces: int
    sent_to: str | None
    failed_at: tuple[str, ...]
    provider_id: str | None
    why: Undelivered | None
    stuck: bool
    attempts: int


class NoticeGroupFields(TypedDict, total=False):
    """Fields of ``NoticeGroup``."""

    newest: NoticePointer | None
    since: Instant | None
    until: Instant | None
    waiting: int
    covers: Instant | None
    covered_by: NoticePointer | None


class AddressSendsFields(TypedDict, total=False):
    """Fields of ``AddressSends``."""

    address: str
    mac_key: str
    version: int
    unverified: tuple[Instant, ...]
    verified: tuple[Instant, ...]
    groups: dict[str, NoticeGroup]
    expires_at: int


class LookupsFields(TypedDict, total=False):
    """Fields of ``Lookups``."""

    user: str
    hour: Instant
    count: int
    expires_at: int


class PolicyHeadFields(TypedDict, total=False):
    """Fields of ``PolicyHead``."""

    policy_id: str
    kind: Literal["document", "amendment"]
    amends: str | None
    title: str
    issued: date | None
    digest: str
    size: int
    intervals: tuple[Span, ...]
    state: Literal["draft", "approved", "refused"]
    author: str
    author_id: str | None
    created_at: Instant
    approver: str | None
    approver_id: str | None
    decided_at: Instant | None
    acknowledged: tuple[str, ...]


class SwitchFields(TypedDict, total=False):
    """Fields of ``Switch``."""

    version: int
    policy: str | None
    digest: str
    rate: int
    started_at: Instant
    round: int
    round_since: Instant
    walked_at: Instant | None
    cursors: dict[str, WorklistCursor]
    left: int
    sent: int
    sent_unrestricted: int | None
    ended_at: Instant | None


class PreviewFields(TypedDict, total=False):
    """Fields of ``Preview``."""

    policy_id: str
    office: str
    run: str
    digest: str
    at: Instant
    against: str | None
    part: int
    cursor: WorklistCursor | None
    done: bool
    work_at: Instant | None
    attempts: int
    stuck: bool
    without_restricted: bool
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
