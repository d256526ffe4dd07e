"""Patches for the speed of moto's DynamoDB; `patches.py` installs them.

moto copies the whole table for each transaction, and reads all items for each query. With these patches a transaction
copies the items it names, and a query reads one partition, or the range of an index that can match.
"""

from __future__ import annotations

import base64
import contextlib
import copy
from collections.abc import MutableMapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table
from moto.dynamodb.models.utilities import bytesize

from infra.local.emulators.moto.dynamodb_indexes import (
    PrimaryKey,
    find_item,
    page_entries,
    page_start,
    partitions,
    string_keyed_index,
)

if TYPE_CHECKING:
    from moto.core.model import StructureShape

ITEM_LIMIT: Final = 405_000  # bytes; moto's limit

_ORIGINAL_TRANSACT: Final = DynamoDBBackend.transact_write_items
_ORIGINAL_UPDATE: Final = DynamoDBBackend.update_item
_ORIGINAL_QUERY: Final = Table.query
_ORIGINAL_PUT: Final = Table.put_item
_ORIGINAL_DELETE: Final = Table.delete_item
_ORIGINAL_PROJECT: Final = Item.project
_ORIGINAL_STRUCTURE: Final = BaseJSONSerializer._serialize_type_structure  # noqa: SLF001


def put_item(table: Table, *args: Any, **kwargs: Any) -> Item:  # noqa: ANN401  moto's own signature
    """Put an item as moto does, and mark it as changed."""
    item = _ORIGINAL_PUT(table, *args, **kwargs)
    partitions(table).mark_changed((item.hash_key, item.range_key))
    return item


def delete_item(table: Table, hash_key: DynamoType, range_key: DynamoType | None) -> Item | None:
    """Delete an item as moto does, and mark it as changed."""
    partitions(table).mark_changed((hash_key, range_key))
    return _ORIGINAL_DELETE(table, hash_key, range_key)


def update_item(
    backend: DynamoDBBackend,
    table_name: str,
    key: dict[str, dict[str, Any]],
    *args: Any,  # noqa: ANN401
    **kwargs: Any,  # noqa: ANN401
) -> Item:
    """Update an item as moto does, and mark it as changed, even on failure: moto may have written a part of it."""
    try:
        return _ORIGINAL_UPDATE(backend, table_name, key, *args, **kwargs)
    finally:
        table = backend.get_table(table_name)
        if all(name in key for name in table.table_key_attrs):
            partitions(table).mark_changed(_primary(table, key))


def _primary(table: Table, key: dict[str, Any]) -> PrimaryKey:
    range_name = table.range_key_attr
    return DynamoType(key[table.hash_key_attr]), DynamoType(key[range_name]) if range_name else None


def _view_of_items(table: Table, items: Sequence[Item]) -> Table:
    """Return a view of a table that holds only the items that a query can match, in index order."""
    view: Table = object.__new__(type(table))
    vars(view).update(vars(table), all_items=lambda: list(items))
    return view


