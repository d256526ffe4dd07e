"""Verify facts. A fact that an officer confirms or refutes overrides all statements of requesters."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from casereview.cases.changes import restriction
from casereview.cases.first_look import clock_after_work
from casereview.cases.lease import fields_in_line
from casereview.cases.verified_place import office_to_move_to
from casereview.evidence.fold import folded_finding
from casereview.evidence.open_facts import open_claims
from casereview.http.problems import invalid, wrong_state
from casereview.routing.offices import PLACE_FACTS
from casereview.routing.places import find_place
from casereview.routing.states import find_state
from casereview.schema.base import EASTERN
from casereview.schema.event_records import Verification
from casereview.schema.evidence import CaseFile, Finding
from casereview.schema.facts import Facts
from casereview.schema.records import Case
from casereview.schema.submission import FactClaims
from casereview.store.caseload import uncount_claim
from casereview.store.open_duties import given_to, open_duties
from casereview.store.transaction import Put, Write
from casereview.store.transition import Transition
from review.cases.lease import renewed_claim
from review.cases.reaching import calls_that_waited
from review.cases.requesters import missed_news
from review.cases.session import CaseSession, require_claim
from review.cases.transfer import moved_to
from review.cases.untold import NOT_TO_BE_TOLD, to_be_told
from review.schema.commands import OfficerFacts, VerificationBody

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields, EventFields


def verify_facts(session: CaseSession, body: VerificationBody, stated: OfficerFacts) -> Case:
    """Record what an officer established about facts, and queue the case for ranking.

    Where it confirms a place for which another office is responsible, the case moves there: a transfer follows in the
    same transaction, and ends the officer's claim.

    Raises:
        ProblemError: 404 without access to the case, or for a receipt that is not of this case; 409 without the claim,
            or if a protection mark would be refuted; 422 if a claim of US citizenship would be neither confirmed nor
            refuted, or for a facility or state that the tables do not have.
    """
    if _leaves_citizenship_open(stated, body.verdict):
        message = "must be confirmed or refuted as true, or confirmed as false"
        raise invalid("/facts/claims_us_citizenship", "citizenship_left_open", message)
    established = _established(stated, session)

    def plan(case: Case) -> Transition:
        require_claim(case, session.caller)
        if stated.protected is not None and body.verdict == "refuted":
            message = "A protection mark cannot be refuted: to remove it, confirm that protected is false."
            raise wrong_state("protection_not_refutable", message, "/facts/protected")
        if body.receipt is not None:
            session.request(body.receipt)
        return _verified(session, case, body, established)

    return session.act(plan)


def _verified(session: CaseSession, case: Case, body: VerificationBody, established: Facts) -> Transition:
    closes = established.protected is True and not session.caller.restricted
    held = _claim_after_verification(session, case, closes=closes)
    found = Finding(
        facts=established,
        verdict=body.verdict,
        at=session.at,
        version=case.version + 1,
        user=session.caller.user,
        receipt=body.receipt,
    )
    file = session.file(case)
    after = file._replace(findings=folded_finding(file.findings, found))
    moves = _move(session, file, after, body, established)
    changes: CaseFields = {"rank_at": session.at, "material": case.version + 1, **held.fields}
    if established.protected is not None:
        changes |= restriction(case, restricted=established.protected)
    ended = uncount_claim(case) if moves and not closes else ()
    changed = case.evolve(**changes)
    told = to_be_told(session, changed) if changed.restricted and not case.restricted else NOT_TO_BE_TOLD
    event: EventFields = {
        "receipt": body.receipt,
        "claims": established,
        "verification": Verification(verdict=body.verdict, about="facts"),
        "details": {**told.details},
    }
    duties = (*_duties_after(session, file, established, moves), *told.also)
    also = (Put(after.findings), *held.also, *ended, *duties)
    missed = missed_news(session, case, changed)
    return Transition("verified", changes, event, also, missed, session.reason(body.why), moves)


def _duties_after(
    session: CaseSession, file: CaseFile, established: Facts, moves: Transition | None
) -> tuple[Write, ...]:
    """Return the writes of duties: they go to the office that the case moves to; calls that waited are due."""
    lifted = file.case.restricted and established.protected is False
    office = moves.case["office"] if moves else file.case.office
    due = calls_that_waited(session, file, office) if lifted else ()
    return (*(given_to(open_duties(session.services.table, file.case.case_id), office) if moves else ()), *due)


def _move(
    session: CaseSession, before: CaseFile, after: CaseFile, body: VerificationBody, established: Facts
) -> Transition | None:
    """Return the transfer of a case in review whose place was confirmed at another office; None where it stays."""
    confirms_place = body.verdict == "confirmed" and not PLACE_FACTS.isdisjoint(established.model_fields_set)
    if before.case.status != "in_review" or not confirms_place:
        return None
    policy, _until = session.services.policies.governing(session.at)
    office = office_to_move_to(before, after, policy, session.at)
    return Transition("transferred", moved_to(before, office, office, session.at)) if office else None


def _leaves_citizenship_open(stated: OfficerFacts, verdict: str) -> bool:
    """Return whether a claim of US citizenship would become unknown, neither confirmed nor refuted."""
    found = stated.claims_us_citizenship
    named = "claims_us_citizenship" in stated.model_fields_set
    return named and (found is None or (found is False and verdict == "refuted"))


def _established(stated: OfficerFacts, session: CaseSession) -> Facts:
    own = {"protected", "birth_year"}
    claims = FactClaims.model_validate(stated.model_dump(exclude_unset=True, exclude=own))
    on = session.at.astimezone(EASTERN).date()
    _require_known_places(claims, on)
    facts = open_claims(claims, on)
    if "protected" in stated.model_fields_set:
        facts = facts.evolve(protected=stated.protected)
    if "birth_year" in stated.model_fields_set:
        facts = facts.evolve(birth_year=stated.birth_year)
    return facts


def _require_known_places(claims: FactClaims, on: date) -> None:
    """Refuse a place that the tables do not have: it would be established as unknown.

    Raises:
        ProblemError: 422.
    """
    stated = claims.residence.state if claims.residence else None
    state = find_state(stated)
    if stated and state is None:
        raise invalid("/facts/residence/state", "unknown_state", "must be a state, district or territory")
    place = find_place(claims.facility, on, state)
    if claims.facility and place.reference is None:
        named = ", ".join(f"{each.reference} ({each.state})" for each in place.candidates)
        message = f"can be one of several facilities: {named}" if named else "must be a facility of the tables"
        raise invalid("/facts/facility", "unknown_facility", message)


class _ClaimEffect(NamedTuple):
    """The effect of a verification on the officer's claim."""

    fields: CaseFields
    also: tuple[Write, ...] = ()


def _claim_after_verification(session: CaseSession, case: Case, *, closes: bool) -> _ClaimEffect:
    """Return the renewed claim; end the claim if the officer loses access; a case that awaits approval has no lease."""
    if closes and case.status != "awaiting_approval":
        freed: CaseFields = {
            "first_look": clock_after_work(case, session.at),
            "hold": None,
            **fields_in_line(case, session.at),
        }
        return _ClaimEffect(freed, uncount_claim(case))
    return _ClaimEffect(renewed_claim(session, case))
