"""Indexes that show an item under its old place and its new one at once, as those of DynamoDB may for a moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING
from unittest.mock import patch

from casereview.store.backend import Page, Query
from casereview.store.keys import ATTRIBUTES
from tests.support.clouds import table_definition
from tests.support.memory.table import MemoryTable

if TYPE_CHECKING:
    from casereview.store.items import Item

_Place = tuple[str, str, str]


def _entries(source: MemoryTable, asked: Query) -> dict[_Place, Item]:
    whole = replace(asked, after=None, projection=())
    found = (source._seen(whole, source.contents[key]) for key in source._keys(whole))  # a part of it
    return {_place(asked, item): item for item in found}


@contextmanager
def doubling(table: MemoryTable) -> Iterator[None]:
    """Let every index show the items as they are now, too, whatever changes in the context."""
    then, current = MemoryTable(table_definition()), MemoryTable.query
    for item in table.contents.values():
        then.put(item)

    def query(own: MemoryTable, asked: Query) -> Page:
        if asked.index is None or own is then:
            return current(own, asked)
        return _page(asked, {**_entries(then, asked), **_entries(own, asked)})

    with patch.object(MemoryTable, "query", query):
        yield


def _place(asked: Query, item: Item) -> _Place:
    return item[ATTRIBUTES[asked.index][1]]["S"], item["pk"]["S"], item["sk"]["S"]


def _page(asked: Query, entries: dict[_Place, Item]) -> Page:
    names = {"pk", "sk", *ATTRIBUTES[asked.index]}
    start = _place(asked, asked.after) if asked.after else ("", "", "")
    left = [place for place in sorted(entries) if place > start]
    shown = left[: asked.limit]
    items = [
        {name: value for name, value in entries[place].items() if not asked.projection or name in asked.projection}
        for place in shown
    ]
    last = {name: entries[shown[-1]][name] for name in names} if len(left) > len(shown) else None
    return Page([] if asked.count else items, len(shown), last)
