"""The shape of a table: its contents without the times, ids and sealed bytes that differ from run to run.

Two runs with equal shapes have the same cases with the same events, requests, notices, claims and policies. Rankings
are left out, because the number of rankings on the way to the same result does not matter. So is the order of events,
which depends on when a caller retries; the invariants check it (``tests.support.invariants``).
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from casereview.cases.due import STUCK
from casereview.cases.lifecycle import LIVE
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.items import plain_fields
from tests.support.controlled_system import Snapshot
from tests.support.crashes.rig import Rig
from tests.support.invariants import check

Shape = dict[str, list[str]]
_CASE = (
    "status", "office", "field_office", "lane", "shown_lane", "requests", "live", "restricted", "reasons", "flags",
    "policy", "claimed_by", "reviewers", "outcome", "decided_by", "missed", "safety", "over_limit", "stuck", "asking",
)  # fmt: skip
_KEPT: dict[str, tuple[str, ...]] = {
    "REQUEST": (
        "role", "authority", "state", "opened", "verified", "refuted", "epoch", "office", "frozen", "updates",
        "said_bytes", "filed_by",
    ),
    "NOTICE": ("template", "language", "office", "state", "why", "stuck"),
    "RECEIPT": ("office", "live", "verified", "second", "refuted", "to_phone", "failed", "may_be_called", "unsafe"),
    "FINDINGS": (),
    "CORRECTION": (),
    "TEXT": ("part", "kind", "user"),
    "OPEN": (),
    "PERSON CASE": (),
    "NAME CASE": (),
    "LOOKUPS": ("user",),
    "READ": ("user", "what"),
    "SUPPRESSED": ("why",),
    "SENDS": (),
    "COVERED": (),
    "SNAPSHOT": ("office", "lanes"),
    "DUTY": ("kind", "office", "state", "tries"),
    "USES": ("uses", "restricted_uses"),
    "DRAFT": (),
    "WAIT": ("office", "lane", "days"),
    "USUALWAIT": ("office", "week", "weeks"),
    "BANDS": ("office", "day", "lanes"),
    "DOCUMENT": ("policy_id", "state", "author", "approver", "why"),
    "HEAD": ("policy_id", "kind", "amends", "state", "author", "approver", "digest"),
    "POLICYTEXT TEXT": ("policy_id", "digest"),
    "POLICYTEXT REASON": ("policy_id", "why"),
    "DRAFTS": ("author", "drafts"),
    "IN_FORCE": ("policy",),
    "SWITCH": ("policy",),
    "OFFICE": ("policy_id", "office", "done", "cases", "lane_changes"),
}  # fmt: skip
"""The attributes to compare, by the first part of the sort key; ``OFFICE`` is a part of a preview. Of what finds cases,
and of the texts of policies, the first part of the partition comes before it."""
_SET = {"REQUEST": ("verify_by", "withdrawal_by", "escalation_asked", "asks"), "RECEIPT": ("verify_by", "said_at")}
"""The attributes of which only their presence is compared."""


def shape_of(rig: Rig) -> Shape:
    """Return the shape of the table."""
    now, found = rig.read_table(), dict[str, list[str]]()
    for case in now.cases.values():
        found.setdefault("CASE", []).append(_case(case, now))
    for officer in now.officers.values():
        if officer.claims or officer.nexts:
            found.setdefault("COUNTER", []).append(f"{officer.user} {officer.claims} {officer.nexts}")
    for item in rig.items():
        kind = item["sk"]["S"].partition("#")[0]
        if item["sk"]["S"].startswith(keys.CASES):
            kind = f"{item['pk']['S'].partition('#')[0]} CASE"
        elif item["pk"]["S"].startswith("POLICYTEXT#"):
            kind = f"POLICYTEXT {kind}"
        if kind in _KEPT:
            fields = plain_fields(item)
            kept = [_without_waits(fields.get(name)) for name in _KEPT[kind]]
            found.setdefault(kind, []).append(str([*kept, *(bool(fields.get(name)) for name in _SET.get(kind, ()))]))
        else:
            assert kind in {"CASE", "EVENT", "COUNTER"}, kind
    return {kind: sorted(lines) for kind, lines in sorted(found.items())}


def _without_waits(value: Any) -> Any:  # noqa: ANN401  # any attribute
    """Remove the waiting times of an office's snapshot."""
    if isinstance(value, list):
        return [_without_waits(each) for each in value]
    return (
        {name: each for name, each in value.items() if name != "median_wait_ms"} if isinstance(value, dict) else value
    )


