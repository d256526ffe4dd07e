"""The facts of a case while its words are weighed: ``FactLedger`` holds the state and takes one word at a time.

Verifications by officers override all words. A word of a verified holder counts unless it would lower the lane; then it
waits for an officer. A word of an unverified holder may fill a gap or raise the case; it never replaces, lowers or
removes what another request said, and never counts against the person, but waits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

from casereview.evidence.competing_dates import DATE_FACTS, effective_dates
from casereview.evidence.linked_cases import (
    FoundValue,
    competing_verified_dates,
    conflicting,
    newest_values,
    resolve_conflicts,
)
from casereview.schema.facts import Facts

Placement = Callable[[Facts, datetime], tuple[int, str]]
"""Returns the lane (0 is the first) and rank that facts would get at an instant under the policy in use."""

ADVERSE = frozenset(
    {"convictions", "gang_participation_age", "national_security_concern", "entry", "entered_on", "last_entry_on"}
)
"""Facts that may count against the person; unverified, they count only from the request that is alone in its case."""

_DENIALS = (False, 0, "none", "not_detained", ())


class Word(NamedTuple):
    """One stated value of a fact, and the request that stated it."""

    fact: str
    value: object
    receipt: str
    at: datetime
    """When the value was stated."""
    verified: bool
    """Whether the holder of the request is verified."""
    alone: bool
    """Whether the request is alone in the case that it opened."""


class Effect(IntEnum):
    """How a change of facts would move the case."""

    LOWERS_LANE = -2
    LATER_IN_LANE = -1
    UNCHANGED = 0
    EARLIER = 1
    """Into a higher lane, or forward within its lane."""


@dataclass(slots=True)
class FactLedger:
    """The facts of a case after some of its words, with the source of each value."""

    placement: Placement
    values: dict[str, object] = field(default_factory=dict)
    """The stated value of each fact that counts."""
    sources: dict[str, Word | None] = field(default_factory=dict)
    """The word that each value came from. None where several unverified requests stated it, or one raised the case
    above another's word: none of them can then take it back alone."""
    verified: dict[str, object] = field(default_factory=dict)
    """The verified value of each fact; None where a claim was refuted."""
    found: dict[str, list[FoundValue]] = field(default_factory=dict)
    """The verifications of each fact; more than one where a link brought two cases together."""
    waiting: set[str] = field(default_factory=set)
    """The facts about which a word waits for an officer."""
    competing_dates: dict[str, set[object]] = field(default_factory=dict)
    """Dates that unverified requests stated beside a known one."""
    competing_verified: dict[str, set[object]] = field(default_factory=dict)
    """Dates verified in one of two linked cases beside the verified date of the other."""
    _placed: dict[datetime, tuple[int, str]] = field(default_factory=dict)
    """The placement of the facts known so far, by instant: it is the same for all words of one update."""

    def facts(
        self,
        at: datetime,
        *,
        values: Mapping[str, object] | None = None,
        competing_dates: Mapping[str, set[object]] | None = None,
        verified: Mapping[str, object] | None = None,
    ) -> Facts:
        """Return the facts at an instant; verified values override stated ones.

        Args:
            at: The instant that decides which dates have passed.
            values: Stated values to use instead of those in the ledger.
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
        return Facts.model_construct(**found)  # type: ignore[arg-type]  # each value was validated when it was stated

    def dates_of(self, name: str) -> tuple[object, ...]:
        """Return all dates kept for a fact, where there is more than one; else an empty tuple."""
        kept = ((self.values, self.competing_dates), (self.verified, self.competing_verified))
        return tuple(date for known, more in kept if name in more for date in (known.get(name), *more[name]))

    def needs_officer(self) -> bool:
        """Return whether a word waits, or verifications of linked cases conflict."""
        conflict = bool(self.competing_verified) or self.verified != newest_values(self.found)
        return bool(self.waiting) or conflict

    def take_findings(self, found: Mapping[str, list[FoundValue]], at: datetime) -> None:
        """Take what officers verified; between conflicting verifications of linked cases, decide at an instant."""
        self.found = {name: list(several) for name, several in found.items()}
        self.verified = newest_values(self.found)
        if conflicting(self.found):
            self.competing_verified = competing_verified_dates(self.found)
            self.verified = resolve_conflicts(self.found, lambda verified: self._lanes(verified, at))

    def _lanes(self, verified: Mapping[str, object], at: datetime) -> tuple[int, int]:
        facts = self.facts(at, verified=verified)
        undated = facts.evolve(removal_at=None, check_in_on=None)
        return self.placement(facts, at)[0], self.placement(undated, at)[0]

    def take(self, word: Word) -> None:
        """Weigh one word."""
        name = word.fact
        if name in self.verified:
            if word.value != self.verified[name] and word.at > self.found[name][-1].at:
                self.waiting.add(name)
        elif word.value == self.values.get(name):
            self._take_same_value(word)
        elif word.verified:
            self._take_verified(word)
        else:
            self._take_unverified(word)

    def _accept(self, word: Word, source: Word | None) -> None:
        self.values[word.fact] = word.value
        self.sources[word.fact] = source
        self._placed.clear()

    def _take_same_value(self, word: Word) -> None:
        """Note that another request states the known value; an unverified one cannot then take it back alone."""
        source = self.sources.get(word.fact)
        if word.verified:
            self.sources[word.fact] = word
        elif source and not source.verified and source.receipt != word.receipt:
            self.sources[word.fact] = None

    def _take_verified(self, word: Word) -> None:
        """Accept a verified holder's word, or let it wait where it would lower the lane."""
        if self._effect(word, only=True) == Effect.LOWERS_LANE:
            self.waiting.add(word.fact)
        else:
            self._accept(word, word)

    def _take_unverified(self, word: Word) -> None:
        """Accept an unverified holder's word where it may count; else it waits, if it says anything new."""
        name = word.fact
        if name in ADVERSE and not word.alone:
            self._wait(word)
        elif name in DATE_FACTS and word.value is not None and self._is_known_from_another(word):
            self._take_competing_date(word)
        elif self._may_count(word):
            own, gap = self._is_own(word), self._is_gap(name)
            replaces = self.sources.get(name)
            if replaces and replaces.verified:
                self.waiting.add(name)
            self._accept(word, word if own or gap else None)
        else:
            self._wait(word)

    def _take_competing_date(self, word: Word) -> None:
        """Keep a date beside the known one if it raises the case; else it waits."""
        name = word.fact
        dates = {**self.competing_dates, name: {*self.competing_dates.get(name, ()), word.value}}
        if self._moved(self.facts(word.at, competing_dates=dates), word.at) == Effect.EARLIER:
            self.competing_dates = dates
            self._placed.clear()
        else:
            self._wait(word)

    def _wait(self, word: Word) -> None:
        if word.value is not None or self._is_own(word):
            self.waiting.add(word.fact)

    def _may_count(self, word: Word) -> bool:
        """Return whether an unverified word counts.

        It may fill a gap without moving the case down, change its own earlier value within the lane, or raise the case.
        """
        effect = self._effect(word)
        if self._is_gap(word.fact):
            return effect >= Effect.UNCHANGED
        return effect >= Effect.LATER_IN_LANE if self._is_own(word) else effect == Effect.EARLIER

    def _is_gap(self, name: str) -> bool:
        """Return whether a fact is unknown, or only unverified holders deny it: another may still affirm it."""
        known, source = self.values.get(name), self.sources.get(name)
        return known is None or (known in _DENIALS and not (source and source.verified))

    def _is_own(self, word: Word) -> bool:
        source = self.sources.get(word.fact)
        return source is not None and source.receipt == word.receipt

    def _is_known_from_another(self, word: Word) -> bool:
        return self.values.get(word.fact) is not None and not self._is_own(word)

    def _effect(self, word: Word, *, only: bool = False) -> Effect:
        """Return how the case would move under a value; ``only`` drops the dates that compete with it."""
        dates = self.competing_dates
        if only:
            dates = {name: others for name, others in dates.items() if name != word.fact}
        values = {**self.values, word.fact: word.value}
        return self._moved(self.facts(word.at, values=values, competing_dates=dates), word.at)

    def _moved(self, facts: Facts, at: datetime) -> Effect:
        before = self._placed.get(at)
        if before is None:
            before = self._placed[at] = self.placement(self.facts(at), at)
        after = self.placement(facts, at)
        if after[0] > before[0]:
            return Effect.LOWERS_LANE
        return Effect((after < before) - (after > before))
