"""The commands of a requester after filing: update and escalate. Each adds one event to the case."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from casereview.cases.changes import escalated, restriction
from casereview.cases.disclosure import is_asked, shown_to, view_of
from casereview.cases.lifecycle import LIVE
from casereview.cases.own_words import reaches_top_lane
from casereview.cases.telephone import without_phone_flag
from casereview.cases.verification import verify_by
from casereview.evidence.fold import MAY_BE_CALLED, NEW_ADDRESS, folded_update
from casereview.evidence.open_facts import open_claims
from casereview.evidence.standing import has_standing
from casereview.http.problems import ProblemError, wrong_state
from casereview.schema.base import EASTERN
from casereview.schema.evidence import Claims
from casereview.schema.facts import Facts
from casereview.schema.records import Case, Request
from casereview.schema.submission import Contact, Statement, Update
from casereview.store.folding import lane_of
from casereview.store.transaction import Put
from casereview.store.transition import Transition
from casereview.usecases.contacts import change_contact, is_suppressed
from casereview.usecases.sealed_text import Words, seal_words
from casereview.usecases.services import CaseServices
from intake.change_request import SPARE, Current, change_request, counted, require_live
from intake.responses import Accepted

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import CaseFields, EventFields, RequestFields


def update(services: CaseServices, request: Request, body: Update, at: datetime) -> Accepted:
    """Record new facts, a new contact or a statement; facts and statements answer a question of the office.

    A contact can be changed in every state. The words of other requests do not change.

    Raises:
        ProblemError: 409 for facts or a statement if the request was withdrawn, or if its case has ended and is
            disclosed to this requester; 429 if the request may say no more.
    """
    plain = body.model_dump_json(exclude_unset=True).encode()
    stated = open_claims(body.facts, at.astimezone(EASTERN).date()) if body.facts else None
    words = _seal(services, request, body)

    def plan(now: Current) -> Transition:
        case = now.case
        if words:
            require_live(now.request)
            if _sees_the_end(now.request, case):
                raise wrong_state("case_ended")
        protects = bool(stated and stated.protected)
        now = now._replace(request=now.request.evolve(protected=now.request.protected or protects))
        if body.contact:
            contact = _apply_contact(services, now, body.contact, at)
        else:
            contact = _protect_contact(services, now) if protects else _ContactEffect(now.claims, {})
        request: RequestFields = {**contact.request}
        claims = _with_words(services, now, contact.claims, stated, at)
        if words:
            claims = claims.evolve(said_at=at)
        if words and not now.request.verified and now.request.verify_by is None:
            policy, _until = services.policies.governing(at)
            again = verify_by(at, top=reaches_top_lane(claims, policy, at))
            request["verify_by"] = again
            claims = claims.evolve(verify_by=again)
        changes: CaseFields = {**contact.case(case, at), **_case_after_words(now, body, at), **_earlier(case, claims)}
        if stated and stated.protected:
            changes |= restriction(case, restricted=True)
        event: EventFields = {"receipt": now.request.receipt, "claims": stated, "details": contact.details}
        protects = not words and body.contact is not None and body.contact.safe_to_contact is False
        written = counted(now.request, len(plain), request, spare=SPARE if protects else 0)
        return Transition("updated", changes, event, (written, Put(claims)), words=words)

    change_request(services, request, at, plan)
    return Accepted(receipt=request.receipt)


def _seal(services: CaseServices, request: Request, body: Update) -> Words | None:
    """Seal what an update says; None for one that only changes the contact."""
    says = body.model_dump(mode="json", exclude_unset=True, exclude={"contact"})
    return seal_words(services.seal, "update", request.receipt, says) if says else None


def _sees_the_end(request: Request, case: Case) -> bool:
    """Return whether the holder sees that the case has ended; to third parties it has during a second look too."""
    shown = shown_to(request, case)
    return shown is not None and (shown.status not in LIVE or _sees_no_second_look(request, shown))


def _sees_no_second_look(request: Request, case: Case) -> bool:
    """Return whether the Senior Reviewing Official looks at a case whose decision the holder sees, and no more."""
    return view_of(request) == "decision" and case.status == "with_senior_official"


def _with_words(services: CaseServices, now: Current, claims: Claims, stated: Facts | None, at: datetime) -> Claims:
    if stated is None:
        return claims
    policy, _until = services.policies.governing(at)
    return folded_update(claims, stated, at, lane_of(now.case, policy))


def _earlier(case: Case, claims: Claims) -> CaseFields:
    """Return the earliest time by which a requester is to be verified, with that of these claims."""
    return {"verify_by": min((at for at in (case.verify_by, claims.verify_by) if at), default=None)}


def _case_after_words(now: Current, body: Update, at: datetime) -> CaseFields:
    """Return the fields that words change; a change of the contact alone changes none.

    The words of a verified holder are material to a decision. Those that answer a question end the wait for it.
    """
    case = now.case
    if body.statement is None and not (body.facts and body.facts.model_fields_set):
        return {}
    changes: CaseFields = {"words_at": at}
    if has_standing(now.claims, restricted=case.restricted):
        changes["material"] = case.version + 1
    if case.status in LIVE:
        changes |= {"rank_at": at, "stuck": False}
    if case.status == "information_needed" and is_asked(now.request, case):
        changes["answer_by"] = at  # the worker resumes the clock
    return changes


class _ContactEffect(NamedTuple):
    """The effect of a new contact on the claims, the request and the event."""

    claims: Claims
    request: RequestFields
    details: dict[str, JsonValue] = {}  # noqa: RUF012  # never changed
    """What the event stores unencrypted."""

    def case(self, case: Case, at: datetime) -> CaseFields:
        """Return the flags of the case: a call that is no longer allowed is no longer asked for.

        The worker sets the flag again if another requester must be called, and removes it if a new address was given.
        """
        changes: CaseFields = {"rank_at": at, "stuck": False} if case.status in LIVE and self.request else {}
        return changes if self.claims.may_be_called else {**changes, "flags": without_phone_flag(case.flags)}


def _apply_contact(services: CaseServices, now: Current, stated: Contact, at: datetime) -> _ContactEffect:
    """Seal a new contact; store unencrypted only whether the requester may be called, and whether an address is new.

    An address on the suppression list does not count as new. A withdrawal that waits for a supervisor is cancelled:
    whoever asked for it may not be whoever can now be reached.
    """
    found = change_contact(services.seal, now.request, stated)
    new = found.new_address is not None and not is_suppressed(services.table, services.macs, found.new_address)
    claims = now.claims.evolve(
        may_be_called=found.may_be_called, to_phone=now.claims.to_phone and not new, withdrawal_by=None
    )
    request: RequestFields = {"contact": found.sealed, "contact_changed_at": at, "withdrawal_by": None}
    return _ContactEffect(claims, request, {MAY_BE_CALLED: found.may_be_called, NEW_ADDRESS: new})


def _protect_contact(services: CaseServices, now: Current) -> _ContactEffect:
    """Make contact unsafe after the request stated protected relief, unless its holder had said that it is safe."""
    found = change_contact(services.seal, now.request, Contact())
    claims = now.claims.evolve(may_be_called=found.may_be_called)
    return _ContactEffect(claims, {"contact": found.sealed}, {MAY_BE_CALLED: found.may_be_called, NEW_ADDRESS: False})


def escalate(services: CaseServices, request: Request, body: Statement, at: datetime) -> Accepted:
    """Escalate a decided case to the Senior Reviewing Official.

    Of a holder who is not verified it is kept, and takes effect at the verification if a field office has decided.

    Raises:
        ProblemError: 409 if the request was withdrawn, or the case is disclosed to this requester and no field office
            has decided it; 429 if the request may say no more.
    """
    words = seal_words(services.seal, "escalation", request.receipt, body.model_dump())
    size = len(body.model_dump_json().encode())

    def plan(now: Current) -> Transition:
        request, case = now.request, now.case
        require_live(request)
        shown = shown_to(request, case)
        again = shown is not None and _sees_no_second_look(request, shown)
        if shown and shown.status != "decided" and not again:
            raise ProblemError("not-decided")
        event: EventFields = {"receipt": request.receipt}
        if again:
            return Transition("escalation_kept", {}, event, (counted(request, size, {}),), words=words)
        if shown is not case:
            written = counted(request, size, {"escalation_asked": at})
            return Transition("escalation_kept", {}, event, (written,), words=words)
        written = counted(request, size, {"escalation_asked": None})
        return Transition("escalated", escalated(case, at), event, (written,), words=words)

    change_request(services, request, at, plan)
    return Accepted(receipt=request.receipt)
