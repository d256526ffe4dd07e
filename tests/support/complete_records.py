"""One record of each kind with every field set, and the places of the enumerations and records in it."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, date, datetime
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import AwareDatetime, BaseModel, JsonValue

AT = datetime(2022, 1, 18, 17, tzinfo=UTC)
Place = tuple[str | int, ...]
"""Names and positions that lead to a value in what a record is read from."""

_PLAIN: dict[object, Any] = {
    str: "x",
    int: 1,
    bool: True,
    bytes: b"x",
    date: AT.date(),
    datetime: AT,
    AwareDatetime: AT,
    JsonValue: "x",
}


def complete(model: type[BaseModel]) -> dict[str, Any]:
    """Return what a record with every field set is read from, by the names under which it is stored."""
    fields = model.model_fields.items()
    return {field.alias or name: _value(field.annotation) for name, field in fields if name != "schema_version"}


def _value(annotation: Any) -> Any:  # noqa: ANN401  # any annotation
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return arguments[0]
    if origin is tuple:
        return [_value(arguments[0])]
    if origin is dict:
        return {"x": _value(arguments[1])}
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return complete(annotation)
    return _value(next(argument for argument in arguments if argument is not NoneType))


def enumerations(model: type[BaseModel]) -> Iterator[Place]:
    """Yield the place of each value of an enumeration in a complete record."""
    yield from (place for place, annotation in _places(model) if get_origin(annotation) is Literal)


def records(model: type[BaseModel]) -> Iterator[Place]:
    """Yield the place of a complete record and of each record in it."""
    yield ()
    yield from (place for place, annotation in _places(model) if isinstance(annotation, type))


def _places(model: type[BaseModel]) -> Iterator[tuple[Place, Any]]:
    for name, field in model.model_fields.items():
        for place, annotation in _within(field.annotation):
            yield (field.alias or name, *place), annotation


def _within(annotation: Any) -> Iterator[tuple[Place, Any]]:  # noqa: ANN401  # any annotation
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        yield (), annotation
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield (), annotation
        yield from _places(annotation)
    elif origin is tuple:
        yield from (((0, *place), found) for place, found in _within(arguments[0]))
    elif origin is dict:
        yield from ((("x", *place), found) for place, found in _within(arguments[1]))
    elif origin is Annotated:
        yield from _within(arguments[0])
    else:
        for argument in arguments:
            yield from _within(argument)


def value_at(found: Any, place: Place) -> Any:  # noqa: ANN401  # any value
    """Return the value at a place of what a record is read from, or of what was dumped."""
    for step in place:
        found = found[step]
    return found


def with_value(fields: dict[str, Any], place: Place, value: object) -> dict[str, Any]:
    """Return what a record is read from with another value at a place."""
    changed = deepcopy(fields)
    *way, last = place
    value_at(changed, tuple(way))[last] = value
    return changed
