"""Check that the contract tests of the backends cover every kind of request that the application makes.

The *shape* of a request is everything about it but values: the call; for a query, its index, condition and options;
for a write, its kind, the shape of its condition, and the numbers that an increment changes. The shapes of all requests
of all tests are recorded. A shape that no test in tests/component/backend makes is not compared between DynamoDB and
the backend in memory.
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
"""The contract tests; their only fixture is ``table``."""
seen: set[Shape] = set()
"""The shapes of all requests in this process since it was cleared."""


def shapes_of(call: str, argument: object) -> Iterator[Shape]:
    """Yield the shapes of one request: one for each write of a transaction."""
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
    """Record the shape of every request to either backend from now on, in this process."""
    for backend in (DynamoDb, MemoryTable):
        for call in _CALLS:
            setattr(backend, call, _recording(call, getattr(backend, call)))


def _recording(call: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def recording(backend: object, argument: object) -> Any:  # noqa: ANN401  # the type of the method
        seen.update(shapes_of(call, argument))
        return method(backend, argument)

    return recording


@cache
def covered() -> frozenset[Shape]:
    """Return the shapes that the contract tests cover, by running them in memory."""
    with _recorded_separately() as found:
        for module in map(import_module, MODULES):
            for name, case in list(vars(module).items()):
                if name.startswith("test_"):
                    case(Table(MemoryTable(table_definition())))
        return frozenset(found)


@contextmanager
def _recorded_separately() -> Iterator[set[Shape]]:
    """Record shapes separately from those of the running test."""
    before = set(seen)
    seen.clear()
    try:
        yield seen
    finally:
        seen.clear()
        seen.update(before)
