"""Verified facts of linked cases, where the officers of the two cases verified different values.

Each officer saw one of the two cases only. Until an officer verifies the fact again in the linked case, the newest
verification counts, unless it would lower the lane below that of the other value: then the other value counts and the
case is flagged. Of two verified removal dates, or of a date and an unknown one, the nearest future date counts, as for
dates of third parties.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from casereview.evidence.competing_dates import DATE_FACTS
from casereview.evidence.standing import established_values
from casereview.schema.evidence import Findings


class FoundValue(NamedTuple):
    """The value of a fact that an officer verified, and where and when."""

    value: object
    at: datetime
    source_case: str | None
    """The case that a link brought the verification from; None for the case itself."""


FoundValues = Mapping[str, Sequence[FoundValue]]
"""By fact: the verifications that none supersedes, oldest first."""


def values_of(findings: Findings) -> dict[str, list[FoundValue]]:
    """Return the verified values of each fact, oldest first: a link can bring older ones in later."""
    found: dict[str, list[FoundValue]] = {}
    for one in sorted(findings.found, key=lambda one: one.at):
        for name, value in established_values(one).items():
            found.setdefault(name, []).append(FoundValue(value, one.at, one.source_case))
    return found


def newest_values(findings: FoundValues) -> dict[str, object]:
    """Return the newest verified value of each fact."""
    return {name: found[-1].value for name, found in findings.items()}


def conflicting(findings: FoundValues) -> dict[str, Sequence[FoundValue]]:
    """Return the findings on facts of which the cases hold different verified values."""
    return {name: found for name, found in findings.items() if any(one.value != found[-1].value for one in found)}


def competing_verified_dates(findings: FoundValues) -> dict[str, set[object]]:
    """Return, by date fact, the verified dates that differ from the newest verification; unknown ones are left out."""
    found = {name: {one.value for one in several[:-1]} - {None} for name, several in conflicting(findings).items()}
    return {name: dates for name, dates in found.items() if name in DATE_FACTS and dates}


def resolve_conflicts(
    findings: FoundValues, lanes: Callable[[Mapping[str, object]], tuple[int, int]]
) -> dict[str, object]:
    """Return the verified values that count: of conflicting ones the newest among those that give the highest lane.

    A lane may rest on several facts together. So the values of each source case are first tried as a whole, and
    single facts only then.

    Args:
        findings: The findings on each fact.
        lanes: Returns the lane that verified values give (0 is the first), and the lane that they would give without
            dates, whose effect is temporary.

    Returns:
        One value for each fact that was verified.
    """
    latest = newest_values(findings)
    conflicts = {name: found for name, found in conflicting(findings).items() if name not in DATE_FACTS}
    sources = dict.fromkeys(one.source_case for found in conflicts.values() for one in found)
    best = latest
    if sources:
        best = min([latest, *({**latest, **_values_from(source, conflicts)} for source in sources)], key=lanes)
    for name, found in conflicts.items():
        best = min(({**best, name: one.value} for one in reversed(found)), key=lanes)
    return best


def _values_from(source_case: str | None, findings: FoundValues) -> dict[str, object]:
    return {name: one.value for name, found in findings.items() for one in found if one.source_case == source_case}
