"""Narrow fixes of moto's DynamoDB for speed; see moto_patches.py.

moto copies the whole table for each transaction and reads all items for each query. Here a transaction keeps
copies of the items it names, and a query reads one partition, or the part of an index that its conditions leave.
"""

import bisect
import copy
from collections.abc import Mapping, Sequence
from typing import Any

from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import GlobalSecondaryIndex, Table
from moto.dynamodb.models.utilities import bytesize

ITEM_LIMIT = 405_000  # bytes, as moto has it
LAST = chr(0x10FFFF)

_ORIGINAL_TRANSACT = DynamoDBBackend.transact_write_items
_ORIGINAL_UPDATE = DynamoDBBackend.update_item
_ORIGINAL_QUERY = Table.query
_ORIGINAL_PUT = Table.put_item
_ORIGINAL_DELETE = Table.delete_item
_ORIGINAL_PROJECT = Item.project

PrimaryKey = tuple[DynamoType, DynamoType | None]
Place = tuple[str, tuple[str, str]]  # index name, its hash value as (type, value)
Entry = tuple[str, str, str, Item]  # range value, primary key, projected item


class IndexPartitions:
    """The global indexes of one table, by partition and in order; brought up to date when read."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._dirty: dict[PrimaryKey, None] = {}
        self._entries: dict[Place, list[Entry]] = {}
        self._places: dict[PrimaryKey, list[tuple[Place, Entry]]] = {}

    def touch(self, key: PrimaryKey) -> None:
        """Notes that an item was written."""
        self._dirty[key] = None

    def entries(self, index: GlobalSecondaryIndex, hash_value: DynamoType) -> list[Entry]:
        """One partition of an index, in its order."""
        dirty, self._dirty = self._dirty, {}
        for key in dirty:
            self._move(key)
        return self._entries.get((index.name, (hash_value.type, str(hash_value.value))), [])

    def _move(self, key: PrimaryKey) -> None:
        for place, entry in self._places.pop(key, []):
            rows = self._entries[place]
            del rows[bisect.bisect_left(rows, entry[:3], key=_order)]
        item = _find(self._table, key)
        if item is None:
            return
        places = [found for index in self._table.global_indexes if (found := _entry(index, key, item))]
        for place, entry in places:
            bisect.insort(self._entries.setdefault(place, []), entry, key=_order)
        self._places[key] = places


def _order(entry: Entry) -> tuple[str, str, str]:
    return entry[:3]


def _find(table: Table, key: PrimaryKey) -> Item | None:
    found = table.items.get(key[0])
    return found if key[1] is None or found is None else found.get(key[1])


def _entry(index: GlobalSecondaryIndex, key: PrimaryKey, item: Item) -> tuple[Place, Entry] | None:
    hash_value, range_value = (item.attrs.get(part["AttributeName"]) for part in index.schema)
    if hash_value is None or range_value is None:
        return None
    row = (str(range_value.value), str(key[0].value), str(key[1].value) if key[1] else "", index.project(item))
    return (index.name, (hash_value.type, str(hash_value.value))), row


def _partitions(table: Table) -> IndexPartitions:
    found = table.__dict__.get("index_partitions")
    if found is None:
        found = table.__dict__["index_partitions"] = IndexPartitions(table)
        for hash_key, rows in table.items.items():
            for range_key in rows if table.range_key_attr else [None]:
                found.touch((hash_key, range_key))
    return found


def _is_plain(index: GlobalSecondaryIndex | None, table: Table) -> bool:
    if not isinstance(index, GlobalSecondaryIndex) or len(index.schema) != 2:  # noqa: PLR2004  hash and range
        return False
    types = {definition["AttributeName"]: definition["AttributeType"] for definition in table.attr}
    return all(types.get(part["AttributeName"]) == "S" for part in [*index.schema, *table.schema])


def put_item(table: Table, *args: Any, **kwargs: Any) -> Item:  # noqa: ANN401  moto's own signature
    """As moto's; notes the write."""
    item = _ORIGINAL_PUT(table, *args, **kwargs)
    _partitions(table).touch((item.hash_key, item.range_key))
    return item


