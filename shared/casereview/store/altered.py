"""Sealed parts that were altered: who finds one marks its case, once, as one of which a record cannot be read.

The mark has a digest of the altered bytes. A worker that can open nothing sees by it when they have been replaced, and
removes the mark (``casereview.store.recheck``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from casereview.schema.identifiers import is_case_id
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.store.recheck import marked
from casereview.store.table import Table
from casereview.store.transaction import RefusedError, put_over
from casereview.store.unreadable import UnreadableError, WrongFieldError, report_altered

if TYPE_CHECKING:
    from casereview.store.items import Item

_MOST: Final = 20
"""How many altered parts a case names; the others are found once these have been replaced."""
_DRAFT: Final = "draft"
"""The part that no case rests on: its author replaces it by saving it again."""


class _Altered(NamedTuple):
    """A sealed part that was altered.

    Attributes:
        part: Its kind.
        owner: The receipt or case that it belongs to.
        digest: The digest of its bytes.
    """

    part: str
    owner: str
    digest: str


_found: dict[_Altered, None] = {}
"""What the invocation has found; it handles one call or message at a time."""


def digest_of(sealed: bytes) -> str:
    """Return the digest by which altered bytes are known again; that of no bytes stands for a part that is lost."""
    return sha256(sealed).hexdigest()[:16]


def found_altered(part: str, owner: str, sealed: bytes) -> None:
    """Note a sealed part that was altered, whose case ``mark_altered`` then marks.

    Args:
        part: Its kind.
        owner: The receipt or case that it belongs to.
        sealed: Its bytes; empty if it is lost.
    """
    _found[_Altered(part, owner, digest_of(sealed))] = None


def mark_altered(table: Table, at: datetime) -> None:
    """Mark the cases of the altered parts that were found; one that its case does not name yet is logged and counted.

    If a case changes meanwhile, whoever finds the part next marks it.
    """
    found = list(_found)
    _found.clear()
    for one in found:
        _mark(table, one, at)


def _mark(table: Table, found: _Altered, at: datetime) -> None:
    case = _case_of(table, found.owner) if found.part != _DRAFT else None
    name = f"{found.owner}|{found.digest}"
    if case and case.unreadable and name in case.altered:
        return
    report_altered(found.part, found.owner)
    if case:
        altered = tuple(dict.fromkeys((*case.altered, name)))[:_MOST]
        with suppress(RefusedError):
            table.write(put_over(marked(case, at).evolve(altered=altered), version=case.version))


def _case_of(table: Table, owner: str) -> Case | None:
    if is_case_id(owner):
        return table.find(Case, keys.case(owner))
    request = table.find(Request, keys.request(owner))
    return table.find(Case, keys.case(request.case_id)) if request else None


def require_sealed(table: Table, case: Case) -> None:
    """Require that the altered parts that a case names have been replaced, without opening them.

    Raises:
        UnreadableError: One is as it was when it was found.
    """
    for name in case.altered:
        owner, _, digest = name.partition("|")
        for item in _items_of(table, owner):
            if digest in _digests(item):
                raise UnreadableError("SealedPart", item, WrongFieldError("sealed"))


def _items_of(table: Table, owner: str) -> Iterator[Item]:
    """Yield the items with sealed parts of a receipt or case."""
    yield from table.items(keys.texts_partition(owner))
    if is_case_id(owner):
        yield from table.items(keys.case_partition(owner))
    elif request := table.backend.get(keys.request(owner)):
        yield request


def _digests(item: Item) -> Iterator[str]:
    """Yield the digests of the sealed parts of an item; that of no bytes for a request that lost its contact."""
    for value in item.values():
        if "B" in value:
            yield digest_of(bytes(value["B"]))
    if item["sk"] == {"S": "REQUEST"} and "contact" not in item:
        yield digest_of(b"")
