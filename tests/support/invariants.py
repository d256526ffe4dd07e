"""Invariants of the table after every action, computed from the histories alone, without the code under test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from casereview.cases import lifecycle
from casereview.cases.changes import SHOWN_FIELDS
from casereview.cases.due import STUCK, shard_of
from casereview.cases.lifecycle import ENDED, LIVE, OPEN, QUEUED
from casereview.policy.packaged import DEFAULT, compiled, governing
from casereview.schema.base import rfc3339
from casereview.schema.event_records import Event
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case
from casereview.schema.vocabulary import Status
from tests.support.controlled_system import Snapshot
from tests.support.expected_state import due_times, held_since, is_up_to_date, needs_a_call
from tests.support.histories.events import BLANK
from tests.support.histories.state import CaseState, Decision
from tests.support.invariants_of_answers import check_answers
from tests.support.invariants_of_requests import check_requests

assert BLANK.keys() == set(SHOWN_FIELDS)


def check(before: Snapshot, now: Snapshot) -> None:
    """Check all invariants of a snapshot, and those of the changes since the snapshot before.

    Raises:
        AssertionError: One of them does not hold.
    """
    for case in now.cases.values():
        history, told = now.history(case.case_id), now.world.cases[case.case_id]
        _history_is_complete_and_equals_the_state(case, history)
        _decisions_have_their_approvals(history)
        _decisions_considered_what_counts(told.decisions, history)
        _claims_of_citizenship_are_referred(told.decisions, history)
        _claim_has_a_lease(case)
        _claim_and_looks_are_those_of_the_history(case, told)
        _material_is_correct(case, told, history)
        _case_is_ranked_or_its_ranking_is_pending(case)
        _clock_is_correct(case, now)
        _due_index_is_correct(case, (f"CASE#{case.case_id}", "CASE"), now)
        _is_in_its_worklist(case, now)
        _is_restricted_where_it_must_be(case, told, now)
        _shows_what_was_shown_before(case, told)
        _officers_protection_outlives_a_split(history, now)
        _telephone_flag_is_correct(case, told, now)
        assert case.reviewers == tuple(sorted(told.reviewers)), (case, told)
    for notice in now.notices.values():
        _due_index_is_correct(notice, (f"CASE#{notice.case_id}", f"NOTICE#{notice.notice_id}"), now)
    check_requests(before, now)
    check_answers(before, now)
    _one_open_case_per_person(now)
    _cases_are_found_by_their_persons(now)
    _counters_equal_the_cases_held(now)
    _waits_are_those_of_final_decisions(now)
    _history_only_grows(before, now)
    _removals_after_a_request_are_safety_events(before, now)


def _history_is_complete_and_equals_the_state(case: Case, history: Sequence[Event]) -> None:
    assert [event.version for event in history] == list(range(1, case.version + 1)), history
    state = dict(BLANK)
    for event in history:
        status: Status | None = state["status"]
        for name, change in event.changes.items():
            if name in SHOWN_FIELDS:
                assert state[name] == change.before or event.kind == "filed", (name, event)
                state[name] = change.after
        lifecycle.check(event.kind, status, state["status"])
    assert case.folded == case.version, case
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
            assert event.user_id not in {None, proposed.user_id}, event
            assert proposed.details["policy"] == governing(event.at)[0].id
        if event.kind in {"decided", "decision_proposed", "official_decided", "remanded"}:
            assert event.actor == "officer", event
            assert event.details["policy"] == governing(event.at)[0].id
        if event.kind in {"decision_returned", "approved", "withdrawn", "decided"}:
            proposed = None if event.kind != "withdrawn" or "status" in event.changes else proposed


def _decisions_considered_what_counts(decisions: Sequence[Decision], history: Sequence[Event]) -> None:
    """No verification, move, removal or word of a verified holder came after the version that a decision is for."""
    based_on = 0
    for event, _stands, _outcome, material in decisions:
        if event.kind != "approved":
            based_on = int(str(event.details["case_version"]))
        assert material <= based_on < event.version, (event, history)
        based_on = event.version


def _claims_of_citizenship_are_referred(decisions: Sequence[Decision], history: Sequence[Event]) -> None:
    """While a claim of US citizenship stands, only a referral, or the official's decision on one, may end the case."""
    for event, stands, before, _material in decisions:
        outcome = event.details.get("outcome", before)
        if event.kind != "remanded" and stands:
            confirmed = event.kind == "official_decided" and before == "referred" and outcome != "override"
            assert outcome == "referred" or confirmed, (event, history)


def _claim_has_a_lease(case: Case) -> None:
    if case.claimed_by:
        assert case.status in {"in_review", "awaiting_approval", "with_senior_official"}, case
        assert (case.lease_until is None) == (case.status == "awaiting_approval"), case
    else:
        assert case.lease_until is None, case
        assert case.status not in {"in_review", "awaiting_approval"}, case


