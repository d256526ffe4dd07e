"""Withdraw a request, and take that back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from casereview.cases.disclosure import is_told
from casereview.cases.first_look import restarted_clock
from casereview.cases.lifecycle import LIVE, WITH_DECISION
from casereview.cases.verification import with_pending
from casereview.cases.withdrawal import SUPERVISOR_WITHIN, UNDO_WITHIN, without_withdrawal
from casereview.http.problems import wrong_state
from casereview.notices.catalog import VERSIONS
from casereview.notices.pending import notice_to_requester
from casereview.routing.offices import SENIOR_REVIEWING_OFFICIAL
from casereview.schema.holder_commands import Withdrawal
from casereview.schema.notice_records import Notice
from casereview.schema.request_records import Request
from casereview.store.transaction import Put, Write
from casereview.store.transition import Transition
from casereview.usecases.contacts import open_contact
from casereview.usecases.persons import guards_elsewhere, guards_of_open_again
from casereview.usecases.services import CaseServices
from casereview.usecases.withdrawal import CANCELLED, Withdrawing, cancel_withdrawal, ended_request, withdraw_from
from intake.change_request import SPARE, Current, change_request, counted
from intake.responses import WithdrawalAccepted

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields, RequestFields

SUPERVISED_AFTER: Final = timedelta(days=30)
"""How long after a reissue of the code, or a filing by staff, a withdrawal waits for a supervisor (house rule)."""


def withdraw(services: CaseServices, request: Request, body: Withdrawal, at: datetime) -> WithdrawalAccepted:
    """Withdraw a request, or take a withdrawal back.

    The case closes, claimed or not, if this was its only request, it is in no top lane and the person is not detained;
    otherwise an officer confirms the end of the case. Withdrawing again changes nothing. For 30 days after the code was
    reissued or staff filed the request, the withdrawal waits for a supervisor.

    Raises:
        ProblemError: 409 if a withdrawal can no longer be taken back; 429 if the request may say no more.
    """
    size = len(body.model_dump_json().encode())

    def plan(now: Current) -> Transition | None:
        return _undone(services, now, size, at) if body.undo else _withdrawn(services, now, size, at)

    before = change_request(services, request, at, plan)
    waits = before.withdrawal_by is not None or (before.state == "live" and _needs_supervisor(before, at))
    return WithdrawalAccepted(receipt=request.receipt, waits=waits and not body.undo)


def _needs_supervisor(request: Request, at: datetime) -> bool:
    """Return whether a withdrawal waits for a supervisor: another person may hold the code."""
    since = [request.reissued_at, request.received_at if request.filed_by else None]
    return any(start is not None and at < start + SUPERVISED_AFTER for start in since)


def _withdrawn(services: CaseServices, now: Current, size: int, at: datetime) -> Transition | None:
    request, claims, case = now
    if request.state != "live" or request.withdrawal_by is not None:
        return None
    if _needs_supervisor(request, at):
        due = at + SUPERVISOR_WITHIN
        written = counted(request, size, {"withdrawal_by": due}, spare=SPARE)
        asked: CaseFields = {"rank_at": at} if case.rank_at else {}
        return Transition(
            "withdrawal_asked", asked, {"receipt": request.receipt}, (written, Put(claims.evolve(withdrawal_by=due)))
        )
    written = counted(request, size, ended_request(request, case, at), spare=SPARE)
    return withdraw_from(services, Withdrawing(*now), written, at)


def _undone(services: CaseServices, now: Current, size: int, at: datetime) -> Transition | None:
    request, claims, case = now
    if request.withdrawal_by is not None:
        return cancel_withdrawal(case, claims, counted(request, size, CANCELLED, spare=SPARE), at)
    if request.state == "live":
        return None
    if at > request.state_since + UNDO_WITHIN:
        raise wrong_state("withdrawal_final")
    policy, _until = services.policies.governing(at)
    again = without_withdrawal(claims, policy, at).evolve(failed=())  # which is sent again
    live: RequestFields = {"state": "live", "state_since": at, "verify_by": again.verify_by, "told": ()}
    written = counted(request, size, live, spare=SPARE)
    changes, guard = _live_again(services, now, at)
    changes |= with_pending(case, again, at)
    missed = _missed(services, now._replace(request=request.evolve(state="live")), at)
    return Transition("withdrawal_undone", changes, {"receipt": request.receipt}, (written, Put(again), *guard), missed)


def _missed(services: CaseServices, now: Current, at: datetime) -> tuple[Notice, ...]:
    """Return the notices that a holder may have missed: what did not arrive before, and the news of a decision."""
    request, case = now.request, now.case
    templates = [name for name in now.claims.failed if name in VERSIONS]
    if case.status in WITH_DECISION and is_told(request, case) and "news" not in templates:
        templates.append("news")
    language = open_contact(services.seal, request).language if templates else None
    name = f"{case.case_id}-{case.version + 1}"
    return tuple(
        notice_to_requester(request, template, at, name=f"{template}-{name}", language=language)
        for template in templates
    )


def _live_again(services: CaseServices, now: Current, at: datetime) -> tuple[CaseFields, tuple[Write, ...]]:
    """Return the fields of the case with one more live request; one that the withdrawal closed is open again.

    The person's guards are taken again; where another case has one meanwhile, this one goes on beside it, flagged. One
    with the Senior Reviewing Official goes on there, and needs no guard.
    """
    case = now.case
    elsewhere = guards_elsewhere(services.table, case)  # always, so that the calls are the same
    changes: CaseFields = {"live": case.live + 1}
    if case.status in LIVE:
        changes["rank_at"] = at
    if case.status != "withdrawn":
        return changes, ()
    at_official = case.office == SENIOR_REVIEWING_OFFICIAL
    changes |= {
        "status": "with_senior_official" if at_official else "in_line",
        "status_since": at,
        "first_look": restarted_clock(case, at),
        "rank_at": at,
        **({"decision": None} if case.outcome == "withdrawn" else {}),
    }
    if at_official:
        return changes, ()
    fields, guards = guards_of_open_again(case, elsewhere, services.macs.key)
    return {**changes, **fields}, guards
