"""Convert records to items of the table, and items to records.

Nested values of a case (``Hold``, ``FirstLookClock``, ``DecisionRef``) are stored as top-level attributes of its item,
so that the indexes can project them; the times of due work are stored in the map ``due``. Items are read leniently:
attributes that another release has written are kept and written back.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from casereview.cases.due import DUE, DUE_FIELDS, TARGET
from casereview.cases.lifecycle import STATES
from casereview.schema.base import Record, read_leniently, rfc3339
from casereview.schema.draft_records import DecisionDraft
from casereview.schema.duty_records import Duty
from casereview.schema.event_records import Correction, Event, Read
from casereview.schema.evidence import Claims, Findings
from casereview.schema.facts import Facts
from casereview.schema.notice_records import Notice
from casereview.schema.partial_dates import stored_date
from casereview.schema.records import Case, Stored
from casereview.schema.request_records import Request
from casereview.store.index_attributes import DUE_ATTRIBUTES, INDEX_ATTRIBUTES, index_attributes
from casereview.store.record_keys import key_of
from casereview.store.stored_types import wrong_field
from casereview.store.unreadable import FAULTS, UnreadableError, WrongFieldError

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

    Item = dict[str, AttributeValueTypeDef]

_RECORD = TypeVar("_RECORD", bound=Stored)
attribute = TypeSerializer().serialize
_read = TypeDeserializer().deserialize

_PROTECTS = "protects"
"""The attribute of claims that says whether they state protection, so that what was said need not be parsed for it."""
_PROTECTED: Final = json.dumps({"protected": True})[1:-1]
"""How the text of claims states protection: it counts also where the attribute is lost."""
_DERIVED = INDEX_ATTRIBUTES | {_PROTECTS}
"""Attributes that only the indexes need, or a reading in part; computed on every write, and dropped on reading."""

FLAT: Final[dict[str, dict[str, str]]] = {
    "first_look": {
        name: name for name in ("lane_since", "stopped_since", "stopped_ms", "looked_at", "target_at", "missed")
    },
    "hold": {"by": "claimed_by", "by_id": "claimed_by_id", "since": "held_since", "lease_until": "lease_until"},
    "decision": {
        "version": "decision",
        "by": "decided_by",
        "by_id": "decided_by_id",
        "outcome": "outcome",
        "text": "decision_text",
    },
}
"""The nested values of a case that are stored as top-level attributes: the attribute of each of their fields."""

AS_STORED: Final = "as stored"
"""A name among the unknown attributes of a record that no item has: what it holds is written in the place of what the
record says, and is not written at all where it is None (``casereview.store.damaged``)."""

_SAID = "said"
"""The attribute of claims that holds what was said, as JSON in one text."""
_IN_SAID = ("facts", "counted", "first_at", "newest_at")
"""The fields of claims in that text. As attributes they would be several hundred values, each of which a ranking of the
case would have to parse."""

_LEFT_OUT: frozenset[str] = frozenset(
    {
        "also_persons",
        "altered",
        "approvals",
        "asked_of",
        "asking",
        "attempts",
        "decisions",
        "excluded",
        "material",
        "missed",
        "over_limit",
        "returned",
        "reviewers",
        "safety",
        "stopped_ms",
        "stuck",
        "to_translate",
    }
)
"""Attributes of a case that are left out while they are zero, false or empty: a case should stay below 1 KB, the unit
of a write."""


_ALREADY_PLAIN = frozenset({str, int, bool, bytes, type(None)})


def _plain(value: object) -> object:
    if value.__class__ in _ALREADY_PLAIN:
        return value
    if isinstance(value, Record):
        return _attributes(value)
    if isinstance(value, date):
        return rfc3339(value) if isinstance(value, datetime) else stored_date(value)
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def _attributes(record: Record) -> dict[str, Any]:
    """Return the attributes of a record that are not None, and those that another release has written."""
    values = record.__dict__
    known = {stored: _plain(values[name]) for name, stored in _names(type(record)) if values[name] is not None}
    return {**record.unknown_attributes, **known}


@cache
def _names(model: type[Record]) -> tuple[tuple[str, str], ...]:
    """Return the fields of a record, each with the name of its attribute."""
    return tuple((name, field.alias or name) for name, field in model.model_fields.items())


def _stated(claims: Facts) -> dict[str, Any]:
    """Return the attributes of claimed facts, including those that were explicitly claimed as unknown (None)."""
    return _attributes(claims) | {name: None for name in claims.model_fields_set if getattr(claims, name) is None}


def _flatten(fields: dict[str, Any]) -> None:
    for name, attributes in FLAT.items():
        value = fields.pop(name, {})
        fields.update({attributes[field]: item for field, item in value.items()})


def _unflatten(fields: dict[str, Any]) -> None:
    fields["first_look"] = _taken(fields, "first_look")
    for name, needed in (("hold", "by"), ("decision", "outcome")):
        value = _taken(fields, name)
        if needed in value:
            fields[name] = value


def _taken(fields: dict[str, Any], name: str) -> dict[str, Any]:
    """Remove the attributes of a nested value from the fields, and return them by field."""
    return {field: fields.pop(attribute) for field, attribute in FLAT[name].items() if attribute in fields}


def to_item(record: Stored) -> Item:
    """Return the item of a record, with the attributes of its indexes; values that are None are left out."""
    fields = _attributes(record)
    if not isinstance(record, Request):
        fields.pop("case_id", None)
    if isinstance(record, Event) and record.claims:
        fields["claims"] = _stated(record.claims)
    if isinstance(record, Claims):
        fields |= {"facts": _stated(record.facts), "counted": _stated(record.counted)}
        fields[_SAID] = json.dumps({name: fields.pop(name) for name in _IN_SAID}, ensure_ascii=False)
        fields |= {_PROTECTS: True} if record.facts.protected or record.counted.protected else {}
    if isinstance(record, Findings):
        for name, several in (("found", record.found), ("made", record.made)):
            fields[name] = [{**_attributes(one), "facts": _stated(one.facts)} for one in several]
    if isinstance(record, Case):
        _flatten(fields)
        fields = {name: value for name, value in fields.items() if value or name not in _LEFT_OUT}
    key, times = key_of(record), DUE_FIELDS.get(type(record), {}).values()
    as_stored = fields.pop(AS_STORED, {})
    fields = {name: value for name, value in fields.items() if name not in times}
    fields = {**key._asdict(), **fields, **index_attributes(record, key), **as_stored}
    return {name: attribute(value) for name, value in fields.items() if value is not None or name not in as_stored}


def _plain_value(stored: Any) -> Any:  # noqa: ANN401  # any value of an item
    """Return a stored value as a plain one; four times as fast as boto3's deserializer, which reads what is rare."""
    [(kind, value)] = stored.items()
    if kind in {"S", "BOOL"}:
        return value
    if kind == "M":
        return {name: _plain_value(one) for name, one in value.items()}
    if kind == "L":
        return [_plain_value(one) for one in value]
    if kind == "N":
        return int(value) if value.lstrip("-").isdigit() else _whole(Decimal(value))
    if kind == "B":
        return bytes(value)
    return None if kind == "NULL" else _read(stored)