def _claim_and_looks_are_those_of_the_history(case: Case, told: CaseState) -> None:
    """Work since the clock began counts as a look, and so does a claim while it lasts."""
    assert (case.hold.by_id if case.hold else None) == told.holder, (case, told)
    assert case.first_look.looked_at == told.looked_at, (case, told)
    assert held_since(case) == told.held_since, (case, told)


def _material_is_correct(case: Case, told: CaseState, history: Sequence[Event]) -> None:
    """Besides what the replay knows, only a ranking that changes the lane can be material."""
    assert case.material >= told.material, (case, told)
    if case.material > told.material:
        event = history[case.material - 1]
        assert event.kind == "ranked", (case, event)
        assert "lane" in event.changes, (case, event)


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


def _is_restricted_where_it_must_be(case: Case, told: CaseState, now: Snapshot) -> None:
    """A restriction never waits for a ranking; its end does."""
    if case.linked_to:
        return
    must = told.must_be_restricted()
    assert case.restricted or not must, case
    assert case.restricted == must or not is_up_to_date(case, now), case


def _shows_what_was_shown_before(case: Case, told: CaseState) -> None:
    """A case that became restricted keeps what verified requesters saw until then."""
    kept = case.shown_before and (lifecycle.public(case.shown_before.status), case.shown_before.since)
    assert kept == (told.shown_before and told.shown_before[:2]), (case, told)


def _officers_protection_outlives_a_split(history: Sequence[Event], now: Snapshot) -> None:
    """The mark of an officer that names no request stays with both cases."""
    for place, split in enumerate(history):
        if split.kind != "split":
            continue
        new = now.cases[str(split.details["split_to"])]
        undone = {event.details["event"] for event in history[:place] if event.kind == "corrected"}
        marks = [event for event in history[:place] if _is_about_protection(event)]
        before = [event for event in marks if event.version not in undone]
        since = [event for event in now.history(new.case_id) if _is_about_protection(event)]
        last = before[-1] if before else None
        if last and last.claims and last.claims.protected and not since and not new.linked_to:
            assert new.restricted or last.receipt, new


def _is_about_protection(event: Event) -> bool:
    return bool(event.verification and event.claims and "protected" in event.claims.model_fields_set)


def _telephone_flag_is_correct(case: Case, told: CaseState, now: Snapshot) -> None:
    """The flag ``telephone`` is set if a notice failed since the last new address of a requester who can be called."""
    if is_up_to_date(case, now):
        to_call = [one.receipt for one in told.all_requests() if needs_a_call(one)]
        assert ("telephone" in case.flags) == bool(to_call and not case.restricted), (case, to_call)


def _one_open_case_per_person(now: Snapshot) -> None:
    """An open case has the guard of each of its A-numbers, but of the one that keeps it beside another case."""
    held = [(person, case.case_id) for case in now.cases.values() if case.status in OPEN for person in case.guarded]
    assert sorted(held) == sorted((person, guard.case) for person, guard in now.guards.items())
    assert all(case.person or case.apart_from or not case.also_persons for case in now.cases.values())


def _cases_are_found_by_their_persons(now: Snapshot) -> None:
    """Every case with an A-number is among the cases of that person, ended or not."""
    persons = {(person, case.case_id) for case in now.cases.values() for person in case.numbers}
    assert persons <= now.of_persons


def _counters_equal_the_cases_held(now: Snapshot) -> None:
    held = Counter(case.hold.by_id or case.hold.by for case in now.cases.values() if case.hold)
    counted = {user: officer.claims for user, officer in now.officers.items() if officer.claims}
    assert counted == held


def _waits_are_those_of_final_decisions(now: Snapshot) -> None:
    expected = Counter(wait for told in now.world.cases.values() for wait in told.waits)
    assert Counter((wait.office, wait.decided_at) for wait in now.waits) == expected


def _history_only_grows(before: Snapshot, now: Snapshot) -> None:
    for case_id, old in before.cases.items():
        new = now.cases[case_id]
        assert new.version >= old.version
        events = now.events[case_id]
        assert all(events[version] is event for version, event in before.events[case_id].items())
        added = [events[version] for version in range(old.version + 1, new.version + 1)]
        if new.version == old.version and old.status in ENDED:
            assert new.evolve(verify_by=old.verify_by, attempts=old.attempts, stuck=old.stuck) == old, (old, new)
        if [event.kind for event in added] == ["transferred"]:
            assert (new.filed_at, new.first_look) == (old.filed_at, old.first_look), (old, new)
        assert all(first.version + 1 == second.version for first, second in pairwise(added))
    for owner, texts in before.texts.items():
        assert texts.items() <= now.texts[owner].items(), "a text was moved or deleted"


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
