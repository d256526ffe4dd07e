"""Link a case to an open one: one without an A-number; by a supervisor also one with another."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from casereview.cases.changes import restriction
from casereview.cases.decisions import WITHOUT_PROPOSED, after_link
from casereview.cases.due import without_due_work
from casereview.cases.lifecycle import OPEN
from casereview.cases.verification import pending_verifications
from casereview.cases.withdrawal import UNDO_WITHIN
from casereview.evidence.standing import is_restricted
from casereview.http.problems import wrong_state
from casereview.schema.evidence import CaseFile, Findings
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.store.caseload import uncount_claim
from casereview.store.folding import store_folded
from casereview.store.open_duties import moved_to, open_duties
from casereview.store.reason_uses import uncount_reasons
from casereview.store.transaction import Put, Write
from casereview.store.transition import Transition, carried_out
from casereview.usecases.file_request import MAX_EVER, MAX_LIVE
from casereview.usecases.sealed_text import seal_words
from review.authorization import require_access
from review.cases.guard import linked_persons, numbers_before_link
from review.cases.moved_requests import duties_of, merged_findings, moved, named, translates
from review.cases.requesters import requests_of
from review.cases.session import CaseSession
from review.schema.commands import Link

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import CaseFields, EventFields

LINKED_BEFORE: Final = "linked_before"
"""Key in the details of a link: the version of the link before it, 0 where there was none."""
_MAX_MOVED = 20
"""The most requests that one link moves, live ones first: up to four writes each, and two for each open duty."""
_MAX_WRITES = 95
"""The most writes that bring requests to the other case; the closed case takes the rest of the 100 of a transaction."""


def link(session: CaseSession, body: Link) -> Case:
    """Link this case to an open case: its requests and their statements move there.

    The open case keeps its A-number, if it has one, the earlier filing time, and the reviewers and decisions of both. A
    supervisor may link a case that has an A-number too, because one of them was mistyped: the open case has both, and
    their guards.

    Returns:
        This case, which is now closed.

    Raises:
        ProblemError: 404 without access to one of the cases; 409 if this case has an A-number and the caller is no
            supervisor, if one of them is not open, or if together they have too many requests.
    """

    def plan(case: Case) -> Transition:
        source, target = session.file(case), _target(session, body)
        requests = [request for request in requests_of(session, source) if _moves(request, session.at)]
        requests.sort(key=lambda request: request.state != "live")
        _require_linkable(session, case, target, requests)
        if target.folded < target.version:
            policy, _until = session.services.policies.governing(session.at)
            store_folded(session.services.table, target, policy)
        merged, writes = _merge_as_many_as_fit(session, source, session.file(target), requests[:_MAX_MOVED], body)
        step = _closed(session, case, merged, writes, body)
        return replace(step, case={**step.case, "before_link": numbers_before_link(case, target)})

    linked = session.act(plan)
    target = session.services.table.get(Case, keys.case(body.case_id))
    if target:
        session.services.hint_rank(target)
    return linked


def _target(session: CaseSession, body: Link) -> Case:
    target = session.services.table.get(Case, keys.case(body.case_id))
    return require_access(session.caller, session.roles, target, "/case_id")


def _closed(session: CaseSession, case: Case, merged: Case, writes: list[Write], body: Link) -> Transition:
    """Return the transition that closes the linked case, with the writes that bring its requests to the other.

    It names the other case, and is therefore restricted if that one is.
    """
    closed: CaseFields = {
        **restriction(case, restricted=case.restricted or merged.restricted),
        **without_due_work(case),
        **WITHOUT_PROPOSED,
        "status": "closed",
        "status_since": session.at,
        "to_translate": False,
        "linked_to": merged.case_id,
        "person": None,
        "apart_from": None,
        "also_persons": (),
        "over_limit": False,
        "live": 0,
        "verify_by": None,
    }
    event: EventFields = {"details": {"linked_to": merged.case_id}}
    also = (*writes, *uncount_claim(case), *uncount_reasons(case))
    return Transition("linked", closed, event, also, words=session.reason(body.why))


def _moves(request: Request, at: datetime) -> bool:
    """Return whether a request moves: it is live, or its withdrawal can still be taken back."""
    return request.state == "live" or at <= request.state_since + UNDO_WITHIN


def _require_linkable(session: CaseSession, case: Case, target: Case, requests: list[Request]) -> None:
    if case.case_id == target.case_id:
        raise wrong_state("same_case", "A case cannot be linked to itself.", "/case_id")
    if case.guarded and "supervisor" not in session.roles:
        raise wrong_state("case_has_a_number", "The case has an A-number; only a supervisor can link it.")
    if case.status not in OPEN or target.status not in OPEN:
        pointer = "" if case.status not in OPEN else "/case_id"
        raise wrong_state("case_not_open", "Both cases must be open at a field office.", pointer)
    live = sum(request.state == "live" for request in requests)
    if target.live + live > MAX_LIVE or target.requests + len(requests) > MAX_EVER:
        message = "Together the cases would have more requests than one case may have."
        raise wrong_state("too_many_requests_together", message, "/case_id")


def _merge_as_many_as_fit(
    session: CaseSession, source: CaseFile, target: CaseFile, requests: list[Request], body: Link
) -> tuple[Case, list[Write]]:
    """Return what ``_merge`` does, for all live requests and as many withdrawn ones as fit into one transaction.

    Raises:
        ProblemError: 409 if the live requests have too many open duties.
    """
    merged, writes = _merge(session, source, target, requests, body)
    most = _MAX_WRITES - len(uncount_reasons(source.case))
    while len(writes) > most:
        if requests[-1].state == "live":
            message = "The requests have too many open duties to be moved at once; please do some of them first."
            raise wrong_state("too_many_requests_together", message, "/case_id")
        requests = requests[:-1]
        merged, writes = _merge(session, source, target, requests, body)
    return merged, writes


def _merge(
    session: CaseSession, source: CaseFile, target: CaseFile, requests: list[Request], body: Link
) -> tuple[Case, list[Write]]:
    """Return the target with the requests, their claims and what officers found, and the writes that move them."""
    version = target.case.version + 1
    findings = merged_findings(target, source, version)
    claims = {one.receipt: one for one in source.claims}
    movements = [
        write
        for request in requests
        if request.receipt in claims
        for write in moved(request, claims[request.receipt], target.case.case_id, version, opened=False)
    ]
    moving = frozenset(request.receipt for request in requests)
    duties = duties_of(open_duties(session.services.table, source.case.case_id), moving)
    receipts: list[JsonValue] = [request.receipt for request in requests]
    number, persons = linked_persons(session, source.case, target.case)
    step = Transition(
        "linked",
        {**_merged_fields(session, source, target, requests, findings), **number, **translates(target.case, duties)},
        {
            "details": {
                "linked_from": source.case.case_id,
                "receipts": receipts,
                LINKED_BEFORE: target.findings.linked,
            }
        },
        also=(
            Put(findings),
            *movements,
            *persons,
            *named(requests, target.case.case_id),
            *moved_to(duties, target.case),
        ),
        words=seal_words(session.services.seal, "why", target.case.case_id, {"why": body.why}),
    )
    return carried_out(target.case, step, session.actor, session.at)


def _merged_fields(
    session: CaseSession, source: CaseFile, target: CaseFile, requests: list[Request], findings: Findings
) -> CaseFields:
    """Return the fields of the target that change with the requests and findings of the source."""
    both = [*target.claims, *source.claims]
    restricted = target.case.restricted or source.case.restricted or is_restricted(both, findings)
    return {
        **restriction(target.case, restricted=restricted),
        **pending_verifications(target.case.evolve(restricted=restricted), both, session.at),
        "requests": target.case.requests + len(requests),
        "live": target.case.live + sum(request.state == "live" for request in requests),
        "filed_at": min(target.case.filed_at, source.case.filed_at),
        "decisions": after_link(target.case, source.case),
        "reviewers": tuple(sorted({*target.case.reviewers, *source.case.reviewers})),
        "excluded": tuple(sorted({*target.case.excluded, *source.case.excluded})),
        "material": target.case.version + 1,
        "words_at": session.at,
        "rank_at": session.at,
    }