def delete_item(table: Table, hash_key: DynamoType, range_key: DynamoType | None) -> Item | None:
    """As moto's; notes the write."""
    _partitions(table).touch((hash_key, range_key))
    return _ORIGINAL_DELETE(table, hash_key, range_key)


def update_item(backend: DynamoDBBackend, table_name: str, *args: Any, **kwargs: Any) -> Item:  # noqa: ANN401
    """As moto's; notes the write."""
    item = _ORIGINAL_UPDATE(backend, table_name, *args, **kwargs)
    _partitions(backend.get_table(table_name)).touch((item.hash_key, item.range_key))
    return item


class _Narrowed(Table):
    """A view of a table that holds only the items which a query can find, in the order of its index."""

    def __init__(self, table: Table, items: Sequence[Item]) -> None:
        self.__dict__.update(table.__dict__)
        self._narrowed = items

    def all_items(self) -> list[Item]:
        """The items left."""
        return list(self._narrowed)


def query(  # noqa: PLR0913  moto's own signature
    table: Table,
    hash_key: DynamoType | None,
    range_comparison: str | None,
    range_objs: list[DynamoType],
    limit: int,
    exclusive_start_key: dict[str, Any],
    scan_index_forward: bool,  # noqa: FBT001
    projection_expressions: list[list[str]] | None,
    index_name: str | None = None,
    *args: Any,  # noqa: ANN401
    **kwargs: Any,  # noqa: ANN401
) -> tuple[list[Item], int, dict[str, Any] | None]:
    """As moto's, over the items that can match instead of over all (the pages of an index count projected bytes)."""
    items: Sequence[Item] | None = None
    if index_name is None and hash_key is not None:
        rows = table.items.get(hash_key, {})
        items = [*rows.values()] if table.range_key_attr else ([rows] if rows else [])
    elif hash_key is not None:
        index = next((index for index in table.global_indexes if index.name == index_name), None)
        if index is not None and _is_plain(index, table):
            entries = _partitions(table).entries(index, hash_key)
            condition = (range_comparison, [str(value.value) for value in range_objs])
            start = _start(table, index, exclusive_start_key)
            items = [row[3] for row in _cut(entries, condition, start, limit, forward=scan_index_forward is not False)]
    return _ORIGINAL_QUERY(
        table if items is None else _Narrowed(table, items),
        hash_key,
        range_comparison,
        range_objs,
        limit,
        exclusive_start_key,
        scan_index_forward,
        projection_expressions,
        index_name,
        *args,
        **kwargs,
    )


def _start(table: Table, index: GlobalSecondaryIndex, key: Mapping[str, Any] | None) -> tuple[str, str, str] | None:
    if not key:
        return None
    range_name = next(part["AttributeName"] for part in index.schema if part["KeyType"] == "RANGE")
    names = [range_name, table.hash_key_attr, table.range_key_attr or ""]
    first, second, third = (str(DynamoType(key[name]).value) if name in key else "" for name in names)
    return first, second, third


def _bounds(entries: list[Entry], comparison: str | None, values: list[str]) -> tuple[int, int]:
    """The stretch [low, high) whose range value satisfies the condition."""

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
            return before(prefix), after(prefix + LAST)
    return everything


def _cut(
    entries: list[Entry],
    condition: tuple[str | None, list[str]],
    start: tuple[str, str, str] | None,
    limit: int | None,
    *,
    forward: bool,
) -> list[Entry]:
    """What a page can hold, and one entry more in its direction, by which moto knows that there is a next page."""
    low, high = _bounds(entries, *condition)
    if forward:
        low = max(low, bisect.bisect_right(entries, start, key=_order)) if start else low
        high = min(high, low + limit) if limit else high
        return entries[low : high + 1] if low <= high else entries[low : low + 1]
    high = min(high, bisect.bisect_left(entries, start, key=_order)) if start else high
    low = max(low, high - limit) if limit else low
    return entries[max(low - 1, 0) : high] if low <= high else entries[max(high - 1, 0) : high]


