"""The one table: consistent reads, conditional transactions, and the two indexes that find keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

from botocore.exceptions import ClientError

from casereview import keys
from casereview.items import attribute, from_item, key_of, to_item
from casereview.keys import Key
from casereview.model import rfc3339
from casereview.records import Case, CaseFile, Event, Notice, Stored

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from casereview.items import Item

_RECORD = TypeVar("_RECORD", bound=Stored)
PEOPLE_AHEAD = 500
"""People ahead are counted up to here."""


class Refused(Exception):  # noqa: N818  # an outcome to act on
    """The transaction took no effect; for each write, why (``None``: it was not the reason) and the item in its way."""

    def __init__(self, reasons: list[str | None], items: list[Item | None]) -> None:
        """Keep the reason and the item of each write, in the order of the writes."""
        super().__init__("transaction refused")
        self.reasons = reasons
        self.items = items


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a transaction, with the condition that it rests on."""

    action: Literal["Put", "Delete", "ConditionCheck"]
    key: Key
    condition: str
    values: dict[str, object] = field(default_factory=dict)
    record: Stored | None = None

    def call(self, table: str) -> TransactWriteItemTypeDef:
        """Return the write as TransactWriteItems takes it; a refusal brings the old item."""
        names = {f"#{name}": name for name in self.values}
        body: dict[str, object] = {
            "TableName": table,
            "ConditionExpression": self.condition,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        body |= {"Item": to_item(self.record)} if self.record else {"Key": _key(self.key)}
        if self.values:
            body["ExpressionAttributeNames"] = names
            body["ExpressionAttributeValues"] = {f":{name}": attribute(value) for name, value in self.values.items()}
        return {self.action: body}  # type: ignore[misc]


def _key(key: Key) -> Item:
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


def _equal(expected: dict[str, object]) -> str:
    return " AND ".join(f"#{name} = :{name}" for name in expected)


class Due(NamedTuple):
    """An item that the due index says owes work."""

    key: Key
    due_at: str
    office: str
    attempts: int


class Table:
    """The table behind a DynamoDB client."""

    def __init__(self, client: DynamoDBClient, name: str) -> None:
        """Keep the client; nothing is called."""
        self._client = client
        self._name = name

    def get(self, model: type[_RECORD], key: Key) -> _RECORD | None:
        """Read one record consistently."""
        item = self._client.get_item(TableName=self._name, Key=_key(key), ConsistentRead=True).get("Item")
        return from_item(model, item) if item else None

    def case_file(self, case_id: str) -> CaseFile | None:
        """Read a case with all that belongs to it, consistently."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": keys.case_partition(case_id)}},
            ConsistentRead=True,
        )
        by_kind: dict[str, list[Item]] = {"CASE": [], "EVENT": [], "NOTICE": []}
        for page in pages:
            for item in page["Items"]:
                by_kind[item["sk"]["S"].split("#", 1)[0]].append(item)
        if not by_kind["CASE"]:
            return None
        return CaseFile(
            from_item(Case, by_kind["CASE"][0]),
            tuple(from_item(Event, item) for item in by_kind["EVENT"]),
            tuple(from_item(Notice, item) for item in by_kind["NOTICE"]),
        )

    def ahead(self, queue: str, rank: str) -> int:
        """Count the cases before a rank in a worklist, up to 500; by index, so a moment old."""
        answer = self._client.query(
            TableName=self._name,
            IndexName=keys.WORKLIST,
            Select="COUNT",
            KeyConditionExpression="#queue = :queue AND #rank < :rank",
            ExpressionAttributeNames={"#queue": "queue", "#rank": "rank"},
            ExpressionAttributeValues={":queue": {"S": queue}, ":rank": {"S": rank}},
            Limit=PEOPLE_AHEAD,
        )
        return answer["Count"]

    def write(self, *writes: Write) -> None:
        """Write all or nothing. Raises Refused where a condition failed or another transaction was in the way."""
        try:
            self._client.transact_write_items(TransactItems=[write.call(self._name) for write in writes])
        except ClientError as error:
            if error.response["Error"]["Code"] != "TransactionCanceledException":
                raise
            found = error.response.get("CancellationReasons", [])
            reasons = [None if reason.get("Code") == "None" else reason.get("Code") for reason in found]
            raise Refused(reasons, [reason.get("Item") for reason in found]) from error  # type: ignore[misc]

    def due(self, shard: str, until: datetime, limit: int) -> list[Due]:
        """Find up to ``limit`` items of a shard due at an instant, the longest due first; by index, so a hint."""
        answer = self._client.query(
            TableName=self._name,
            IndexName=keys.DUE,
            KeyConditionExpression="due_shard = :shard AND due_at <= :until",
            ExpressionAttributeValues={":shard": {"S": shard}, ":until": {"S": rfc3339(until)}},
            Limit=limit,
        )
        return [_due(item) for item in answer["Items"]]

    def postpone(self, due: Due, shard: str, until: datetime, *, attempts: int, stuck: bool) -> bool:
        """Move an item on in the due index and count the attempt, while it is due as seen; tell whether that held."""
        values = {
            ":seen": due.due_at,
            ":shard": shard,
            ":until": rfc3339(until),
            ":attempts": attempts,
            ":stuck": stuck,
        }
        try:
            self._client.update_item(
                TableName=self._name,
                Key=_key(due.key),
                UpdateExpression="SET due_at = :until, due_shard = :shard, attempts = :attempts, stuck = :stuck",
                ConditionExpression="due_at = :seen",
                ExpressionAttributeValues={name: attribute(value) for name, value in values.items()},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def _due(item: Item) -> Due:
    key = Key(item["pk"]["S"], item["sk"]["S"])
    return Due(key, item["due_at"]["S"], item["office"]["S"], int(item.get("attempts", {"N": "0"})["N"]))
