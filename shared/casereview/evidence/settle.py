"""From what several people say to the facts that a case is ranked by.

A verification wins. Else the newest claim of someone with standing counts. A third party's claim counts until
contradicted, and is never used against the person. Only claims that lift count at once: what would lower the lane,
lift a restriction or change the office waits for an officer.

All here is pure: who calls it reads the history consistently and passes the places that the policy gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from casereview.evidence.competing_dates import has_passed
from casereview.evidence.ledger import FactLedger, Placement, hear, open_with
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
    """The facts of a case, and what an officer should know about how they came to be."""

    facts: Facts
    verified: frozenset[str] = frozenset()
    """Facts that an officer has established."""
    marks: frozenset[str] = frozenset()
    receipts_with_standing: frozenset[str] = frozenset()
    """Receipts whose words count fully, and whose holders are told everything."""


def _mismatch(events: Iterable[Event]) -> bool:
    """Tell whether the requests of one case give different birth years, and no officer has settled it."""
    if "birth_year" in established_facts(events):
        return False
    years = {event.claims.birth_year for event in events if event.filing and event.claims and event.claims.birth_year}
    return len(years) > 1


def _marks(events: Sequence[Event], full: frozenset[str], *, waiting: bool) -> frozenset[str]:
    marks = {mark for receipt, filing in filings_of(events).items() for mark in filing.marks if receipt not in full}
    if any("interpreter" in filing.marks for filing in filings_of(events).values()):
        marks.add("interpreter")
    if _mismatch(events):
        marks.add("identity_mismatch")
    if waiting:
        marks.add("claim_waiting")
    return frozenset(marks)


def _in_order(events: Sequence[Event]) -> list[Event]:
    """Return what was said, oldest first.

    Who opened the case is heard before what a link brought that is older, since third parties are measured against
    it, and again in its turn.
    """
    said = sorted((event for event in events if event.claims or event.verification), key=lambda event: event.at)
    opener = [event for event in said if event.filing and event.filing.opened]
    return said if opener == said[:1] else [*opener, *said]


def settle(
    events: Sequence[Event], place: Placement, at: datetime | None = None, *, verifications: bool = True
) -> Settled:
    """Settle the facts of a case from its history, by version, as they are at an instant.

    What counts as newer is what was said later, also where a link brought it to the case with a newer number.
    Of several dates the nearest ahead counts, so that what holds may change when one has passed: never else.
    Without ``verifications`` they are the facts by requesters' claims alone, whose lane requesters may be shown.
    """
    events = without_split_requests(events)
    restricted = is_restricted(events)
    full = receipts_with_standing(events, restricted=restricted)
    ledger = FactLedger(place, full)
    for number, event in enumerate(_in_order(events)):
        if event.verification:
            ledger.establish(established_facts([event]) if verifications else {}, event)
        elif event.claims and event.filing and event.filing.opened and not number:
            adverse = event.receipt in full or not protected_by_another(events, event.receipt)
            open_with(ledger, event, event.claims, adverse=adverse)
        elif event.claims:
            hear(ledger, event, event.claims, full=event.receipt in full)
        ledger.weigh(event.at)
    at = at or events[-1].at
    found = ledger.facts(at)
    facts = Facts.model_validate({**found.__dict__, "protected": restricted or None})
    marks = _marks(events, full, waiting=ledger.holds_back())
    if ledger.several("removal_at") and has_passed(ledger.several("removal_at"), at):
        marks |= {"removal_date_passed"}
    return Settled(facts, frozenset(ledger.established), marks, full)