def _whole(number: Decimal) -> int | Decimal:
    return int(number) if number == number.to_integral_value() else number


def written_as_stored(record: Record) -> frozenset[str]:
    """Return the attributes of a record that are written back as they are stored, because they cannot be read."""
    kept = record.unknown_attributes.get(AS_STORED)
    return frozenset(kept) if isinstance(kept, dict) else frozenset()


def plain_fields(item: Item) -> dict[str, Any]:
    """Return the attributes of an item, or of an index entry, as plain values."""
    return {name: _plain_value(value) for name, value in item.items()}


def text_in(entry: Item, name: str) -> str | None:
    """Return a text in an item or index entry; None if it has none there."""
    return entry.get(name, {}).get("S")


def from_item(model: type[_RECORD], item: Item) -> _RECORD:
    """Return the record of an item; attributes that another release has written are kept.

    Raises:
        UnreadableError: The item is not of this kind: a field is missing, or its value has the wrong type.
    """
    try:
        return _record_of(model, item)
    except FAULTS as error:
        raise UnreadableError(model.__name__, item, error) from error


def _record_of(model: type[_RECORD], item: Item) -> _RECORD:
    fields = plain_fields(item)
    pk = fields.pop("pk")
    fields.pop("sk")
    if model is Claims and _SAID in fields:
        fields |= _said_in(fields.pop(_SAID))
    _require(model, fields)
    if model in _OF_A_CASE:
        fields["case_id"] = pk.partition("#")[2]
    for name in _derived(model, fields):
        fields.pop(name, None)
    if model in DUE_FIELDS:
        _read_due_work(model, fields)
    if model is Case:
        _unflatten(fields)
    if wrong := wrong_field(model, fields):
        raise WrongFieldError(wrong)
    return read_leniently(model, fields)


