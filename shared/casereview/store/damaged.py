"""A case whose own item cannot be read, as far as it can: what its requesters do is recorded all the same.

A holder's answer must not depend on it. The fields at fault get stand-ins, on which nothing rests: such a case counts
as restricted, is shown to nobody, and does not close. They are written back as they are stored, so that a repair puts
back the field alone; then a worker ranks the case on what was said meanwhile.

The version of a case is the number of its newest event. One that cannot be read, or that is behind its history, is
taken from there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from casereview.cases.due import DUE, DUE_FIELDS
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.backend import Between, Query
from casereview.store.index_attributes import DUE_ATTRIBUTES, INDEX_ATTRIBUTES
from casereview.store.items import AS_STORED, FLAT, attribute, from_item, plain_fields, text_in, to_item
from casereview.store.table import Table
from casereview.store.unreadable import UnreadableError, WrongFieldError, report

if TYPE_CHECKING:
    from casereview.store.items import Item
    from casereview.store.transaction import RefusedError

_VERSION: Final = "version"


def as_far_as_readable(table: Table, error: UnreadableError, at: datetime) -> Case:
    """Return a case that cannot be read whole, marked as such.

    Args:
        table: The table, which has the history of the case.
        error: What its reading raised.
        at: When it was read.

    Raises:
        UnreadableError: Its item is not one of a case at all, or has neither a version nor a history.
    """
    stand_ins = _stand_ins(table, error, at)
    kept: dict[str, Any] = {name: _stored(error.item, name) for name in INDEX_ATTRIBUTES - DUE_ATTRIBUTES}
    item, names = error.item, _attributes_of(error.fields)
    while True:
        if not names or names <= kept.keys():
            raise error
        kept |= {name: _stored(error.item, name) for name in names}
        item = _replaced(item, names, stand_ins)
        try:
            case = from_item(Case, {**item, AS_STORED: attribute(kept)})
        except UnreadableError as found:
            names = _attributes_of(found.fields)
        else:
            return case.evolve(recheck_at=case.recheck_at or at, restricted=True)


def behind_history(table: Table, refusal: RefusedError) -> UnreadableError | None:
    """Return the error of a case whose version is behind its history: a write of its next event was refused for that.

    It has been reported. None where a condition failed because another write came first.

    Args:
        table: The table.
        refusal: The refused transaction.
    """
    refused = [case_id for key in refusal.failed if (case_id := keys.case_id_of_event(key))]
    cases = [case_id for case_id in refused if keys.case(case_id) not in refusal.failed]
    return next((found for case_id in cases if (found := _behind(table, case_id))), None)


def require_version(table: Table, case_id: str) -> None:
    """Raise UnreadableError if the version of a case is behind its history; it has been reported."""
    if error := _behind(table, case_id):
        raise error


def _behind(table: Table, case_id: str) -> UnreadableError | None:
    newest = newest_event(table, case_id)
    item = table.backend.get(keys.case(case_id))  # read after the history, which may have grown
    stored = _stored(item, _VERSION) if item else None
    if item is None or not isinstance(stored, int) or stored >= newest:
        return None
    error = UnreadableError(Case.__name__, item, WrongFieldError(_VERSION))
    report(error)
    return error


def newest_event(table: Table, case_id: str) -> int:
    """Return the number of the newest event of a case, also of one that cannot be read; 0 without any."""
    first = keys.event(case_id, 0)
    query = Query(first.pk, sort_key=Between(first.sk, keys.LAST_EVENT), projection=("sk",))
    return max((keys.version_of_event(item["sk"]["S"]) for item in table.query(query)), default=0)


def _stored(item: Item, name: str) -> object:
    return plain_fields({name: item[name]})[name] if name in item else None


def _replaced(item: Item, names: Collection[str], stand_ins: Item) -> Item:
    others = {name: value for name, value in item.items() if name not in names}
    return {**others, **{name: stand_ins[name] for name in names if name in stand_ins}}


def _attributes_of(fields: Collection[str]) -> set[str]:
    """Return the attributes that fields of a case are stored in."""
    return {name for field in fields for name in _names_of(field)}


def _names_of(field: str) -> Iterator[str]:
    yield from FLAT.get(field, {}).values()
    if field in DUE_FIELDS[Case].values():
        yield DUE
    if field not in FLAT:
        yield field


def _stand_ins(table: Table, error: UnreadableError, at: datetime) -> Item:
    """Return the item of a case that is in line, with nothing known: at the office of the queue that lists it.

    Raises:
        UnreadableError: It has neither a version nor a history.
    """
    case_id = error.key.pk.partition("#")[2]
    stored = _stored(error.item, _VERSION)
    whole = type(stored) is int and stored > 0 and _VERSION not in error.fields
    version = stored if whole else newest_event(table, case_id)
    if not isinstance(version, int) or version < 1:
        raise error
    return to_item(
        Case(
            case_id=case_id,
            version=version,
            folded=version,
            status="in_line",
            status_since=at,
            office=text_in(error.item, "queue") or "HQ",
            filed_at=at,
            restricted=True,
        )
    )
