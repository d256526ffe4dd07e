"""The bounds of lists in request bodies. They are checked before any item is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from pydantic import BaseModel

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import core_schema


@dataclass(frozen=True, slots=True)
class Items:
    """How many items a list has, as in ``Annotated[tuple[Text, ...], Items(20)]``."""

    most: int
    least: int = 0

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        bounds: Any = {"max_length": self.most, **({"min_length": self.least} if self.least else {})}
        return {**handler(source), **bounds}


class LongList(NamedTuple):
    """A list with more items than its field takes."""

    path: tuple[str | int, ...]
    most: int


class _Field(NamedTuple):
    """How many items a field takes, None if it is no list, and the models that it contains."""

    most: int | None
    models: tuple[type[BaseModel], ...]


def long_lists(model: type[BaseModel], value: object, path: tuple[str | int, ...] = ()) -> Iterator[LongList]:
    """Yield the lists that are too long for their fields; none of their items is read.

    Pydantic alone reads every item, and describes its faults, before it refuses a list for its length.

    Args:
        model: The model of a request body.
        value: The body, which need not be valid.
        path: Where it is in the whole body.
    """
    if not isinstance(value, dict):
        return
    fields = _fields(model)
    for name in value.keys() & fields.keys():
        field, part, place = fields[name], value[name], (*path, name)
        items = list(enumerate(part)) if isinstance(part, list) else None
        if items is not None and field.most is not None and len(items) > field.most:
            yield LongList(place, field.most)
            continue
        for kind in field.models:
            for index, item in items or ():
                yield from long_lists(kind, item, (*place, index))
            yield from long_lists(kind, part, place)


@cache
def _fields(model: type[BaseModel]) -> dict[str, _Field]:
    """Return the fields of a model by their names in JSON."""
    found = {}
    for name, field in model.model_fields.items():
        parts = [*field.metadata, *_parts(field.annotation)]
        most = next((part.most for part in parts if isinstance(part, Items)), None)
        models = tuple(part for part in parts if isinstance(part, type) and issubclass(part, BaseModel))
        found[field.alias or name] = _Field(most, models)
    return found


def _parts(annotation: object) -> Iterator[object]:
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)