class _Before:
    """The items that a transaction names, as they were before it."""

    def __init__(self, table: Table, keys: list[dict[str, Any]]) -> None:
        self._table = table
        self._stream_length = len(table.stream_shard.items) if table.stream_shard else 0
        self._items: list[tuple[PrimaryKey, Item | None]] = []
        for key in keys:
            range_name = table.range_key_attr
            primary = (DynamoType(key[table.hash_key_attr]), DynamoType(key[range_name]) if range_name else None)
            self._items.append((primary, copy.deepcopy(_find(table, primary))))

    def restore(self) -> None:
        """Puts every item back."""
        for (hash_key, range_key), item in self._items:
            place, key = (self._table.items, hash_key) if range_key is None else (self._rows(hash_key), range_key)
            if item is None:
                place.pop(key, None)
            else:
                place[key] = item
            _partitions(self._table).touch((hash_key, range_key))
        if self._table.stream_shard:
            del self._table.stream_shard.items[self._stream_length :]

    def _rows(self, hash_key: DynamoType) -> dict[DynamoType, Item]:
        rows: dict[DynamoType, Item] = self._table.items[hash_key]
        return rows


class _NotToCopy(dict[str, Table]):
    """A backend's tables as a transaction sees them: all can be got, none is found when it looks what to copy."""

    def __contains__(self, name: object) -> bool:
        return False


def _befores(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> list[_Before]:
    keys: dict[str, list[dict[str, Any]]] = {}
    for entry in transact_items:
        operation = next(iter(entry.values()), {})
        table = dict.get(backend.tables, operation.get("TableName", ""))
        source = operation.get("Item") or operation.get("Key") or {}
        if table and all(name in source for name in table.table_key_attrs):
            keys.setdefault(table.name, []).append(source)
    return [_Before(backend.tables[name], named) for name, named in keys.items()]


def transact_write_items(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """As moto's, but copies only the items that the transaction names."""
    befores = _befores(backend, transact_items)
    tables = backend.tables
    backend.tables = _NotToCopy(tables)
    try:
        _ORIGINAL_TRANSACT(backend, transact_items)
    except Exception:
        for before in befores:
            before.restore()
        raise
    finally:
        backend.tables = tables


def make_item(item: Item, hash_key: DynamoType, range_key: DynamoType | None, attrs: dict[str, Any]) -> None:
    """As moto's `Item.__init__`, measuring each attribute once (there: all of them again for each one added)."""
    item.hash_key = hash_key
    item.range_key = range_key
    item.attrs = LimitedSizeDict()
    size = 0
    for name, attribute in attrs.items():
        value = DynamoType(attribute)
        size += bytesize(name) + value.size()
        if size > ITEM_LIMIT:
            raise ItemSizeTooLarge
        dict.__setitem__(item.attrs, name, value)


def copy_value(value: DynamoType, memo: dict[int, Any]) -> DynamoType:
    """A deep copy without the detour over pickling."""
    result = DynamoType.__new__(DynamoType)
    result.type = value.type
    inner = value.value
    result.value = copy.deepcopy(inner, memo) if isinstance(inner, (list, dict, set)) else inner
    return result


def project(item: Item, projection_expressions: list[list[str]]) -> Item:
    """As moto's; top-level attributes are taken as they are (there: the item is decoded anew for each)."""
    if any(len(path) != 1 for path in projection_expressions):
        return _ORIGINAL_PROJECT(item, projection_expressions)
    names = dict.fromkeys(path[0] for path in projection_expressions)
    result = Item(item.hash_key, item.range_key, {})
    for name in names:
        if name in item.attrs:
            dict.__setitem__(result.attrs, name, item.attrs[name])
    return result


def apply() -> None:
    """Installs the fixes in this process."""
    replacements: list[tuple[type, str, Any]] = [
        (DynamoDBBackend, "transact_write_items", transact_write_items),
        (DynamoDBBackend, "update_item", update_item),
        (Table, "query", query),
        (Table, "put_item", put_item),
        (Table, "delete_item", delete_item),
        (Item, "__init__", make_item),
        (Item, "project", project),
        (DynamoType, "__deepcopy__", copy_value),
    ]
    for owner, name, replacement in replacements:
        setattr(owner, name, replacement)
