"""One write of a transaction, with the condition that it rests on; and how a transaction is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, cast

from casereview.schema.records import Officer, Stored
from casereview.store.items import attribute, key_of, to_item
from casereview.store.keys import Key

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from casereview.store.items import Item

_NAMES = re.compile(r"#\w+")


class RefusedError(Exception):
    """The transaction took no effect; for each write, why (``None``: it was not the reason) and the item in its way."""

    def __init__(self, reasons: list[str | None], items: list[Item | None]) -> None:
        """Keep the reason and the item of each write, in the order of the writes."""
        super().__init__("transaction refused")
        self.reasons = reasons
        self.items = items

    @property
    def by_condition(self) -> bool:
        """Tell whether a condition failed: if none did, another transaction was in the way, or the table too busy."""
        return "ConditionalCheckFailed" in self.reasons


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a transaction, with the condition that it rests on."""

    action: Literal["Put", "Delete", "ConditionCheck", "Update"]
    key: Key
    condition: str
    values: dict[str, object] = field(default_factory=dict)
    record: Stored | None = None
    update: str | None = None

    def call(self, table: str) -> TransactWriteItemTypeDef:
        """Return the write as TransactWriteItems takes it; a refusal brings the old item."""
        text = f"{self.condition} {self.update or ''}"
        names = {name: name[1:] for name in _NAMES.findall(text)}
        body: dict[str, object] = {
            "TableName": table,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if self.condition:
            body["ConditionExpression"] = self.condition
        if self.update:
            body |= {"Key": place(self.key), "UpdateExpression": self.update}
        else:
            body |= {"Item": to_item(self.record)} if self.record else {"Key": place(self.key)}
        if names:
            body["ExpressionAttributeNames"] = names
        if self.values:
            body["ExpressionAttributeValues"] = {f":{name}": attribute(value) for name, value in self.values.items()}
        return cast("TransactWriteItemTypeDef", {self.action: body})


def place(key: Key) -> Item:
    """Return a key as DynamoDB takes it."""
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def put_new(record: Stored) -> Write:
    """Store a record where none is yet."""
    return Write("Put", key_of(record), "attribute_not_exists(pk)", record=record)


def put_over(record: Stored, **expected: object) -> Write:
    """Replace a record while its fields are as expected."""
    return Write("Put", key_of(record), _equal(expected), expected, record)


def delete(key: Key, **expected: object) -> Write:
    """Delete an item while its fields are as expected."""
    return Write("Delete", key, _equal(expected), expected)


def check(key: Key, **expected: object) -> Write:
    """Write nothing, but only succeed while the fields of an item are as expected."""
    return Write("ConditionCheck", key, _equal(expected), expected)


def add(amounts: Officer, **below: int) -> Write:
    """Add to a counter's numbers, made where there is none, while those named are below a bound."""
    sums = [name for name in ("claims", "nexts") if getattr(amounts, name)]
    values: dict[str, object] = {name: getattr(amounts, name) for name in sums}
    values |= {"user": amounts.user, "schema": amounts.schema_version}
    update = f"SET #user = :user, #schema = :schema ADD {', '.join(f'#{name} :{name}' for name in sums)}"
    bounds = [f"(attribute_not_exists(#{name}) OR #{name} < :{name}_below)" for name in below]
    values |= {f"{name}_below": bound for name, bound in below.items()}
    return Write("Update", key_of(amounts), " AND ".join(bounds), values, update=update)


def _equal(expected: dict[str, object]) -> str:
    return " AND ".join(f"#{name} = :{name}" for name in expected)
