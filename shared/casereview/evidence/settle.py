"""Settle the facts of a case: weigh the newest words of its requests and the findings of officers.

A finding overrides all words. Otherwise the newest word of a verified holder counts. An unverified word may fill a gap,
and never counts against the person. One that contradicts another request never replaces what that said: it waits for an
officer, and counts for the place of the case alone, while it puts the case forward. A claim of US citizenship that
only others make raises the lane as alleged, and is never the person's own.

These functions are pure, and their cost does not depend on the length of the history.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from casereview.evidence.competing_dates import has_passed
from casereview.evidence.ledger import FactLedger, Word
from casereview.evidence.linked_cases import values_of
from casereview.evidence.placement import UNKNOWN, Placement
from casereview.evidence.standing import claims_protection, has_standing, is_alone, is_persons_own, is_restricted
from casereview.evidence.stated import stated_facts
from casereview.schema.evidence import Claims, Findings
from casereview.schema.facts import Facts

CITIZENSHIP = "claims_us_citizenship"
_SETTLED_APART = frozenset({"protected", CITIZENSHIP})


class ClaimedPlace(NamedTuple):
    """The place of a case by what requesters say alone, without what officers found."""

    lane_index: int
    changes_at: datetime | None
    """The first later instant at which the lane or rank can differ without a new word; None if never."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The facts of a case, and what an officer should know about their sources."""

    facts: Facts
    placed: Facts
    """The facts that determine the place of the case. They differ from ``facts`` where an unverified word that
    contradicts another request, or a claim of US citizenship that only others make, puts the case forward."""
    verified: frozenset[str] = frozenset()
    """The names of facts that an officer verified."""
    marks: frozenset[str] = frozenset()
    """Flags that follow from the words and their sources, such as ``claim_waiting``."""
    changes_at: datetime | None = None
    """The first later instant at which the facts can differ without a new word; None if never."""
    claimed: ClaimedPlace | None = None
    """The place whose lane can be shown to requesters; None where it is that of the facts."""


def settle(claims: Sequence[Claims], findings: Findings, placement: Placement, at: datetime) -> Settled:
    """Settle the facts of a case as they are at an instant.

    Args:
        claims: The claims of every request of the case.
        findings: What officers found.
        placement: Places facts of the case under the policy in use.
        at: The instant.
    """
    restricted = is_restricted(claims, findings)
    words = _words(claims, restricted=restricted)
    ledger = FactLedger(placement)
    found = values_of(findings)
    found.pop("protected", None)
    if found:
        ledger.take_findings(found, max(one.at for several in found.values() for one in several))
    alleged = _take_words(claims, words, ledger)
    weighed = ledger.weighed(at)
    facts = _facts(weighed.facts, protected=restricted)
    placed = facts if weighed.placed == weighed.facts else _facts(weighed.placed, protected=restricted)
    marks = _marks(claims, findings, claim_waiting=ledger.needs_officer())
    if has_passed(ledger.dates_of("removal_at"), at):
        marks |= {"removal_date_passed"}
    if alleged:
        marks |= {"citizenship_alleged"}
    claimed = None
    if not placement.relevant.isdisjoint(found):
        relevant = [word for word in words if word.fact in placement.relevant]
        claimed = _claimed_place(claims, relevant, placement, at, restricted=restricted)
    return Settled(facts, placed, frozenset(ledger.verified), marks, weighed.changes_at, claimed)


def _take_words(claims: Sequence[Claims], words: Iterable[Word], ledger: FactLedger) -> bool:
    """Weigh words and those on US citizenship; return whether only others claim it."""
    for (standing, _receipt, _at), said in groupby(words, key=attrgetter("verified", "receipt", "at")):
        if standing:
            ledger.take_update([*said])
        else:
            for word in said:
                ledger.take(word)
    return _take_citizenship(claims, ledger)


def _claimed_place(
    claims: Sequence[Claims], words: Iterable[Word], placement: Placement, at: datetime, *, restricted: bool
) -> ClaimedPlace:
    ledger = FactLedger(placement)
    _take_words(claims, words, ledger)
    weighed = ledger.weighed(at)
    place, changes_at = placement.outlook({**weighed.placed, "protected": restricted or None}, at)
    return ClaimedPlace(place.lane_index, min((one for one in (weighed.changes_at, changes_at) if one), default=None))


