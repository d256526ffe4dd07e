"""Settle the facts of a case: what counts of the claims of several requests and the verifications of officers.

A verification overrides every claim. Otherwise the newest claim of a request with standing counts. A third party's
claim counts until it is contradicted, and never against the person. A claim takes effect at once only if it raises the
case: one that would lower the lane, lift a restriction or change the office waits for an officer.

Everything here is pure. The caller reads the history consistently and passes the placements under the policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from casereview.evidence.competing_dates import has_passed
from casereview.evidence.ledger import FactLedger, Placement, apply_claims, apply_opening_claims
from casereview.evidence.standing import (
    established_facts,
    filings_of,
    is_restricted,
    protected_by_another,
    receipts_with_standing,
    without_split_requests,
)
from casereview.schema.facts import Facts
from casereview.schema.records import Event


@dataclass(frozen=True, slots=True)
class Settled:
    """The settled facts of a case, and what an officer should know about their sources."""

    facts: Facts
    verified: frozenset[str] = frozenset()
    """Facts that an officer has verified."""
    marks: frozenset[str] = frozenset()
    """Names of flags that the sources of the facts give a reason for."""
    receipts_with_standing: frozenset[str] = frozenset()
    """Receipts whose claims count fully, and whose holders get full disclosure."""


def _has_identity_mismatch(events: Iterable[Event]) -> bool:
    """Return whether the requests of a case give different birth years, and no officer has verified one."""
    if "birth_year" in established_facts(events):
        return False
    years = {event.claims.birth_year for event in events if event.filing and event.claims and event.claims.birth_year}
    return len(years) > 1


def _marks(events: Sequence[Event], full: frozenset[str], *, claim_waiting: bool) -> frozenset[str]:
    filings = filings_of(events)
    marks = {mark for receipt, filing in filings.items() for mark in filing.marks if receipt not in full}
    if any("interpreter" in filing.marks for filing in filings.values()):
        marks.add("interpreter")
    if _has_identity_mismatch(events):
        marks.add("identity_mismatch")
    if claim_waiting:
        marks.add("claim_waiting")
    return frozenset(marks)


def _in_order(events: Sequence[Event]) -> list[Event]:
    """Return the events with claims or verifications, oldest first.

    If a link brought older events to the case, the filing that opened the case also comes first, because third parties
    are measured against it, and again at its own time.
    """
    stated = sorted((event for event in events if event.claims or event.verification), key=lambda event: event.at)
    opening = [event for event in stated if event.filing and event.filing.opened]
    return stated if opening == stated[:1] else [*opening, *stated]


def settle(
    events: Sequence[Event], place: Placement, at: datetime | None = None, *, verifications: bool = True
) -> Settled:
    """Settle the facts of a case from its history, as they are at an instant.

    A claim is newer if it was made later, even if a link gave it a lower or higher version. Of several dates for one
    fact the nearest future date counts; so the facts can change when a date passes, and at no other time.

    Args:
        events: The history of the case, in order of versions.
        place: Returns the lane and rank that facts get under the policy.
        at: The instant; by default that of the newest event.
        verifications: False settles the requesters' claims alone, whose lane a requester may be shown.
    """
    events = without_split_requests(events)
    restricted = is_restricted(events)
    full = receipts_with_standing(events, restricted=restricted)
    ledger = FactLedger(place, full)
    for number, event in enumerate(_in_order(events)):
        if event.verification:
            ledger.apply_verification(established_facts([event]) if verifications else {}, event)
        elif event.claims and event.filing and event.filing.opened and not number:
            adverse = event.receipt in full or not protected_by_another(events, event.receipt)
            apply_opening_claims(ledger, event, event.claims, adverse=adverse)
        elif event.claims:
            apply_claims(ledger, event, event.claims, has_standing=event.receipt in full)
        ledger.resolve_verifications(event.at)
    at = at or events[-1].at
    found = ledger.facts(at)
    facts = Facts.model_validate({**found.__dict__, "protected": restricted or None})
    marks = _marks(events, full, claim_waiting=ledger.needs_officer())
    if has_passed(ledger.dates_of("removal_at"), at):
        marks |= {"removal_date_passed"}
    return Settled(facts, frozenset(ledger.verified), marks, full)
