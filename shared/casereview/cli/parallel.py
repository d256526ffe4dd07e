"""The same work on many things, in order, on every processor, without holding more than a few at a time."""

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
_AHEAD: Final = 3
"""Chunks per processor that are under way or waiting to be taken."""


def in_order(work: Callable[[list[Item]], list[Result]], items: Iterable[Item]) -> Iterator[Result]:
    """Give the results in the order of the items; a short list is worked on here.

    ``work`` is a function of a module, or a partial of one: other processes must find it.
    """
    chunks = _chunks(items)
    first = next(chunks, [])
    processors = os.cpu_count() or 1
    if len(first) < _CHUNK or processors == 1:
        for chunk in chain([first], chunks):
            yield from work(chunk)
        return
    with ProcessPoolExecutor(processors) as pool:
        under_way: deque[Future[list[Result]]] = deque()
        try:
            for chunk in chain([first], chunks):
                under_way.append(pool.submit(work, chunk))
                if len(under_way) > processors * _AHEAD:
                    yield from under_way.popleft().result()
            while under_way:
                yield from under_way.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
