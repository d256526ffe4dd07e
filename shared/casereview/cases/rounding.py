"""Round counts to tens so that no number, and no difference of two numbers, singles out a case. Pure functions.

A count is rounded up or down at random, in proportion to its last digit, so that rounded counts are right on average. A
count of a few cases is not shown at all; where exactly that begins is random too. Otherwise the author of a draft could
add one condition to it, and see from the change of one number whether a person with certain facts exists.

The chance is fixed by a secret, the day and the cell. To repeat the question gives the same number, and nothing can be
learned from the average of many answers. Another draft, another day and each other cell has a chance of its own.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

TEN: Final = 10
_SPREAD: Final = 5
"""Over how many counts the end of the small ones is spread: counts below ten are never shown, from 14 on always."""


@dataclass(frozen=True, slots=True)
class Rounding:
    """Rounds the counts of one table."""

    secret: bytes
    table: tuple[str, ...]
    """What the table is of: the same for the same table on the same day."""

    def count(self, exact: int, *cell: str) -> int | None:
        """Return a count rounded to a multiple of ten; None for a small one.

        Args:
            exact: The count.
            cell: The names of its row and column.
        """
        chance = self._chance(cell)
        if exact < TEN + chance % _SPREAD:
            return None
        rest = exact % TEN
        return exact - rest + (TEN if chance // _SPREAD % TEN < rest else 0)

    def counts(self, exact: Mapping[str, int], *row: str) -> dict[str, int]:
        """Return the rounded counts of a row by their columns; small ones are left out, as those of 0 are."""
        rounded = {column: self.count(number, *row, column) for column, number in exact.items()}
        return {column: number for column, number in rounded.items() if number is not None}

    def _chance(self, cell: tuple[str, ...]) -> int:
        named = json.dumps([self.table, cell]).encode()
        return int.from_bytes(hmac.digest(self.secret, named, sha256)[:8])
