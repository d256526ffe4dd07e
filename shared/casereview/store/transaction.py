"""Writes of a transaction as data, each with the condition that it rests on; and how a transaction is refused."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from casereview.schema.errors import ConcurrentChangeError
from casereview.store.items import key_of
from casereview.store.keys import Key

if TYPE_CHECKING:
    from casereview.schema.records import Officer, Stored
    from casereview.store.items import Item

# The writes are named tuples because a dataclass takes several times as long to define, in every cold start.
_NO_VALUES: Final[Mapping[str, object]] = MappingProxyType({})


class RefusedError(ConcurrentChangeError):
    """The transaction took no effect; for each write, why (``None``: it was not the reason) and the item in its way."""

    def __init__(self, reasons: list[str | None], items: list[Item | None]) -> None:
        """Keep the reason and the item of each write, in the order of the writes."""
        super().__init__("transaction refused")
        self.reasons = reasons
        self.items = items

    @property
    def by_condition(self) -> bool:
        """Return whether a condition failed; else another transaction interfered, or the table was throttled."""
        return "ConditionalCheckFailed" in self.reasons


class Condition(NamedTuple):
    """What must hold of the stored item: attributes equal to these values, and others different from those."""

    equal: Mapping[str, object] = _NO_VALUES
    different: Mapping[str, object] = _NO_VALUES
    or_absent: bool = False
    """The write also takes effect where there is no item."""


class PutNew(NamedTuple):
    """Store a record where there is no item under its key."""

    record: Stored


class Put(NamedTuple):
    """Store a record whatever was there."""

    record: Stored


class Replace(NamedTuple):
    """Replace a record while a condition holds of the stored item."""

    record: Stored
    condition: Condition


class Delete(NamedTuple):
    """Delete an item while a condition holds of it."""

    key: Key
    condition: Condition


class Check(NamedTuple):
    """Write nothing, but let the transaction succeed only while a condition holds of an item."""

    key: Key
    condition: Condition


class Increment(NamedTuple):
    """Add to an officer's counter, made where there is none, while the numbers in ``below`` are below their bounds."""

    amounts: Officer
    below: Mapping[str, int]

    @property
    def sums(self) -> Mapping[str, int]:
        """Return the numbers to add, without those that are zero."""
        amounts = {"claims": self.amounts.claims, "nexts": self.amounts.nexts}
        return {name: amount for name, amount in amounts.items() if amount}


Write = PutNew | Put | Replace | Delete | Check | Increment


def key_written(write: Write) -> Key:
    """Return the key of the item that a write is about."""
    match write:
        case PutNew(record) | Put(record) | Replace(record, _):
            return key_of(record)
        case Increment(amounts, _):
            return key_of(amounts)
        case Delete(key, _) | Check(key, _):
            return key


def put_new(record: Stored) -> PutNew:
    """Store a record where there is none yet."""
    return PutNew(record)


def put_over(record: Stored, **expected: object) -> Replace:
    """Replace a record while its attributes are as expected."""
    return Replace(record, Condition(expected))


def delete(key: Key, **expected: object) -> Delete:
    """Delete an item while its attributes are as expected."""
    return Delete(key, Condition(expected))


def check(key: Key, **expected: object) -> Check:
    """Let the transaction succeed only while the attributes of an item are as expected."""
    return Check(key, Condition(expected))


def add(amounts: Officer, **below: int) -> Increment:
    """Add to an officer's counter while the numbers named are below a bound."""
    return Increment(amounts, below)
