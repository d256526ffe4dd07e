"""Map a function over many items on all processors, in order, with bounded memory."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from typing import Final, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_CHUNK: Final = 250
"""The number of items per chunk."""
_AHEAD: Final = 3
"""The maximum number of chunks per processor that are being processed or wait to be consumed."""


def map_in_order(work: Callable[[list[Item]], list[Result]], items: Iterable[Item]) -> Iterator[Result]:
    """Apply a function to all items, in chunks; a short list is processed in this process.

    Args:
        work: maps a list of items to a list of results; must be picklable (a function of a module, or its partial).
        items: the items.

    Yields:
        The results, in the order of the items.
    """
    chunks = _chunks(items)
    first = next(chunks, [])
    processors = os.cpu_count() or 1
    if len(first) < _CHUNK or processors == 1:
        for chunk in chain([first], chunks):
            yield from work(chunk)
        return
    with ProcessPoolExecutor(processors) as pool:
        pending: deque[Future[list[Result]]] = deque()
        try:
            for chunk in chain([first], chunks):
                pending.append(pool.submit(work, chunk))
                if len(pending) > processors * _AHEAD:
                    yield from pending.popleft().result()
            while pending:
                yield from pending.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
