"""A backend in memory, with the indexes, conditions and transactions of DynamoDB.

The contract tests in tests/component/backend run on both. Unlike those of DynamoDB, its indexes are consistent.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, assert_never

from casereview.store.backend import (
    AtMost,
    Batch,
    BeginsWith,
    Below,
    Between,
    Page,
    Query,
    Reschedule,
    SortKeyCondition,
)
from casereview.store.items import attribute, to_item
from casereview.store.keys import ATTRIBUTES, Index, Key
from casereview.store.transaction import (
    Check,
    Condition,
    Delete,
    Increment,
    Put,
    PutNew,
    RefusedError,
    Replace,
    Write,
    key_written,
)
from tests.support.capacity_units import size

if TYPE_CHECKING:
    from casereview.store.items import Item

PAGE = 1024 * 1024
"""The maximum size of a page of a query, in bytes."""
MAX_ITEM_SIZE = 400 * 1024
"""The maximum size of an item, in bytes."""
_MAX_BATCH = 100
"""The maximum number of writes of a transaction, and of keys of a batch."""


class ValidationError(ValueError):
    """A request is not valid; DynamoDB would refuse it."""


class MemoryTable:
    """A backend in memory, made from the arguments of CreateTable."""

    def __init__(self, definition: Mapping[str, Any]) -> None:
        self.contents: dict[Key, Item] = {}
        self._sort_keys: dict[str, list[str]] = defaultdict(list)
        self._entries: dict[Index, dict[str, list[tuple[str, Key]]]] = {
            "worklist": {},
            "due": {},
            "verify": {},
            "duties": {},
        }
        self._projected: dict[Index, frozenset[str]] = {}
        for index in definition["GlobalSecondaryIndexes"]:
            own = [part["AttributeName"] for part in (*definition["KeySchema"], *index["KeySchema"])]
            self._projected[index["IndexName"]] = frozenset((*own, *index["Projection"].get("NonKeyAttributes", [])))

    # ---- the Backend interface

    def get(self, key: Key) -> Item | None:
        return self.contents.get(key)

    def get_batch(self, keys: Sequence[Key]) -> Batch:
        if len(set(keys)) < len(keys) or not 0 < len(keys) <= _MAX_BATCH:
            raise ValidationError("a batch holds 1 to 100 different keys")
        return Batch([self.contents[key] for key in keys if key in self.contents], ())

    def query(self, query: Query) -> Page:
        found: list[Item] = []
        volume = 0
        for key in self._keys(query):
            if len(found) == query.limit or volume >= PAGE:
                return self._page(query, found, whole=False)
            item = self._seen(query, self.contents[key])
            volume += size(item)
            found.append(item)
        return self._page(query, found, whole=len(found) != query.limit)

    def put(self, item: Item) -> None:
        self._store(item)

    def transact(self, writes: Sequence[Write]) -> None:
        if len({key_written(write) for write in writes}) < len(writes) or not 0 < len(writes) <= _MAX_BATCH:
            raise ValidationError("a transaction holds 1 to 100 writes of different items")
        before = [self.contents.get(key_written(write)) for write in writes]
        held = [_holds(write, item) for write, item in zip(writes, before, strict=True)]
        if not all(held):
            refused = zip(writes, held, before, strict=True)
            raise RefusedError({key_written(write): item for write, holds, item in refused if not holds})
        wrong = [key_written(write) for write, item in zip(writes, before, strict=True) if _cannot_add(write, item)]
        if wrong:
            raise RefusedError(dict.fromkeys(wrong))
        for write, item in zip(writes, before, strict=True):
            self._apply(write, item)

    def reschedule(self, change: Reschedule) -> bool:
        item = self.contents.get(change.key)
        if item is None or item.get("due_at") != attribute(change.seen):
            return False
        moved = {
            "due_at": change.due_at,
            "due_shard": change.shard,
            "attempts": change.attempts,
            "stuck": change.stuck,
        }
        self._store({**item, **{name: attribute(value) for name, value in moved.items()}})
        return True

    # ---- for tests

    def remove(self, key: Key) -> None:
        """Delete an item, if it exists."""
        item = self.contents.pop(key, None)
        if item is None:
            return
        self._sort_keys[key.pk].remove(key.sk)
        for index in self._entries:
            self._unindex(index, key, item)

    def clear(self) -> None:
        """Delete all items."""
        self.contents.clear()
        self._sort_keys.clear()
        for entries in self._entries.values():
            entries.clear()

    # ---- queries

    def _keys(self, query: Query) -> Iterator[Key]:
        """Yield the keys of the items that a query finds, in the order of the sort key, after its start key."""
        if query.index is None:
            places = [(sk, Key(query.partition, sk)) for sk in self._sort_keys.get(query.partition, ())]
        else:
            places = self._entries[query.index].get(query.partition, [])
        start = _start(query)
        first = 0 if start is None else bisect_left(places, start) + (start in places)
        return (key for value, key in places[first:] if _compares(query.sort_key, value))

    def _seen(self, query: Query, item: Item) -> Item:
        wanted = self._projected[query.index] if query.index else frozenset(item)
        if query.projection:
            wanted = wanted & set(query.projection)
        return {name: value for name, value in item.items() if name in wanted}

    def _page(self, query: Query, found: list[Item], *, whole: bool) -> Page:
        if whole or not found:
            after = None
        else:
            last = self.contents[list(self._keys(query))[len(found) - 1]]
            names = {*ATTRIBUTES[None], *ATTRIBUTES[query.index]}
            after = {name: value for name, value in last.items() if name in names}
        return Page([] if query.count else found, len(found), after)

    # ---- writes

    def _apply(self, write: Write, before: Item | None) -> None:
        match write:
            case PutNew(record) | Put(record) | Replace(record, _):
                self._store(to_item(record))
            case Delete(key, _):
                self.remove(key)
            case Increment():
                self._store(_added(write, before or {}))
            case Check():
                pass
            case _:
                assert_never(write)

    def _store(self, item: Item) -> None:
        if size(item) > MAX_ITEM_SIZE:
            raise ValidationError("an item has at most 400 KB")
        key = Key(item["pk"]["S"], item["sk"]["S"])
        before = self.contents.get(key)
        if before is None:
            insort(self._sort_keys[key.pk], key.sk)
        self.contents[key] = item
        for index in self._entries:
            if before is not None:
                self._unindex(index, key, before)
            if place := _index_place(index, item):
                insort(self._entries[index].setdefault(place[0], []), (place[1], key))

    def _unindex(self, index: Index, key: Key, item: Item) -> None:
        if place := _index_place(index, item):
            self._entries[index][place[0]].remove((place[1], key))


def _index_place(index: Index, item: Item) -> tuple[str, str] | None:
    """Return the partition and sort key of an item in an index; None if it is not in the index."""
    hash_name, range_name = ATTRIBUTES[index]
    if hash_name not in item or range_name not in item:
        return None
    return item[hash_name]["S"], item[range_name]["S"]


def _start(query: Query) -> tuple[str, Key] | None:
    if query.after is None:
        return None
    key = Key(query.after["pk"]["S"], query.after["sk"]["S"])
    return query.after[ATTRIBUTES[query.index][1]]["S"], key


def _compares(condition: SortKeyCondition | None, value: str) -> bool:
    match condition:
        case None:
            return True
        case Below(bound):
            return value < bound
        case AtMost(bound):
            return value <= bound
        case BeginsWith(prefix):
            return value.startswith(prefix)
        case Between(first, last):
            return first <= value <= last
        case _:
            assert_never(condition)


def _holds(write: Write, item: Item | None) -> bool:
    match write:
        case PutNew():
            return item is None
        case Put():
            return True
        case Replace(_, condition) | Delete(_, condition) | Check(_, condition):
            return _satisfies(condition, item)
        case Increment(_, below):
            held = item or {}
            numbers = {name: held[name].get("N") for name in below if name in held}
            return all(number is not None and int(number) < below[name] for name, number in numbers.items())
        case _:
            assert_never(write)


def _cannot_add(write: Write, item: Item | None) -> bool:
    """Return whether a write adds to an attribute that is no number."""
    return isinstance(write, Increment) and any("N" not in (item or {}).get(name, {"N": "0"}) for name in write.sums)


def _satisfies(condition: Condition, item: Item | None) -> bool:
    if item is None and condition.or_absent:
        return True
    held: Mapping[str, Any] = item or {}
    equal = all(held.get(name) == attribute(value) for name, value in condition.equal.items())
    return equal and all(held.get(name) != attribute(value) for name, value in condition.different.items())


def _added(write: Increment, before: Mapping[str, Any]) -> Item:
    key = key_written(write)
    sums = {name: int(before.get(name, {"N": "0"})["N"]) + amount for name, amount in write.sums.items()}
    fields = {**key._asdict(), **write.names, **sums}
    return {**before, **{name: attribute(value) for name, value in fields.items()}}
