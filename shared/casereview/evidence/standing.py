"""Whose words a case's history holds, whose count fully, and whether the person is protected (8 USC 1367)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from casereview.evidence.stated import stated_facts
from casereview.schema.base import Unrecognized
from casereview.schema.records import Event, Filing, Verification


def filings_of(events: Iterable[Event]) -> dict[str, Filing]:
    """Return how each request of a history was filed, by receipt."""
    return {event.receipt: event.filing for event in events if event.receipt and event.filing}


def receipts_with_standing(events: Sequence[Event], *, restricted: bool) -> frozenset[str]:
    """Return the receipts with full rights.

    They opened the case as ``self``, unless it is restricted, or an officer verified identity or authority.
    """
    filings = filings_of(events).items()
    found = {receipt for receipt, filing in filings if filing.opened and filing.role == "self" and not restricted}
    for event in events:
        if event.verification and is_of_requester(event.verification) and event.receipt:
            (found.add if event.verification.verdict == "confirmed" else found.discard)(event.receipt)
    return frozenset(found)


def is_of_requester(verification: Verification) -> bool:
    """Return whether an officer verified a requester; one with a value that this release does not know counts not."""
    return verification.about in {"identity", "authority"} and not isinstance(verification.verdict, Unrecognized)


def is_of_facts(verification: Verification) -> bool:
    """Return whether an officer established facts; one with a value that this release does not know counts not."""
    return verification.about == "facts" and not isinstance(verification.verdict, Unrecognized)


def without_split_requests(events: Sequence[Event]) -> Sequence[Event]:
    """Return the history without what requests said that were split off: they never were of this case.

    What a request said after it came back by a link counts again.
    """
    gone = {event.receipt: event.version for event in events if event.kind == "split"}
    return [event for event in events if event.version > gone.get(event.receipt, 0)] if gone else events


def receipts_of(events: Sequence[Event]) -> frozenset[str]:
    """Return the receipts of the requests that are of this case."""
    return frozenset(filings_of(without_split_requests(events)))


def is_restricted(events: Sequence[Event]) -> bool:
    """Tell whether what is known of a case is kept under 8 USC 1367: an officer's word wins over requesters'.

    An officer who found no protection before another case was linked in judged one half of what is known now: until
    somebody looks at the whole, either half's protection holds.
    """
    linked = max((event.version for event in events if event.kind == "linked"), default=0)
    found = established_facts(event for event in events if event.version > linked)
    if "protected" in found:
        return found["protected"] is True
    return speaks_of_protection(events)


def speaks_of_protection(events: Iterable[Event]) -> bool:
    """Tell whether a requester, or an officer, says in a history that the person is protected (8 USC 1367)."""
    said = (event for event in events if event.verification is None or event.verification.verdict == "confirmed")
    return any(event.claims and event.claims.protected for event in said)


def established_facts(events: Iterable[Event]) -> dict[str, object]:
    """Return what officers established, the newest of each; a refuted claim leaves the fact unknown."""
    found: dict[str, object] = {}
    for event in events:
        if event.verification and is_of_facts(event.verification) and event.claims:
            confirmed = event.verification.verdict == "confirmed"
            found |= {name: value if confirmed else None for name, value in stated_facts(event.claims).items()}
    return found


def protected_by_another(events: Iterable[Event], receipt: str | None) -> bool:
    """Tell whether somebody else raised protection: then this third party may be the abuser (8 USC 1367)."""
    others = (event for event in events if event.receipt != receipt)
    return any(event.claims and event.claims.protected for event in others)
