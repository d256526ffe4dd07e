"""Extract the open facts from a request. Ranking sees these facts only; everything else in a request is sealed."""

from __future__ import annotations

from datetime import date

from casereview.routing.places import find_place
from casereview.routing.residences import find_home
from casereview.routing.states import find_state
from casereview.schema.facts import Conviction, Facts, Relief
from casereview.schema.languages import has_written_form, tag_of
from casereview.schema.submission import (
    PROTECTED,
    ConvictionClaim,
    FactClaims,
    RequesterParts,
    Residence,
    SubmissionParts,
)
from casereview.schema.vocabulary import ReliefKind

_OPEN_RELIEF: dict[ReliefKind, Relief] = {
    "petition_for_review": "petition_for_review",
    "first_motion_to_reopen": "first_motion_to_reopen",
    "asylum": "asylum",
    "vawa": "protected",
    "t_visa": "protected",
    "u_visa": "protected",
    "other": "other",
}


def _relief(kinds: tuple[ReliefKind, ...]) -> tuple[Relief, ...]:
    """Return the open form of pending relief: protected kinds as ``protected``, without duplicates, sorted."""
    return tuple(sorted({_OPEN_RELIEF[kind] for kind in kinds}))


def _conviction(claim: ConvictionClaim) -> Conviction:
    return Conviction.model_validate(claim.model_dump(exclude={"offense"}, exclude_none=True))


def _location(claims: FactClaims, on: date) -> dict[str, object]:
    """Return facility, state and county as found in the routing tables; other text could identify the person."""
    given: dict[str, object] = {}
    residence = claims.residence or Residence()
    if "facility" in claims.model_fields_set:
        given["facility"] = find_place(claims.facility, on, find_state(residence.state)).reference
    if "residence" in claims.model_fields_set:
        home = find_home(residence.state, residence.county, residence.zip, residence.city, on)
        given |= home._asdict()
    return given


_CONVERTED = {"facility", "residence", "convictions", "relief_pending"}
"""Claims that are open only in another form."""


def open_claims(claims: FactClaims, on: date) -> Facts:
    """Return the open facts among the claims received on a day; only stated fields are set (``model_fields_set``)."""
    stated = claims.model_fields_set
    given = {name: getattr(claims, name) for name in stated - _CONVERTED}
    given = {name: None if value == "unknown" else value for name, value in given.items()}
    given.update(_location(claims, on))
    if "convictions" in stated:
        given["convictions"] = claims.convictions and tuple(map(_conviction, claims.convictions))
    if claims.convictions == ():
        given["convictions"] = ()
    if "relief_pending" in stated:
        given["relief_pending"] = None if claims.relief_pending is None else _relief(claims.relief_pending)
        if PROTECTED & set(claims.relief_pending or ()):
            given["protected"] = True
    return Facts.model_validate(given)


def open_update(claims: FactClaims, known: Facts, on: date) -> Facts:
    """Return the open facts of an update; a place that the tables do not know erases none that the request named.

    Args:
        claims: The facts as stated.
        known: What the request stated before. Its state is that of a county, ZIP code or city without one.
        on: The day of the update.
    """
    residence = claims.residence
    if residence and "state" not in residence.model_fields_set and residence.model_fields_set:
        claims = claims.merged(FactClaims(residence=residence.merged(Residence(state=known.state))))
    facts = open_claims(claims, on)
    unknown = {"facility"} if claims.facility and facts.facility is None else set()
    if residence and residence != Residence():
        unknown |= _unknown_parts(residence, facts, known)
    elif residence and not residence.model_fields_set:
        unknown |= {"state", "county"}
    return Facts.model_validate({name: getattr(facts, name) for name in facts.model_fields_set - unknown})


def _unknown_parts(residence: Residence, facts: Facts, known: Facts) -> set[str]:
    """Return the parts of a residence that were stated, and that the tables do not know."""
    if facts.state is None:
        return {"state", "county"}
    names_county = bool(residence.county or residence.zip or residence.city)
    stays = facts.state == known.state and (names_county or "county" not in residence.model_fields_set)
    return {"county"} if facts.county is None and stays else set()


def open_facts(submission: SubmissionParts, on: date) -> Facts:
    """Return the open facts of a request received on a day, with the year of birth but not the date."""
    facts = open_claims(submission.claims, on)
    born = submission.subject.born_on if submission.subject else None
    return facts.evolve(birth_year=born.year) if born else facts


def marks_of(submission: SubmissionParts) -> frozenset[str]:
    """Return the flags that a request gives its case: ``authority_needed``, ``interpreter``.

    Attorneys and accredited representatives need a Form G-28, everyone else who writes for another person needs ICE
    Form 60-001.
    """
    requester, contact = submission.requester or RequesterParts(), submission.contact
    form = "g28" if requester.role in {"attorney", "accredited_representative"} else "form_60_001"
    lacks_form = requester.role not in {None, "self"} and requester.authority != form
    spoken = contact.spoken_language
    interpreter = contact.interpreter or (spoken is not None and not has_written_form(tag_of(spoken) or spoken))
    return frozenset(name for name, holds in (("authority_needed", lacks_form), ("interpreter", interpreter)) if holds)
