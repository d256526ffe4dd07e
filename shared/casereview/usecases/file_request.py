"""File a request: one transaction, then two messages.

    receipt, code, person   KMS MACs; the access code is not stored
    guard, case             read first: does this person have an open case, and at which version?
    transaction             request, case, event, notice and guard, each with its condition: all or nothing
    two messages            rank the case, send the notice; if one is lost, the sweep finds the work in the due index

The calls are the same whether or not a case exists. If a condition fails, the stored item tells which: a request with
the same Idempotency-Key gets the first answer again; a case or guard that has changed means another try.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from casereview.cases.changes import changes_of_new, restriction
from casereview.cases.deficiencies import describe, unverified
from casereview.cases.lifecycle import OPEN, STATES
from casereview.cases.verification import with_pending
from casereview.crypto.sealing import SealBrokenError
from casereview.http.json_body import read_object
from casereview.http.problems import ProblemError, problem
from casereview.http.validation import validate
from casereview.notices.pending import notice_to_requester
from casereview.notices.public_notice import public_notice
from casereview.runtime.backoff import attempts
from casereview.runtime.invocation import concerns
from casereview.schema.base import to_milliseconds
from casereview.schema.errors import CaseChangedError
from casereview.schema.event_records import Event
from casereview.schema.identifiers import new_case_id
from casereview.schema.languages import DEFAULT
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case, Guard
from casereview.schema.request_records import Request
from casereview.schema.responses import Filed, NoticeText
from casereview.schema.submission import Submission
from casereview.store import keys
from casereview.store.damaged import behind_history
from casereview.store.folding import store_folded
from casereview.store.recheck import mark
from casereview.store.table import read_item
from casereview.store.transaction import ContentionError, RefusedError, Write, check, put_new, put_over
from casereview.store.transition import Transition, carried_out
from casereview.store.unreadable import UnreadableError, report_altered
from casereview.usecases.contacts import language_of_filing
from casereview.usecases.new_request import BY_REQUESTER, NewRequest, Sender, Sent, check_key, new_request
from casereview.usecases.persons import guard_of, held_by
from casereview.usecases.services import CaseServices
from casereview.usecases.unit_of_work import TRIES

if TYPE_CHECKING:
    from datetime import datetime

    from casereview.schema.field_sets import CaseFields
    from casereview.store.items import Item

MAX_LIVE = 20
"""The most requests of one case that are not withdrawn; a later one opens a case of its own, which is flagged."""
MAX_EVER = 60
"""The most requests that ever join one case."""


def file_request(
    services: CaseServices,
    raw: bytes | str,
    idempotency_key: str | None,
    sender: Sender = BY_REQUESTER,
    model: type[Submission] = Submission,
) -> Filed:
    """Store a request with its case, event and notice.

    Args:
        services: The services of the function.
        raw: The body of the request.
        idempotency_key: The header ``Idempotency-Key``, if there is one.
        sender: The requester, or the officer who files for one.
        model: What the body is validated as; an officer may say what they saw of the requester.

    Returns:
        The answer of ``POST /requests``.

    Raises:
        ProblemError: 400, 413 or 422 for the body, as ``parse`` does; 400 for a malformed Idempotency-Key, 422 for one
            that was used with another body; 409 while a request with the same key is being filed; 503 if the case
            changes at each try, or contention keeps it from being written.
    """
    check_key(idempotency_key)
    received_at = to_milliseconds(services.now())
    value = read_object(raw)
    sent = Sent(value, validate(model, value, received_at), sender, received_at)
    new = new_request(services, sent, idempotency_key)
    request = keys.request(new.request.receipt)
    damage: UnreadableError | None = None
    for _ in attempts(1 + TRIES):
        try:
            writes, case, notice = _plan(services, new, damage)
            concerns(case_id=case.case_id)
            services.table.write(*writes)
        except CaseChangedError:
            continue
        except RefusedError as refusal:
            if request in refusal.failed:
                return _repeat_answer(services, new, refusal.failed[request])
            damage = behind_history(services.table, refusal)
        except ContentionError as contention:
            twin = idempotency_key is not None and contention.codes.get(request) == "TransactionConflict"
            raise ProblemError("still-filing" if twin else "busy") from contention
        else:
            services.hint_rank(case)
            services.hint_notice(notice)
            return _answer(new.request, new, new.language)
    raise ProblemError("busy")


def _plan(services: CaseServices, new: NewRequest, damage: UnreadableError | None) -> tuple[list[Write], Case, Notice]:
    """Return the writes of the transaction, with the case and the notice.

    The request is the first write: if its condition fails, a request with the same key is stored already.

    Args:
        services: The services of the function.
        new: The request.
        damage: What was found of the person's case when this was last tried; nothing joins it then.
    """
    guard = guard_of(services.table, new.person) if new.person else None
    case = services.table.find(Case, keys.case(guard.case if guard else new_case_id())) if new.person else None
    if case and damage and damage.case_id == case.case_id:
        case = None
    if guard and case and case.folded < case.version:
        case = _folded(services, case, new.request.received_at)
    if guard and case and case.status in OPEN and case.live < MAX_LIVE and case.requests < MAX_EVER:
        changed, case_writes = _join_case(new, case, guard)
    else:
        changed, case_writes = _open_case(new, guard, case)
    request, claims = new.for_case(changed.case_id, opened=changed.version == 1)
    at = request.received_at
    notice = notice_to_requester(request, "acknowledgement", at, name="acknowledgement", language=new.language)
    found_by = new.records_of_person(changed.case_id, changed.filed_at)
    return [put_new(request), put_new(notice), put_new(claims), *case_writes, *found_by], changed, notice


def _folded(services: CaseServices, case: Case, at: datetime) -> Case | None:
    """Fold the words of a case that another release wrote; None if they cannot be read, and nothing joins it.

    Raises:
        CaseChangedError: They were folded: the case is to be read again.
    """
    policy, _until = services.policies.governing(at)
    try:
        store_folded(services.table, case, policy)
    except UnreadableError:
        mark(services.table, case.case_id, at)
        return None


def _open_case(new: NewRequest, guard: Guard | None, guarded: Case | None) -> tuple[Case, list[Write]]:
    """Return a new case with its writes.

    It goes on beside the case that has the person's guard. Where that one has ended, and an older release did not know
    that it had this guard, the new case takes it.
    """
    request = new.request
    ended = guarded if guarded and guarded.status in STATES and guarded.status not in OPEN else None
    apart = guard is not None and ended is None
    case = Case(
        case_id=new_case_id(),
        version=1,
        status="received",
        status_since=request.received_at,
        office=request.office,
        filed_at=request.received_at,
        facts=new.facts,
        restricted=bool(new.facts.protected),
        person=None if apart else new.person,
        apart_from=new.person if apart else None,
        over_limit=apart,
        rank_at=request.received_at,
        folded=1,
        verify_by=request.verify_by,
    )
    event = Event(
        case_id=case.case_id,
        version=1,
        at=request.received_at,
        kind="filed",
        actor=new.actor.kind,
        user=new.actor.user,
        user_id=new.actor.id,
        changes=changes_of_new(case),
    )
    writes: list[Write] = [put_new(case), put_new(event.evolve(**new.event_fields(opened=True)))]
    if new.person:
        own = Guard(person=new.person, case=case.case_id, mac_key=request.mac_key)
        writes += [put_new(own)] if guard is None else _beside(guard, own, ended)
    return case, writes


def _beside(guard: Guard, own: Guard, ended: Case | None) -> list[Write]:
    """Return the check that another case has the person's guard; of one that has ended, the writes that take it."""
    if ended is None:
        return [held_by(guard)]
    return [put_over(own, case=guard.case), check(keys.case(ended.case_id), version=ended.version)]


