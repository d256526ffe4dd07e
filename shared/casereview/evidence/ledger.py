"""The facts of a case in the making: what each word does to them, in the order in which it was said.

A verification wins. Somebody with standing is believed unless it would lower the lane; a third party may fill a gap or
lift, and is never used against the person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from casereview.evidence.competing_dates import DATES, nearest
from casereview.evidence.linked_cases import Finding, dates_beside, disputed, gone_over, newest, weigh
from casereview.evidence.stated import stated_facts
from casereview.schema.facts import Facts
from casereview.schema.records import Event

Placement = Callable[[Facts, datetime], tuple[int, str]]
"""Lane (0 is the first) and sorting text that facts would get at an instant, under the policy in use."""

ADVERSE = frozenset(
    {"convictions", "gang_participation_age", "national_security_concern", "entry", "entered_on", "last_entry_on"}
)
"""Facts that may count against the person, which a third party who joined a case cannot bring into it."""

_DENIALS = (False, 0, "none", "not_detained", ())


@dataclass(slots=True)
class FactLedger:
    """Facts in the making: their values, and the receipt that each came from."""

    place: Placement
    standing: frozenset[str]
    values: dict[str, object] = field(default_factory=dict)
    sources: dict[str, str | None] = field(default_factory=dict)
    """None where several without standing said it, or one against another: nobody of them takes it back alone."""
    established: dict[str, object] = field(default_factory=dict)
    words: dict[str, list[Finding]] = field(default_factory=dict)
    """What officers established, in each half of a case that a link made one."""
    waiting: dict[str, set[str | None]] = field(default_factory=dict)
    """Facts of which claims wait for an officer, with the receipts that made them."""
    rivals: dict[str, set[object]] = field(default_factory=dict)
    """Dates that third parties gave beside a known one."""
    beside: dict[str, set[object]] = field(default_factory=dict)
    """Dates that an officer established in one half of a case, beside what is established in the other."""

    def facts(
        self,
        at: datetime,
        *,
        values: Mapping[str, object] | None = None,
        rivals: Mapping[str, set[object]] | None = None,
        established: Mapping[str, object] | None = None,
    ) -> Facts:
        """Return the facts at an instant, with other parts where they are given: what officers established wins."""
        values = self.values if values is None else values
        established = self.established if established is None else established
        found = dict(values)
        for name, dates in (self.rivals if rivals is None else rivals).items():
            found |= nearest(name, values.get(name), dates, at)
        found |= established
        for name, dates in self.beside.items():
            found |= nearest(name, established.get(name), dates, at)
        return Facts.model_construct(**found)  # type: ignore[arg-type]  # each value was validated in its event

    def establish(self, found: Mapping[str, object], event: Event) -> None:
        """Note what an officer established by an event: no date beside it, and no claim, stands any more."""
        for name, value in found.items():
            self.words[name] = gone_over(self.words.get(name, ()), Finding(value, event.version, event.said_in))
            self.rivals.pop(name, None)
            self.waiting.pop(name, None)
        self.established.update(found)

    def weigh(self, at: datetime) -> None:
        """Weigh anew what two halves know differently, as all else is known by an instant."""
        if not disputed(self.words):
            self.beside = {}
            return
        self.beside = dates_beside(self.words)

        def lanes(established: Mapping[str, object]) -> tuple[int, int]:
            facts = self.facts(at, established=established)
            undated = facts.evolve(removal_at=None, check_in_on=None)
            return self.place(facts, at)[0], self.place(undated, at)[0]

        self.established = weigh(self.words, lanes)

    def several(self, name: str) -> tuple[object, ...]:
        """Return the dates that are kept of one fact beside each other; none where it has but one."""
        known = ((self.values, self.rivals), (self.established, self.beside))
        return tuple(date for one, more in known if name in more for date in (one.get(name), *more[name]))

    def holds_back(self) -> bool:
        """Tell whether a word waits for an officer: a claim, or what one half knows against the other."""
        return any(self.waiting.values()) or bool(self.beside) or self.established != newest(self.words)

    def take(self, name: str, value: object, source: str | None) -> None:
        """Let a value count, as the word of a receipt."""
        self.values[name] = value
        self.sources[name] = source

    def wait(self, name: str, receipt: str | None) -> None:
        """Let a receipt's claim wait for an officer."""
        self.waiting.setdefault(name, set()).add(receipt)

    def wait_no_more(self, name: str, receipt: str | None) -> None:
        """Let a receipt's own claim wait no longer; what others claim still does."""
        self.waiting.get(name, set()).discard(receipt)

    def lifts(self, name: str, value: object, at: datetime) -> int:
        """Return whether a value moves the case up (1), nowhere (0), down in its lane (-1), or to a lower lane (-2)."""
        return self._moves(self.facts(at, values={**self.values, name: value}), at)

    def settles(self, name: str, value: object, at: datetime) -> int:
        """Return the same for a value that stands alone, without the dates of third parties beside it."""
        rivals = {other: dates for other, dates in self.rivals.items() if other != name}
        return self._moves(self.facts(at, values={**self.values, name: value}, rivals=rivals), at)

    def joins(self, name: str, value: object, at: datetime) -> int:
        """Return the same for a date beside the known one."""
        rivals = {**self.rivals, name: {*self.rivals.get(name, ()), value}}
        return self._moves(self.facts(at, rivals=rivals), at)

    def _moves(self, facts: Facts, at: datetime) -> int:
        before, after = self.place(self.facts(at), at), self.place(facts, at)
        if after[0] > before[0]:
            return -2
        return (after < before) - (after > before)


