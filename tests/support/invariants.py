"""Invariants of the table after every action, computed from the histories alone, without the code under test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from casereview.cases import lifecycle
from casereview.cases.changes import SHOWN_FIELDS
from casereview.cases.due import STUCK, shard_of
from casereview.cases.lifecycle import ENDED, LIVE, OPEN, QUEUED
from casereview.policy.packaged import DEFAULT, compiled, governing
from casereview.schema.base import rfc3339
from casereview.schema.records import Case, Event, Notice, Request
from casereview.schema.vocabulary import Status
from tests.support.controlled_system import Snapshot
from tests.support.expected_state import (
    citizenship_stands,
    counted_events,
    due_times,
    held_since,
    holders,
    is_up_to_date,
    is_verified,
    may_know,
    needs_a_call,
    protection_verifications,
    verdict_on,
)

_BLANK: dict[str, Any] = {
    "status": None,
    "office": None,
    "requests": 1,
    "live": 1,
    "restricted": False,
    "lane": None,
    "rank": None,
    "reasons": [],
    "flags": [],
    "policy": None,
    "missed": False,
}
assert _BLANK.keys() == set(SHOWN_FIELDS)


def check(before: Snapshot, now: Snapshot) -> None:
    """Check all invariants of a snapshot, and those of the changes since the snapshot before.

    Raises:
        AssertionError: One of them does not hold.
    """
    for case in now.cases.values():
        history = now.history(case.case_id)
        _history_is_complete_and_equals_the_state(case, history)
        _decisions_have_their_approvals(history)
        _claims_of_citizenship_are_referred(history)
        _claim_has_a_lease(case)
        _looks_are_correct(case, history)
        _case_is_ranked_or_its_ranking_is_pending(case)
        _clock_is_correct(case, now)
        _due_index_is_correct(case, (f"CASE#{case.case_id}", "CASE"), now)
        _is_in_its_worklist(case, now)
        _is_restricted_where_it_must_be(case, history)
        _officers_protection_outlives_a_split(history, now)
        _telephone_flag_is_correct(case, history, now)
    for notice in now.notices.values():
        _due_index_is_correct(notice, (f"CASE#{notice.case_id}", f"NOTICE#{notice.notice_id}"), now)
        _failed_notice_is_in_the_history(notice, now)
    _reviewers_are_kept_by_links_and_splits(now)
    _one_open_case_per_person(now)
    _each_request_belongs_to_one_case(now)
    _counters_equal_the_cases_held(now)
    _history_only_grows(before, now)
    _notices_are_for_requesters_with_access(before, now)
    _removals_after_a_request_are_safety_events(before, now)


def _history_is_complete_and_equals_the_state(case: Case, history: Sequence[Event]) -> None:
    assert [event.version for event in history] == list(range(1, case.version + 1)), history
    state = dict(_BLANK)
    for event in history:
        status: Status | None = state["status"]
        for name, change in event.changes.items():
            if name in SHOWN_FIELDS:
                assert state[name] == change.before or event.kind == "filed", (name, event)
                state[name] = change.after
        lifecycle.check(event.kind, status, state["status"])
    fields = {**case.model_dump(mode="json"), "missed": case.missed}
    held = {name: fields[name] for name in SHOWN_FIELDS}
    assert held == state, {
        name: (held[name], state[name], history) for name in SHOWN_FIELDS if held[name] != state[name]
    }


def _decisions_have_their_approvals(history: Sequence[Event]) -> None:
    proposed: Event | None = None
    for event in history:
        if event.kind == "decision_proposed":
            proposed = event
        elif event.kind == "approved":
            assert proposed is not None, event
            assert event.user not in {None, proposed.user}, event
            assert proposed.details["policy"] == governing(event.at)[0].id
        if event.kind in {"decided", "decision_proposed", "official_decided", "remanded"}:
            assert event.actor == "officer", event
            assert event.details["policy"] == governing(event.at)[0].id
            assert event.details["case_version"] == event.version - 1
        if event.kind in {"decision_returned", "approved", "withdrawn", "decided"}:
            proposed = None if event.kind != "withdrawn" or "status" in event.changes else proposed


def _claims_of_citizenship_are_referred(history: Sequence[Event]) -> None:
    """While a claim of US citizenship stands, only a referral, or the official's decision on one, may end the case."""
    outcome: object = None
    for place, event in enumerate(history):
        if event.kind not in {"decided", "decision_proposed", "approved", "official_decided", "remanded"}:
            continue
        before, outcome = outcome, event.details.get("outcome", outcome)
        if event.kind != "remanded" and citizenship_stands(counted_events(history[:place])):
            confirmed = event.kind == "official_decided" and before == "referred" and outcome != "override"
            assert outcome == "referred" or confirmed, (event, history)


