"""The facts of a case while its history is replayed: ``FactLedger`` holds the state, these functions apply the events.

Verifications by officers override all claims. A claim from a request with standing counts unless it would lower the
lane; then it is held for an officer. A claim from a third party may fill a gap or raise the case, and never counts
against the person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from casereview.evidence.competing_dates import DATE_FACTS, effective_dates
from casereview.evidence.linked_cases import (
    Finding,
    add_finding,
    competing_verified_dates,
    conflicting,
    newest_values,
    resolve_conflicts,
)
from casereview.evidence.stated import stated_facts
from casereview.schema.facts import Facts
from casereview.schema.records import Event

Placement = Callable[[Facts, datetime], tuple[int, str]]
"""Returns the lane (0 is the first) and rank that facts would get at an instant under the policy in use."""

ADVERSE = frozenset(
    {"convictions", "gang_participation_age", "national_security_concern", "entry", "entered_on", "last_entry_on"}
)
"""Facts that may count against the person; a third party who joined a case cannot add them to it."""

_DENIALS = (False, 0, "none", "not_detained", ())


class Effect(IntEnum):
    """How a change of facts would move the case."""

    LOWERS_LANE = -2
    LATER_IN_LANE = -1
    UNCHANGED = 0
    EARLIER = 1
    """Into a higher lane, or forward within its lane."""


@dataclass(slots=True)
class FactLedger:
    """The facts of a case as known after some of its events, with the source of each value."""

    placement: Placement
    standing: frozenset[str]
    """The receipts of the requests with standing."""
    values: dict[str, object] = field(default_factory=dict)
    """The claimed value of each fact."""
    sources: dict[str, str | None] = field(default_factory=dict)
    """The receipt that each claimed value came from. None where several third parties claimed it, or one overrode
    another: none of them can then take it back alone."""
    verified: dict[str, object] = field(default_factory=dict)
    """The verified value of each fact; None where a claim was refuted."""
    findings: dict[str, list[Finding]] = field(default_factory=dict)
    """The verifications of each fact; more than one where a link brought two cases together."""
    pending_claims: dict[str, set[str | None]] = field(default_factory=dict)
    """By fact: the receipts whose claims are held for an officer."""
    competing_dates: dict[str, set[object]] = field(default_factory=dict)
    """Dates that third parties claimed beside a known one."""
    competing_verified: dict[str, set[object]] = field(default_factory=dict)
    """Dates verified in one of two linked cases beside the verified date of the other."""

    def facts(
        self,
        at: datetime,
        *,
        values: Mapping[str, object] | None = None,
        competing_dates: Mapping[str, set[object]] | None = None,
        verified: Mapping[str, object] | None = None,
    ) -> Facts:
        """Return the facts at an instant; verified values override claimed ones.

        Args:
            at: The instant that decides which dates have passed.
            values: Claimed values to use instead of those in the ledger.
            competing_dates: Competing dates to use instead.
            verified: Verified values to use instead.
        """
        values = self.values if values is None else values
        verified = self.verified if verified is None else verified
        found = dict(values)
        for name, dates in (self.competing_dates if competing_dates is None else competing_dates).items():
            found |= effective_dates(name, values.get(name), dates, at)
        found |= verified
        for name, dates in self.competing_verified.items():
            found |= effective_dates(name, verified.get(name), dates, at)
        return Facts.model_construct(**found)  # type: ignore[arg-type]  # each value was validated in its event

    def apply_verification(self, found: Mapping[str, object], event: Event) -> None:
        """Record what an officer verified; pending claims and competing dates of these facts are dropped."""
        for name, value in found.items():
            finding = Finding(value, event.version, event.said_in)
            self.findings[name] = add_finding(self.findings.get(name, ()), finding)
            self.competing_dates.pop(name, None)
            self.pending_claims.pop(name, None)
        self.verified.update(found)

    def resolve_verifications(self, at: datetime) -> None:
        """Decide again between conflicting verifications of linked cases, given all facts known at an instant."""
        if not conflicting(self.findings):
            self.competing_verified = {}
            return
        self.competing_verified = competing_verified_dates(self.findings)

        def lanes(verified: Mapping[str, object]) -> tuple[int, int]:
            facts = self.facts(at, verified=verified)
            undated = facts.evolve(removal_at=None, check_in_on=None)
            return self.placement(facts, at)[0], self.placement(undated, at)[0]

        self.verified = resolve_conflicts(self.findings, lanes)

    def dates_of(self, name: str) -> tuple[object, ...]:
        """Return all dates kept for a fact, where there is more than one; else an empty tuple."""
        kept = ((self.values, self.competing_dates), (self.verified, self.competing_verified))
        return tuple(date for known, more in kept if name in more for date in (known.get(name), *more[name]))

    def needs_officer(self) -> bool:
        """Return whether a claim is pending, or verifications of linked cases conflict."""
        conflict = bool(self.competing_verified) or self.verified != newest_values(self.findings)
        return any(self.pending_claims.values()) or conflict

    def accept(self, name: str, value: object, source: str | None) -> None:
        """Set the claimed value of a fact and the receipt that it came from."""
        self.values[name] = value
        self.sources[name] = source

    def hold_claim(self, name: str, receipt: str | None) -> None:
        """Hold a receipt's claim for an officer."""
        self.pending_claims.setdefault(name, set()).add(receipt)

    def drop_pending_claim(self, name: str, receipt: str | None) -> None:
        """Drop a receipt's pending claim; those of other receipts stay pending."""
        self.pending_claims.get(name, set()).discard(receipt)

    def effect_of_value(self, name: str, value: object, at: datetime) -> Effect:
        """Return how the case would move if a value replaced the known one, competing dates kept."""
        return self._effect(self.facts(at, values={**self.values, name: value}), at)

    def effect_of_only_value(self, name: str, value: object, at: datetime) -> Effect:
        """Return how the case would move if a value replaced the known one and all dates that compete with it."""
        others = {other: dates for other, dates in self.competing_dates.items() if other != name}
        return self._effect(self.facts(at, values={**self.values, name: value}, competing_dates=others), at)

    def effect_of_competing_date(self, name: str, value: object, at: datetime) -> Effect:
        """Return how the case would move if a date were added beside the known one."""
        dates = {**self.competing_dates, name: {*self.competing_dates.get(name, ()), value}}
        return self._effect(self.facts(at, competing_dates=dates), at)

    def _effect(self, facts: Facts, at: datetime) -> Effect:
        before, after = self.placement(self.facts(at), at), self.placement(facts, at)
        if after[0] > before[0]:
            return Effect.LOWERS_LANE
        return Effect((after < before) - (after > before))


