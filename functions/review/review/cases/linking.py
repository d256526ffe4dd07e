"""Link a case without A-number to an open one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from casereview.cases.changes import changes_between, next_version, restriction
from casereview.cases.due import without_due_work
from casereview.cases.lifecycle import OPEN
from casereview.cases.verification import pending_verifications
from casereview.cases.withdrawal import UNDO_WITHIN
from casereview.evidence.standing import claims_protection, is_restricted
from casereview.http.problems import ProblemError, wrong_state
from casereview.schema.evidence import CaseFile
from casereview.schema.records import Case, Event, Request
from casereview.store import keys
from casereview.store.caseload import uncount_claim
from casereview.store.folding import store_folded
from casereview.store.transaction import Put, Write, put_new, put_over
from casereview.store.transition import Transition
from casereview.usecases.file_request import MAX_EVER, MAX_LIVE
from casereview.usecases.sealed_text import seal_words
from review.authorization import require_access
from review.cases.moved_requests import merged_findings, moved
from review.cases.requesters import requests_of
from review.cases.session import CaseSession
from review.schema.commands import Link

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields, EventFields

_MAX_MOVED = 30
"""The most requests that one link moves, live ones first: three writes each, of the 100 of a transaction."""


def link(session: CaseSession, body: Link) -> Case:
    """Link this case, which has no A-number, to an open case: its requests and their statements move there.

    The open case keeps the earlier filing time and the reviewers of both.

    Returns:
        This case, which is now closed.

    Raises:
        ProblemError: 404 without access to one of the cases; 409 if this case has an A-number, if one of them is not
            open, or if together they have too many requests.
    """
    target_id = body.case_id

    def plan(case: Case) -> Transition:
        source = session.file(case)
        target = session.services.table.get(Case, keys.case(target_id))
        target = require_access(session.caller, session.roles, target, "/case_id")
        requests = [request for request in requests_of(session, source) if _moves(request, session.at)]
        requests.sort(key=lambda request: request.state != "live")
        _require_linkable(case, target, requests)
        if target.folded < target.version:
            policy, _until = session.services.policies.governing(session.at)
            store_folded(session.services.table, target, policy)
        writes = _merge(session, source, session.file(target), requests[:_MAX_MOVED], body)
        closed: CaseFields = {
            **without_due_work(case),
            "decision": None,
            "status": "closed",
            "status_since": session.at,
            "linked_to": target_id,
            "live": 0,
            "verify_by": None,
        }
        event: EventFields = {"details": {"linked_to": target_id}}
        return Transition("linked", closed, event, (*writes, *uncount_claim(case)), words=session.reason(body.why))

    linked = session.act(plan)
    target = session.services.table.get(Case, keys.case(target_id))
    if target:
        session.services.hint_rank(target)
    return linked


def _moves(request: Request, at: datetime) -> bool:
    """Return whether a request moves: it is live, or its withdrawal can still be taken back."""
    return request.state == "live" or at <= request.state_since + UNDO_WITHIN


def _require_linkable(case: Case, target: Case, requests: list[Request]) -> None:
    if case.person is not None or case.case_id == target.case_id:
        raise _not_linkable(case)
    if case.status not in OPEN or target.status not in OPEN:
        pointer = "" if case.status not in OPEN else "/case_id"
        raise wrong_state("case_not_open", "Both cases must be open at a field office.", pointer)
    live = sum(request.state == "live" for request in requests)
    if target.live + live > MAX_LIVE or target.requests + len(requests) > MAX_EVER:
        message = "Together the cases would have more requests than one case may have."
        raise wrong_state("too_many_requests_together", message, "/case_id")


def _not_linkable(case: Case) -> ProblemError:
    if case.person is not None:
        return wrong_state("case_has_a_number", "Only a case without an A-number can be linked.")
    return wrong_state("same_case", "A case cannot be linked to itself.", "/case_id")


def _merge(
    session: CaseSession, source: CaseFile, target: CaseFile, requests: list[Request], body: Link
) -> list[Write]:
    """Return the writes that move the requests, their claims and what officers found to the target."""
    claims = {one.receipt: one for one in source.claims}
    after = _merged_case(session, source, target, requests)
    words = seal_words(session.services.seal, "why", after.case_id, {"why": body.why})
    text = words.text("linked", session.at, user=session.caller.user, receipt=None)
    event = Event(
        case_id=after.case_id,
        version=after.version,
        at=session.at,
        kind="linked",
        actor="officer",
        user=session.caller.user,
        user_id=session.caller.id,
        changes=changes_between(target.case, after),
        details={"linked_from": source.case.case_id, "receipts": [request.receipt for request in requests]},
        text=text.text_id,
    )
    return [
        put_over(after, version=target.case.version),
        put_new(event),
        put_new(text),
        Put(merged_findings(target, source, after.version)),
        *(
            write
            for request in requests
            if request.receipt in claims
            for write in moved(request, claims[request.receipt], after.case_id, after.version, opened=False)
        ),
    ]


def _merged_case(session: CaseSession, source: CaseFile, target: CaseFile, requests: list[Request]) -> Case:
    """Return the target with the requests of the source."""
    both = [*target.claims, *source.claims]
    restricted = (
        target.case.restricted
        or source.case.restricted
        or claims_protection(both)
        or is_restricted(both, merged_findings(target, source, target.case.version + 1))
    )
    merged: CaseFields = {
        **next_version(target.case),
        **restriction(target.case, restricted=restricted),
        **pending_verifications(target.case, both),
        "requests": target.case.requests + len(requests),
        "live": target.case.live + sum(request.state == "live" for request in requests),
        "filed_at": min(target.case.filed_at, source.case.filed_at),
        "reviewers": tuple(sorted({*target.case.reviewers, *source.case.reviewers})),
        "material": target.case.version + 1,
        "words_at": session.at,
        "rank_at": session.at,
        "attempts": 0,
        "stuck": False,
    }
    return target.case.evolve(**merged)