def _case(case: Case, now: Snapshot) -> str:
    kinds = sorted(event.kind for event in now.history(case.case_id) if event.kind != "ranked")
    linked, stopped = case.linked_to is not None, case.first_look.stopped_since is not None
    return str([*(getattr(case, name) for name in _CASE), case.person is not None, linked, stopped, kinds])


def pending_until(now: Snapshot) -> datetime | None:
    """Return when the last pending work is due, without leases and information requests; None if none is pending."""
    pending = [at for notice in now.notices.values() for at in _notice_due(notice) if not notice.stuck]
    pending += [
        case.rank_at
        for case in now.cases.values()
        if case.status in LIVE and case.rank_at and case.rank_at <= now.at and not case.stuck
    ]
    pending += [case.verify_by for case in now.cases.values() if case.verify_by and case.verify_by <= now.at]
    pending += [switch.round_since for switch in now.switches if switch.ended_at is None]
    pending += [
        datetime.fromisoformat(at)
        for (pk, _), (at, shard) in now.due.items()
        if pk.startswith("PREVIEW#") and shard != STUCK
    ]
    return max(pending, default=None)


def _notice_due(notice: Notice) -> list[datetime]:
    at = {"owed": notice.send_at, "sending": notice.lease_until}.get(notice.state)
    return [at] if at else []


def check_complete(rig: Rig, before: Snapshot) -> None:
    """Check that no work is missing: the invariants of the table hold, no work is due, and all notices are sent.

    Args:
        rig: The system, settled.
        before: The records of the table at an earlier time.

    Raises:
        AssertionError: Work is missing.
    """
    now = rig.read_table()
    check(before, now)
    assert not rig.messages, rig.messages
    assert not rig.failed_messages, rig.failed_messages
    for case in now.cases.values():
        assert case.status not in LIVE or (case.rank and case.status != "received"), f"not ranked: {case}"
        assert not case.stuck, case
    late = {key: at for key, (at, _shard) in now.due.items() if datetime.fromisoformat(at) <= now.at - _GRACE}
    assert not late, f"due and not done: {late}"
    _check_acknowledgements(now)
    _check_sent(rig, now)


_GRACE = timedelta(minutes=2)


def _check_acknowledgements(now: Snapshot) -> None:
    first = (notice for notice in now.notices.values() if notice.notice_id == f"acknowledgement-{notice.receipt}")
    notices = Counter(notice.receipt for notice in first)
    assert notices == Counter(list(now.requests)), "a request with no acknowledgement, or with two"
    for notice in now.notices.values():
        assert notice.state in {"sent", "undeliverable", "coalesced", "handed_over"}, notice


def _check_sent(rig: Rig, now: Snapshot) -> None:
    """Check that each notice with the state ``sent`` was sent, and that the attempts account for all messages."""
    state = rig.capture_state()
    out = [mail.id for mail in state.mails] + [text.message_id for text in state.texts]
    sent = [notice for notice in now.notices.values() if notice.state == "sent"]
    missing = [notice for notice in sent if notice.provider_id not in out]
    assert not missing, f"not sent: {missing}"
    most = len(sent) + sum(notice.unanswered for notice in now.notices.values())
    bounced = sum(notice.why in {"bounced", "refused"} for notice in now.notices.values())
    renewed = sum(notice.renewed_at is not None for notice in now.notices.values())
    assert len(out) <= most + bounced + renewed, "more messages than attempts"
