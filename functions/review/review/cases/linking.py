"""Link a case without A-number to an open one, split a wrongly joined request off, reissue an access code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from casereview.cases.changes import changes_between, changes_of_new
from casereview.cases.due import without_due_work
from casereview.cases.lifecycle import OPEN
from casereview.evidence.standing import is_restricted, speaks_of_protection, without_split_requests
from casereview.http.problems import ProblemError, no_such_case, no_such_request, wrong_state
from casereview.routing.offices import route
from casereview.schema.base import EASTERN, Record
from casereview.schema.errors import CaseChangedError
from casereview.schema.facts import Facts
from casereview.schema.identifiers import new_case_id
from casereview.schema.records import Case, CaseFile, Event, Request
from casereview.store import keys
from casereview.store.caseload import give_back
from casereview.store.transaction import Write, delete, put_new, put_over
from casereview.store.transition import Transition
from casereview.usecases.file_request import MAX_REQUESTS
from casereview.usecases.sealed_text import seal_text
from review.authorization import open_case
from review.cases.requesters import requests_of
from review.cases.session import CaseSession
from review.schema.commands import Link, Reissue, Split
from review.schema.responses import CodeReissued

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields, EventFields

_SAY = frozenset({"filed", "joined", "updated", "verified", "undeliverable"})
_TOGETHER = 90
"""Writes that one transaction may hold, with some to spare."""


class _Copy(Record):
    """What one case's history brings to another: its events as they were said, numbered anew."""

    events: tuple[Event, ...]
    last: int


def _copy(events: Iterable[Event], case: Case, *, opened: bool) -> _Copy:
    """Number the events that say something after the last of a case, and say whether their filing opens it.

    When they were said stays: what is older counts as older, whatever its number. Why an officer verified something
    is sealed for the old case's history, and stays there.
    """
    found = []
    version = case.version
    for event in events:
        version += 1
        filing = event.filing and event.filing.evolve(opened=opened)
        copied = event.evolve(
            case_id=case.case_id,
            version=version,
            filing=filing,
            kind=("filed" if opened else "joined") if filing else event.kind,
            changes={},
            sealed=None if event.verification else event.sealed,
        )
        found.append(copied)
    return _Copy(events=tuple(found), last=version)


def _claiming(file: CaseFile, receipt: str | None = None) -> Iterator[Event]:
    """Yield what counts wherever a request goes, of one receipt or of all.

    That is what requests said, what officers verified of it, and what did not reach them.
    """
    for event in without_split_requests(file.events):
        if event.kind in _SAY and receipt in {None, event.receipt}:
            yield event


def _protection(file: CaseFile, receipt: str) -> Iterator[Event]:
    """Yield an officer's word that keeps a request's half of a case under 8 USC 1367, where it names no request.

    Nobody knows which half it was said of: it holds for both until an officer looks.
    """
    half = [event for event in without_split_requests(file.events) if event.receipt in {None, receipt}]
    said = [event for event in half if event.receipt is None and event.verification and speaks_of_protection([event])]
    if said and is_restricted(half):
        yield said[-1].evolve(claims=Facts(protected=True))


def _notices(file: CaseFile, case_id: str, receipt: str | None = None) -> Iterator[Write]:
    """Move what was not sent yet, or in vain, to another case; what is being sent, or was, stays where it is."""
    for notice in file.notices:
        if notice.state in {"owed", "undeliverable"} and receipt in {None, notice.receipt}:
            yield delete(keys.notice(notice.case_id, notice.notice_id), state=notice.state, sends=notice.sends)
            yield put_new(notice.evolve(case_id=case_id))


def link(session: CaseSession, body: Link) -> Case:
    """Join this case, which has no A-number, to an open one: its requests and what they said move there.

    The earliest filing time is kept, and who reviewed either half has reviewed the whole. Raises ProblemError 404 where
    either case is not the caller's; 409 where this one has an A-number, either is not open, or together they would
    hold too many requests.
    """
    target_id = body.case_id

    def plan(case: Case) -> Transition:
        source, target = session.services.table.case_file(case.case_id), session.services.table.case_file(target_id)
        if source is None or target is None:
            raise no_such_case("/case_id")
        if source.case.version != case.version:
            raise CaseChangedError
        open_case(session.caller, session.roles, target.case, "/case_id")
        requests = requests_of(session, source)
        _may_link(case, target.case, len(requests))
        writes = _into(session, source, target, requests, body)
        closed: CaseFields = {
            **without_due_work(case),
            "decision": None,
            "status": "closed",
            "status_since": session.at,
            "linked_to": target_id,
            "live": 0,
        }
        event: EventFields = {"details": {"linked_to": target_id}, "sealed": session.why(body.why)}
        return Transition("linked", closed, event, (*writes, *give_back(case)))

    linked = session.act(plan)
    target = session.services.table.get(Case, keys.case(target_id))
    if target:
        session.services.hint_rank(target)
    return linked


