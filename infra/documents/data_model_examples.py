"""One record of each kind that the table stores, about one invented case, for docs/data-model.md."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

from casereview.schema.addresses import AddressSends, CoveredNotice, NoticeGroup, NoticePointer
from casereview.schema.draft_records import DecisionDraft
from casereview.schema.duty_records import Duty
from casereview.schema.event_records import Change, Correction, Event, Explanation, Filing, Read
from casereview.schema.evidence import Claims, Finding, Findings, Text
from casereview.schema.facts import Conviction, Facts
from casereview.schema.notice_records import Notice, Suppression
from casereview.schema.office_records import LaneCount, Lookups, Officer, ReasonUse, Snapshot
from casereview.schema.person_records import NameCase, PersonCase
from casereview.schema.policy_records import (
    Counts,
    PolicyAuthor,
    PolicyHead,
    PolicyInForce,
    PolicyReason,
    PolicyRecord,
    PolicyText,
    Preview,
    Span,
    Switch,
    WorklistCursor,
)
from casereview.schema.records import Case, FirstLookClock, Guard, Hold, Stored
from casereview.schema.request_records import Request
from casereview.schema.waits import Bands, Edge, UsualWaits, Wait

_CASE: Final = "53NEDJV41GT24ZBP"
_RECEIPT: Final = "HBMQ-99NK-96ZK-9F9J-F"
_PERSON: Final = "pQ7x0vVw1mEwR2uK"
_NAME: Final = "mT4c9yLr8sKd2wQe"
_ADDRESS: Final = "b3JkZXJseS1tYWMt"
_MAC_KEY: Final = "arn:aws:kms:us-east-1:123456789012:key/mac"
_POLICY: Final = "2025-01-20-order"
_DIGEST: Final = "3f1c9a07"
_OFFICE: Final = "ATL"
_USER: Final = "omar"
_USER_ID: Final = "74a8e4c8-9021-70f1-5f1b-0c2a6c2d7f3e"
_FILED: Final = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
_CLAIMED: Final = _FILED + timedelta(hours=2)
_REMOVAL: Final = _FILED + timedelta(days=9)
_RANK: Final = "02.1.063931129200000.53NEDJV41GT24ZBP"
_NOTICE: Final = f"acknowledgement-{_RECEIPT}"
_READ: Final = "2026-11-24T17:01:00.000Z-9f2c41aa"
_TEXT: Final = "2026-11-24T17:00:00.000Z-4be1f09c"
_SEALED: Final = b"sealed"
_WAIT: Final = "5f0c9be2a17d4463"

PLACEHOLDERS: Final[Mapping[str, str]] = {
    _CASE: "<case>",
    _NOTICE: "<notice>",
    _RECEIPT: "<receipt>",
    _PERSON: "<MAC of the A-number>",
    _NAME: "<MAC of the name with the birth year>",
    _ADDRESS: "<MAC of the address>",
    _POLICY: "<policy>",
    _READ: "<time>-<random>",
    _TEXT: "<time>-<random>",
    f"2026-12-15T09:30:00.000Z#{_WAIT}": "<time>#<random>",
    "detained": "<lane>",
    "000001": "<version, six digits>",
    _OFFICE: "<office>",
    _USER_ID: "<user id>",
    _USER: "<user>",
}
"""What a value in a key stands for; the longer values come first where one contains another."""

_FACTS: Final = Facts(
    custody="detained",
    facility="STWRTGA",
    removal_at=_REMOVAL,
    birth_year=1980,
    convictions=(Conviction(kind="misdemeanor", convicted_on=date(2012, 3, 4)),),
    sole_caregiver=True,
)

EXAMPLES: Final[tuple[Stored, ...]] = (
    Case(
        case_id=_CASE,
        version=3,
        status="in_review",
        status_since=_CLAIMED,
        office=_OFFICE,
        filed_at=_FILED,
        facts=_FACTS,
        person=_PERSON,
        lane="detained",
        shown_lane="detained",
        rank=_RANK,
        sort_at=_FILED - timedelta(days=30),
        reasons=("detained", "sole_caregiver"),
        flags=("interpreter",),
        policy=_POLICY,
        digest=_DIGEST,
        rank_at=_REMOVAL - timedelta(hours=72),
        first_look=FirstLookClock(lane_since=_FILED, target_at=_FILED + timedelta(days=14)),
        hold=Hold(by=_USER, by_id=_USER_ID, since=_CLAIMED, lease_until=_CLAIMED + timedelta(hours=24)),
        reviewers=(_USER_ID,),
    ),
    Event(
        case_id=_CASE,
        version=1,
        at=_FILED,
        kind="filed",
        actor="requester",
        changes={"status": Change(before=None, after="received"), "office": Change(before=None, after=_OFFICE)},
        receipt=_RECEIPT,
        filing=Filing(role="self", authority="none", opened=True, marks=("interpreter",)),
        claims=_FACTS,
    ),
    Event(
        case_id=_CASE,
        version=2,
        at=_FILED + timedelta(seconds=2),
        kind="ranked",
        actor="system",
        changes={"lane": Change(before=None, after="detained"), "rank": Change(before=None, after=_RANK)},
        ranking=Explanation(
            at=_FILED + timedelta(seconds=2),
            policy=_POLICY,
            digest=_DIGEST,
            lane="detained",
            sort_at=_FILED - timedelta(days=30),
            reasons=("detained", "sole_caregiver"),
            matched=("custody", "sole_caregiver"),
            categories=("removable",),
            flags=("interpreter",),
        ),
    ),
    Duty(
        case_id=_CASE,
        duty_id="carry_out-5f0c2a9d4be81736",
        kind="carry_out",
        office=_OFFICE,
        since=_CLAIMED,
        due=_CLAIMED + timedelta(hours=24),
        decision=4,
    ),
    ReasonUse(reason=_PERSON, mac_key=_MAC_KEY, uses=3, restricted_uses=1),
    Notice(
        case_id=_CASE,
        notice_id=_NOTICE,
        office=_OFFICE,
        receipt=_RECEIPT,
        template="acknowledgement",
        version=1,
        language="es",
        created_at=_FILED,
        send_at=_FILED,
    ),
    Request(
        receipt=_RECEIPT,
        case_id=_CASE,
        received_at=_FILED,
        role="self",
        authority="none",
        opened=True,
        state_since=_FILED,
        mac_key=_MAC_KEY,
        digest=b"digest",
        office=_OFFICE,
        verify_by=_FILED + timedelta(days=2),
        deficiencies=("outcome_missing",),
        sealed=_SEALED,
    ),
    Claims(
        case_id=_CASE,
        receipt=_RECEIPT,
        filing=Filing(role="self", authority="none", opened=True, marks=("interpreter",)),
        filed_at=_FILED,
        office=_OFFICE,
        facts=_FACTS,
        newest_at={"removal_at": _CLAIMED},
        verify_by=_FILED + timedelta(days=2),
    ),
    Findings(
        case_id=_CASE,
        found=(Finding(facts=Facts(custody="detained"), verdict="confirmed", at=_CLAIMED, version=4, user=_USER),),
    ),
    Text(
        owner=_RECEIPT,
        text_id=_TEXT,
        at=_CLAIMED,
        part="update",
        kind="updated",
        receipt=_RECEIPT,
        sealed=_SEALED,
    ),
    DecisionDraft(case_id=_CASE, saved_at=_CLAIMED, user=_USER, user_id=_USER_ID, sealed=_SEALED),
    Guard(person=_PERSON, case=_CASE, mac_key=_MAC_KEY),
    PersonCase(person=_PERSON, case=_CASE, mac_key=_MAC_KEY, filed_at=_FILED),
    NameCase(name=_NAME, case=_CASE, mac_key=_MAC_KEY),
    Suppression(address=_ADDRESS, mac_key=_MAC_KEY, since=_FILED, why="bounce"),
    AddressSends(
        address=_ADDRESS,
        mac_key=_MAC_KEY,
        version=7,
        unverified=tuple(_FILED + timedelta(minutes=minute) for minute in range(5)),
        groups={
            "unverified.acknowledgement.es": NoticeGroup(
                newest=NoticePointer(case_id=_CASE, notice_id=_NOTICE, created_at=_FILED + timedelta(minutes=6)),
                since=_FILED + timedelta(minutes=5),
                until=_FILED + timedelta(hours=1),
                waiting=2,
            )
        },
        expires_at=int((_FILED + timedelta(days=3, minutes=6)).timestamp()),
    ),
    CoveredNotice(
        address=_ADDRESS,
        by_case=_CASE,
        by_notice=_NOTICE,
        case="7Q0Y2N9TX3M5K1BD",
        notice="acknowledgement-9J03-1R92-ESN7-Q6BQ-C",
        expires_at=int((_FILED + timedelta(days=14)).timestamp()),
    ),
    Officer(user=_USER_ID, claims=1, nexts=4),
    Lookups(
        user=_USER_ID,
        hour=_CLAIMED.replace(minute=0),
        count=3,
        expires_at=int((_CLAIMED + timedelta(hours=2)).timestamp()),
    ),
    Correction(case_id=_CASE, event=7, by=9),
    Read(case_id=_CASE, read_id=_READ, at=_CLAIMED, user=_USER, what="contacts", sealed=_SEALED),
    Snapshot(
        office=_OFFICE,
        at=_FILED,
        lanes=(LaneCount(lane="detained", open=120, claimed=9, overdue=3, median_wait_ms=345_600_000),),
        oldest=_FILED - timedelta(days=60),
        policies={_DIGEST: 120},
    ),
    Wait(
        office=_OFFICE,
        lane="detained",
        decided_at=datetime(2026, 12, 15, 9, 30, tzinfo=UTC),
        unique=_WAIT,
        days=21,
        expires_at=1_814_088_600,
    ),
    UsualWaits(
        office=_OFFICE, as_of=_FILED, week="2026-W48", weeks={"imminent_removal": 1, "detained": 3, "final_order": 9}
    ),
    Bands(
        office=_OFFICE,
        at=_FILED,
        day=_FILED.date(),
        digest=_DIGEST,
        edges=(Edge(ahead=9, rank=_RANK), Edge(ahead=29)),
        lanes={"detained": 28},
    ),
    PolicyHead(
        policy_id=_POLICY,
        kind="document",
        title="Executive Order 14159",
        issued=date(2025, 1, 20),
        digest=_DIGEST,
        size=9000,
        intervals=(Span(since=datetime(2025, 1, 20, 5, 0, tzinfo=UTC)),),
        state="approved",
        author="ada",
        created_at=_FILED,
        approver="ben",
        decided_at=_CLAIMED,
    ),
    PolicyText(policy_id=_POLICY, digest=_DIGEST, text="id: 2025-01-20-order …"),
    PolicyReason(policy_id=_POLICY, why="Agrees with the order."),
    PolicyAuthor(author="b1f0", drafts=2, size=18_000),
    PolicyRecord(
        policy_id=_POLICY,
        kind="document",
        title="Executive Order 14159",
        issued=date(2025, 1, 20),
        text="id: 2025-01-20-order …",
        digest=_DIGEST,
        intervals=(Span(since=datetime(2025, 1, 20, 5, 0, tzinfo=UTC)),),
        state="approved",
        author="ada",
        created_at=_FILED,
        approver="ben",
        decided_at=_CLAIMED,
    ),
    PolicyInForce(policy=_POLICY, digest=_DIGEST, since=_FILED),
    Switch(
        version=3,
        policy=_POLICY,
        digest=_DIGEST,
        rate=6000,
        started_at=_FILED,
        round_since=_FILED,
        walked_at=_FILED,
        cursors={_OFFICE: WorklistCursor(rank=_RANK, case_id=_CASE)},
        left=40,
        sent=100,
    ),
    Preview(
        policy_id=_POLICY,
        office=_OFFICE,
        run="5d0c",
        digest=_DIGEST,
        at=_FILED,
        part=1,
        work_at=_FILED,
        cases=100,
        before=Counts(lanes={"detained": 100}),
        after=Counts(lanes={"detained": 100}),
    ),
)
