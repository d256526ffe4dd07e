"""How a record becomes an item of the table, and an item a record again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer

from casereview.cases.due import STUCK, due_attributes
from casereview.cases.first_look import is_looked_at
from casereview.cases.lifecycle import QUEUED
from casereview.schema.base import rfc3339
from casereview.schema.policy_records import PolicyInForce, PolicyRecord, Preview, Switch
from casereview.schema.records import Case, Event, Guard, Notice, Officer, Read, Request, Snapshot, Stored, Suppression
from casereview.store import keys
from casereview.store.keys import Key

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

    Item = dict[str, AttributeValueTypeDef]

_RECORD = TypeVar("_RECORD", bound=Stored)
attribute = TypeSerializer().serialize
_read = TypeDeserializer().deserialize

_DERIVED = {"due_at", "due_shard", "queue", "first_look_at"}
"""Attributes that only the indexes need; they are computed on every write and dropped on reading."""


_KEYS: dict[type[Stored], Callable[[Any], Key]] = {
    Case: lambda case: keys.case(case.case_id),
    Event: lambda event: keys.event(event.case_id, event.version),
    Notice: lambda notice: keys.notice(notice.case_id, notice.notice_id),
    Request: lambda request: keys.request(request.receipt),
    Guard: lambda guard: keys.guard(guard.person),
    Suppression: lambda suppression: keys.suppression(suppression.address),
    Officer: lambda officer: keys.officer(officer.user),
    Snapshot: lambda snapshot: keys.snapshot(snapshot.office),
    Read: lambda read: keys.read(read.case_id, read.read_id),
    PolicyRecord: lambda policy: keys.policy(policy.policy_id),
    PolicyInForce: lambda _policy: keys.IN_FORCE,
    Switch: lambda _switch: keys.SWITCH,
    Preview: lambda preview: keys.preview(preview.policy_id, preview.office),
}


def key_of(record: Stored) -> Key:
    """Return where a record is kept. Raises KeyError for a record of no known kind."""
    return _KEYS[type(record)](record)


def _plain(value: Any) -> Any:  # noqa: ANN401  # whatever a record holds
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def _index_attributes(record: Stored, key: Key) -> dict[str, str]:
    if isinstance(record, Case):
        return {**_standing(record), **_due(record, key)}
    return _due(record, key) if isinstance(record, Notice | Preview) else {}


def _standing(case: Case) -> dict[str, str]:
    """Return the attributes by which a case stands in a worklist, and when its first look is due while it is owed."""
    if case.status not in QUEUED or not case.rank:
        return {}
    owed = case.target_at is not None and not is_looked_at(case)
    return {"queue": case.office, **({"first_look_at": rfc3339(case.target_at)} if owed and case.target_at else {})}


def _due(record: Case | Notice | Preview, key: Key) -> dict[str, str]:
    found = due_attributes(record, *key)
    return {**found, "due_shard": STUCK} if record.stuck and found else found


def to_item(record: Stored) -> Item:
    """Return the item of a record, with the attributes of its indexes; what is None is left out."""
    fields = record.model_dump(by_alias=True, exclude_none=True)
    if not isinstance(record, Request):
        fields.pop("case_id", None)
    if isinstance(record, Event) and record.claims:
        fields["claims"] = record.claims.model_dump(exclude_unset=True)
    key = key_of(record)
    attributes = {**key._asdict(), **_index_attributes(record, key), **_plain(fields)}
    return {name: attribute(value) for name, value in attributes.items()}


def _python(value: Any) -> Any:  # noqa: ANN401  # whatever an item holds
    if isinstance(value, Decimal):
        return int(value)
    if isinstance(value, Binary):
        return bytes(value.value)  # type: ignore[attr-defined]  # the stub leaves it out
    if isinstance(value, dict):
        return {name: _python(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_python(item) for item in value]
    return value


def plain_fields(item: Item) -> dict[str, Any]:
    """Return the attributes of an item, or of an index entry, as plain values."""
    return {name: _python(_read(value)) for name, value in item.items()}


def from_item(model: type[_RECORD], item: Item) -> _RECORD:
    """Read a record back. Raises pydantic's ValidationError for an item that is not of this kind and schema."""
    fields = {name: value for name, value in plain_fields(item).items() if name not in _DERIVED}
    pk = fields.pop("pk")
    fields.pop("sk")
    if model in {Case, Event, Notice, Read}:
        fields["case_id"] = pk.partition("#")[2]
    return model.model_validate(fields)
