"""Compare two samples of times with a rank test (Mann-Whitney), which assumes no distribution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import erfc, sqrt
from statistics import median


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference between two samples.

    Attributes:
        medians: The medians in microseconds.
        superiority: The probability that a time of the second sample is longer than one of the first: 0.5 if the
            samples cannot be distinguished, 0 or 1 if they always can.
        p: The probability of such a difference between samples of one distribution (Mann-Whitney, two-sided, corrected
            for ties).
    """

    medians: tuple[float, float]
    superiority: float
    p: float

    def __str__(self) -> str:
        first, second = self.medians
        return (
            f"medians {first:,.0f} and {second:,.0f} µs ({second - first:+,.0f}), "
            f"superiority {self.superiority:.3f}, p {self.p:.2g}"
        )


def difference(first: Sequence[float], second: Sequence[float]) -> Difference:
    """Compare two samples of times in seconds."""
    ordered = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    rank, of_second, ties = 0, 0.0, 0
    for _value, group in groupby(ordered, key=lambda pair: pair[0]):
        which = [number for _, number in group]
        of_second += sum(which) * (rank + (len(which) + 1) / 2)
        ties += len(which) ** 3 - len(which)
        rank += len(which)
    count, others = len(second), len(first)
    wins = of_second - count * (count + 1) / 2
    spread = sqrt(count * others / 12 * (rank + 1 - ties / (rank * (rank - 1))))
    z = (wins - count * others / 2) / spread if spread else 0.0
    p = erfc(abs(z) / sqrt(2))
    return Difference((median(first) * 1e6, median(second) * 1e6), wins / (count * others), p)
