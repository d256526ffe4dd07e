"""The rank worker: read a case and its folded words, assess it, and write what changed in one transaction.

A message only requests that a case be ranked now. Duplicate, late and reordered messages find the case up to date and
write nothing.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import MetricUnit, single_metric

from casereview.cases.assessment import Assessment, InForce, assess, explanation_of
from casereview.cases.changes import changes_between, next_version, restriction
from casereview.cases.decisions import approval_due
from casereview.cases.due import has_unknown_work_due
from casereview.cases.first_look import is_target_missed, resumed_clock
from casereview.cases.lease import is_top_lane, lease_duration
from casereview.cases.lifecycle import LIVE
from casereview.cases.material import is_lifted_by_words
from casereview.cases.verification import pending_verifications
from casereview.notices.pending import target_passed_notice
from casereview.policy.compiler import CompiledPolicy
from casereview.runtime.backoff import attempts
from casereview.schema.base import to_milliseconds
from casereview.schema.errors import ConcurrentChangeError
from casereview.schema.event_records import Event
from casereview.schema.messages import NoticeMessage
from casereview.schema.records import Case, FirstLookClock, Hold
from casereview.store import keys
from casereview.store.damaged import behind_history
from casereview.store.folding import store_folded
from casereview.store.recheck import mark
from casereview.store.transaction import RefusedError, Write, put_new, put_over
from casereview.store.unreadable import UnreadableError
from casereview.store.verification_queue import requeued
from prioritize.expiry import expire
from prioritize.recheck import read_again
from prioritize.returned_decisions import return_outdated_decision
from prioritize.services import Services, metrics

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields

TRIES = 5
"""How often a case is read again: after an expired lease or information request, or after a concurrent change."""


class StillChangingError(ConcurrentChangeError):
    """Other writes changed the case at each try; SQS redelivers the message after its visibility timeout."""


def rank_case(services: Services, case_id: str) -> None:
    """Report missed verifications in every state of a case; of an open one, expire what has ended, then rank it.

    Args:
        services: The table, the policies and the notice queue.
        case_id: The case.

    Raises:
        StillChangingError: Other writes changed the case at each try.
        UnreadableError: The case, or a record of it, cannot be read. It keeps its rank, counts as restricted, and is
            tried again as often as any other due work.
    """
    for _ in attempts(TRIES):
        case = services.table.get(Case, keys.case(case_id))
        if case is None:
            return
        now = to_milliseconds(services.now())
        try:
            case = read_again(services, case, now)
            case = _report_missed_verification(services, case, now)
            if case.status not in LIVE:
                return
            if expire(services, case, now) is case and _rank(services, case, now):
                return
        except RefusedError as refusal:
            if damage := behind_history(services.table, refusal):
                mark(services.table, case_id, now)
                raise damage from refusal
        except ConcurrentChangeError:
            continue
        except UnreadableError:
            mark(services.table, case_id, now)
            raise
    raise StillChangingError


def _report_missed_verification(services: Services, case: Case, now: datetime) -> Case:
    """Report that requesters of a case were not verified in time, each once, by the office that the answer named.

    Returns:
        The case, which wakes up again when the next of its requesters is to be verified.
    """
    if case.verify_by is None or case.verify_by > now:
        return case
    due = _not_reported(services, case, case.verify_by)
    unknown_work = has_unknown_work_due(case, now)
    after = case.evolve(
        verify_by=min((at for at, _office in due if at > now), default=None),
        attempts=case.attempts if unknown_work else 0,
        stuck=case.stuck and unknown_work,
    )
    services.table.write(put_over(after, version=case.version))
    for office, missed in Counter(office for at, office in due if at <= now).items():
        with single_metric("VerificationMissed", MetricUnit.Count, missed) as metric:
            metric.add_dimension("office", office)
    return after


def _not_reported(services: Services, case: Case, since: datetime) -> list[tuple[datetime, str]]:
    """Return by when requesters of a case are to be verified, from a time on, each with the office that does it."""
    claims = services.table.evidence_of(case).claims
    return [
        (one.verify_by, one.office or case.office)
        for one in claims
        if one.live and one.verify_by and one.verify_by >= since
    ]


def _rank(services: Services, case: Case, now: datetime) -> bool:
    """Rank a case; return False if its decision returned to its author instead, after which it is to be ranked."""
    policy = services.policies.in_force(case.digest, now)
    if case.folded < case.version:
        store_folded(services.table, case, policy)
    file = services.table.evidence_of(case, weighed=True)
    found = assess(file, InForce(policy, None), now)  # without its end: when it ends, a policy switch ranks the cases
    if return_outdated_decision(services, case, found, policy, now):
        return False
    ranked = _ranked(case, found, policy, now)
    enters_top_lane = found.shown_lane != case.shown_lane and is_top_lane(policy, found.shown_lane)
    queued = requeued(services.table, file._replace(case=ranked), policy, now, enters_top_lane=enters_top_lane)
    if queued.writes:
        ranked = ranked.evolve(**pending_verifications(ranked, queued.claims, now))
    changes = changes_between(case, ranked)
    if changes or queued.writes:
        raised = ranked.evolve(**next_version(case))
        after = raised.evolve(material=raised.version) if is_lifted_by_words(case, found, policy) else raised
        event = _event(after, found, now).evolve(changes=changes)
        _write_ranking(services, case, after, event, queued.writes)
    elif ranked != case:
        services.table.write(put_over(ranked, version=case.version))
    else:
        metrics.add_metric("UpToDate", MetricUnit.Count, 1)
    return True


def _write_ranking(services: Services, before: Case, after: Case, event: Event, also: tuple[Write, ...]) -> None:
    """Write a changed ranking with its event, and notify the office if the case has just missed its target."""
    late = after.missed and not before.missed
    notice = target_passed_notice(after, event.at) if late and services.office_notices else None
    notices = [put_new(notice)] if notice else []
    services.table.write(put_over(after, version=before.version), put_new(event), *notices, *also)
    _add_metrics(after, late=late)
    if notice:
        services.notice_queue.send(NoticeMessage(case_id=notice.case_id, notice_id=notice.notice_id), notice.office)


def _ranked(case: Case, found: Assessment, policy: CompiledPolicy, now: datetime) -> Case:
    """Return the case with the fields that its assessment determines."""
    ranking = found.ranking
    first, unknown_work = case.status == "received", has_unknown_work_due(case, now)
    ranked = case.evolve(
        first_look=_clock(case, found, now),
        hold=_hold(case, policy, ranking.lane, now) if ranking.lane != case.lane else case.hold,
        status="in_line" if first else case.status,
        status_since=now if first else case.status_since,
        facts=case.facts.merged(found.settled.facts),
        lane=ranking.lane,
        shown_lane=found.shown_lane,
        rank=ranking.rank,
        sort_at=ranking.sort_at,
        reasons=tuple(reason.rule for reason in ranking.reasons),
        flags=ranking.flags,
        policy=ranking.policy,
        digest=ranking.digest,
        rank_at=found.wake_at,
        attempts=case.attempts if unknown_work else 0,
        stuck=case.stuck and unknown_work,
    )
    changes: CaseFields = {
        **restriction(case, restricted=bool(found.settled.facts.protected)),
        "first_look": ranked.first_look.evolve(missed=is_target_missed(ranked, now)),
        "approve_by": _approve_by(case, found, policy, now),
    }
    return ranked.evolve(**changes)


def _approve_by(case: Case, found: Assessment, policy: CompiledPolicy, now: datetime) -> datetime | None:
    """Return by when a decision is to be approved; in a top lane that the case enters meanwhile, sooner."""
    due = approval_due(case)
    if due is None or not found.top or found.ranking.lane == case.lane:
        return case.approve_by
    return min(due, now + policy.document.duties.approval_in_top_lanes)


def _clock(case: Case, found: Assessment, now: datetime) -> FirstLookClock:
    """Return the first-look clock for the new ranking: a new lane restarts it, and a top lane never stops it."""
    if found.ranking.lane != case.lane:
        stopped = case.first_look.stopped_since
        since = None if found.top or stopped is None else max(stopped, found.lane_since)
        clock = case.first_look.evolve(stopped_since=since, stopped_ms=0)
    else:
        clock = resumed_clock(case, now) if found.top else case.first_look
    target = None if clock.stopped_since else found.ranking.target_by
    return clock.evolve(lane_since=found.lane_since, target_at=target)


def _hold(case: Case, policy: CompiledPolicy, lane: str, now: datetime) -> Hold | None:
    """Return the claim of a case in its new lane: the lease ends no later than a new lease of that lane would."""
    if case.hold is None or case.hold.lease_until is None:
        return case.hold
    return case.hold.evolve(lease_until=min(case.hold.lease_until, now + lease_duration(policy, lane)))


def _event(case: Case, found: Assessment, now: datetime) -> Event:
    return Event(
        case_id=case.case_id,
        version=case.version,
        at=now,
        kind="ranked",
        actor="system",
        ranking=explanation_of(found.ranking, now),
    )


def _add_metrics(after: Case, *, late: bool) -> None:
    metrics.add_metric("Ranked", MetricUnit.Count, 1)
    if late:
        with single_metric("TargetMissed", MetricUnit.Count, 1) as metric:
            metric.add_dimension("office", after.office)
            metric.add_dimension("lane", after.lane or "")