def _join_case(new: NewRequest, case: Case, guard: Guard) -> tuple[Case, list[Write]]:
    request = new.request
    joined: CaseFields = {
        **restriction(case, restricted=case.restricted or bool(new.facts.protected)),
        **with_pending(case, new.claims, request.received_at),
        "requests": case.requests + 1,
        "live": case.live + 1,
        "filed_at": min(case.filed_at, request.received_at),
        "rank_at": request.received_at,
        "words_at": request.received_at,
    }
    unchanged = (held_by(guard),)
    step = Transition("joined", joined, new.event_fields(opened=False), unchanged)
    return carried_out(case, step, new.actor, request.received_at)


def _repeat_answer(services: CaseServices, new: NewRequest, item: Item | None) -> Filed:
    """Repeat the first answer to the same Idempotency-Key, if the body is the same too."""
    stored = read_item(Request, item) if item else services.table.get(Request, keys.request(new.request.receipt))
    if stored is None:
        raise ProblemError("still-filing")
    if not any(hmac.compare_digest(stored.digest, one) for one in (new.request.digest, new.former_digest)):
        raise problem("key-reused", pointer="Idempotency-Key")
    return _answer(stored, new, _first_language(services, stored))


def _first_language(services: CaseServices, stored: Request) -> str | None:
    """Return the language of the first answer, which the header of a repeated request does not change."""
    try:
        return language_of_filing(services.seal, stored)
    except SealBrokenError as error:
        report_altered(error.part, error.owner)
        return None


def _answer(request: Request, new: NewRequest, language: str | None) -> Filed:
    """Return the answer; it depends on nothing but the stored request and its body."""
    language = language or DEFAULT
    notice = public_notice(language)
    lacked = request.deficiencies if request.lacked is None else request.lacked
    codes = (*lacked, unverified(request.role))
    return Filed(
        receipt=request.receipt,
        access_code=new.code,
        received_at=request.received_at,
        field_office=request.office,
        deficiencies=describe(codes, language, request),
        notice=NoticeText(language=notice.language, text=notice.text),
    )
