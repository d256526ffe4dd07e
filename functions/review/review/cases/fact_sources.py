"""The facts of a case, each with the statements and findings that it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from casereview.cases.assessment import InForce, assess
from casereview.routing.areas import responsible
from casereview.schema.base import EASTERN
from casereview.schema.evidence import CaseFile
from casereview.schema.facts import Facts
from review.cases.session import CaseSession
from review.schema.case_responses import (
    Fact,
    FactStatement,
)

SAID = 5
"""How many of the newest statements about a fact are shown."""


def facts_read(session: CaseSession, file: CaseFile) -> Iterator[Fact]:
    """Yield the facts as the words and findings of a case settle them now, each with its sources."""
    force = InForce(*session.services.policies.governing(session.at))
    values = assess(file, force, session.at).settled.facts.model_dump(mode="json")
    statements = list(_statements(file))
    for name in Facts.model_fields:
        said = sorted((one for fact, one in statements if fact == name), key=lambda one: one.at)
        if said:
            verified = any(one.source != "claim" for one in said)
            yield Fact(fact=name, value=values[name], verified=verified, said=_newest(said, values[name]))


def _newest(said: Sequence[FactStatement], value: object) -> tuple[FactStatement, ...]:
    """Return the newest five statements about a fact; the one that its value comes from is always among them."""
    newest = said[-SAID:]
    source = next((one for one in reversed(said) if one.value == value), None)
    return tuple(newest) if source is None or source in newest else (source, *newest[1:])


def _statements(file: CaseFile) -> Iterator[tuple[str, FactStatement]]:
    """Yield the statements of each request about each fact, and what officers found, with the fact's name.

    Of a request that is the newest one, and an earlier one that counts until an officer settles the fact. A county is
    no fact where one office has the whole state; what was typed is in the request.
    """
    for one in file.claims:
        state = one.facts.state
        no_county = state is not None and len(responsible(state, None, _day(one.filed_at))) == 1
        for name, value in one.counted.model_dump(mode="json", exclude_unset=True).items():
            at = one.first_at.get(name, one.filed_at)
            yield name, FactStatement(value=value, source="claim", at=at, receipt=one.receipt)
        for name, value in one.facts.model_dump(mode="json", exclude_unset=True).items():
            if name == "county" and value is None and no_county:
                continue
            at = one.newest_at.get(name, one.first_at.get(name, one.filed_at))
            yield name, FactStatement(value=value, source="claim", at=at, receipt=one.receipt)
    for found in file.findings.found:
        for name, value in found.facts.model_dump(mode="json", exclude_unset=True).items():
            said = FactStatement(value=value, source=found.verdict, at=found.at, receipt=found.receipt, user=found.user)
            yield name, said


def _day(at: datetime) -> date:
    return at.astimezone(EASTERN).date()