def _may_link(case: Case, target: Case, requests: int) -> None:
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


def _into(session: CaseSession, source: CaseFile, target: CaseFile, requests: list[Request], body: Link) -> list[Write]:
    said_in = source.case.case_id
    said = [event.evolve(said_in=event.said_in or said_in) for event in _claiming(source)]
    copy = _copy(said, target.case, opened=False)
    live = sum(request.state == "live" for request in requests)
    after = target.case.evolve(
        version=copy.last + 1,
        requests=target.case.requests + len(requests),
        live=target.case.live + live,
        filed_at=min(target.case.filed_at, source.case.filed_at),
        reviewers=tuple(sorted({*target.case.reviewers, *source.case.reviewers})),
        restricted=speaks_of_protection(
            [*without_split_requests(target.events), *without_split_requests(source.events)]
        ),
        rank_at=session.at,
        attempts=0,
        stuck=False,
    )
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
    writes = [*own, *moved, *_notices(source, after.case_id)]
    if len(writes) > _TOGETHER:
        raise wrong_state("history_too_long", "The two histories are too long for one transaction.", "/case_id")
    return writes


def split(session: CaseSession, body: Split) -> Case:
    """Split a wrongly joined request off into a case of its own with its own filing time; return the new case.

    What it said no longer counts for the old one, nor its filing time; what was verified of it goes with it, and so
    does who reviewed it; an officer's protection (8 USC 1367) that names no request stays with both.
    Raises ProblemError 404 for a receipt that is not of this case; 409 where it is the only one, or the case is not
    open.
    """
    session.case()
    session.request(body.receipt)
    new_id = new_case_id()

    def plan(case: Case) -> Transition:
        if case.status not in OPEN:
            raise wrong_state("case_not_open", "Only a case that is open at a field office can be split.")
        if case.requests <= 1:
            raise wrong_state("only_request", "The only request of a case cannot be split off.", "/receipt")
        file = session.services.table.case_file(case.case_id)
        if file is None or file.case.version != case.version:
            raise CaseChangedError
        requests = {request.receipt: request for request in requests_of(session, file)}
        request = requests.pop(body.receipt, None)
        if request is None:
            raise no_such_request("/receipt")
        left: CaseFields = {
            "requests": case.requests - 1,
            "live": case.live - (request.state == "live"),
            "filed_at": min((other.received_at for other in requests.values()), default=case.filed_at),
            "rank_at": session.at,
        }
        event: EventFields = {
            "receipt": request.receipt,
            "details": {"split_to": new_id},
            "sealed": session.why(body.why),
        }
        return Transition("split", left, event, tuple(_apart(session, file, request, new_id)))

    session.act(plan)
    found = session.services.table.get(Case, keys.case(new_id))
    if found is None:
        raise no_such_case()
    session.services.hint_rank(found)
    return found


def _apart(session: CaseSession, file: CaseFile, request: Request, new_id: str) -> Iterator[Write]:
    events = [*_claiming(file, request.receipt), *_protection(file, request.receipt)]
    facts = next((event.claims for event in events if event.filing and event.claims), Facts())
    case = Case(
        case_id=new_id,
        version=0,
        status="received",
        status_since=session.at,
        office=route(facts, session.at.astimezone(EASTERN).date()),
        filed_at=request.received_at,
        facts=facts,
        restricted=is_restricted(events),
        live=int(request.state == "live"),
        reviewers=file.case.reviewers,
        rank_at=session.at,
    )
    copy = _copy(events, case, opened=True)
    first, *others = copy.events
    yield put_new(case.evolve(version=copy.last))
    yield put_new(first.evolve(changes=changes_of_new(case)))
    yield from map(put_new, others)
    yield put_over(request.evolve(case_id=new_id, opened=True), case_id=request.case_id)
    yield from _notices(file, new_id, request.receipt)


def reissue(session: CaseSession, body: Reissue) -> CodeReissued:
    """Make a new access code for a request; the old one opens nothing any more.

    It is shown once, to be handed over to the requester in person or by telephone. It needs no claim: who lost the
    code of a decided case must be able to read the decision. Raises ProblemError 404.
    """
    epochs: list[int] = []

    def plan(_case: Case) -> Transition:
        request = session.request(body.receipt)
        epochs.append(request.epoch + 1)
        raised = request.evolve(epoch=request.epoch + 1, mac_key=session.services.macs.key)
        write = put_over(raised, state=request.state, epoch=request.epoch)
        return Transition("code_reissued", {}, {"receipt": request.receipt}, (write,))

    session.act(plan)
    return CodeReissued(receipt=body.receipt, access_code=session.services.macs.code(body.receipt, epochs[-1]))
