"""Have writes of a system meet contention, in memory: transaction conflicts and throttling, by their reason codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from unittest.mock import patch

from casereview.store.keys import Key
from casereview.store.transaction import ContentionError, Write, key_written
from tests.support.memory.table import MemoryTable

if TYPE_CHECKING:
    from casereview.store.backend import Reschedule


@dataclass(slots=True)
class Contention:
    """How often writes met contention, and how long the application then waited."""

    met: int = 0
    pauses: list[float] = field(default_factory=list)


@contextmanager
def contention(
    code: str = "TransactionConflict", *, times: int = 1, of: Callable[[Key], bool] = lambda _key: True
) -> Iterator[Contention]:
    """Have the next writes of some items meet contention; the pauses before further attempts take no time.

    Args:
        code: The reason code of DynamoDB.
        times: How many writes meet contention.
        of: Which items.
    """
    seen = Contention()
    transact, reschedule = MemoryTable.transact, MemoryTable.reschedule

    def meet(keys: list[Key]) -> None:
        contended = [key for key in keys if of(key)]
        if contended and seen.met < times:
            seen.met += 1
            raise ContentionError({contended[0]: code})

    def transacts(table: MemoryTable, writes: Sequence[Write]) -> None:
        meet([key_written(write) for write in writes])
        transact(table, writes)

    def reschedules(table: MemoryTable, change: Reschedule) -> bool:
        meet([change.key])
        return reschedule(table, change)

    with (
        patch.object(MemoryTable, "transact", transacts),
        patch.object(MemoryTable, "reschedule", reschedules),
        patch("casereview.runtime.backoff.sleep", seen.pauses.append),
    ):
        yield seen
