"""Global secondary indexes of moto's tables, kept sorted by partition. Used by `dynamodb.py` in this package."""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from moto.dynamodb.models.dynamo_type import DynamoType, Item

if TYPE_CHECKING:
    from moto.dynamodb.models.table import GlobalSecondaryIndex, Table

_MAX_CHARACTER: Final = chr(0x10FFFF)

PrimaryKey = tuple[DynamoType, DynamoType | None]
PartitionKey = tuple[str, tuple[str, str]]  # index name, hash value as (type, value)
Entry = tuple[str, str, str, Item]  # range value, primary key, projected item
Condition = tuple[str | None, list[str]]  # on a range key: comparison, operands


class IndexPartitions:
    """The sorted partitions of a table's global secondary indexes, updated when they are read."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._indexes = [index for index in table.global_indexes if string_keyed_index(table, index.name)]
        self.names = [index.name for index in table.global_indexes]
        self._changed: dict[PrimaryKey, None] = {}
        self._entries: dict[PartitionKey, list[Entry]] = {}
        self._locations: dict[PrimaryKey, list[tuple[PartitionKey, Entry]]] = {}

    def mark_changed(self, key: PrimaryKey) -> None:
        """Record that an item was written or deleted."""
        self._changed[key] = None

    def entries(self, index: GlobalSecondaryIndex, hash_value: DynamoType) -> list[Entry]:
        """Return one partition of an index, sorted."""
        changed, self._changed = self._changed, {}
        for key in changed:
            self._move(key)
        return self._entries.get((index.name, (hash_value.type, str(hash_value.value))), [])

    def _move(self, key: PrimaryKey) -> None:
        for place, entry in self._locations.pop(key, []):
            rows = self._entries[place]
            del rows[bisect.bisect_left(rows, entry[:3], key=_order)]
        item = find_item(self._table, key)
        if item is None:
            return
        locations = [found for index in self._indexes if (found := _entry(index, key, item))]
        for place, entry in locations:
            bisect.insort(self._entries.setdefault(place, []), entry, key=_order)
        self._locations[key] = locations


def _order(entry: Entry) -> tuple[str, str, str]:
    return entry[:3]


def find_item(table: Table, key: PrimaryKey) -> Item | None:
    """Return the item with a key, or None."""
    found: Any = table.items.get(key[0])  # an item or, if the table has a range key, items by range key
    item: Item | None = found if key[1] is None or found is None else found.get(key[1])
    return item


def _entry(index: GlobalSecondaryIndex, key: PrimaryKey, item: Item) -> tuple[PartitionKey, Entry] | None:
    hash_value, range_value = (item.attrs.get(part["AttributeName"]) for part in index.schema)
    if hash_value is None or range_value is None:
        return None
    row = (str(range_value.value), str(key[0].value), str(key[1].value) if key[1] else "", index.project(item))
    return (index.name, (hash_value.type, str(hash_value.value))), row


def partitions(table: Table) -> IndexPartitions:
    """Return the partitions of a table's indexes; build them on first use and after an index was added."""
    found: IndexPartitions | None = table.__dict__.get("index_partitions")
    if found is None or found.names != [index.name for index in table.global_indexes]:
        found = table.__dict__["index_partitions"] = IndexPartitions(table)
        for hash_key, rows in table.items.items():
            for range_key in rows if table.range_key_attr else [None]:
                found.mark_changed((hash_key, range_key))
    return found


def string_keyed_index(table: Table, name: str) -> GlobalSecondaryIndex | None:
    """Return a global index by name, or None unless its keys (hash and range) and the table's are all strings."""
    index = next((index for index in table.global_indexes if index.name == name), None)
    if index is None or len(index.schema) != 2:  # noqa: PLR2004
        return None
    types = {definition["AttributeName"]: definition["AttributeType"] for definition in table.attr}
    return index if all(types.get(part["AttributeName"]) == "S" for part in [*index.schema, *table.schema]) else None


def page_start(table: Table, index: GlobalSecondaryIndex, key: Mapping[str, Any] | None) -> tuple[str, str, str] | None:
    """Return the position after which a page starts, given its ExclusiveStartKey."""
    if not key:
        return None
    range_name = next(part["AttributeName"] for part in index.schema if part["KeyType"] == "RANGE")
    names = [range_name, table.hash_key_attr, table.range_key_attr or ""]
    first, second, third = (str(DynamoType(key[name]).value) if name in key else "" for name in names)
    return first, second, third


def _bounds(  # noqa: PLR0911  one return for each kind of condition
    entries: list[Entry], comparison: str | None, values: list[str]
) -> tuple[int, int]:
    """Return the range [low, high) of the entries whose range value matches the condition."""

    def before(value: str) -> int:
        return bisect.bisect_left(entries, value, key=lambda row: row[0])

    def after(value: str) -> int:
        return bisect.bisect_right(entries, value, key=lambda row: row[0])

    everything = (0, len(entries))
    match (comparison or "").upper(), values:
        case (("=" | "EQ"), [value]):
            return before(value), after(value)
        case (("<" | "LT"), [value]):
            return 0, before(value)
        case (("<=" | "LE"), [value]):
            return 0, after(value)
        case ((">" | "GT"), [value]):
            return after(value), len(entries)
        case ((">=" | "GE"), [value]):
            return before(value), len(entries)
        case "BETWEEN", [low, high]:
            return before(low), after(high)
        case "BEGINS_WITH", [prefix]:
            return before(prefix), after(prefix + _MAX_CHARACTER)
    return everything


def page_entries(
    entries: list[Entry],
    condition: Condition,
    start: tuple[str, str, str] | None,
    limit: int | None,
    *,
    forward: bool,
) -> list[Entry]:
    """Return the entries that a page can hold, and one more, which tells moto that there is a next page."""
    low, high = _bounds(entries, *condition)
    if forward:
        low = max(low, bisect.bisect_right(entries, start, key=_order)) if start else low
        high = min(high, low + limit) if limit else high
        return entries[low : high + 1] if low <= high else entries[low : low + 1]
    high = min(high, bisect.bisect_left(entries, start, key=_order)) if start else high
    low = max(low, high - limit) if limit else low
    return entries[max(low - 1, 0) : high] if low <= high else entries[max(high - 1, 0) : high]
