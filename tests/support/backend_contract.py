"""Which kinds of request the product makes of its table, and whether the contract of the backends has a case of each.

A *shape* is what a backend must know to answer: the call; of a query its index, condition and options; of a write its
kind, the shape of its condition, and what an update changes. Values do not matter. Every request that any test makes
is noted; one whose shape no case of tests/component/backend has is a request that nothing holds memory to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from importlib import import_module
from typing import Any, assert_never

from casereview.store.backend import Query
from casereview.store.dynamodb import DynamoDb
from casereview.store.table import Table
from casereview.store.transaction import Check, Condition, Delete, Increment, Put, PutNew, Replace, Write
from tests.support.clouds import table_definition
from tests.support.memory.table import MemoryTable

Shape = tuple[str, ...]
MODULES = ("tests.component.backend.test_table", "tests.component.backend.test_table_indexes")
"""The contract: each test takes a table and nothing else."""
seen: set[Shape] = set()
"""The shapes of all requests made in this process since it was cleared."""


def shapes_of(call: str, argument: object) -> Iterator[Shape]:
    """Yield the shapes of one request of a backend."""
    if call == "transact":
        writes: Any = argument
        yield from map(_write, writes)
    elif isinstance(argument, Query):
        yield _query(argument)
    else:
        yield (call,)


def _query(query: Query) -> Shape:
    options = {
        "consistent": query.index is None and query.consistent,
        "limit": query.limit is not None,
        "after": query.after is not None,
        "projection": bool(query.projection),
        "count": query.count,
    }
    condition = type(query.sort_key).__name__ if query.sort_key else "whole partition"
    return ("query", query.index or "table", condition, *(name for name, given in options.items() if given))


def _write(write: Write) -> Shape:
    name = type(write).__name__
    match write:
        case PutNew() | Put():
            return (name,)
        case Replace(_, condition) | Delete(_, condition) | Check(_, condition):
            return (name, *_condition(condition))
        case Increment():
            return (name, *write.sums, *(["below"] if write.below else []))
        case _:
            assert_never(write)


def _condition(condition: Condition) -> Iterator[str]:
    if condition.equal:
        yield "equal" if len(condition.equal) == 1 else "all equal"
    if condition.different:
        yield "different"
    if condition.or_absent:
        yield "or absent"


_CALLS = ("get", "get_batch", "query", "put", "transact", "reschedule")


def watch() -> None:
    """Note the shape of every request of either backend, from now on in this process."""
    for backend in (DynamoDb, MemoryTable):
        for call in _CALLS:
            setattr(backend, call, _noting(call, getattr(backend, call)))


def _noting(call: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def noting(backend: object, argument: object) -> Any:  # noqa: ANN401  # as the method
        seen.update(shapes_of(call, argument))
        return method(backend, argument)

    return noting


@cache
def covered() -> frozenset[Shape]:
    """Return the shapes that the contract has cases of, by going through it in memory."""
    with _apart() as found:
        for module in map(import_module, MODULES):
            for name, case in list(vars(module).items()):
                if name.startswith("test_"):
                    case(Table(MemoryTable(table_definition())))
        return frozenset(found)


@contextmanager
def _apart() -> Iterator[set[Shape]]:
    """Note shapes apart from those that a test makes."""
    before = set(seen)
    seen.clear()
    try:
        yield seen
    finally:
        seen.clear()
        seen.update(before)
