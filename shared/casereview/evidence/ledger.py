"""The facts of a case while its words are weighed: ``FactLedger`` holds the state and takes one word at a time.

Verifications by officers override all words. A word of a verified holder counts unless it would lower the lane; then it
waits for an officer. A word of an unverified holder may fill a gap. One that contradicts another request waits for an
officer and replaces nothing: while it would put the case further forward, it counts for the place of the case alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from casereview.evidence.competing_dates import DATE_FACTS, effective_dates, next_to_pass
from casereview.evidence.linked_cases import (
    FoundValue,
    competing_verified_dates,
    conflicting,
    newest_values,
    resolve_conflicts,
)
from casereview.evidence.placement import BestPlace, Effect, Placement, effect_of
from casereview.policy.ranking import Place

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
    """Whether the holder of the request has standing."""
    alone: bool
    """Whether the request is alone in the case that it opened."""


class Weighed(NamedTuple):
    """The facts of a case after all its words, at an instant."""

    facts: dict[str, object]
    placed: dict[str, object]
    """The facts that determine the place of the case: also those that only contradicting words state."""
    changes_at: datetime | None
    """The first later instant at which ``facts`` or ``placed`` can differ; None if never."""


@dataclass(slots=True)
class FactLedger:
    """The facts of a case after some of its words, with the source of each value."""

    placement: Placement
    values: dict[str, object] = field(default_factory=dict)
    """The stated value of each fact that counts."""
    sources: dict[str, Word | None] = field(default_factory=dict)
    """The word that each value came from. None where several unverified requests stated it: none of them can then take
    it back alone."""
    verified: dict[str, object] = field(default_factory=dict)
    """The verified value of each fact; None where a claim was refuted."""
    found: dict[str, list[FoundValue]] = field(default_factory=dict)
    """The verifications of each fact; more than one where a link brought two cases together."""
    waiting: set[str] = field(default_factory=set)
    """The facts about which a word waits for an officer."""
    competing_dates: dict[str, set[object]] = field(default_factory=dict)
    """Dates that unverified requests stated beside a known one."""
    lifts: dict[str, list[object]] = field(default_factory=dict)
    """Other values that contradict a known one, and on which the place of the case may depend."""
    competing_verified: dict[str, set[object]] = field(default_factory=dict)
    """Dates verified in one of two linked cases beside the verified date of the other."""
    _places: dict[datetime, Place] = field(default_factory=dict)
    """The place of the facts known so far, by instant: it is the same for all words of one update."""

    def known(self, at: datetime, verified: Mapping[str, object] | None = None) -> dict[str, object]:
        """Return the value of each fact at an instant, without what contradicts it; verified values override others.

        Args:
            at: The instant that decides which dates have passed.
            verified: Verified values to use instead of those in the ledger.
        """
        verified = self.verified if verified is None else verified
        found = {**self.values, **verified}
        for name, dates in self.competing_verified.items():
            found |= effective_dates(name, verified.get(name), dates, at)
        return found

    def weighed(self, at: datetime) -> Weighed:
        """Return the facts as they are at an instant.

        Of a date and those that compete with it the nearest future one counts; beside the date of a verified holder,
        only while that puts the case forward.
        """
        facts = self.known(at)
        if not (self.competing_dates or self.lifts or self.competing_verified):
            return Weighed(facts, facts, None)
        best = BestPlace(self.placement, at, facts)
        dates = {name: self._effective(name, at) for name in self.competing_dates}
        for name, found in dates.items():
            best.offer(found, self._least(name))
        facts = best.facts
        offers = [*dates.values(), *({name: value} for name, values in self.lifts.items() for value in values)]
        while sum(best.offer(values, Effect.EARLIER) for values in offers):
            pass  # one that had no effect may have one in the new place
        changes = [next_to_pass(self.dates_of(name), at) for name in DATE_FACTS]
        return Weighed(facts, best.facts, min((one for one in (*changes, *best.changes) if one), default=None))

    def _effective(self, name: str, at: datetime) -> dict[str, object]:
        found = effective_dates(name, self.values.get(name), self.competing_dates[name], at)
        return {fact: value for fact, value in found.items() if fact not in self.verified}

    def _least(self, name: str) -> Effect:
        """Return the least effect for which a date counts that competes with the known one."""
        source = self.sources.get(name)
        return Effect.EARLIER if source and source.verified else Effect.UNCHANGED

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
        facts = self.known(at, verified)
        undated = {name: value for name, value in facts.items() if name not in DATE_FACTS}
        return self.placement.of(facts, at).lane_index, self.placement.of(undated, at).lane_index

    def take_update(self, words: Sequence[Word]) -> None:
        """Weigh what a holder with standing said at one time: one by one only if together it would lower the lane."""
        at = words[0].at
        new = {word.fact: word.value for word in words if word.fact not in self.verified}
        if not self.placement.lane_facts.isdisjoint(new):
            place = self.placement.of({**self.known(at), **new}, at)
            if effect_of(self._place(at), place) == Effect.LOWERS_LANE:
                for word in words:
                    self.take(word)
                return
        for word in words:
            if word.fact in new:
                self._accept(word)
            else:
                self.take(word)

    def take(self, word: Word) -> None:
        """Weigh one word."""
        name = word.fact
        if name in self.verified:
            if word.value != self.verified[name] and word.at > self.found[name][-1].at:
                self.waiting.add(name)
        elif word.value == self.values.get(name):
            self._take_same_value(word)
        elif word.verified:
            self._accept_or_wait(word, Effect.LATER_IN_LANE)
        elif word.fact in ADVERSE and not word.alone:
            self._wait(word)
            self._keep_beside(word)
        elif self._is_own(word):
            self._accept_or_wait(word, Effect.LATER_IN_LANE)
        elif word.value is not None:
            self._take_from_another(word)

    def _take_same_value(self, word: Word) -> None:
        """Note that another request states the known value; an unverified one cannot then take it back alone."""
        source = self.sources.get(word.fact)
        if word.verified:
            self.sources[word.fact] = word
        elif source and not source.verified and source.receipt != word.receipt:
            self.sources[word.fact] = None

    def _accept_or_wait(self, word: Word, least: Effect) -> None:
        """Accept a word if its effect is at least the given one; else let it wait."""
        only_lane = least == Effect.LATER_IN_LANE
        if word.fact in (self.placement.lane_facts if only_lane else self.placement.relevant):
            effect, place = self._moved(word)
            if effect < least:
                self._wait(word)
                return
            self._accept(word)
            self._places[word.at] = place
        else:
            self._accept(word)

    def _accept(self, word: Word) -> None:
        self.values[word.fact] = word.value
        self.sources[word.fact] = word
        if word.fact in self.placement.relevant:
            self._places.clear()

    def _take_from_another(self, word: Word) -> None:
        """Let an unverified word fill a gap; one that contradicts another request waits beside what that said."""
        name = word.fact
        if self.values.get(name) is not None:
            self._wait(word)
        if self._is_gap(name):
            self._accept_or_wait(word, Effect.UNCHANGED)
        else:
            self._keep_beside(word)

    def _keep_beside(self, word: Word) -> None:
        """Keep a word that counts for the place of the case alone, while it puts that forward."""
        name = word.fact
        if name in DATE_FACTS:
            self.competing_dates.setdefault(name, set()).add(word.value)
        elif name in self.placement.relevant and word.value not in self.lifts.get(name, ()):
            self.lifts.setdefault(name, []).append(word.value)

    def _wait(self, word: Word) -> None:
        if word.value is not None or self._is_own(word):
            self.waiting.add(word.fact)

    def _is_gap(self, name: str) -> bool:
        """Return whether a fact is unknown, or only unverified holders deny it: another may still affirm it."""
        known, source = self.values.get(name), self.sources.get(name)
        return known is None or (known in _DENIALS and not (source and source.verified))

    def _is_own(self, word: Word) -> bool:
        source = self.sources.get(word.fact)
        return source is not None and source.receipt == word.receipt

    def _moved(self, word: Word) -> tuple[Effect, Place]:
        """Return how the case would move under a value, and where to."""
        facts, at = self.known(word.at), word.at
        after = self.placement.of({**facts, word.fact: word.value}, at)
        effect = effect_of(self._place(at), after)
        if self._is_own(word) and not word.verified:
            effect = min(effect, self._effect_on_own(word, facts))
        return effect, after

    def _place(self, at: datetime) -> Place:
        """Return the place of the facts known so far."""
        if at not in self._places:
            self._places[at] = self.placement.of(self.known(at), at)
        return self._places[at]

    def _effect_on_own(self, word: Word, facts: Mapping[str, object]) -> Effect:
        """Return how the case would move without what other unverified requests said: that may end before this word."""
        others = {
            name
            for name, source in self.sources.items()
            if name not in self.verified and not (source and (source.verified or source.receipt == word.receipt))
        }
        own = {name: value for name, value in facts.items() if name not in others}
        changed = {**own, word.fact: word.value}
        return effect_of(self.placement.of(own, word.at), self.placement.of(changed, word.at))
