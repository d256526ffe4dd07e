"""What a table says, without the times, ids and sealed bytes that differ from one run to the next.

Two runs whose shapes are equal have the same cases with the same events, requests, notices, claims, policies. Of the
events the rankings are left out, for how often a case was ranked on its way to the same place is of no account; and
their order, which the invariants check (``tests.support.invariants``): who comes again later is written down later.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from casereview.cases.due import STUCK
from casereview.cases.lifecycle import LIVE
from casereview.schema.records import Case, Notice
from casereview.store.items import plain_fields
from tests.support.controlled_system import Snapshot
from tests.support.crashes.rig import Rig
from tests.support.invariants import check

Shape = dict[str, list[str]]
_CASE = (
    "status", "office", "field_office", "lane", "shown_lane", "requests", "live", "restricted", "reasons", "flags",
    "policy", "claimed_by", "reviewers", "outcome", "decided_by", "missed", "safety", "over_limit", "stuck",
)  # fmt: skip
_KEPT: dict[str, tuple[str, ...]] = {
    "REQUEST": ("role", "authority", "state", "opened", "verified", "refuted", "epoch", "office"),
    "NOTICE": ("template", "language", "office", "state", "why", "stuck"),
    "OPEN": (),
    "READ": ("user", "what"),
    "SUPPRESSED": ("why",),
    "SNAPSHOT": ("office", "lanes"),
    "DOCUMENT": ("policy_id", "state", "author", "approver", "why"),
    "IN_FORCE": ("policy",),
    "SWITCH": ("policy",),
    "OFFICE": ("policy_id", "office", "done", "cases", "lane_changes"),
}
"""By the first part of the sort key: what is compared of an item; ``OFFICE`` is a part of a preview."""


def shape_of(rig: Rig) -> Shape:
    """Return the shape of everything in the table."""
    now, found = rig.look(), dict[str, list[str]]()
    for case in now.cases.values():
        found.setdefault("CASE", []).append(_case(case, now))
    for officer in now.officers.values():
        if officer.claims or officer.nexts:
            found.setdefault("COUNTER", []).append(f"{officer.user} {officer.claims} {officer.nexts}")
    for item in rig.items():
        kind = item["sk"]["S"].partition("#")[0]
        if kind in _KEPT:
            fields = plain_fields(item)
            found.setdefault(kind, []).append(str([_timeless(fields.get(name)) for name in _KEPT[kind]]))
        else:
            assert kind in {"CASE", "EVENT", "COUNTER"}, kind
    return {kind: sorted(lines) for kind, lines in sorted(found.items())}


def _timeless(value: Any) -> Any:  # noqa: ANN401  # any attribute
    """Drop what an office's snapshot says of waiting times."""
    if isinstance(value, list):
        return [_timeless(each) for each in value]
    return (
        {name: each for name, each in value.items() if name != "median_wait_ms"} if isinstance(value, dict) else value
    )


def _case(case: Case, now: Snapshot) -> str:
    kinds = sorted(event.kind for event in now.history(case.case_id) if event.kind != "ranked")
    linked, stopped = case.linked_to is not None, case.first_look.stopped_since is not None
    return str([*(getattr(case, name) for name in _CASE), case.person is not None, linked, stopped, kinds])


def owed_until(now: Snapshot) -> datetime | None:
    """Return until when something is owed that nobody waits for on purpose; None at rest."""
    owed = [at for notice in now.notices.values() for at in _of_notice(notice) if not notice.stuck]
    owed += [
        case.rank_at
        for case in now.cases.values()
        if case.status in LIVE and case.rank_at and case.rank_at <= now.at and not case.stuck
    ]
    owed += [switch.round_since for switch in now.switches if switch.ended_at is None]
    owed += [
        datetime.fromisoformat(at)
        for (pk, _), (at, shard) in now.due.items()
        if pk.startswith("PREVIEW#") and shard != STUCK
    ]
    return max(owed, default=None)


def _of_notice(notice: Notice) -> list[datetime]:
    at = {"owed": notice.send_at, "sending": notice.lease_until}.get(notice.state)
    return [at] if at else []


def whole(rig: Rig, before: Snapshot) -> None:
    """Check that nothing is half done: every invariant of the table, every duty done, every notice sent and explained.

    Raises AssertionError.
    """
    now = rig.look()
    check(before, now)
    assert not rig.letters, rig.letters
    assert not rig.given_back, rig.given_back
    for case in now.cases.values():
        assert case.status not in LIVE or (case.rank and case.status != "received"), f"not ranked: {case}"
        assert not case.stuck, case
    late = {key: at for key, (at, _shard) in now.due.items() if datetime.fromisoformat(at) <= now.at - _GRACE}
    assert not late, f"owed and not done: {late}"
    _acknowledged(now)
    _sent(rig, now)


_GRACE = timedelta(minutes=2)


def _acknowledged(now: Snapshot) -> None:
    notices = Counter(notice.receipt for notice in now.notices.values() if notice.template == "acknowledgement")
    assert notices == Counter(list(now.requests)), "a request without its acknowledgement, or with two"
    for notice in now.notices.values():
        assert notice.state in {"sent", "undeliverable"}, notice


def _sent(rig: Rig, now: Snapshot) -> None:
    """Each notice that says it was sent was sent, and no more messages are out than attempts explain."""
    picture = rig.picture()
    out = [mail.id for mail in picture.mails] + list(picture.texts)
    sent = [notice for notice in now.notices.values() if notice.state == "sent"]
    missing = [notice for notice in sent if notice.provider_id not in out]
    assert not missing, f"never sent: {missing}"
    most = len(sent) + sum(notice.unanswered for notice in now.notices.values())
    bounced = sum(notice.why in {"bounced", "refused"} for notice in now.notices.values())
    assert len(out) <= most + bounced, "more messages than attempts"
