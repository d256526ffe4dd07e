"""From what several people say to the facts that a case is ranked by.

A verification wins. Else the newest claim of someone with standing counts. A third party's claim counts until
contradicted, and is never used against the person. Only claims that lift count at once: what would lower the lane,
lift a restriction or change the office waits for an officer.

All here is pure: who calls it reads the history consistently and passes the places that the policy gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from casereview.facts import Facts
from casereview.halves import Word, dates_beside, disputed, gone_over, newest, weigh
from casereview.languages import has_written_form_here
from casereview.records import Event, Filing
from casereview.rivals import DATES, has_passed, nearest
from casereview.submission import Submission

Place = Callable[[Facts, datetime], tuple[int, str]]
"""Lane (0 is the first) and sorting text that facts would get at an instant, under the policy in use."""

ADVERSE = frozenset(
    {"convictions", "gang_participation_age", "national_security_concern", "entry", "entered_on", "last_entry_on"}
)
"""Facts that may count against the person, which a third party who joined a case cannot bring into it."""

_DENIALS = (False, 0, "none", "not_detained", ())


def marks_of(submission: Submission) -> frozenset[str]:
    """Return what a request marks its case with, beside its facts: ``authority_needed``, ``interpreter``.

    Attorneys and accredited representatives disclose under a G-28, everyone else under ICE Form 60-001.
    """
    requester, contact = submission.requester, submission.contact
    form = {"attorney": "g28", "accredited_representative": "g28"}.get(requester.role, "form_60_001")
    lacks = requester.role != "self" and requester.authority != form
    spoken = contact.spoken_language
    interpreter = contact.interpreter or (spoken is not None and not has_written_form_here(spoken))
    return frozenset(name for name, holds in (("authority_needed", lacks), ("interpreter", interpreter)) if holds)


@dataclass(frozen=True, slots=True)
class Settled:
    """The facts of a case, and what an officer should know about how they came to be."""

    facts: Facts
    verified: frozenset[str] = frozenset()
    """Facts that an officer has established."""
    marks: frozenset[str] = frozenset()
    standing: frozenset[str] = frozenset()
    """Receipts whose words count fully, and whose holders are told everything."""


@dataclass(slots=True)
class _Draft:
    """Facts in the making: their values, and the receipt that each came from."""

    place: Place
    standing: frozenset[str]
    values: dict[str, object] = field(default_factory=dict)
    sources: dict[str, str | None] = field(default_factory=dict)
    """None where several without standing said it, or one against another: nobody of them takes it back alone."""
    established: dict[str, object] = field(default_factory=dict)
    words: dict[str, list[Word]] = field(default_factory=dict)
    """What officers established, in each half of a case that a link made one."""
    waiting: dict[str, set[str | None]] = field(default_factory=dict)
    """Facts of which claims wait for an officer, with the receipts that made them."""
    rivals: dict[str, set[object]] = field(default_factory=dict)
    """Dates that third parties gave beside a known one."""
    beside: dict[str, set[object]] = field(default_factory=dict)
    """Dates that an officer established in one half of a case, beside what is established in the other."""

    def facts(self, at: datetime, **changed: object) -> Facts:
        return Facts.model_construct(**self.at(at, {**self.values, **changed}, self.rivals))  # type: ignore[arg-type]

    def at(
        self,
        at: datetime,
        values: Mapping[str, object],
        rivals: Mapping[str, set[object]],
        established: Mapping[str, object] | None = None,
    ) -> dict[str, object]:
        """Return the values of the facts at an instant: what officers established wins over all."""
        established = self.established if established is None else established
        found = dict(values)
        for name, dates in rivals.items():
            found |= nearest(name, values.get(name), dates, at)
        found |= established
        for name, dates in self.beside.items():
            found |= nearest(name, established.get(name), dates, at)
        return found

    def establish(self, found: Mapping[str, object], event: Event) -> None:
        for name, value in found.items():
            self.words[name] = gone_over(self.words.get(name, ()), Word(value, event.version, event.said_in))
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
            values = self.at(at, self.values, self.rivals, established)
            return self._lane(values, at), self._lane({**values, **dict.fromkeys(DATES)}, at)

        self.established = weigh(self.words, lanes)

    def _lane(self, values: Mapping[str, object], at: datetime) -> int:
        return self.place(Facts.model_construct(**values), at)[0]  # type: ignore[arg-type]

    def several(self, name: str) -> tuple[object, ...]:
        """Return the dates that are kept of one fact beside each other; none where it has but one."""
        known = ((self.values, self.rivals), (self.established, self.beside))
        return tuple(date for one, more in known if name in more for date in (one.get(name), *more[name]))

    def holds_back(self) -> bool:
        """Tell whether a word waits for an officer: a claim, or what one half knows against the other."""
        return any(self.waiting.values()) or bool(self.beside) or self.established != newest(self.words)

    def take(self, name: str, value: object, source: str | None) -> None:
        self.values[name] = value
        self.sources[name] = source

    def wait(self, name: str, receipt: str | None) -> None:
        self.waiting.setdefault(name, set()).add(receipt)

    def wait_no_more(self, name: str, receipt: str | None) -> None:
        """Let a receipt's own claim wait no longer; what others claim still does."""
        self.waiting.get(name, set()).discard(receipt)

    def lifts(self, name: str, value: object, at: datetime) -> int:
        """Return whether a value moves the case up (1), nowhere (0), down in its lane (-1), or to a lower lane (-2)."""
        return self._moves(self.facts(at, **{name: value}), at)

    def settles(self, name: str, value: object, at: datetime) -> int:
        """Return the same for a value that stands alone, without the dates of third parties beside it."""
        rivals = {other: dates for other, dates in self.rivals.items() if other != name}
        return self._moves(Facts.model_construct(**self.at(at, {**self.values, name: value}, rivals)), at)  # type: ignore[arg-type]

    def joins(self, name: str, value: object, at: datetime) -> int:
        """Return the same for a date beside the known one."""
        rivals = {**self.rivals, name: {*self.rivals.get(name, ()), value}}
        return self._moves(Facts.model_construct(**self.at(at, self.values, rivals)), at)  # type: ignore[arg-type]

    def _moves(self, facts: Facts, at: datetime) -> int:
        before, after = self.place(self.facts(at), at), self.place(facts, at)
        if after[0] > before[0]:
            return -2
        return (after < before) - (after > before)


