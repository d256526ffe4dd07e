"""Verify facts, identities and authorities.

A fact that an officer confirms or refutes overrides all statements of requesters. A verified requester gets full
disclosure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from casereview.cases.first_look import clock_after_work
from casereview.cases.lease import fields_in_line
from casereview.evidence.open_facts import open_claims
from casereview.http.problems import invalid, wrong_state
from casereview.schema.base import EASTERN
from casereview.schema.facts import Facts
from casereview.schema.records import Case, Verification
from casereview.schema.submission import FactClaims
from casereview.store.caseload import uncount_claim
from casereview.store.transaction import Write, put_over
from casereview.store.transition import Transition
from review.cases.lease import renewed_claim
from review.cases.session import CaseSession, require_claim
from review.schema.commands import OfficerFacts, VerificationBody

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields, EventFields


def record_verification(session: CaseSession, body: VerificationBody) -> Case:
    """Record a verification, and queue the case for ranking.

    Raises:
        ProblemError: 404 without access to the case, or for a receipt that is not of this case; 409 without the claim,
            or if a protection mark would be refuted; 422 if a claim of US citizenship would be neither confirmed nor
            refuted.
    """
    if body.facts is not None and _leaves_citizenship_open(body.facts, body.verdict):
        message = "must be confirmed or refuted as true, or confirmed as false"
        raise invalid("/facts/claims_us_citizenship", "citizenship_left_open", message)

    def plan(case: Case) -> Transition:
        require_claim(case, session.caller)
        if body.facts is not None:
            return _verify_facts(session, case, body, body.facts)
        return _verify_requester(session, case, body)

    return session.act(plan)


def _leaves_citizenship_open(stated: OfficerFacts, verdict: str) -> bool:
    """Return whether a claim of US citizenship would become unknown, neither confirmed nor refuted."""
    found = stated.claims_us_citizenship
    named = "claims_us_citizenship" in stated.model_fields_set
    return named and (found is None or (found is False and verdict == "refuted"))


def _verify_facts(session: CaseSession, case: Case, body: VerificationBody, stated: OfficerFacts) -> Transition:
    """Return the transition that establishes facts; it never changes the office, which takes a transfer."""
    established = _established(stated, session)
    if stated.protected is not None and body.verdict == "refuted":
        message = "A protection mark cannot be refuted: to remove it, confirm that protected is false."
        raise wrong_state("protection_not_refutable", message, "/facts/protected")
    if body.receipt is not None:
        session.request(body.receipt)
    event: EventFields = {
        "receipt": body.receipt,
        "claims": established,
        "verification": Verification(verdict=body.verdict, about="facts"),
        "sealed": session.seal_reason(body.why),
    }
    held = _claim_after_verification(
        session, case, closes=established.protected is True and not session.caller.restricted
    )
    changes: CaseFields = {"rank_at": session.at, **held.fields}
    if established.protected is not None:
        changes["restricted"] = established.protected
    return Transition("verified", changes, event, held.also)


def _established(stated: OfficerFacts, session: CaseSession) -> Facts:
    own = {"protected", "birth_year"}
    claims = FactClaims.model_validate(stated.model_dump(exclude_unset=True, exclude=own))
    facts = open_claims(claims, session.at.astimezone(EASTERN).date())
    if "protected" in stated.model_fields_set:
        facts = facts.evolve(protected=stated.protected)
    if "birth_year" in stated.model_fields_set:
        facts = facts.evolve(birth_year=stated.birth_year)
    return facts


def _verify_requester(session: CaseSession, case: Case, body: VerificationBody) -> Transition:
    request = session.request(body.receipt or "")
    about: Literal["identity", "authority"] = "identity" if body.identity else "authority"
    event: EventFields = {
        "receipt": request.receipt,
        "verification": Verification(verdict=body.verdict, about=about),
        "sealed": session.seal_reason(body.why),
    }
    confirmed = body.verdict == "confirmed"
    verified = request.evolve(verified=confirmed, refuted=not confirmed)
    write = put_over(verified, state=request.state, epoch=request.epoch)
    return Transition(
        "verified", {"rank_at": session.at, **_claim_after_verification(session, case).fields}, event, (write,)
    )


class _ClaimEffect(NamedTuple):
    """The effect of a verification on the officer's claim."""

    fields: CaseFields
    also: tuple[Write, ...] = ()


def _claim_after_verification(session: CaseSession, case: Case, *, closes: bool = False) -> _ClaimEffect:
    """Return the renewed claim; end the claim if the officer loses access; a case that awaits approval has no lease."""
    if case.status == "awaiting_approval":
        return _ClaimEffect({"first_look": clock_after_work(case, session.at)})
    if closes:
        freed: CaseFields = {
            "first_look": clock_after_work(case, session.at),
            "hold": None,
            **fields_in_line(case, session.at),
        }
        return _ClaimEffect(freed, uncount_claim(case))
    return _ClaimEffect(renewed_claim(session, case))