def apply_opening_claims(ledger: FactLedger, event: Event, claims: Facts, *, adverse: bool) -> None:
    """Accept the claims of the request that opened the case; without ``adverse``, except the adverse facts."""
    for name, value in stated_facts(claims).items():
        if adverse or name not in ADVERSE:
            ledger.accept(name, value, event.receipt)


def apply_claims(ledger: FactLedger, event: Event, claims: Facts, *, has_standing: bool) -> None:
    """Apply later claims; those of a request without standing may only fill gaps or raise the case."""
    for name, value in stated_facts(claims).items():
        if name in ledger.verified:
            if value != ledger.verified[name]:
                ledger.hold_claim(name, event.receipt)
        elif value == ledger.values.get(name):
            _apply_same_value(ledger, name, event.receipt, has_standing=has_standing)
        elif has_standing:
            _apply_with_standing(ledger, name, value, event)
        else:
            _apply_third_party(ledger, name, value, event)


def _apply_same_value(ledger: FactLedger, name: str, receipt: str | None, *, has_standing: bool) -> None:
    """Record that another request claims the known value; a third party cannot then take it back alone."""
    if has_standing:
        ledger.sources[name] = receipt
        ledger.pending_claims.pop(name, None)
        return
    ledger.drop_pending_claim(name, receipt)
    if ledger.sources.get(name) not in {receipt, *ledger.standing}:
        ledger.sources[name] = None


def _apply_with_standing(ledger: FactLedger, name: str, value: object, event: Event) -> None:
    """Accept a claim of a request with standing, or hold it for an officer where it would lower the lane."""
    if ledger.effect_of_only_value(name, value, event.at) == Effect.LOWERS_LANE:
        ledger.hold_claim(name, event.receipt)
    else:
        ledger.accept(name, value, event.receipt)
        ledger.competing_dates.pop(name, None)
        ledger.pending_claims.pop(name, None)


def _apply_third_party(ledger: FactLedger, name: str, value: object, event: Event) -> None:
    """Accept a third party's claim where it may count; hold the withdrawal of their own claim if it lowers the lane.

    A value that overrides another request's claim is accepted without a source, so that it cannot be taken back.
    """
    if name in DATE_FACTS and value is not None and _is_known_from_another(ledger, name, event):
        if ledger.effect_of_competing_date(name, value, event.at) == Effect.EARLIER:
            ledger.competing_dates.setdefault(name, set()).add(value)
        return
    own = ledger.sources.get(name) == event.receipt
    if _is_allowed_from_third_party(ledger, name, value, event):
        ledger.accept(name, value, event.receipt if own or _is_gap(ledger, name) else None)
        ledger.drop_pending_claim(name, event.receipt)
    elif own and ledger.effect_of_value(name, value, event.at) == Effect.LOWERS_LANE:
        ledger.hold_claim(name, event.receipt)


def _is_allowed_from_third_party(ledger: FactLedger, name: str, value: object, event: Event) -> bool:
    """Return whether a third party's claim counts.

    It may fill a gap without moving the case down, change its own earlier claim within the lane, or raise the case.
    """
    own = ledger.sources.get(name) == event.receipt
    if name in ADVERSE and not own:
        return False
    effect = ledger.effect_of_value(name, value, event.at)
    if _is_gap(ledger, name):
        return effect >= Effect.UNCHANGED
    return effect >= Effect.LATER_IN_LANE if own else effect == Effect.EARLIER


def _is_gap(ledger: FactLedger, name: str) -> bool:
    """Return whether a fact is unknown, or only third parties deny it: another third party may still affirm it."""
    known = ledger.values.get(name)
    return known is None or (known in _DENIALS and ledger.sources.get(name) not in ledger.standing)


def _is_known_from_another(ledger: FactLedger, name: str, event: Event) -> bool:
    """Return whether the known value of a fact came from another request."""
    return ledger.values.get(name) is not None and ledger.sources.get(name) != event.receipt
