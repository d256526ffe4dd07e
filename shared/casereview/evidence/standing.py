"""Standing and protection: which requests' claims count fully, and whether the person is protected (8 USC 1367)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from casereview.evidence.stated import stated_facts
from casereview.schema.base import Unrecognized
from casereview.schema.records import Event, Filing, Verification


def filings_of(events: Iterable[Event]) -> dict[str, Filing]:
    """Return the filing of each request in a history, by receipt."""
    return {event.receipt: event.filing for event in events if event.receipt and event.filing}


def receipts_with_standing(events: Sequence[Event], *, restricted: bool) -> frozenset[str]:
    """Return the receipts of the requests with standing.

    A request has standing if it opened the case in the role ``self`` and the case is not restricted, or if an officer
    verified the requester's identity or authority. A refuted verification takes standing away.
    """
    filings = filings_of(events).items()
    found = {receipt for receipt, filing in filings if filing.opened and filing.role == "self" and not restricted}
    for event in events:
        if event.verification and is_about_requester(event.verification) and event.receipt:
            (found.add if event.verification.verdict == "confirmed" else found.discard)(event.receipt)
    return frozenset(found)


def is_about_requester(verification: Verification) -> bool:
    """Return whether a verification concerns a requester; one with a value unknown to this release does not count."""
    return verification.about in {"identity", "authority"} and not isinstance(verification.verdict, Unrecognized)


def is_about_facts(verification: Verification) -> bool:
    """Return whether a verification concerns facts; one with a value unknown to this release does not count."""
    return verification.about == "facts" and not isinstance(verification.verdict, Unrecognized)


def without_split_requests(events: Sequence[Event]) -> Sequence[Event]:
    """Return the history without the events of requests before they were split off: they belong to another case.

    Events of a request after a link brought it back count again.
    """
    split = {event.receipt: event.version for event in events if event.kind == "split"}
    return [event for event in events if event.version > split.get(event.receipt, 0)] if split else events


def receipts_of(events: Sequence[Event]) -> frozenset[str]:
    """Return the receipts of the requests that belong to the case."""
    return frozenset(filings_of(without_split_requests(events)))


def is_restricted(events: Sequence[Event]) -> bool:
    """Return whether a case is restricted under 8 USC 1367; an officer's verification overrides requesters' claims.

    A verification made before another case was linked in does not count, because its officer saw only one of the two
    cases. Until an officer verifies protection in the linked case, it is restricted if either case claims protection.
    """
    linked = max((event.version for event in events if event.kind == "linked"), default=0)
    found = established_facts(event for event in events if event.version > linked)
    if "protected" in found:
        return found["protected"] is True
    return claims_protection(events)


def claims_protection(events: Iterable[Event]) -> bool:
    """Return whether a claim or a confirmed verification in a history says that the person is protected."""
    counted = (event for event in events if event.verification is None or event.verification.verdict == "confirmed")
    return any(event.claims and event.claims.protected for event in counted)


def established_facts(events: Iterable[Event]) -> dict[str, object]:
    """Return the newest verified value of each fact; None where an officer refuted the claim."""
    found: dict[str, object] = {}
    for event in events:
        if event.verification and is_about_facts(event.verification) and event.claims:
            confirmed = event.verification.verdict == "confirmed"
            found |= {name: value if confirmed else None for name, value in stated_facts(event.claims).items()}
    return found


def protection_claimed_by_another(events: Iterable[Event], receipt: str | None) -> bool:
    """Return whether another request claims protection: the holder of this one may then be the abuser."""
    others = (event for event in events if event.receipt != receipt)
    return any(event.claims and event.claims.protected for event in others)
