"""What officers established in cases that a link made one: each judged a half, until somebody looks at the whole.

The newest word of them counts, as in any case, unless it would lower the lane below what the other half's officer
established: then that one's holds, and the newer waits. Of two removal dates, or of a date and none, the nearest ahead
counts, as of the dates of third parties.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from casereview.evidence.competing_dates import DATES


class Finding(NamedTuple):
    """What an officer established a fact to be, and where it was said."""

    value: object
    version: int
    said_in: str | None
    """The case that a link brought it from; None for the case itself."""


Findings = Mapping[str, Sequence[Finding]]
"""By fact: the words that nobody has gone over since, oldest first."""


def gone_over(words: Iterable[Finding], word: Finding) -> list[Finding]:
    """Return the words that stand once another is said: who says it has seen their own half, or the whole by then."""
    seen = word.said_in is None
    kept = [one for one in words if one.said_in != word.said_in and not (seen and one.version < word.version)]
    return [*kept, word]


def newest(words: Findings) -> dict[str, object]:
    """Return the newest word on each fact."""
    return {name: said[-1].value for name, said in words.items()}


def disputed(words: Findings) -> dict[str, Sequence[Finding]]:
    """Return the words on facts that two halves know differently."""
    return {name: said for name, said in words.items() if any(word.value != said[-1].value for word in said)}


def dates_beside(words: Findings) -> dict[str, set[object]]:
    """Return the dates that other halves know beside the newest word, or where that knows none."""
    found = {name: {word.value for word in said[:-1]} - {None} for name, said in disputed(words).items()}
    return {name: dates for name, dates in found.items() if name in DATES and dates}


def weigh(words: Findings, lanes: Callable[[Mapping[str, object]], tuple[int, int]]) -> dict[str, object]:
    """Return what counts of each fact: the newest word of those that make the highest lane, asked of all facts.

    ``lanes`` says which lane that is (0 is the first), and which it would be without dates, whose effect ends. A lane
    may rest on several facts together: so the half that as a whole lifts most is begun with.
    """
    latest = newest(words)
    contested = {name: said for name, said in disputed(words).items() if name not in DATES}
    halves = dict.fromkeys(word.said_in for said in contested.values() for word in said)
    best = min([latest, *({**latest, **_of(half, contested)} for half in halves)], key=lanes) if halves else latest
    for name, said in contested.items():
        best = min(({**best, name: word.value} for word in reversed(said)), key=lanes)
    return best


def _of(half: str | None, words: Findings) -> dict[str, object]:
    return {name: word.value for name, said in words.items() for word in said if word.said_in == half}