def open_with(ledger: FactLedger, event: Event, claims: Facts, *, adverse: bool) -> None:
    """Take what the first request says: it is all that is known."""
    for name, value in stated_facts(claims).items():
        if adverse or name not in ADVERSE:
            ledger.take(name, value, event.receipt)


def hear(ledger: FactLedger, event: Event, claims: Facts, *, full: bool) -> None:
    """Take what a later word says, by whether its request has standing (``full``)."""
    for name, value in stated_facts(claims).items():
        if name in ledger.established:
            if value != ledger.established[name]:
                ledger.wait(name, event.receipt)
        elif value == ledger.values.get(name):
            _agree(ledger, name, event.receipt, full=full)
        elif full:
            _say(ledger, name, value, event)
        else:
            _from_third_party(ledger, name, value, event)


def _agree(ledger: FactLedger, name: str, receipt: str | None, *, full: bool) -> None:
    """Note that somebody says the same: then a third party who said it first cannot take it back alone."""
    if full:
        ledger.sources[name] = receipt
        ledger.waiting.pop(name, None)
        return
    ledger.wait_no_more(name, receipt)
    if ledger.sources.get(name) not in {receipt, *ledger.standing}:
        ledger.sources[name] = None


def _say(ledger: FactLedger, name: str, value: object, event: Event) -> None:
    """Take the word of somebody with standing, unless it would lower the lane: then it waits for an officer."""
    if ledger.settles(name, value, event.at) < -1:
        ledger.wait(name, event.receipt)
    else:
        ledger.take(name, value, event.receipt)
        ledger.rivals.pop(name, None)
        ledger.waiting.pop(name, None)


def _from_third_party(ledger: FactLedger, name: str, value: object, event: Event) -> None:
    """Take a third party's word where it may count; against another's word it lifts for good: no taking back.

    Where they take back their own, and that would lower the lane, it waits for an officer.
    """
    if name in DATES and value is not None and _is_anothers(ledger, name, event):
        if ledger.joins(name, value, event.at) > 0:
            ledger.rivals.setdefault(name, set()).add(value)
        return
    own = ledger.sources.get(name) == event.receipt
    if _third_party_may(ledger, name, value, event):
        ledger.take(name, value, event.receipt if own or _contradicts_nobody(ledger, name) else None)
        ledger.wait_no_more(name, event.receipt)
    elif own and ledger.lifts(name, value, event.at) < -1:
        ledger.wait(name, event.receipt)


def _third_party_may(ledger: FactLedger, name: str, value: object, event: Event) -> bool:
    if name in ADVERSE and ledger.sources.get(name) != event.receipt:
        return False
    lift = ledger.lifts(name, value, event.at)
    if _contradicts_nobody(ledger, name):
        return lift >= 0
    return lift >= -1 if ledger.sources.get(name) == event.receipt else lift > 0


def _contradicts_nobody(ledger: FactLedger, name: str) -> bool:
    """Tell whether nothing is known, or third parties alone deny it: a denial keeps no other third party from a yes."""
    held = ledger.values.get(name)
    return held is None or (held in _DENIALS and ledger.sources.get(name) not in ledger.standing)


def _is_anothers(ledger: FactLedger, name: str, event: Event) -> bool:
    """Tell whether a date is known that this request did not give itself."""
    return ledger.values.get(name) is not None and ledger.sources.get(name) != event.receipt
