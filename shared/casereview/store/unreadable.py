"""Stored items that cannot be read: the error, and how it is reported: by record, key and fields, never by a value.

One such item stops nothing but what needs it. A list leaves it out; a case of which a record cannot be read counts as
restricted until a worker has read all of it (``casereview.store.recheck``). docs/how-to/repair-an-item.md says how an
operator repairs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from pydantic import ValidationError

from casereview.schema.errors import CaseReviewError
from casereview.store import keys
from casereview.store.keys import Key

if TYPE_CHECKING:
    from casereview.store.items import Item

logger = Logger()
metrics = Metrics()


class WrongFieldError(CaseReviewError):
    """A field that is read before validation has the wrong type; its only argument is the name of the field."""


FAULTS: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    WrongFieldError,
)
"""What reading an item raises where its shape is not the expected one; pydantic's ValidationError is a ValueError."""


class UnreadableError(CaseReviewError):
    """A stored item cannot be read: a field is missing, or its value has the wrong type.

    Attributes:
        record: The kind of the record.
        key: The key of the item.
        fields: The fields at fault, as far as they are known; never their values.
        item: The item as it is stored.
    """

    def __init__(self, record: str, item: Item, error: Exception) -> None:
        """Keep what identifies the item, and the fields that the error names."""
        super().__init__(f"a {record} cannot be read")
        self.record = record
        self.key = Key(item["pk"]["S"], item["sk"]["S"])
        self.fields = _fields(error)
        self.item = item

    @property
    def case_id(self) -> str | None:
        """The case that the item belongs to, as far as its key or the item says it; None for other items."""
        return keys.case_id_in(self.key.pk) or self.item.get("case_id", {}).get("S")


def _fields(error: Exception) -> tuple[str, ...]:
    """Return the names of the fields at fault: those of the record, never a key or a value in one of its fields."""
    if isinstance(error, WrongFieldError):
        return (str(error),)
    if not isinstance(error, ValidationError):
        return ()
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return tuple(sorted({str(one["loc"][0]) for one in found if one["loc"]}))


def report_altered(part: str, owner: str) -> None:
    """Log a sealed part that was altered, by its kind and the receipt or case that it belongs to, and count it."""
    logger.error("a sealed part cannot be opened", extra={"part": part, "owner": owner})
    _count()


def report(error: UnreadableError) -> None:
    """Log an item that cannot be read, and count it for the alarm."""
    _report(error.record, error.key, error.fields)


def report_left_out(record: str, key: Key, error: Exception) -> None:
    """Log an item that was read but cannot be used, which is left out, and count it for the alarm.

    Args:
        record: The kind of the record.
        key: The key of the item.
        error: What its use raised.
    """
    _report(record, key, _fields(error))


def _report(record: str, key: Key, fields: tuple[str, ...]) -> None:
    found = {"record": record, "pk": key.pk, "sk": key.sk, "fields": ", ".join(fields)}
    logger.error("an item cannot be read", extra=found)
    _count()


def _count() -> None:
    metrics.add_metric("Unreadable", MetricUnit.Count, 1)
