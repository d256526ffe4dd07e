"""What happens to one office: who files when, how long a review takes, when officers work; the same for a seed.

Arrivals are a large office's share of the load model of the domain's figures (section 4, scale): up to 500 requests a
day in the country, ten times that in the days of a launch; the mix of cases is that of ``tests.support.docket``. How long a
review takes, how often one is broken off, or a person moved, is an assumption, named here, for a pilot to replace.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from casereview.evidence.open_facts import open_facts
from casereview.schema.base import EASTERN
from casereview.schema.facts import Facts
from casereview.schema.submission import Submission
from tests.support.docket import bodies

START: Final = datetime(2021, 3, 8, 5, tzinfo=UTC)
"""Monday, the first midnight (Eastern) after the process was announced: the interim guidance is in force."""
DAYS: Final = 120
"""Less than until any other policy."""
PER_DAY: Final = 40
"""Requests a day: one office in twelve or so of 500 in the country."""
LAUNCH_DAYS: Final = 3
LAUNCH: Final = 10
"""In the first days so many times as many."""
REVIEW_HOURS: Final = 0.75
"""A first look at a case, on average; it spreads widely (log-normal)."""
SPREAD: Final = 0.6
BROKEN_OFF: Final = 0.03
"""Claims that end without a look, so that the case comes back when the lease ends."""
MOVED_A_DAY: Final = 0.01
"""Detained people moved to another office in a day, with their case; as many come from there."""
_PROTOTYPES: Final = 1500


@dataclass(slots=True)
class Matter:
    """A case, and what will happen to it whoever takes it when."""

    number: int
    filed_at: datetime
    """Before it came to this office, where it was transferred here."""
    comes_at: datetime
    facts: Facts
    hours: float
    broken_off: bool
    leaves_at: datetime | None
    lane: str = ""
    lane_since: datetime | None = None
    target_by: datetime | None = None
    key: tuple[int, str] = (0, "")
    looked_at: datetime | None = None
    overdue: bool = False
    stale: bool = field(default=False)
    """Looked at, or gone: what the lines still hold of it counts no more."""


def arrivals(seed: int) -> list[Matter]:
    """Return everyone who files with the office, in order of arrival."""
    chance = Random(seed)  # noqa: S311  # a simulation
    prototypes = [_facts(Submission.model_validate(body)) for body in bodies(_PROTOTYPES, now=START)]
    return [_matter(chance, number, at, prototypes) for number, at in enumerate(_moments(chance))]


def _facts(submission: Submission) -> Facts:
    return open_facts(submission, START.astimezone(EASTERN).date())


def _moments(chance: Random) -> Iterator[datetime]:
    for day in range(DAYS):
        rate = PER_DAY * (LAUNCH if day < LAUNCH_DAYS else 1)
        hours = 0.0
        while (hours := hours + chance.expovariate(rate / 24)) < 24:  # a day
            yield START + timedelta(days=day, hours=hours)


def _matter(chance: Random, number: int, at: datetime, prototypes: list[Facts]) -> Matter:
    later = at - START
    facts = prototypes[chance.randrange(len(prototypes))]
    moved = {
        name: value + later
        for name, value in (("removal_at", facts.removal_at), ("check_in_on", facts.check_in_on))
        if value is not None
    }
    facts = facts.model_copy(update=moved)
    detained = facts.custody == "detained"
    came = detained and chance.random() < _MOVED
    leaves = detained and chance.random() < _MOVED
    return Matter(
        number=number,
        filed_at=at - timedelta(days=chance.uniform(0, _STAY)) if came else at,
        comes_at=at,
        facts=facts,
        hours=chance.lognormvariate(0, SPREAD) * REVIEW_HOURS / _MEAN,
        broken_off=chance.random() < BROKEN_OFF,
        leaves_at=at + timedelta(days=chance.expovariate(1 / _STAY)) if leaves else None,
    )


_STAY: Final = 14.0
"""Days that a detained person is in one place: of some 48 in custody."""
_MOVED: Final = _STAY * MOVED_A_DAY
_MEAN: Final = 2.718281828 ** (SPREAD**2 / 2)


@dataclass(frozen=True, slots=True)
class Staffing:
    """Officers on weekdays, and how many are on duty at all hours for the top lanes alone."""

    officers: int
    on_duty: int = 1


OPENS, CLOSES = 8, 16
_WEEKDAYS = 5


def is_open(at: datetime) -> bool:
    """Tell whether officers work: weekdays, eight hours, Eastern time."""
    local = at.astimezone(EASTERN)
    return local.weekday() < _WEEKDAYS and OPENS <= local.hour < CLOSES