def _facts(values: Mapping[str, object], *, protected: bool) -> Facts:
    """Return facts in which each name counts as stated, so that a fact that is no longer known becomes unknown."""
    return Facts.model_validate({**UNKNOWN, **values, "protected": protected or None})


def _words(claims: Sequence[Claims], *, restricted: bool) -> list[Word]:
    """Return the words that count, in the order in which they are weighed.

    Those of holders with standing come first, the newest last, since it wins among them. Then those of the others, by
    when each request first spoke of the fact; verified ones that lack standing in a restricted case go before the rest.
    """
    live = [one for one in claims if one.live]
    protected = claims_protection(claims)
    standing = {one.receipt for one in live if has_standing(one, restricted=restricted)}
    verified = [word for one in live if one.receipt in standing for word in _words_of(one, verified=True)]
    others = [
        (not one.verified, one.first_at.get(word.fact, one.filed_at), number, word)
        for number, one in enumerate(live)
        if one.receipt not in standing
        for word in _words_of(one, verified=False, alone=is_alone(claims, one) and not protected)
    ]
    return [
        *sorted(verified, key=lambda word: word.at),
        *(other[-1] for other in sorted(others, key=lambda other: other[:-1])),
    ]


def _words_of(claims: Claims, *, verified: bool, alone: bool = False) -> Iterator[Word]:
    """Yield the words of one request: of each fact the value that still counts, if there is one, then the newest."""
    earlier, filed_at, receipt = stated_facts(claims.counted), claims.filed_at, claims.receipt
    for name, value in stated_facts(claims.facts).items():
        if name not in _SETTLED_APART:
            first = claims.first_at.get(name, filed_at)
            if name in earlier:
                yield Word(name, earlier[name], receipt, first, verified, alone)
            yield Word(name, value, receipt, claims.newest_at.get(name, first), verified, alone)


def _take_citizenship(claims: Sequence[Claims], ledger: FactLedger) -> bool:
    """Weigh the words on US citizenship; return whether only others claim it.

    The person's own are those of verified holders; of the ``self`` who opened the case while no verified one speaks.
    """
    if CITIZENSHIP in ledger.verified:
        return False
    said = [(one, _said_of_citizenship(one)) for one in claims if one.live]
    stated = [value for one, value in said if one.verified and value is not None]
    stated = stated or [value for one, value in said if is_persons_own(one) and value is not None]
    own = any(stated) if stated else None
    alleged = own is not True and any(value for _one, value in said)
    ledger.values[CITIZENSHIP] = own
    if alleged:
        ledger.lifts[CITIZENSHIP] = [True]
    if any(value and not one.facts.claims_us_citizenship for one, value in said) or (alleged and own is False):
        ledger.waiting.add(CITIZENSHIP)
    return alleged


def _said_of_citizenship(one: Claims) -> bool | None:
    """Return what a request says of US citizenship; one that takes a claim back waits for an officer."""
    return one.counted.claims_us_citizenship or one.facts.claims_us_citizenship


def _marks(claims: Sequence[Claims], findings: Findings, *, claim_waiting: bool) -> frozenset[str]:
    live = [one for one in claims if one.live]
    marks = {mark for one in live for mark in one.filing.marks if mark == "interpreter" or not one.verified}
    for one in live:
        if not one.verified:
            marks.add("identity_unverified" if one.filing.role == "self" else "authority_unverified")
    if has_birth_year_mismatch(claims, findings):
        marks.add("identity_mismatch")
    if claim_waiting or any(one.identity_waits for one in live):
        marks.add("claim_waiting")
    return frozenset(marks)


def has_birth_year_mismatch(claims: Sequence[Claims], findings: Findings) -> bool:
    """Return whether the requests of a case give different birth years, and no officer has verified one."""
    if any("birth_year" in one.facts.model_fields_set for one in findings.found):
        return False
    return len({one.facts.birth_year for one in claims if one.facts.birth_year}) > 1
