"""What was understood of a body: the places, numbers, languages and times in it. It depends on the body alone."""

from __future__ import annotations

from datetime import date

from casereview.routing.facilities import Facility
from casereview.routing.places import find_place
from casereview.routing.residences import zip_digits
from casereview.routing.states import find_state
from casereview.schema.facts import Facts
from casereview.schema.languages import tag_of
from casereview.schema.responses import FacilityFound, ResidenceFound, Understood
from casereview.schema.submission import Contact, FactClaims, Residence, SubjectParts

_MOST = 20
"""Candidates that an answer lists."""


def facility_found(facility: Facility) -> FacilityFound:
    """Return a facility as answers show it."""
    return FacilityFound(
        code=facility.code or None, name=facility.name, city=facility.city or None, state=facility.state or None
    )


def understood(
    subject: SubjectParts | None, claims: FactClaims | None, contact: Contact | None, facts: Facts, on: date
) -> Understood:
    """Return what was understood of the parts of a body.

    Args:
        subject: The identity that it states.
        claims: The facts that it states.
        contact: The contact that it states.
        facts: The open facts in ``claims``.
        on: The day for which places are looked up.
    """
    claims, contact = claims or FactClaims(), contact or Contact()
    residence = claims.residence or Residence()
    place = find_place(claims.facility, on, find_state(residence.state))
    state = facts.state if claims.residence else None
    home = ResidenceFound(state=state, county=facts.county, zip=zip_digits(residence.zip or "")) if state else None
    spoken = tag_of(contact.spoken_language) if contact.spoken_language else None
    return Understood(
        facility=facility_found(place.facility) if place.facility else None,
        facility_candidates=tuple(map(facility_found, place.candidates[:_MOST])),
        residence=home,
        a_number=subject is not None and subject.a_number is not None,
        languages=tuple(dict.fromkeys(tag for tag in (contact.language, spoken) if tag)),
        removal_at=claims.removal_at,
    )