def _filings(events: Iterable[Event]) -> dict[str, Filing]:
    return {event.receipt: event.filing for event in events if event.receipt and event.filing}


def standing(events: Sequence[Event], *, restricted: bool) -> frozenset[str]:
    """Return the receipts with full rights.

    They opened the case as ``self``, unless it is restricted, or an officer verified identity or authority.
    """
    filings = _filings(events).items()
    found = {receipt for receipt, filing in filings if filing.opened and filing.role == "self" and not restricted}
    for event in events:
        if event.verification and event.verification.about != "facts" and event.receipt:
            (found.add if event.verification.verdict == "confirmed" else found.discard)(event.receipt)
    return frozenset(found)


def kept(events: Sequence[Event]) -> Sequence[Event]:
    """Return the history without what requests said that were split off: they never were of this case.

    What a request said after it came back by a link counts again.
    """
    gone = {event.receipt: event.version for event in events if event.kind == "split"}
    return [event for event in events if event.version > gone.get(event.receipt, 0)] if gone else events


def receipts_of(events: Sequence[Event]) -> frozenset[str]:
    """Return the receipts of the requests that are of this case."""
    return frozenset(_filings(kept(events)))


def is_restricted(events: Sequence[Event]) -> bool:
    """Tell whether what is known of a case is kept under 8 USC 1367: an officer's word wins over requesters'.

    An officer who found no protection before another case was linked in judged one half of what is known now: until
    somebody looks at the whole, either half's protection holds.
    """
    linked = max((event.version for event in events if event.kind == "linked"), default=0)
    verified = _verified(event for event in events if event.version > linked)
    if "protected" in verified:
        return verified["protected"] is True
    return speaks_of_protection(events)


def speaks_of_protection(events: Iterable[Event]) -> bool:
    """Tell whether a requester, or an officer, says in a history that the person is protected (8 USC 1367)."""
    said = (event for event in events if event.verification is None or event.verification.verdict == "confirmed")
    return any(event.claims and event.claims.protected for event in said)


def _verified(events: Iterable[Event]) -> dict[str, object]:
    """Return what officers established, the newest of each; a refuted claim leaves the fact unknown."""
    found: dict[str, object] = {}
    for event in events:
        if event.verification and event.verification.about == "facts" and event.claims:
            confirmed = event.verification.verdict == "confirmed"
            for name in event.claims.model_fields_set:
                found[name] = getattr(event.claims, name) if confirmed else None
    return found


def _protected_by_another(events: Iterable[Event], receipt: str | None) -> bool:
    """Tell whether somebody else raised protection: then this third party may be the abuser (8 USC 1367)."""
    others = (event for event in events if event.receipt != receipt)
    return any(event.claims and event.claims.protected for event in others)


def _third_party_may(draft: _Draft, name: str, value: object, event: Event) -> bool:
    if name in ADVERSE and draft.sources.get(name) != event.receipt:
        return False
    lift = draft.lifts(name, value, event.at)
    if _contradicts_nobody(draft, name):
        return lift >= 0
    return lift >= -1 if draft.sources.get(name) == event.receipt else lift > 0