def _claim_has_a_lease(case: Case) -> None:
    if case.claimed_by:
        assert case.status in {"in_review", "awaiting_approval", "with_senior_official"}, case
        assert (case.lease_until is None) == (case.status == "awaiting_approval"), case
    else:
        assert case.lease_until is None, case
        assert case.status not in {"in_review", "awaiting_approval"}, case


def _looks_are_correct(case: Case, history: Sequence[Event]) -> None:
    """Work since the clock began counts as a look, and so does a claim while it lasts; copied events do not."""
    worked = taken = None
    for event in history:
        if event.kind in {"escalated", "remanded", "reopened"}:
            worked = None
        elif event.kind in {"information_asked", "decision_proposed"} or (event.kind == "verified" and event.sealed):
            worked = event.at
        elif event.kind in {"claimed", "decision_returned"}:
            taken = event.at
    assert case.first_look.looked_at == worked, (case, history)
    assert held_since(case) == (taken if case.lease_until else None), (case, history)


def _case_is_ranked_or_its_ranking_is_pending(case: Case) -> None:
    if case.status in LIVE:
        assert case.rank or case.rank_at, case
        assert (case.status == "received") <= (case.rank_at is not None), case
    if case.status == "information_needed":
        assert case.answer_by is not None, case


def _clock_is_correct(case: Case, now: Snapshot) -> None:
    clock = case.first_look
    if case.status in LIVE and clock.stopped_since:
        assert case.status == "information_needed", case
    if not is_up_to_date(case, now):
        return
    policy = now.policies.get(case.policy or "") or compiled(case.policy or DEFAULT)
    lane = next(lane for lane in policy.lanes if lane.id == case.lane)
    assert not (lane.top and clock.stopped_since), case
    running = lane.first_look is not None and clock.stopped_since is None
    assert (case.target_at is not None) == running, case
    if lane.first_look and clock.target_at and clock.lane_since:
        assert clock.target_at == clock.lane_since + lane.first_look + timedelta(milliseconds=clock.stopped_ms), case


def _due_index_is_correct(record: Case | Notice, key: tuple[str, str], now: Snapshot) -> None:
    times = due_times(record)
    if not times:
        assert key not in now.due, record
        return
    at, shard = now.due[key]
    assert shard == (STUCK if record.stuck else shard_of(*key)), record
    postponed = record.attempts or record.stuck or at <= rfc3339(now.at)
    assert at >= rfc3339(min(times)) if postponed else at == rfc3339(min(times)), record


def _is_in_its_worklist(case: Case, now: Snapshot) -> None:
    queued = case.status in QUEUED and case.rank is not None
    assert now.queues.get(case.case_id) == (case.office if queued else None), case


def _is_restricted_where_it_must_be(case: Case, history: Sequence[Event]) -> None:
    if case.linked_to:
        return
    linked = max((event.version for event in history if event.kind == "linked"), default=0)
    events = [event for event in counted_events(history) if event.claims]
    official = [e for e in events if e.verification and e.claims and "protected" in e.claims.model_fields_set]
    last = next((event for event in reversed(official) if event.version > linked), None)
    if last and last.claims and last.verification:
        must = bool(last.verification.verdict == "confirmed" and last.claims.protected)
    else:
        must = any(event.claims and event.claims.protected for event in events if not event.verification)
    assert case.restricted or not must, case


def _officers_protection_outlives_a_split(history: Sequence[Event], now: Snapshot) -> None:
    for split in (event for event in history if event.kind == "split"):
        new = now.cases[str(split.details["split_to"])]
        before = [event for event in protection_verifications(history) if event.version < split.version]
        since = [event for event in protection_verifications(now.history(new.case_id)) if event.at >= split.at]
        last = before[-1] if before else None
        if last and last.claims and last.claims.protected and not since and not new.linked_to:
            assert new.restricted or last.receipt, new


def _reviewers_are_kept_by_links_and_splits(now: Snapshot) -> None:
    for case in now.cases.values():
        if case.linked_to:
            assert {*case.reviewers} <= {*now.cases[case.linked_to].reviewers}, case
        before: set[str] = set()
        for event in now.history(case.case_id):
            if event.kind == "claimed" and event.user and event.changes.get("status"):
                before.add(event.user)
            if event.kind == "split":
                assert before <= {*now.cases[str(event.details["split_to"])].reviewers}, case


