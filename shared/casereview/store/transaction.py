"""The writes of a transaction as data, each with its condition, and the errors of a transaction without effect."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from casereview.schema.errors import CaseReviewError, ConcurrentChangeError
from casereview.store.keys import Key
from casereview.store.record_keys import key_of

if TYPE_CHECKING:
    from casereview.schema.office_records import Officer, ReasonUse
    from casereview.schema.policy_records import PolicyAuthor
    from casereview.schema.records import Stored
    from casereview.store.items import Item

# The writes are named tuples because a dataclass takes several times as long to define, in every cold start.
_NO_VALUES: Final[Mapping[str, object]] = MappingProxyType({})


class RefusedError(ConcurrentChangeError):
    """A condition of a transaction failed, so that it had no effect.

    Attributes:
        failed: The keys whose conditions failed, each with the stored item; None if there is none, and for a counter
            that cannot be added to because its attribute is no number.
    """

    def __init__(self, failed: Mapping[Key, Item | None]) -> None:
        """Keep the keys and items."""
        super().__init__("transaction refused")
        self.failed = failed


class ContentionError(CaseReviewError):
    """A write had no effect, because another transaction conflicted or the table was throttled: worth another attempt.

    Attributes:
        codes: The reason codes of DynamoDB, by the keys that they are about.
    """

    def __init__(self, codes: Mapping[Key, str]) -> None:
        """Keep the reason codes."""
        super().__init__("contention")
        self.codes = codes


class Condition(NamedTuple):
    """The condition of a write on the stored item: values that attributes must equal, and must differ from."""

    equal: Mapping[str, object] = _NO_VALUES
    different: Mapping[str, object] = _NO_VALUES
    or_absent: bool = False
    """Whether the condition also holds if the item does not exist."""


class PutNew(NamedTuple):
    """Store a record if no item has its key."""

    record: Stored


class Put(NamedTuple):
    """Store a record unconditionally, replacing any existing one."""

    record: Stored


class Replace(NamedTuple):
    """Replace a record if the stored item meets a condition."""

    record: Stored
    condition: Condition


class Delete(NamedTuple):
    """Delete an item if it meets a condition."""

    key: Key
    condition: Condition


class Check(NamedTuple):
    """Write nothing; the transaction is refused unless an item meets a condition."""

    key: Key
    condition: Condition


class Increment(NamedTuple):
    """Add to a counter, which is created if necessary, if its numbers are below the bounds in ``below``."""

    amounts: Officer | PolicyAuthor | ReasonUse
    below: Mapping[str, int]

    @property
    def sums(self) -> Mapping[str, int]:
        """Return the amounts that are not zero, by attribute."""
        numbers = {name: value for name, value in self._values().items() if type(value) is int}
        return {name: value for name, value in numbers.items() if value}

    @property
    def zero(self) -> Officer | ReasonUse | PolicyAuthor:
        """Return the counter before anything is added to it."""
        return type(self.amounts).model_validate({**self._values(), **dict.fromkeys(self.sums, 0)})

    @property
    def names(self) -> Mapping[str, object]:
        """Return the attributes that say whose counter it is."""
        named = {name: value for name, value in self._values().items() if type(value) is str}
        return {**named, "schema": self.amounts.schema_version}

    def _values(self) -> Mapping[str, object]:
        fields = type(self.amounts).model_fields.keys() - {"schema_version"}
        return {name: getattr(self.amounts, name) for name in sorted(fields)}


Write = PutNew | Put | Replace | Delete | Check | Increment


def key_written(write: Write) -> Key:
    """Return the key of the item that a write changes or checks."""
    match write:
        case PutNew(record) | Put(record) | Replace(record, _):
            return key_of(record)
        case Increment(amounts, _):
            return key_of(amounts)
        case Delete(key, _) | Check(key, _):
            return key


def put_new(record: Stored) -> PutNew:
    """Return a write that stores a record if no item has its key."""
    return PutNew(record)


def put_over(record: Stored, **expected: object) -> Replace:
    """Return a write that replaces a record if the stored attributes have the expected values."""
    return Replace(record, Condition(expected))


def delete(key: Key, **expected: object) -> Delete:
    """Return a write that deletes an item if its attributes have the expected values."""
    return Delete(key, Condition(expected))


def check(key: Key, **expected: object) -> Check:
    """Return a check that the attributes of an item have the expected values."""
    return Check(key, Condition(expected))


def add(amounts: Officer | PolicyAuthor | ReasonUse, **below: int) -> Increment:
    """Return a write that adds to a counter, if its numbers are below the bounds given."""
    return Increment(amounts, below)
