"""The commands of a requester after filing: update and escalate. Each adds one event to the case."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from casereview.cases.changes import escalated, restriction
from casereview.cases.decisions import is_remanded
from casereview.cases.deficiencies import describe_missing, left_at_the_end, with_facts
from casereview.cases.disclosure import is_asked, sees_the_end, shown_to, view_of
from casereview.cases.lifecycle import LIVE
from casereview.cases.requester_checks import looked_at_by
from casereview.cases.understanding import understood
from casereview.cases.verification import with_pending
from casereview.evidence.fold import folded_update
from casereview.evidence.open_facts import open_claims, open_update
from casereview.evidence.standing import has_standing
from casereview.http.problems import ProblemError, wrong_state
from casereview.schema.base import EASTERN
from casereview.schema.evidence import Claims
from casereview.schema.facts import Facts
from casereview.schema.holder_commands import Escalation, Update
from casereview.schema.languages import DEFAULT
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.schema.submission import FactClaims
from casereview.store.folding import lane_of
from casereview.store.transaction import Put, Replace, put_new
from casereview.store.transition import Transition
from casereview.usecases.contacts import accepted_at_filing, open_contact
from casereview.usecases.sealed_text import Words, seal_words
from casereview.usecases.services import CaseServices
from casereview.usecases.untold import Changed, duty_if_untold
from intake.change_request import SPARE, Current, change_request, counted, counted_contact, require_live
from intake.contact_changes import ContactEffect, contact_effect
from intake.identity_changes import identity_effect
from intake.responses import Accepted, Updated

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields, EventFields, RequestFields


class _Said(NamedTuple):
    """What an update says."""

    body: Update
    facts: Facts | None
    """The open facts that it states."""
    words: Words | None
    """Its subject, facts and statement, sealed; None for one that only changes the contact."""
    size: int
    """The size of the body, in bytes."""

    @property
    def protects(self) -> bool:
        """Whether it states relief that 8 USC 1367 protects."""
        return bool(self.facts and self.facts.protected)

    @property
    def forbids_contact(self) -> bool:
        """Whether it says nothing but that contact is not safe."""
        contact = self.body.contact
        if self.words or contact is None:
            return False
        return contact.model_fields_set == {"safe_to_contact"} and contact.safe_to_contact is False


def update(services: CaseServices, request: Request, body: Update, at: datetime) -> Updated:
    """Record what was missing of the identity, new facts, a new contact or a statement.

    Facts and statements answer a question of the office.

    A contact can be changed in every state. The words of other requests do not change.

    Raises:
        ProblemError: 409 for facts or a statement if the request was withdrawn, or if its case has ended and is
            disclosed to this requester; 429 if the request may say no more.
    """
    said = _said(services, request, body, at)
    facts, lacks = Facts(), request.deficiencies

    def plan(now: Current) -> Transition:
        nonlocal facts, lacks
        if said.words:
            _require_open(now)
        heard = _heard(now, said, at)
        step = _updated(services, now, heard, at)
        facts, lacks = heard.facts or Facts(), _lacks_after(now, step)
        return step

    change_request(services, request, at, plan)
    on = at.astimezone(EASTERN).date()
    return Updated(
        receipt=request.receipt,
        understood=understood(body.subject, body.facts, body.contact, facts, on),
        missing=describe_missing(lacks, _language_after(services, request, body)),
    )


def _language_after(services: CaseServices, before: Request, body: Update) -> str:
    """Return the language of the contact as an update leaves it."""
    if body.contact and body.contact.language:
        return body.contact.language
    contact = open_contact(services.seal, before)
    takes_back = body.contact is not None and "language" in body.contact.model_fields_set
    return (accepted_at_filing(contact) if takes_back else contact.language) or DEFAULT


def _lacks_after(now: Current, step: Transition) -> tuple[str, ...]:
    """Return the codes of what a request lacks after an update, as far as its holder can still add it."""
    codes, withdrawn = _request_after(step).deficiencies, now.request.state != "live"
    shown = shown_to(now.request, now.case)
    ended = withdrawn or (shown is not None and sees_the_end(now.request, shown))
    return left_at_the_end(codes, withdrawn=withdrawn) if ended else codes


def _request_after(step: Transition) -> Request:
    """Return the request as an update leaves it."""
    records = (write.record for write in step.also if isinstance(write, Replace))
    return next(record for record in records if isinstance(record, Request))


def _heard(now: Current, said: _Said, at: datetime) -> _Said:
    """Return what an update says, beside what the request said before."""
    if said.body.facts is None:
        return said
    return said._replace(facts=open_update(said.body.facts, now.claims.facts, at.astimezone(EASTERN).date()))


def _said(services: CaseServices, request: Request, body: Update, at: datetime) -> _Said:
    return _Said(
        body,
        facts=open_claims(body.facts, at.astimezone(EASTERN).date()) if body.facts else None,
        words=_seal(services, request, body),
        size=len(body.model_dump_json(exclude_unset=True).encode()),
    )


def _updated(
    services: CaseServices, now: Current, said: _Said, at: datetime, asked: RequestFields | None = None
) -> Transition:
    """Return the transition of an update; ``asked`` are fields of the request that change beside it."""
    protected = now.request.evolve(protected=now.request.protected or said.protects)
    now = now._replace(request=protected)
    restricted: CaseFields = restriction(now.case, restricted=True) if said.protects else {}
    contact = _contact_after(services, now, said, at, restricted)
    lacks = contact.request.get("deficiencies", now.request.deficiencies)
    complete = now._replace(request=now.request.evolve(deficiencies=lacks))
    identity = identity_effect(services, complete, said.body.subject)
    said = said._replace(facts=identity.with_birth_year(said.facts))
    known = contact.claims.evolve(identity_waits=contact.claims.identity_waits or identity.waits)
    claims = _after_words(services, now, known, said, at)
    changed: RequestFields = {**contact.request, **identity.request, **(asked or {})}
    if said.body.facts:
        changed["deficiencies"] = _lacks(changed.get("deficiencies", now.request.deficiencies), claims, said.body, at)
    if claims.verify_by != now.claims.verify_by:
        changed["verify_by"] = claims.verify_by
    changes: CaseFields = {
        **contact.on_case(now.case, at),
        **identity.case,
        **(_case_after_words(now, at) if said.words else {}),
        **with_pending(now.case, claims, at),
        **restricted,
    }
    event: EventFields = {
        "receipt": now.request.receipt,
        "claims": said.facts,
        "details": {**contact.details, **identity.details},
    }
    written = (
        counted(now.request, said.size, changed)
        if said.words
        else counted_contact(now.request, changed, spare=SPARE if said.forbids_contact else 0)
    )
    also = (written, Put(claims), *identity.also, *contact.on_duties())
    return Transition("updated", changes, event, also, contact.notices, said.words)


def _contact_after(
    services: CaseServices, now: Current, said: _Said, at: datetime, restricted: CaseFields
) -> ContactEffect:
    """Return what an update does to the contact, and to the duties that rest on it.

    In a case that becomes restricted the office calls and writes no longer; if a decision would have become known by
    that alone, the office has to tell the person.
    """
    contact = contact_effect(services, now, said.body.contact, at, protects=said.protects)
    if not said.protects:
        return contact
    still = now.case.evolve(**restricted)
    untold = duty_if_untold(services, still, contact.left(), at, Changed(now.request, contact.claims))
    return contact._replace(to_tell=contact.to_tell or untold)


def _lacks(codes: tuple[str, ...], claims: Claims, body: Update, at: datetime) -> tuple[str, ...]:
    """Return the codes of what a request lacks, once an update of its facts is heard."""
    stated = body.facts or FactClaims()
    names_facility = stated.facility is not None if "facility" in stated.model_fields_set else None
    return with_facts(codes, claims.facts, at.astimezone(EASTERN).date(), names_facility=names_facility)


def _seal(services: CaseServices, request: Request, body: Update) -> Words | None:
    """Seal what an update says; None for one that says nothing beside a contact."""
    if body.statement is None and body.subject is None and not (body.facts and body.facts.model_fields_set):
        return None
    says = body.model_dump(mode="json", exclude_unset=True, exclude={"contact"})
    return seal_words(services.seal, "update", request.receipt, says)


def _require_open(now: Current) -> None:
    """Raise ProblemError 409 if the request was withdrawn, or its holder sees that the case has ended."""
    require_live(now.request)
    shown = shown_to(now.request, now.case)
    if shown and sees_the_end(now.request, shown):
        raise wrong_state("case_ended")


def _sees_no_second_look(request: Request, case: Case) -> bool:
    """Return whether the Senior Reviewing Official looks at a case whose decision the holder sees, and no more."""
    return view_of(request) == "decision" and case.status == "with_senior_official"


def _after_words(services: CaseServices, now: Current, claims: Claims, said: _Said, at: datetime) -> Claims:
    """Return the claims with what an update says.

    New words put an unverified holder into the queue again. Those that reach a top lane bring the verification forward.
    """
    if not said.words:
        return claims
    policy, _until = services.policies.governing(at)
    if said.facts:
        claims = folded_update(claims, said.facts, at, lane_of(now.case, policy))
    claims = claims.evolve(said_at=at)
    return claims.evolve(verify_by=looked_at_by(now.request, claims, policy, at))


def _is_answer(now: Current) -> bool:
    """Return whether the case waits for words of this holder."""
    request, case = now.request, now.case
    if case.status != "information_needed" or (case.asked_of and request.receipt not in case.asked_of):
        return False
    return is_asked(request, case)


def _case_after_words(now: Current, at: datetime) -> CaseFields:
    """Return the fields that words change.

    The words of a verified holder are material to a decision. Those that answer a question end the wait for it.
    """
    case = now.case
    changes: CaseFields = {"words_at": at}
    if has_standing(now.claims, restricted=case.restricted):
        changes["material"] = case.version + 1
    if case.status in LIVE:
        changes |= {"rank_at": at}
    if _is_answer(now):
        changes |= {"answer_by": at, "answered_at": at}  # the worker resumes the clock, and returns the case
    return changes


def _no_second_look(case: Case) -> ProblemError:
    """Return why a second look at a case cannot be asked for now, as its holder is shown it."""
    if case.status == "with_senior_official":
        return wrong_state("second_look_open")
    if case.status == "closed":
        return wrong_state("case_ended")
    return wrong_state("case_remanded") if is_remanded(case) else ProblemError("not-decided")


def escalate(services: CaseServices, request: Request, body: Escalation, at: datetime) -> Accepted:
    """Escalate a decided case to the Senior Reviewing Official. Facts that come with it are an update of their own.

    Of a holder who is not verified it is kept, and takes effect at the verification if a field office has decided; of
    every holder while a record of the case cannot be read, until all of it can be.

    Raises:
        ProblemError: 409 if the request was withdrawn, or the case is disclosed to this requester and no field office
            has decided it, or the Senior Reviewing Official has the case, closed it, or sent it back; 429 if the
            request may say no more.
    """
    words = seal_words(services.seal, "escalation", request.receipt, {"statement": body.statement})
    size = len(body.model_dump_json(exclude_unset=True).encode())
    facts = body.facts if body.facts and body.facts.model_fields_set else None
    said = _said(services, request, Update(facts=facts), at)._replace(size=size) if facts else None

    def plan(now: Current) -> Transition:
        request, case = now.request, now.case
        require_live(request)
        shown = shown_to(request, case)
        again = shown is not None and _sees_no_second_look(request, shown)
        if shown and shown.status != "decided" and not again:
            raise _no_second_look(shown)
        takes_effect = shown is case and not again
        asked: RequestFields = {"escalated_at": at}
        if not again:
            asked["escalation_asked"] = None if takes_effect else at
        step = Transition("escalated", escalated(case, at)) if takes_effect else Transition("escalation_kept")
        event: EventFields = {"receipt": request.receipt}
        if said is None:
            return replace(step, event=event, also=(counted(request, size, asked),), words=words)
        text = words.text(step.kind, at, user=None, receipt=request.receipt)
        updated = _updated(services, now, _heard(now, said, at), at, asked)
        updated.event["details"] = {**updated.event["details"], "escalation": True}
        event["text"] = text.text_id
        return replace(updated, also=(*updated.also, put_new(text)), then=replace(step, event=event))

    change_request(services, request, at, plan)
    return Accepted(receipt=request.receipt)
