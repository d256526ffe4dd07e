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
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from casereview.cases.changes import changes_between, changes_of_new, next_version, restriction
from casereview.cases.deficiencies import deficiencies, describe, unverified
from casereview.cases.lifecycle import OPEN
from casereview.cases.own_words import reaches_top_lane
from casereview.cases.verification import verify_by
from casereview.crypto.macs import body_digest
from casereview.evidence.open_facts import marks_of, open_facts
from casereview.http.json_body import Json, canonical, read_object
from casereview.http.problems import ProblemError, malformed, problem
from casereview.http.validation import validate
from casereview.notices.pending import notice_to_requester
from casereview.notices.public_notice import public_notice
from casereview.routing.offices import route
from casereview.schema.base import EASTERN, to_milliseconds
from casereview.schema.errors import CaseChangedError
from casereview.schema.evidence import Claims
from casereview.schema.facts import Facts
from casereview.schema.identifiers import new_case_id, new_receipt
from casereview.schema.languages import DEFAULT
from casereview.schema.records import Case, Change, Event, Filing, Guard, Notice, Request
from casereview.schema.responses import Filed, NoticeText
from casereview.schema.submission import Submission
from casereview.store import keys
from casereview.store.folding import store_folded
from casereview.store.items import from_item
from casereview.store.transaction import RefusedError, Write, check, put_new, put_over
from casereview.store.transition import REQUESTER, Actor
from casereview.usecases.seen import seen_by_officer
from casereview.usecases.services import CaseServices
from casereview.usecases.unit_of_work import TRIES

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields

MAX_LIVE = 20
"""The most requests of one case that are not withdrawn; a later one opens a case of its own, which is flagged."""
MAX_EVER = 60
"""The most requests that ever join one case."""
_KEY_LENGTH = range(16, 129)


class _Sent(NamedTuple):
    """A body as it was sent and as it was validated, and who sent it."""

    value: dict[str, Json]
    submission: Submission
    actor: Actor


@dataclass(frozen=True, slots=True)
class _NewRequest:
    """A validated request before it is stored, with what it adds to its case."""

    request: Request
    facts: Facts
    claims: Claims
    person: str | None
    code: str
    language: str | None
    actor: Actor

    def for_case(self, case_id: str, *, opened: bool) -> tuple[Request, Claims]:
        """Return the request and its claims with the case that they belong to."""
        return (
            self.request.evolve(case_id=case_id, opened=opened),
            self.claims.evolve(case_id=case_id, filing=self.claims.filing.evolve(opened=opened)),
        )


def file_request(
    services: CaseServices,
    raw: bytes | str,
    idempotency_key: str | None,
    actor: Actor = REQUESTER,
    model: type[Submission] = Submission,
) -> Filed:
    """Store a request with its case, event and notice.

    Args:
        services: The services of the function.
        raw: The body of the request.
        idempotency_key: The header ``Idempotency-Key``, if there is one.
        actor: The requester, or the officer who files for one.
        model: What the body is validated as; an officer may say what they saw of the requester.

    Returns:
        The answer of ``POST /requests``.

    Raises:
        ProblemError: 400, 413 or 422 for the body, as ``parse`` does; 400 for a malformed Idempotency-Key, 422 for one
            that was used with another body; 409 while a request with the same key is being filed; 503 if the case
            changes at each try.
    """
    received_at = to_milliseconds(services.now())
    value = read_object(raw)
    sent = _Sent(value, validate(model, value, received_at), actor)
    new = _prepare(services, sent, idempotency_key, received_at)
    for _ in range(1 + TRIES):
        try:
            writes, case, notice = _plan(services, new)
            services.table.write(*writes)
        except CaseChangedError:
            continue
        except RefusedError as refusal:
            if refusal.reasons[0] is not None:
                return _repeat_answer(services, new, refusal)
        else:
            services.hint_rank(case)
            services.hint_notice(notice)
            return _answer(new.request, new)
    raise ProblemError("busy")


def _receipt(services: CaseServices, idempotency_key: str | None) -> str:
    if idempotency_key is None:
        return new_receipt()
    if len(idempotency_key) not in _KEY_LENGTH or not idempotency_key.isascii() or not idempotency_key.isprintable():
        raise malformed("Idempotency-Key", "invalid_idempotency_key", least=_KEY_LENGTH[0], most=_KEY_LENGTH[-1])
    return services.macs.receipt(idempotency_key)


def _prepare(services: CaseServices, sent: _Sent, idempotency_key: str | None, at: datetime) -> _NewRequest:
    """Seal a validated body as a request that is to be stored."""
    value, submission, actor = sent
    receipt = _receipt(services, idempotency_key)
    on = at.astimezone(EASTERN).date()
    facts = open_facts(submission, on)
    code = services.macs.code(receipt)
    requester, a_number = submission.requester, submission.subject.a_number
    person = services.macs.person(a_number) if a_number else None
    authority = requester.authority or "none"
    office = route(facts, on)
    filing = Filing(role=requester.role, authority=authority, opened=False, marks=tuple(sorted(marks_of(submission))))
    claims = Claims(case_id="", receipt=receipt, filing=filing, filed_at=at, office=office, facts=facts)
    policy = services.policies.last_known(at)
    deadline = verify_by(at, top=reaches_top_lane(claims, policy, at))
    request = Request(
        receipt=receipt,
        case_id="",
        received_at=at,
        role=requester.role,
        authority=authority,
        opened=False,
        state_since=at,
        mac_key=services.macs.key,
        digest=body_digest(code, canonical(value)),
        office=office,
        verify_by=deadline,
        filed_by=actor.id,
        seen=seen_by_officer(submission),
        deficiencies=deficiencies(submission, facts, _stated_a_number(value), on),
        sealed=services.seal.close("request", receipt, _sealed_body(submission)),
        protected=bool(facts.protected),
    )
    claims = claims.evolve(verify_by=deadline)
    return _NewRequest(request, facts, claims, person, code, submission.contact.language, actor)