def _contradicts_nobody(draft: _Draft, name: str) -> bool:
    """Tell whether nothing is known, or third parties alone deny it: a denial keeps no other third party from a yes."""
    held = draft.values.get(name)
    return held is None or (held in _DENIALS and draft.sources.get(name) not in draft.standing)


def _hear(draft: _Draft, name: str, value: object, event: Event) -> None:
    """Take a third party's word where it may count; against another's word it lifts for good: no taking back.

    Where they take back their own, and that would lower the lane, it waits for an officer.
    """
    if name in DATES and value is not None and _is_anothers(draft, name, event):
        if draft.joins(name, value, event.at) > 0:
            draft.rivals.setdefault(name, set()).add(value)
        return
    own = draft.sources.get(name) == event.receipt
    if _third_party_may(draft, name, value, event):
        draft.take(name, value, event.receipt if own or _contradicts_nobody(draft, name) else None)
        draft.wait_no_more(name, event.receipt)
    elif own and draft.lifts(name, value, event.at) < -1:
        draft.wait(name, event.receipt)


def _is_anothers(draft: _Draft, name: str, event: Event) -> bool:
    """Tell whether a date is known that this request did not give itself."""
    return draft.values.get(name) is not None and draft.sources.get(name) != event.receipt


def _open(draft: _Draft, event: Event, claims: Facts, *, adverse: bool) -> None:
    """Take what the first request says: it is all that is known."""
    for name in claims.model_fields_set:
        if adverse or name not in ADVERSE:
            draft.take(name, getattr(claims, name), event.receipt)


def _apply(draft: _Draft, event: Event, claims: Facts, *, full: bool) -> None:
    for name in Facts.model_fields:
        value = getattr(claims, name)
        if name not in claims.model_fields_set:
            continue
        if name in draft.established:
            if value != draft.established[name]:
                draft.wait(name, event.receipt)
        elif value == draft.values.get(name):
            _agree(draft, name, event.receipt, full=full)
        elif full:
            _say(draft, name, value, event)
        else:
            _hear(draft, name, value, event)


def _agree(draft: _Draft, name: str, receipt: str | None, *, full: bool) -> None:
    """Note that somebody says the same: then a third party who said it first cannot take it back alone."""
    if full:
        draft.sources[name] = receipt
        draft.waiting.pop(name, None)
        return
    draft.wait_no_more(name, receipt)
    if draft.sources.get(name) not in {receipt, *draft.standing}:
        draft.sources[name] = None


def _say(draft: _Draft, name: str, value: object, event: Event) -> None:
    """Take the word of somebody with standing, unless it would lower the lane: then it waits for an officer."""
    if draft.settles(name, value, event.at) < -1:
        draft.wait(name, event.receipt)
    else:
        draft.take(name, value, event.receipt)
        draft.rivals.pop(name, None)
        draft.waiting.pop(name, None)


def _mismatch(events: Iterable[Event]) -> bool:
    """Tell whether the requests of one case give different birth years, and no officer has settled it."""
    if "birth_year" in _verified(events):
        return False
    years = {event.claims.birth_year for event in events if event.filing and event.claims and event.claims.birth_year}
    return len(years) > 1


def _marks(events: Sequence[Event], full: frozenset[str], *, waiting: bool) -> frozenset[str]:
    marks = {mark for receipt, filing in _filings(events).items() for mark in filing.marks if receipt not in full}
    if any("interpreter" in filing.marks for filing in _filings(events).values()):
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


def settle(events: Sequence[Event], place: Place, at: datetime | None = None, *, verifications: bool = True) -> Settled:
    """Settle the facts of a case from its history, by version, as they are at an instant.

    What counts as newer is what was said later, also where a link brought it to the case with a newer number.
    Of several dates the nearest ahead counts, so that what holds may change when one has passed: never else.
    Without ``verifications`` they are the facts by requesters' claims alone, whose lane requesters may be shown.
    """
    events = kept(events)
    restricted = is_restricted(events)
    full = standing(events, restricted=restricted)
    draft = _Draft(place, full)
    for number, event in enumerate(_in_order(events)):
        if event.verification:
            draft.establish(_verified([event]) if verifications else {}, event)
        elif event.claims and event.filing and event.filing.opened and not number:
            adverse = event.receipt in full or not _protected_by_another(events, event.receipt)
            _open(draft, event, event.claims, adverse=adverse)
        elif event.claims:
            _apply(draft, event, event.claims, full=event.receipt in full)
        draft.weigh(event.at)
    at = at or events[-1].at
    found = draft.facts(at)
    facts = Facts.model_validate({**found.__dict__, "protected": restricted or None})
    marks = _marks(events, full, waiting=draft.holds_back())
    if draft.several("removal_at") and has_passed(draft.several("removal_at"), at):
        marks |= {"removal_date_passed"}
    return Settled(facts, frozenset(draft.established), marks, full)
