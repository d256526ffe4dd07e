"""Settle the facts of a case: weigh the newest words of its requests and the findings of officers.

A finding overrides all words. Otherwise the newest word of a verified holder counts. An unverified word may fill a gap
or raise the case, and never counts against the person. Words that raise the case count at once; one that would lower
the lane, lift a restriction or change the office waits for an officer. A claim of US citizenship that somebody else
made raises the lane as alleged, and is never the person's own.

These functions are pure, and their cost does not depend on the length of the history.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from casereview.evidence.competing_dates import has_passed
from casereview.evidence.ledger import FactLedger, Placement, Word
from casereview.evidence.linked_cases import values_of
from casereview.evidence.standing import claims_protection, has_standing, is_alone, is_persons_own, is_restricted
from casereview.evidence.stated import stated_facts
from casereview.schema.evidence import Claims, Findings
from casereview.schema.facts import Facts

CITIZENSHIP = "claims_us_citizenship"
_SETTLED_APART = frozenset({"protected", CITIZENSHIP})


@dataclass(frozen=True, slots=True)
class Settled:
    """The facts of a case, and what an officer should know about their sources."""

    facts: Facts
    verified: frozenset[str] = frozenset()
    """The names of facts that an officer verified."""
    marks: frozenset[str] = frozenset()
    """Flags that follow from the words and their sources, such as ``claim_waiting``."""
    citizenship_alleged: bool = False
    """Whether only others say that the person is a citizen: this raises the lane, and is not among the facts."""

    @property
    def placed(self) -> Facts:
        """The facts that determine the lane."""
        return self.facts.evolve(claims_us_citizenship=True) if self.citizenship_alleged else self.facts


def settle(
    claims: Sequence[Claims], findings: Findings, placement: Placement, at: datetime, *, verifications: bool = True
) -> Settled:
    """Settle the facts of a case as they are at an instant.

    Of several dates the nearest future one counts, so the facts can change without a new word only when a date passes.

    Args:
        claims: The claims of every request of the case.
        findings: What officers found.
        placement: Returns the lane and rank that facts would get under the policy in use.
        at: The instant.
        verifications: False leaves out what officers verified: the lane of these facts can be shown to requesters.
    """
    restricted = is_restricted(claims, findings)
    ledger = FactLedger(placement)
    found = values_of(findings) if verifications else {}
    found.pop("protected", None)
    if found:
        ledger.take_findings(found, max(one.at for several in found.values() for one in several))
    for word in _words(claims, restricted=restricted):
        ledger.take(word)
    own, alleged = _citizenship(claims, ledger)
    values = {**ledger.facts(at).__dict__, "protected": restricted or None, CITIZENSHIP: own}
    facts = Facts.model_validate(values)
    marks = _marks(claims, findings, claim_waiting=ledger.needs_officer())
    if has_passed(ledger.dates_of("removal_at"), at):
        marks |= {"removal_date_passed"}
    if alleged:
        marks |= {"citizenship_alleged"}
    return Settled(facts, frozenset(ledger.verified), marks, alleged)


def _words(claims: Sequence[Claims], *, restricted: bool) -> list[Word]:
    """Return the words that count, in the order in which they are weighed.

    Those of verified holders come first, the newest last, since it wins among them. Then those of unverified ones, by
    when each request first spoke of the fact.
    """
    live = [one for one in claims if one.live]
    protected = claims_protection(claims)
    standing = {one.receipt for one in live if has_standing(one, restricted=restricted)}
    verified = [word for one in live if one.receipt in standing for word in _words_of(one, verified=True)]
    others = [
        (one.first_at.get(word.fact, one.filed_at), number, word)
        for number, one in enumerate(live)
        if one.receipt not in standing
        for word in _words_of(one, verified=False, alone=is_alone(claims, one) and not protected)
    ]
    return [
        *sorted(verified, key=lambda word: word.at),
        *(word for _first, _number, word in sorted(others, key=lambda other: other[:2])),
    ]


def _words_of(claims: Claims, *, verified: bool, alone: bool = False) -> Iterator[Word]:
    """Yield the words of one request: of each fact the value that still counts, if there is one, then the newest."""
    earlier = stated_facts(claims.counted)
    for name, value in stated_facts(claims.facts).items():
        if name in _SETTLED_APART:
            continue
        first = claims.first_at.get(name, claims.filed_at)
        if name in earlier:
            yield Word(name, earlier[name], claims.receipt, first, verified, alone)
        at = claims.newest_at.get(name, first)
        yield Word(name, value, claims.receipt, at, verified, alone)


def _citizenship(claims: Sequence[Claims], ledger: FactLedger) -> tuple[object, bool]:
    """Return what counts as a claim of US citizenship, and whether only others allege it."""
    if CITIZENSHIP in ledger.verified:
        return ledger.verified[CITIZENSHIP], False
    own: object = None
    alleged = False
    for one in claims:
        earlier, said = one.counted.claims_us_citizenship, one.facts.claims_us_citizenship
        if not one.live:
            continue
        if earlier and not said:
            ledger.waiting.add(CITIZENSHIP)
        if is_persons_own(one):
            own = own or earlier or said
        else:
            alleged = alleged or bool(earlier or said)
    return own, alleged and own is not True


def _marks(claims: Sequence[Claims], findings: Findings, *, claim_waiting: bool) -> frozenset[str]:
    live = [one for one in claims if one.live]
    marks = {mark for one in live for mark in one.filing.marks if mark == "interpreter" or not one.verified}
    for one in live:
        if not one.verified:
            marks.add("identity_unverified" if one.filing.role == "self" else "authority_unverified")
    if _has_birth_year_mismatch(claims, findings):
        marks.add("identity_mismatch")
    if claim_waiting:
        marks.add("claim_waiting")
    return frozenset(marks)


def _has_birth_year_mismatch(claims: Sequence[Claims], findings: Findings) -> bool:
    """Return whether the requests of a case give different birth years, and no officer has verified one."""
    if any("birth_year" in one.facts.model_fields_set for one in findings.found):
        return False
    return len({one.facts.birth_year for one in claims if one.facts.birth_year}) > 1
