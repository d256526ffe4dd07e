"""Settle the facts of a case: reduce the claims and verifications in its history to the facts that it is ranked by.

A verification overrides all claims. Otherwise the newest claim of a request with standing counts. A third party's
claim counts until it is contradicted, and never counts against the person. Claims that raise the case count at once;
a claim that would lower the lane, lift a restriction or change the office is held for an officer.

These functions are pure: the caller reads the history consistently and passes the placements that the policy gives.
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
    protection_claimed_by_another,
    receipts_with_standing,
    without_split_requests,
)
from casereview.schema.facts import Facts
from casereview.schema.records import Event


@dataclass(frozen=True, slots=True)
class Settled:
    """The facts of a case, and what an officer should know about their sources."""

    facts: Facts
    verified: frozenset[str] = frozenset()
    """The names of facts that an officer verified."""
    marks: frozenset[str] = frozenset()
    """Flags that follow from the history, such as ``claim_waiting``."""
    receipts_with_standing: frozenset[str] = frozenset()
    """Receipts whose claims count fully."""


def settle(
    events: Sequence[Event], placement: Placement, at: datetime | None = None, *, verifications: bool = True
) -> Settled:
    """Settle the facts of a case from its history, as they are at an instant.

    Of two claims, the newer is the one made later, even if a link copied the older one into the case afterwards. Of
    several dates the nearest future one counts, so the facts can change without an event only when a date passes.

    Args:
        events: The history, in order of version.
        placement: Returns the lane and rank that facts would get under the policy in use.
        at: The instant; by default that of the newest event.
        verifications: False leaves out what officers verified: the lane of these facts can be shown to requesters.
    """
    events = without_split_requests(events)
    restricted = is_restricted(events)
    standing = receipts_with_standing(events, restricted=restricted)
    ledger = FactLedger(placement, standing)
    for number, event in enumerate(_replay_order(events)):
        _apply(ledger, event, events, is_first=number == 0, verifications=verifications)
        ledger.resolve_verifications(event.at)
    at = at or events[-1].at
    found = ledger.facts(at)
    facts = Facts.model_validate({**found.__dict__, "protected": restricted or None})
    marks = _marks(events, standing, claim_waiting=ledger.needs_officer())
    if has_passed(ledger.dates_of("removal_at"), at):
        marks |= {"removal_date_passed"}
    return Settled(facts, frozenset(ledger.verified), marks, standing)


def _apply(ledger: FactLedger, event: Event, events: Sequence[Event], *, is_first: bool, verifications: bool) -> None:
    """Apply one event of a history to the ledger."""
    has_standing = event.receipt in ledger.standing
    if event.verification:
        ledger.apply_verification(established_facts([event]) if verifications else {}, event)
    elif event.claims and event.filing and event.filing.opened and is_first:
        adverse = has_standing or not protection_claimed_by_another(events, event.receipt)
        apply_opening_claims(ledger, event, event.claims, adverse=adverse)
    elif event.claims:
        apply_claims(ledger, event, event.claims, has_standing=has_standing)


def _replay_order(events: Sequence[Event]) -> list[Event]:
    """Return the events with claims or verifications, oldest first.

    Where a link copied events older than the one that opened the case, the opening event comes first as well as at
    its time: claims of third parties are compared with it.
    """
    found = sorted((event for event in events if event.claims or event.verification), key=lambda event: event.at)
    opening = [event for event in found if event.filing and event.filing.opened]
    return found if opening == found[:1] else [*opening, *found]


def _marks(events: Sequence[Event], standing: frozenset[str], *, claim_waiting: bool) -> frozenset[str]:
    filings = filings_of(events)
    marks = {mark for receipt, filing in filings.items() for mark in filing.marks if receipt not in standing}
    if any("interpreter" in filing.marks for filing in filings.values()):
        marks.add("interpreter")
    if _has_birth_year_mismatch(events):
        marks.add("identity_mismatch")
    if claim_waiting:
        marks.add("claim_waiting")
    return frozenset(marks)


def _has_birth_year_mismatch(events: Iterable[Event]) -> bool:
    """Return whether the requests of a case give different birth years, and no officer has verified one."""
    if "birth_year" in established_facts(events):
        return False
    years = {event.claims.birth_year for event in events if event.filing and event.claims and event.claims.birth_year}
    return len(years) > 1