def _sealed_body(submission: Submission) -> bytes:
    return submission.model_dump_json(exclude_none=True, exclude={"seen"}).encode()


def _stated_a_number(value: dict[str, Json]) -> Json:
    """Return the A-number as it was sent, before validation."""
    subject = value.get("subject")
    return subject.get("a_number") if isinstance(subject, dict) else None


def _plan(services: CaseServices, new: _NewRequest) -> tuple[list[Write], Case, Notice]:
    """Return the writes of the transaction, with the case and the notice.

    The request is the first write: if its condition fails, a request with the same key is stored already.
    """
    guard = services.table.get(Guard, keys.guard(new.person)) if new.person else None
    case = services.table.get(Case, keys.case(guard.case if guard else new_case_id())) if new.person else None
    if guard and case and case.folded < case.version:
        policy, _until = services.policies.governing(new.request.received_at)
        store_folded(services.table, case, policy)
    if guard and case and case.status in OPEN and case.live < MAX_LIVE and case.requests < MAX_EVER:
        changed, case_writes = _join_case(new, case, guard)
    else:
        changed, case_writes = _open_case(new, guard)
    request, claims = new.for_case(changed.case_id, opened=changed.version == 1)
    at = request.received_at
    notice = notice_to_requester(request, "acknowledgement", at, name="acknowledgement", language=new.language)
    return [put_new(request), put_new(notice), put_new(claims), *case_writes], changed, notice


def _open_case(new: _NewRequest, guard: Guard | None) -> tuple[Case, list[Write]]:
    request = new.request
    case = Case(
        case_id=new_case_id(),
        version=1,
        status="received",
        status_since=request.received_at,
        office=request.office,
        filed_at=request.received_at,
        facts=new.facts,
        restricted=bool(new.facts.protected),
        person=None if guard else new.person,
        apart_from=new.person if guard else None,
        over_limit=guard is not None,
        rank_at=request.received_at,
        folded=1,
        verify_by=request.verify_by,
    )
    writes: list[Write] = [put_new(case), put_new(_event(new, case, changes_of_new(case)))]
    if guard:
        writes.append(check(keys.guard(guard.person), case=guard.case))
    elif new.person:
        writes.append(put_new(Guard(person=new.person, case=case.case_id, mac_key=request.mac_key)))
    return case, writes


def _join_case(new: _NewRequest, old: Case, guard: Guard) -> tuple[Case, list[Write]]:
    request = new.request
    deadlines = (old.verify_by, request.verify_by)
    joined: CaseFields = {
        **next_version(old),
        **restriction(old, restricted=old.restricted or bool(new.facts.protected)),
        "requests": old.requests + 1,
        "live": old.live + 1,
        "filed_at": min(old.filed_at, request.received_at),
        "rank_at": request.received_at,
        "attempts": 0,
        "stuck": False,
        "words_at": request.received_at,
        "asking": offices_asking(old, request.office),
        "verify_by": min((at for at in deadlines if at), default=None),
    }
    case = old.evolve(**joined)
    event = _event(new, case, changes_between(old, case))
    return case, [put_over(case, version=old.version), put_new(event), check(keys.guard(guard.person), case=guard.case)]


def _event(new: _NewRequest, case: Case, changes: dict[str, Change]) -> Event:
    opened = case.version == 1
    _request, claims = new.for_case(case.case_id, opened=opened)
    return Event(
        case_id=case.case_id,
        version=case.version,
        at=new.request.received_at,
        kind="filed" if opened else "joined",
        actor=new.actor.kind,
        user=new.actor.user,
        user_id=new.actor.id,
        changes=changes,
        receipt=new.request.receipt,
        filing=claims.filing,
        claims=new.facts,
        details={"office": claims.office},
    )


def offices_asking(case: Case, office: str) -> tuple[str, ...]:
    """Return the offices that may open a case to verify its requesters, with one more."""
    return case.asking if office == case.office else tuple(sorted({*case.asking, office}))


def _repeat_answer(services: CaseServices, new: _NewRequest, refusal: RefusedError) -> Filed:
    """Repeat the first answer to the same Idempotency-Key, if the body is the same too."""
    item = refusal.items[0]
    stored = from_item(Request, item) if item else services.table.get(Request, keys.request(new.request.receipt))
    if stored is None:
        raise ProblemError("still-filing")
    if not hmac.compare_digest(stored.digest, new.request.digest):
        raise problem("key-reused", pointer="Idempotency-Key")
    return _answer(stored, new)


def _answer(request: Request, new: _NewRequest) -> Filed:
    """Return the answer; it depends on nothing but the stored request and its body."""
    language = new.language or DEFAULT
    notice = public_notice(language)
    codes = (*request.deficiencies, unverified(request.role))
    return Filed(
        receipt=request.receipt,
        access_code=new.code,
        received_at=request.received_at,
        field_office=request.office,
        deficiencies=describe(codes, language, request),
        notice=NoticeText(language=notice.language, text=notice.text),
    )