def _telephone_flag_is_correct(case: Case, history: Sequence[Event], now: Snapshot) -> None:
    """The flag ``telephone`` is set if a notice failed since the last new address of a requester who can be called."""
    if is_up_to_date(case, now):
        to_call = [receipt for receipt in holders(case, history) if needs_a_call(receipt, counted_events(history))]
        assert ("telephone" in case.flags) == bool(to_call and not case.restricted), (case, to_call)


def _failed_notice_is_in_the_history(notice: Notice, now: Snapshot) -> None:
    """A notice that failed is in the history of the case that its request belongs to now."""
    request = now.requests[notice.receipt]
    if notice.why in {"suppressed", "refused", "expired", "unanswered", "bounced"} and request.state == "live":
        failed = [event for event in now.history(request.case_id) if event.kind == "undeliverable"]
        assert notice.receipt in {event.receipt for event in failed}, notice


def _one_open_case_per_person(now: Snapshot) -> None:
    held = {case.person: case for case in now.cases.values() if case.person and case.status in OPEN}
    assert Counter(case.person for case in now.cases.values() if case.person and case.status in OPEN).total() == len(
        held
    )
    assert {person: case.case_id for person, case in held.items()} == {
        person: guard.case for person, guard in now.guards.items()
    }


def _each_request_belongs_to_one_case(now: Snapshot) -> None:
    owners: dict[str, str] = {}
    for case in now.cases.values():
        filings = holders(case, now.history(case.case_id))
        for receipt in filings:
            assert owners.setdefault(receipt, case.case_id) == case.case_id, "a request belongs to two cases"
        if case.linked_to is None:
            _counts_are_correct(case, [now.requests[receipt] for receipt in filings])
    assert owners == {request.receipt: request.case_id for request in now.requests.values()}
    for request in now.requests.values():
        history = now.history(request.case_id)
        filing = holders(now.cases[request.case_id], history)[request.receipt].filing
        assert filing is not None
        assert filing.opened == request.opened, request
        verdict = verdict_on(request, history)
        assert request.verified == (verdict == "confirmed"), (request, verdict)
        assert request.refuted == (verdict == "refuted"), (request, verdict)


def _counts_are_correct(case: Case, requests: list[Request]) -> None:
    assert case.requests == len(requests), case
    assert case.live == sum(request.state == "live" for request in requests), case
    assert case.filed_at == min(request.received_at for request in requests), case


def _counters_equal_the_cases_held(now: Snapshot) -> None:
    held = Counter(case.hold.by_id or case.hold.by for case in now.cases.values() if case.hold)
    counted = {user: officer.claims for user, officer in now.officers.items() if officer.claims}
    assert counted == held


def _history_only_grows(before: Snapshot, now: Snapshot) -> None:
    for case_id, old in before.cases.items():
        new = now.cases[case_id]
        assert new.version >= old.version
        events = now.events[case_id]
        assert all(events[version] is event for version, event in before.events[case_id].items())
        added = [events[version] for version in range(old.version + 1, new.version + 1)]
        if new.version == old.version and old.status in ENDED:
            assert new == old
        if [event.kind for event in added] == ["transferred"]:
            assert (new.filed_at, new.first_look) == (old.filed_at, old.first_look), (old, new)
        assert all(first.version + 1 == second.version for first, second in pairwise(added))


def _notices_are_for_requesters_with_access(before: Snapshot, now: Snapshot) -> None:
    for key, notice in now.notices.items():
        if notice.template == "acknowledgement":
            continue
        request = now.requests[notice.receipt]
        old = before.notices.get(key)
        if old is None and notice.receipt in before.requests and key[0] == before.requests[notice.receipt].case_id:
            assert request.state == "live", notice
            assert may_know(request, before) or may_know(request, now), notice
        if notice.state == "sent" and old and old.state != "sent":
            assert is_verified(request, now) or not now.cases[request.case_id].restricted, notice


def _removals_after_a_request_are_safety_events(before: Snapshot, now: Snapshot) -> None:
    """A removal after a filing is a safety event; a day without a time counts until its end, in Eastern time."""
    for case_id, old in before.cases.items():
        for event in now.history(case_id)[old.version :]:
            if event.kind == "removal_recorded":
                removed = str(event.details["removed_at"])
                last = removed if "T" in removed else f"{removed}T23:59:59.999999"
                at = datetime.fromisoformat(last)
                safety = old.filed_at < (at if at.tzinfo else at.replace(tzinfo=ZoneInfo("America/New_York")))
                assert event.details["safety"] == safety, event
                assert now.cases[case_id].safety == (old.safety or safety), event
