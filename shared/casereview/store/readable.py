"""Read items one by one: an item that cannot be read is left out and named in the log, and the others are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from aws_lambda_powertools.metrics import MetricUnit
from pydantic import ValidationError

from casereview.schema.records import Stored
from casereview.store.table import readable
from casereview.store.unreadable import logger, metrics

if TYPE_CHECKING:
    from casereview.store.items import Item

_RECORD = TypeVar("_RECORD", bound=Stored)


def read_or_none(model: type[_RECORD], item: Item) -> _RECORD | None:
    """Return the record of an item; None if it cannot be read, which is logged by its key and its faulty fields."""
    return next(readable(model, [item]), None)


def log_unreadable(pk: str, sk: str, error: Exception) -> None:
    """Log that an item was left out: its key, the type of the error and the names of the faulty fields, no value."""
    fields = _fields(error) if isinstance(error, ValidationError) else []
    logger.error("an item cannot be read", extra={"pk": pk, "sk": sk, "error": type(error).__name__, "fields": fields})
    metrics.add_metric("Unreadable", MetricUnit.Count, 1)


def _fields(error: ValidationError) -> list[str]:
    return sorted({".".join(map(str, fault["loc"])) for fault in error.errors()})
