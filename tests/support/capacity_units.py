"""Capacity by AWS's rules, computed from items: what no emulator counts right for transactions.

The rules are those of the DynamoDB Developer Guide ("Item sizes and formats", "Read and write operations", "Global
secondary indexes", "Transactions"):

- An item's size is that of its names and values. A number takes a byte for two significant digits, and one more.
- A write costs a unit for each KB, begun, of the larger of the item before and after; in a transaction two, also where
  it only checks a condition.
- An index entry is written, for its own size and once, where it appears, disappears or changes; where its key changes,
  twice: the old one is deleted, the new one put. A transaction does not double it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Item = Mapping[str, Mapping[str, Any]]
"""An item as DynamoDB's clients have it: each value under its type."""
KILOBYTE = 1024
_DOCUMENT = 3
"""Bytes that a list or map takes beside its elements, each of which takes one more."""


def size(item: Item) -> int:
    """Return the bytes of an item."""
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _value(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    return _SIZES[kind](content)


def _number(text: str) -> int:
    number = Decimal(text)
    digits = len(number.normalize().as_tuple().digits) if number else 0
    return (digits + 1) // 2 + 1 + (number < 0)


def _list(elements: Iterable[Mapping[str, Any]]) -> int:
    return _DOCUMENT + sum(1 + _value(element) for element in elements)


def _map(elements: Mapping[str, Mapping[str, Any]]) -> int:
    return _DOCUMENT + sum(1 + len(name.encode()) + _value(element) for name, element in elements.items())


_SIZES: Mapping[str, Callable[[Any], int]] = {
    "S": lambda text: len(text.encode()),
    "N": _number,
    "B": len,
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "L": _list,
    "M": _map,
}


def kilobytes(item: Item | None) -> int:
    """Return the kilobytes that an item begins: the units of writing it once; none for no item."""
    return -(-size(item) // KILOBYTE) if item else 0


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index: its key, and all that is projected."""

    key: tuple[str, ...]
    projected: frozenset[str]

    def entry(self, item: Item | None) -> Item | None:
        """Return the entry of an item, or None where the index does not hold it."""
        if item is None or not all(name in item for name in self.key):
            return None
        return {name: value for name, value in item.items() if name in self.projected}

    def units(self, before: Item | None, after: Item | None) -> int:
        """Return the write units that a change of an item costs here."""
        old, new = self.entry(before), self.entry(after)
        if old == new:
            return 0
        if old and new and any(old[name] != new[name] for name in self.key):
            return kilobytes(old) + kilobytes(new)
        return max(kilobytes(old), kilobytes(new))


def indexes_of(definition: Mapping[str, Any]) -> list[Index]:
    """Return the indexes of a table, from what CreateTable takes; none of ours projects everything."""
    table_key = [part["AttributeName"] for part in definition["KeySchema"]]
    found = []
    for index in definition.get("GlobalSecondaryIndexes", []):
        key = tuple(part["AttributeName"] for part in index["KeySchema"])
        found.append(Index(key, frozenset((*table_key, *key, *index["Projection"].get("NonKeyAttributes", [])))))
    return found


def plain_write(before: Item | None, after: Item | None, indexes: Iterable[Index] = ()) -> int:
    """Return the write units of one PutItem, UpdateItem or DeleteItem: at least one."""
    return max(1, kilobytes(before), kilobytes(after)) + sum(index.units(before, after) for index in indexes)


def transaction(
    writes: Iterable[Mapping[str, Any]], read: Callable[[Item], Item | None], indexes: Iterable[Index]
) -> int:
    """Return the write units of a TransactWriteItems of puts, deletes and checks.

    Args:
        writes: its TransactItems.
        read: gives the item of a key, or that an item would replace, as it was before the transaction.
        indexes: those of the table.
    """
    known = tuple(indexes)
    return sum(_in_transaction(write, read, known) for write in writes)


def _in_transaction(write: Mapping[str, Any], read: Callable[[Item], Item | None], indexes: tuple[Index, ...]) -> int:
    ((action, body),) = write.items()
    before = read(body.get("Item") or body["Key"])
    after: Item | None = before if action == "ConditionCheck" else body.get("Item")
    return 2 * max(1, kilobytes(before), kilobytes(after)) + sum(index.units(before, after) for index in indexes)


def key(item: Item) -> tuple[str, str]:
    """Return the key of an item of our table."""
    return item["pk"]["S"], item["sk"]["S"]


def of_transactions(
    transactions: Iterable[Iterable[Mapping[str, Any]]], items: Iterable[Item], indexes: Iterable[Index]
) -> list[int]:
    """Return the write units of transactions that took effect one after the other, from the items before the first."""
    state, known, found = {key(item): item for item in items}, tuple(indexes), []
    for writes in map(tuple, transactions):
        found.append(transaction(writes, lambda item: state.get(key(item)), known))
        for write in writes:
            ((action, body),) = write.items()
            if action == "Put":
                state[key(body["Item"])] = body["Item"]
            elif action == "Delete":
                state.pop(key(body["Key"]), None)
    return found
