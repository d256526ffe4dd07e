"""A case whose own item cannot be read, as far as it can: what its requesters do is recorded all the same.

A holder's answer must not depend on it. The fields at fault get stand-ins, on which nothing rests: such a case counts
as restricted, is shown to nobody, and does not close. They are written back as they are stored, so that a repair puts
back the field alone; then a worker ranks the case on what was said meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from casereview.cases.due import DUE, DUE_FIELDS
from casereview.schema.records import Case
from casereview.store.index_attributes import DUE_ATTRIBUTES, INDEX_ATTRIBUTES
from casereview.store.items import AS_STORED, FLAT, attribute, from_item, plain_fields, text_in, to_item
from casereview.store.unreadable import UnreadableError

if TYPE_CHECKING:
    from casereview.store.items import Item

_VERSION: Final = "version"
"""The field that every write of a case depends on: without it nothing can be recorded."""


def as_far_as_readable(error: UnreadableError, at: datetime) -> Case:
    """Return a case that cannot be read whole, marked as such.

    Args:
        error: What its reading raised.
        at: When it was read.

    Raises:
        UnreadableError: Its version cannot be read, or its item is not one of a case at all.
    """
    item, stand_ins = error.item, _stand_ins(error, at)
    kept: dict[str, Any] = {name: _stored(item, name) for name in INDEX_ATTRIBUTES - DUE_ATTRIBUTES}
    while True:
        try:
            case = from_item(Case, {**item, AS_STORED: attribute(kept)})
        except UnreadableError as found:
            names = {name for field in found.fields for name in _attributes_of(field)}
            if not names or _VERSION in names or names <= kept.keys():
                raise error from found
            kept |= {name: _stored(error.item, name) for name in names}
            item = _replaced(item, names, stand_ins)
        else:
            return case.evolve(recheck_at=case.recheck_at or at, restricted=True)


def _stored(item: Item, name: str) -> object:
    return plain_fields({name: item[name]})[name] if name in item else None


def _replaced(item: Item, names: set[str], stand_ins: Item) -> Item:
    others = {name: value for name, value in item.items() if name not in names}
    return {**others, **{name: stand_ins[name] for name in names if name in stand_ins}}


def _attributes_of(field: str) -> Iterator[str]:
    """Yield the attributes that a field of a case is stored in."""
    yield from FLAT.get(field, {}).values()
    if field in DUE_FIELDS[Case].values():
        yield DUE
    if field not in FLAT:
        yield field


def _stand_ins(error: UnreadableError, at: datetime) -> Item:
    """Return the item of a case that is in line, with nothing known: at the office of the queue that lists it."""
    stored = _stored(error.item, _VERSION)
    version = stored if isinstance(stored, int) else 0
    return to_item(
        Case(
            case_id=error.key.pk.partition("#")[2],
            version=version,
            folded=version,
            status="in_line",
            status_since=at,
            office=text_in(error.item, "queue") or "HQ",
            filed_at=at,
            restricted=True,
        )
    )
