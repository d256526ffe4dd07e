"""Generate random records of every kind in the table, from their models."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, JsonValue

from casereview.schema.records import Stored
from casereview.store.record_keys import RECORDS

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
instants = st.datetimes(datetime(1901, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # gets UTC
_json = st.none() | st.booleans() | st.integers(-(10**12), 10**12) | texts
_PLAIN: dict[object, st.SearchStrategy[Any]] = {
    str: texts,
    int: st.integers(0, 99),
    bool: st.booleans(),
    bytes: st.binary(max_size=8),
    date: st.dates(date(1900, 1, 1), date(2199, 12, 31)),
    datetime: instants,
    AwareDatetime: instants,
    NoneType: st.none(),
    JsonValue: _json | st.lists(_json, max_size=2),
}

KINDS: list[type[Stored]] = list(RECORDS)
"""The kinds of record that the table stores."""


def values(annotation: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401  # any annotation
    """Generate values of a field from its annotation."""
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    arguments = get_args(annotation)
    several: dict[object, Callable[[], st.SearchStrategy[Any]]] = {
        Annotated: lambda: values(arguments[0]),
        Literal: lambda: st.sampled_from(arguments),
        Union: lambda: st.one_of(*map(values, arguments)),
        UnionType: lambda: st.one_of(*map(values, arguments)),
        tuple: lambda: st.lists(values(arguments[0]), max_size=2).map(tuple),
        dict: lambda: st.dictionaries(texts, values(arguments[1]), max_size=2),
    }
    return several.get(get_origin(annotation), lambda: of_kind(annotation))()


def _values_of(field: FieldInfo) -> st.SearchStrategy[Any]:
    """Generate values of a field, within its lower bound."""
    least = [bound.ge for bound in field.metadata if isinstance(bound, Ge)]
    return values(field.annotation).filter(lambda value: all(value >= bound for bound in least))


def of_kind(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    """Generate records of a model, with all required fields and a selection of the optional ones."""
    fields = {name: _values_of(field) for name, field in model.model_fields.items() if name != "schema_version"}
    required = {name: fields[name] for name, field in model.model_fields.items() if field.is_required()}
    optional = {name: strategy for name, strategy in fields.items() if name not in required}
    return st.fixed_dictionaries(required, optional=optional).map(model.model_validate)