def query(  # noqa: PLR0913, PLR0917  moto's own signature
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
    """Query as moto does, but only over the items that can match. Page sizes of an index count projected bytes."""
    items: Sequence[Item] | None = None
    if index_name is None and hash_key is not None:
        rows: Any = table.items.get(hash_key, {})
        items = [*rows.values()] if table.range_key_attr else ([rows] if rows else [])
    elif hash_key is not None:
        index = string_keyed_index(table, index_name or "")
        if index is not None:
            condition = (range_comparison, [str(value.value) for value in range_objs])
            place = page_start(table, index, exclusive_start_key)
            entries = partitions(table).entries(index, hash_key)
            items = [
                row[3]
                for row in page_entries(entries, condition, place, limit, forward=scan_index_forward is not False)
            ]
    return _ORIGINAL_QUERY(
        table if items is None else _view_of_items(table, items),
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


class _ItemSnapshots:
    """Copies of the items that a transaction names, from before the transaction."""

    def __init__(self, table: Table, keys: list[dict[str, Any]]) -> None:
        self._table = table
        self._stream_length = len(table.stream_shard.items) if table.stream_shard else 0
        self._items: list[tuple[PrimaryKey, Item | None]] = []
        for key in keys:
            primary = _primary(table, key)
            self._items.append((primary, copy.deepcopy(find_item(table, primary))))

    def restore(self) -> None:
        """Restore every item."""
        for (hash_key, range_key), item in self._items:
            self._put_back(hash_key, range_key, item)
            partitions(self._table).mark_changed((hash_key, range_key))
        if self._table.stream_shard:
            del self._table.stream_shard.items[self._stream_length :]

    def _put_back(self, hash_key: DynamoType, range_key: DynamoType | None, item: Item | None) -> None:
        items: Any = self._table.items
        place, key = (items, hash_key) if range_key is None else (items[hash_key], range_key)
        if item is None:
            place.pop(key, None)
        else:
            place[key] = item


class _UncopiedTables(dict[str, Table]):
    """The tables of a backend, from which moto's transaction copies none: lookups succeed, membership tests fail."""

    def __contains__(self, name: object) -> bool:
        return False


def _snapshots_of(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> list[_ItemSnapshots]:
    keys: dict[str, list[dict[str, Any]]] = {}
    for entry in transact_items:
        operation: dict[str, Any] = next(iter(entry.values()), {})
        table = dict.get(backend.tables, operation.get("TableName", ""))
        source = operation.get("Item") or operation.get("Key") or {}
        if table and all(name in source for name in table.table_key_attrs):
            keys.setdefault(table.name, []).append(source)
    return [_ItemSnapshots(backend.tables[name], named) for name, named in keys.items()]


def transact_write_items(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """Write a transaction as moto does, but copy only the items that it names."""
    befores = _snapshots_of(backend, transact_items)
    tables = backend.tables
    backend.tables = _UncopiedTables(tables)
    try:
        _ORIGINAL_TRANSACT(backend, transact_items)
    except Exception:
        for before in befores:
            before.restore()
        raise
    finally:
        backend.tables = tables


def init_item(item: Item, hash_key: DynamoType, range_key: DynamoType | None, attrs: dict[str, Any]) -> None:
    """Initialize an item as moto does, but measure each attribute once instead of all of them for each one added."""
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
    """Deep-copy an attribute value without pickling."""
    result = DynamoType.__new__(DynamoType)
    result.type = value.type
    inner = value.value
    result.value = copy.deepcopy(inner, memo) if isinstance(inner, (list, dict, set)) else inner
    return result


def project(item: Item, projection_expressions: list[list[str]]) -> Item:
    """Project an item as moto does, but reference top-level attributes instead of decoding the item again for each."""
    if any(len(path) != 1 for path in projection_expressions):
        return _ORIGINAL_PROJECT(item, projection_expressions)
    names = dict.fromkeys(path[0] for path in projection_expressions)
    result = Item(item.hash_key, item.range_key, {})
    for name in names:
        if name in item.attrs:
            dict.__setitem__(result.attrs, name, item.attrs[name])
    return result


def serialize_structure(
    serializer: BaseJSONSerializer,
    serialized: MutableMapping[str, Any],
    value: Any,  # noqa: ANN401  moto's own signature
    shape: StructureShape,
    key: str,
) -> None:
    """Serialize a structure as moto does, but write an attribute value as it is: moto looks up ten members, twice."""
    if key and shape.name == "AttributeValue" and type(value) is dict:
        with contextlib.suppress(_UnexpectedValueError):
            serialized[key] = _to_wire(value)
            return
    _ORIGINAL_STRUCTURE(serializer, serialized, value, shape, key)


class _UnexpectedValueError(Exception):
    """An attribute value that is not a single type with its value."""


def _to_wire(value: dict[str, Any]) -> dict[str, Any]:
    if type(value) is not dict or len(value) != 1:
        raise _UnexpectedValueError
    kind, inner = next(iter(value.items()))
    match kind:
        case "S" | "N" | "BOOL" | "NULL" | "SS" | "NS":
            return value
        case "M":
            return {kind: {name: _to_wire(each) for name, each in inner.items()}}
        case "L":
            return {kind: [_to_wire(each) for each in inner]}
        case "B":
            return {kind: _base64(inner)}
        case "BS":
            return {kind: [_base64(each) for each in inner]}
    raise _UnexpectedValueError


def _base64(value: str | bytes) -> str:
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()


def apply() -> None:
    """Install the patches in this process."""
    replacements: list[tuple[type, str, Any]] = [
        (DynamoDBBackend, "transact_write_items", transact_write_items),
        (DynamoDBBackend, "update_item", update_item),
        (Table, "query", query),
        (Table, "put_item", put_item),
        (Table, "delete_item", delete_item),
        (BaseJSONSerializer, "_serialize_type_structure", serialize_structure),
        (Item, "__init__", init_item),
        (Item, "project", project),
        (DynamoType, "__deepcopy__", copy_value),
    ]
    for owner, name, replacement in replacements:
        setattr(owner, name, replacement)
