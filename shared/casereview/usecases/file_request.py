"""File a request: one transaction decides, and its messages are only hints.

    receipt, code, person   KMS MACs; nothing of the code is kept
    guard, case             read as a hint: does an open case of this person exist, at which version?
    transaction             request, case, event, notice, guard, each on its condition, all or nothing
    two messages            if the process dies before them, the due index still knows

The calls are the same whether a case exists or not. Where the conditions fail, the item in the way says why:
the same Idempotency-Key gets its first answer again; a case or guard that moved means to start again.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from casereview.cases.changes import changes_between, changes_of_new
from casereview.cases.deficiencies import deficiencies, describe
from casereview.cases.lifecycle import OPEN
from casereview.crypto.macs import body_digest
from casereview.evidence.open_facts import marks_of, open_facts
from casereview.http.json_body import Json, canonical, read_object
from casereview.http.problems import ProblemError, malformed, problem
from casereview.http.validation import validate
from casereview.notices.owed import notice_to
from casereview.notices.public_notice import public_notice
from casereview.routing.offices import route
from casereview.schema.base import EASTERN, to_milliseconds
from casereview.schema.facts import Facts
from casereview.schema.identifiers import new_case_id, new_receipt
from casereview.schema.languages import DEFAULT
from casereview.schema.records import Case, Change, Event, Filing, Guard, Notice, Request
from casereview.schema.responses import Filed, NoticeText
from casereview.schema.submission import Submission
from casereview.store import keys
from casereview.store.items import from_item
from casereview.store.transaction import RefusedError, Write, check, put_new, put_over
from casereview.store.transition import REQUESTER, Actor
from casereview.usecases.services import CaseServices
from casereview.usecases.unit_of_work import TRIES

MAX_REQUESTS = 20
"""How many requests one case may join; later ones get a case of their own, flagged."""
_KEY_LENGTH = range(16, 129)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A request that is about to be stored, and what it brings to its case."""

    request: Request
    facts: Facts
    filing: Filing
    person: str | None
    code: str
    language: str | None
    actor: Actor

    def at(self, case_id: str, *, opened: bool) -> tuple[Request, Filing]:
        """Return request and filing for the case that it turns out to belong to."""
        return (
            self.request.evolve(case_id=case_id, opened=opened),
            self.filing.evolve(opened=opened),
        )


def file_request(
    services: CaseServices, raw: bytes | str, idempotency_key: str | None, actor: Actor = REQUESTER
) -> Filed:
    """Store a request with its case, event and notice, and return the answer of ``POST /requests``.

    Raises ProblemError: as ``parse`` does; 400 for a bad Idempotency-Key; 422 for a known one with another body;
    409 while a racing twin is not settled; 503 where the case keeps moving.
    """
    received_at = to_milliseconds(services.now())
    value = read_object(raw)
    draft = _draft(services, value, idempotency_key, received_at, actor)
    for _ in range(1 + TRIES):
        writes, case, notice = _plan(services, draft)
        try:
            services.table.write(*writes)
        except RefusedError as refusal:
            if refusal.reasons[0] is not None:
                return _answer_again(services, draft, refusal)
        else:
            services.hint_rank(case)
            services.hint_notice(notice)
            return _answer(draft.request, draft)
    raise ProblemError("busy")


def _receipt(services: CaseServices, idempotency_key: str | None) -> str:
    if idempotency_key is None:
        return new_receipt()
    if len(idempotency_key) not in _KEY_LENGTH or not idempotency_key.isascii() or not idempotency_key.isprintable():
        raise malformed("Idempotency-Key", "invalid_idempotency_key", "must have 16 to 128 printable ASCII characters")
    return services.macs.receipt(idempotency_key)


