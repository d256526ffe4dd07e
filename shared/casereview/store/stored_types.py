"""The types of stored values: validation converts a text to a number or truth value, which would hide that it is wrong.

What was converted would be read, but no condition of a write on it could hold: the work on its item could never end.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import AwareDatetime

from casereview.schema.base import Record

_STORED_AS: Final[Mapping[object, type]] = {
    bool: bool,
    int: int,
    str: str,
    bytes: bytes,
    date: str,
    datetime: str,
    AwareDatetime: str,
}
"""The types of fields, and those of their stored values."""


def wrong_field(model: type[Record], fields: Mapping[str, Any]) -> str | None:
    """Return the first field of a record, or of one in it, whose stored value has the wrong type; None without one.

    Args:
        model: The record.
        fields: Its stored values as plain ones, by the names in which they are stored.
    """
    for name, kind in _kinds(model):
        value = fields.get(name)
        if value is None:
            continue
        if isinstance(kind, _Nested):
            if isinstance(value, dict) and wrong_field(kind.model, value):
                return name
        elif value.__class__ is not kind:
            return name
    return None


class _Nested:
    """The kind of a field that contains a record."""

    __slots__ = ("model",)

    def __init__(self, model: type[Record]) -> None:
        self.model = model


@cache
def _kinds(model: type[Record]) -> tuple[tuple[str, type | _Nested], ...]:
    """Return the stored name of each field with one type, and that type."""
    found = ((field.alias or name, _kind(field.annotation)) for name, field in model.model_fields.items())
    return tuple((name, kind) for name, kind in found if kind is not None)


def _kind(annotation: object) -> type | _Nested | None:
    """Return how values of an annotation are stored; None if that is not one type."""
    if get_origin(annotation) is Annotated:
        return _kind(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        others = [one for one in get_args(annotation) if one is not NoneType]
        return _kind(others[0]) if len(others) == 1 else None
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return _Nested(annotation)
    return _STORED_AS.get(annotation) if isinstance(annotation, type) else None
