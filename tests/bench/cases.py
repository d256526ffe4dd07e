"""Generated cases: what people state, in proportions that reach every rule of a policy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from casereview.policy.ranking import RankInput
from casereview.schema.facts import Conviction, ConvictionKind, Facts

NOW = datetime(2024, 1, 18, 17, 0, tzinfo=UTC)
"""When the generated cases are looked at: the guidelines of 30 September 2021 are in force."""
POLICY = "2021-09-30-guidelines"
CASES = 25_000
_KINDS: tuple[ConvictionKind, ...] = (
    "aggravated_felony",
    "gang_element",
    "felony",
    "misdemeanor",
    "misdemeanor",
    "misdemeanor",
)
_RELIEFS = ("petition_for_review", "first_motion_to_reopen", "asylum", "other")


def cases(count: int, seed: int) -> list[RankInput]:
    """Return cases, the same for the same seed."""
    chance = Random(seed)  # noqa: S311  # nothing secret
    return [_case(chance, number) for number in range(count)]


def _case(chance: Random, number: int) -> RankInput:
    filed_at = NOW - timedelta(milliseconds=chance.randrange(60 * 86_400_000))
    return RankInput(Facts(**{name: value(chance) for name, value in _FACTS.items()}), f"{number:012d}", filed_at)


def _yes(likely: float) -> Callable[[Random], bool | None]:
    """True as likely as said, else unknown or, less often, false."""

    def value(chance: Random) -> bool | None:
        return True if chance.random() < likely else chance.choice([None, None, False])

    return value


def _one(*values: Any) -> Callable[[Random], Any]:  # noqa: ANN401  # the values of any fact
    return lambda chance: chance.choice(values)


def _day(past: int, future: int = 0, *, known: float = 0.6) -> Callable[[Random], date | None]:
    """A day so many days before and after now."""

    def value(chance: Random) -> date | None:
        return NOW.date() + timedelta(days=chance.randint(-past, future)) if chance.random() < known else None

    return value


def _removal(chance: Random) -> datetime | None:
    return NOW + timedelta(hours=chance.randint(-48, 900)) if chance.random() < 0.12 else None


def _convictions(chance: Random) -> tuple[Conviction, ...] | None:
    if chance.random() < 0.65:
        return chance.choice([None, ()])
    return tuple(
        Conviction(
            kind=chance.choice(_KINDS),
            convicted_on=_day(9000, known=0.9)(chance),
            vacated=chance.choice([None, None, None, False, True]),
            expunged=chance.choice([None, None, None, True]),
        )
        for _ in range(chance.choice([1, 1, 1, 2, 3]))
    )


def _relief(chance: Random) -> tuple[str, ...] | None:
    return chance.choice([None, None, (), (chance.choice(_RELIEFS),)])


_FACTS: dict[str, Callable[[Random], Any]] = {
    "custody": _one("detained", "detained", "not_detained", "not_detained", None),
    "removal_order": _one("final", "none", None),
    "removal_at": _removal,
    "removal_soon": _yes(0.03),
    "check_in_on": _day(30, 90, known=0.2),
    "birth_year": _one(*range(1940, 2012), None),
    "entered_on": _day(10_000),
    "last_entry_on": _day(5_000, known=0.3),
    "entry": _one("unlawful", "unlawful", "admitted", "paroled", "apprehended_at_border", None),
    "convictions": _convictions,
    "national_security_concern": _yes(0.01),
    "serious_illness": _yes(0.1),
    "pregnant": _yes(0.04),
    "disability": _yes(0.08),
    "mental_condition": _yes(0.08),
    "minor_children": _one(None, None, 0, 1, 2, 3),
    "us_citizen_children": _one(None, None, 0, 1, 2),
    "sole_caregiver": _yes(0.1),
    "family_hardship": _yes(0.2),
    "relief_pending": _relief,
    "protected": _yes(0.03),
    "military_service": _one(None, None, None, None, "none", "none", "self", "immediate_family"),
    "victim_or_witness": _yes(0.06),
    "rehabilitation": _yes(0.15),
    "former_unaccompanied_child": _yes(0.05),
    "claims_us_citizenship": _yes(0.01),
}