def _draft(
    services: CaseServices, value: dict[str, Json], idempotency_key: str | None, at: datetime, actor: Actor
) -> _Draft:
    submission = validate(Submission, value, at)
    receipt = _receipt(services, idempotency_key)
    on = at.astimezone(EASTERN).date()
    facts = open_facts(submission, on)
    code = services.macs.code(receipt)
    requester, a_number = submission.requester, submission.subject.a_number
    person = services.macs.person(a_number) if a_number else None
    subject = value.get("subject")
    lacks = deficiencies(submission, facts, subject.get("a_number") if isinstance(subject, dict) else None, on)
    authority = requester.authority or "none"
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
        office=route(facts, on),
        deficiencies=lacks,
        sealed=services.seal.close("request", receipt, submission.model_dump_json(exclude_none=True).encode()),
    )
    filing = Filing(role=requester.role, authority=authority, opened=False, marks=tuple(sorted(marks_of(submission))))
    return _Draft(request, facts, filing, person, code, submission.contact.language, actor)


def _plan(services: CaseServices, draft: _Draft) -> tuple[list[Write], Case, Notice]:
    """Read the hints and return the writes: the request first, whose refusal means that it is already known."""
    guard = services.table.get(Guard, keys.guard(draft.person)) if draft.person else None
    case = services.table.get(Case, keys.case(guard.case if guard else new_case_id())) if draft.person else None
    if guard and case and case.status in OPEN and case.requests < MAX_REQUESTS:
        changed, case_writes = _join(draft, case, guard)
    else:
        changed, case_writes = _open(draft, guard)
    request, _filing = draft.at(changed.case_id, opened=changed.version == 1)
    at = request.received_at
    notice = notice_to(request, "acknowledgement", at, name="acknowledgement", language=draft.language)
    return [put_new(request), put_new(notice), *case_writes], changed, notice


def _open(draft: _Draft, guard: Guard | None) -> tuple[Case, list[Write]]:
    request = draft.request
    case = Case(
        case_id=new_case_id(),
        version=1,
        status="received",
        status_since=request.received_at,
        office=request.office,
        filed_at=request.received_at,
        facts=draft.facts,
        restricted=bool(draft.facts.protected),
        person=None if guard else draft.person,
        over_limit=guard is not None,
        rank_at=request.received_at,
    )
    writes: list[Write] = [put_new(case), put_new(_event(draft, case, changes_of_new(case)))]
    if guard:
        writes.append(check(keys.guard(guard.person), case=guard.case))
    elif draft.person:
        writes.append(put_new(Guard(person=draft.person, case=case.case_id, mac_key=request.mac_key)))
    return case, writes


def _join(draft: _Draft, old: Case, guard: Guard) -> tuple[Case, list[Write]]:
    request = draft.request
    case = old.evolve(
        version=old.version + 1,
        requests=old.requests + 1,
        live=old.live + 1,
        filed_at=min(old.filed_at, request.received_at),
        restricted=old.restricted or bool(draft.facts.protected),
        rank_at=request.received_at,
        attempts=0,
        stuck=False,
    )
    event = _event(draft, case, changes_between(old, case))
    return case, [put_over(case, version=old.version), put_new(event), check(keys.guard(guard.person), case=guard.case)]


def _event(draft: _Draft, case: Case, changes: dict[str, Change]) -> Event:
    opened = case.version == 1
    _request, filing = draft.at(case.case_id, opened=opened)
    return Event(
        case_id=case.case_id,
        version=case.version,
        at=draft.request.received_at,
        kind="filed" if opened else "joined",
        actor=draft.actor.kind,
        user=draft.actor.user,
        changes=changes,
        receipt=draft.request.receipt,
        filing=filing,
        claims=draft.facts,
    )


def _answer_again(services: CaseServices, draft: _Draft, refusal: RefusedError) -> Filed:
    """Answer as the first time, where this is the same body under the same key."""
    item = refusal.items[0]
    stored = from_item(Request, item) if item else services.table.get(Request, keys.request(draft.request.receipt))
    if stored is None:
        raise ProblemError("still-filing")
    if not hmac.compare_digest(stored.digest, draft.request.digest):
        raise problem("key-reused", "was used for a request with another body", "Idempotency-Key")
    return _answer(stored, draft)


def _answer(request: Request, draft: _Draft) -> Filed:
    """Return the answer: a function of the request alone."""
    notice = public_notice(draft.language or DEFAULT)
    return Filed(
        receipt=request.receipt,
        access_code=draft.code,
        received_at=request.received_at,
        field_office=request.office,
        deficiencies=describe(request.deficiencies),
        notice=NoticeText(language=notice.language, text=notice.text),
    )