_NEVER_LEFT_OUT: dict[type[Stored], tuple[str, ...]] = {
    Case: ("restricted",),
    Claims: ("live",),
    Findings: ("found",),
    Request: ("epoch", "frozen", "protected", "state"),
}
"""Attributes that are stored whatever their value, and that keep something closed. Where one is missing, the item is
damaged, and its default would open what it closes."""


def _require(model: type[Stored], fields: dict[str, Any]) -> None:
    """Require the attributes that keep something closed.

    Raises:
        WrongFieldError: One is missing.
    """
    if model is Claims and "facts" not in fields:
        raise WrongFieldError(_SAID)
    for name in _NEVER_LEFT_OUT.get(model, ()):
        if name not in fields:
            raise WrongFieldError(name)


def _said_in(text: object) -> dict[str, Any]:
    """Return the fields of claims in their text.

    Raises:
        WrongFieldError: The text is not one, or no JSON object.
    """
    try:
        said = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise WrongFieldError(_SAID)
    return said


def weighed_item(item: Item) -> Item:
    """Return the item of claims as far as a ranking weighs them: of those that do not count, protection alone.

    Many requests may have been withdrawn from a case, and what they said does not slow down its ranking. The claims of
    such an item must not be written.
    """
    said = item.get(_SAID, {}).get("S")
    if said is None or item.get("live") != {"BOOL": False} or item.get("verified") == {"BOOL": True}:
        return item
    protected = _PROTECTS in item or _PROTECTED in said
    return {**item, _SAID: {"S": json.dumps({"facts": {"protected": protected or None}})}}


_OF_A_CASE: frozenset[type[Stored]] = frozenset(
    {Case, Claims, Correction, DecisionDraft, Duty, Event, Findings, Notice, Read}
)
"""Records whose partition key contains the case id."""


def _derived(model: type[Stored], fields: dict[str, Any]) -> frozenset[str]:
    """Return the attributes to drop, because they are computed on every write.

    For a case in a state that this release does not know, the attributes of the worklist index are kept: this release
    cannot compute them.
    """
    return DUE_ATTRIBUTES if model is Case and str(fields.get("status")) not in STATES else _DERIVED


def _read_due_work(model: type[Stored], fields: dict[str, Any]) -> None:
    """Move the times in the map ``due`` to the fields of the record; the rest, of another release, stays in the map."""
    work = fields.pop(DUE, {})
    if not isinstance(work, dict):
        raise WrongFieldError(DUE)
    for name, field in DUE_FIELDS[model].items():
        if name in work:
            fields[field] = work.pop(name)
    work.pop(TARGET, None)
    if work:
        fields[DUE] = work
