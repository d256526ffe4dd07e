"""Link a case without A-number to an open one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casereview.cases.changes import changes_between
from casereview.cases.due import without_due_work
from casereview.cases.lifecycle import OPEN
from casereview.evidence.standing import claims_protection, without_split_requests
from casereview.http.problems import ProblemError, no_such_case, wrong_state
from casereview.schema.errors import CaseChangedError
from casereview.schema.records import Case, CaseFile, Event, Request
from casereview.store import keys
from casereview.store.caseload import uncount_claim
from casereview.store.transaction import Write, put_new, put_over
from casereview.store.transition import Transition
from casereview.usecases.file_request import MAX_REQUESTS
from casereview.usecases.sealed_text import seal_text
from review.authorization import require_access
from review.cases.moved_requests import copy_events, evidence_of, move_notices
from review.cases.requesters import requests_of
from review.cases.session import CaseSession
from review.schema.commands import Link

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields, EventFields

_MAX_WRITES = 90
"""The most writes of one link; DynamoDB allows 100 in a transaction."""


def link(session: CaseSession, body: Link) -> Case:
    """Link this case, which has no A-number, to an open case: its requests and their statements move there.

    The open case keeps the earlier filing time and the reviewers of both.

    Returns:
        This case, which is now closed.

    Raises:
        ProblemError: 404 without access to one of the cases; 409 if this case has an A-number, if one of them is not
            open, or if together they have too many requests or too long a history.
    """
    target_id = body.case_id

    def plan(case: Case) -> Transition:
        source, target = session.services.table.case_file(case.case_id), session.services.table.case_file(target_id)
        if source is None or target is None:
            raise no_such_case("/case_id")
        if source.case.version != case.version:
            raise CaseChangedError
        require_access(session.caller, session.roles, target.case, "/case_id")
        requests = requests_of(session, source)
        _require_linkable(case, target.case, len(requests))
        writes = _merge(session, source, target, requests, body)
        closed: CaseFields = {
            **without_due_work(case),
            "decision": None,
            "status": "closed",
            "status_since": session.at,
            "linked_to": target_id,
            "live": 0,
        }
        event: EventFields = {"details": {"linked_to": target_id}, "sealed": session.seal_reason(body.why)}
        return Transition("linked", closed, event, (*writes, *uncount_claim(case)))

    linked = session.act(plan)
    target = session.services.table.get(Case, keys.case(target_id))
    if target:
        session.services.hint_rank(target)
    return linked


def _require_linkable(case: Case, target: Case, requests: int) -> None:
    if case.person is not None or case.case_id == target.case_id:
        raise _not_linkable(case)
    if case.status not in OPEN or target.status not in OPEN:
        pointer = "" if case.status not in OPEN else "/case_id"
        raise wrong_state("case_not_open", "Both cases must be open at a field office.", pointer)
    if target.requests + requests > MAX_REQUESTS:
        message = "Together the cases would have more requests than one case may have."
        raise wrong_state("too_many_requests_together", message, "/case_id")


def _not_linkable(case: Case) -> ProblemError:
    if case.person is not None:
        return wrong_state("case_has_a_number", "Only a case without an A-number can be linked.")
    return wrong_state("same_case", "A case cannot be linked to itself.", "/case_id")


def _merge(
    session: CaseSession, source: CaseFile, target: CaseFile, requests: list[Request], body: Link
) -> list[Write]:
    """Return the writes that move the requests, their events and notices to the target."""
    said_in = source.case.case_id
    said = [event.evolve(said_in=event.said_in or said_in) for event in evidence_of(source)]
    copy = copy_events(said, target.case, opened=False)
    after = _merged_case(session, source, target, requests, copy.last + 1)
    event = Event(
        case_id=after.case_id,
        version=after.version,
        at=session.at,
        kind="linked",
        actor="officer",
        user=session.caller.user,
        changes=changes_between(target.case, after),
        details={"linked_from": source.case.case_id},
        sealed=seal_text(session.services.seal, "why", after.case_id, {"why": body.why}),
    )
    moved = [
        put_over(request.evolve(case_id=after.case_id, opened=False), case_id=source.case.case_id)
        for request in requests
    ]
    own: list[Write] = [put_over(after, version=target.case.version), *map(put_new, (*copy.events, event))]
    writes = [*own, *moved, *move_notices(source, after.case_id)]
    if len(writes) > _MAX_WRITES:
        raise wrong_state("history_too_long", "The two histories are too long for one transaction.", "/case_id")
    return writes


def _merged_case(
    session: CaseSession, source: CaseFile, target: CaseFile, requests: list[Request], version: int
) -> Case:
    """Return the target with the requests of the source."""
    return target.case.evolve(
        version=version,
        requests=target.case.requests + len(requests),
        live=target.case.live + sum(request.state == "live" for request in requests),
        filed_at=min(target.case.filed_at, source.case.filed_at),
        reviewers=tuple(sorted({*target.case.reviewers, *source.case.reviewers})),
        restricted=claims_protection([*without_split_requests(target.events), *without_split_requests(source.events)]),
        rank_at=session.at,
        attempts=0,
        stuck=False,
    )
