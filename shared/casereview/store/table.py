"""The one table: consistent reads, conditional transactions, and the two indexes that find keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from time import sleep
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from botocore.exceptions import ClientError

from casereview.schema.base import rfc3339
from casereview.schema.records import Case, CaseFile, Event, Notice, Read, Stored
from casereview.store import keys
from casereview.store.items import attribute, from_item, plain_fields, to_item
from casereview.store.keys import Key
from casereview.store.transaction import RefusedError, Write, place

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from casereview.store.items import Item

_RECORD = TypeVar("_RECORD", bound=Stored)
PEOPLE_AHEAD = 500
"""People ahead are counted up to here."""
_PAUSES = (0, 0.05, 0.1, 0.2, 0.4)
"""Seconds before a batch is asked for, and again for what it left out."""


class BusyError(Exception):
    """The table answers only in part, again and again."""


class WorklistPlace(NamedTuple):
    """A place in a worklist."""

    rank: str
    case_id: str


_STANDING = "lane, filed_at, first_look_at, claimed_by, flags, digest"
"""What a ``Standing`` needs: most of the time of a count goes into parsing what DynamoDB sends."""


class IndexedCase(NamedTuple):
    """What the worklist index tells of a case."""

    lane: str
    filed_at: datetime
    first_look_at: datetime | None
    """When the first look is due, None where none is owed."""
    claimed: bool
    flags: tuple[str, ...]
    digest: str
    """That of the policy it was ranked under."""


class DueItem(NamedTuple):
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
        item = self._client.get_item(TableName=self._name, Key=place(key), ConsistentRead=True).get("Item")
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
        return self._client.query(**self._before(queue, rank), Limit=PEOPLE_AHEAD)["Count"]

    def position(self, queue: str, rank: str) -> int:
        """Return the place of a rank in a whole worklist, from 1; by index, so a moment old."""
        pages = self._client.get_paginator("query").paginate(**self._before(queue, rank))
        return 1 + sum(page["Count"] for page in pages)

    def _before(self, queue: str, rank: str) -> dict[str, Any]:
        return {
            "TableName": self._name,
            "IndexName": keys.WORKLIST,
            "Select": "COUNT",
            "KeyConditionExpression": "#queue = :queue AND #rank < :rank",
            "ExpressionAttributeNames": {"#queue": "queue", "#rank": "rank"},
            "ExpressionAttributeValues": {":queue": {"S": queue}, ":rank": {"S": rank}},
        }

    def worklist(
        self, queue: str, *, limit: int, after: WorklistPlace | None = None, prefix: str = ""
    ) -> list[WorklistPlace]:
        """Find up to ``limit`` places of a worklist in rank order, after a place; by index, so a moment old.

        A ``prefix`` of ranks, such as ``02.``, keeps to one lane.
        """
        query = self._places(queue, after)
        if prefix:
            query["KeyConditionExpression"] += " AND begins_with(#rank, :prefix)"
            query["ExpressionAttributeNames"]["#rank"] = "rank"
            query["ExpressionAttributeValues"][":prefix"] = {"S": prefix}
        answer = self._client.query(**query, Limit=limit)
        return [WorklistPlace(item["rank"]["S"], keys.case_id_of(item["pk"]["S"])) for item in answer["Items"]]

    def standing(self, queue: str) -> Iterator[IndexedCase]:
        """Go through a whole worklist in rank order, by the index alone."""
        return map(_standing, self.entries(queue, projection=_STANDING))

    def put(self, record: Stored) -> None:
        """Store a record whatever was there."""
        self._client.put_item(TableName=self._name, Item=to_item(record))

    def cases(self, case_ids: Sequence[str]) -> dict[str, Case]:
        """Read cases consistently, up to a hundred; those that are gone are left out. Raises BusyError."""
        wanted: list[Item] = [place(keys.case(case_id)) for case_id in case_ids]
        found: dict[str, Case] = {}
        for pause in _PAUSES:
            if not wanted:
                break
            sleep(pause)
            request: Any = {self._name: {"Keys": wanted, "ConsistentRead": True}}
            answer = self._client.batch_get_item(RequestItems=request)
            cases = [from_item(Case, item) for item in answer["Responses"].get(self._name, [])]
            found |= {case.case_id: case for case in cases}
            left: Any = answer.get("UnprocessedKeys", {})
            wanted = left.get(self._name, {}).get("Keys", [])
        if wanted:
            raise BusyError
        return found

    def reads(self, case_id: str) -> list[Read]:
        """Return who read a case, oldest first."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": keys.reads_partition(case_id)}},
        )
        return [from_item(Read, item) for page in pages for item in page["Items"]]

    def items(self, pk: str, prefix: str = "") -> list[Item]:
        """Read a partition consistently, or the part of it whose sort keys begin with a prefix."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)" if prefix else "pk = :pk",
            ExpressionAttributeValues={":pk": {"S": pk}, **({":prefix": {"S": prefix}} if prefix else {})},
            ConsistentRead=True,
        )
        return [item for page in pages for item in page["Items"]]

    def entries(
        self, queue: str, after: WorklistPlace | None = None, *, projection: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """Go through a worklist in rank order, after a place: what the index tells of each case, a moment old.

        A ``projection`` keeps to these attributes; each page costs the same.
        """
        query = self._places(queue, after)
        if projection:
            query["ProjectionExpression"] = projection
        pages = self._client.get_paginator("query").paginate(**query)
        return (plain_fields(item) for page in pages for item in page["Items"])

    def _places(self, queue: str, after: WorklistPlace | None) -> dict[str, Any]:
        """Return the query of a worklist, after a place."""
        query: dict[str, Any] = {
            "TableName": self._name,
            "IndexName": keys.WORKLIST,
            "KeyConditionExpression": "#queue = :queue",
            "ExpressionAttributeNames": {"#queue": "queue"},
            "ExpressionAttributeValues": {":queue": {"S": queue}},
        }
        if after:
            at = {"queue": {"S": queue}, "rank": {"S": after.rank}, **place(keys.case(after.case_id))}
            query["ExclusiveStartKey"] = at
        return query

    def write(self, *writes: Write) -> None:
        """Write all or nothing. Raises RefusedError where a condition failed or another transaction was in the way."""
        try:
            self._client.transact_write_items(TransactItems=[write.call(self._name) for write in writes])
        except ClientError as error:
            if error.response["Error"]["Code"] != "TransactionCanceledException":
                raise
            found: Any = error.response.get("CancellationReasons", [])
            reasons = [None if reason.get("Code") == "None" else reason.get("Code") for reason in found]
            raise RefusedError(reasons, [reason.get("Item") for reason in found]) from error

    def due(self, shard: str, until: datetime, limit: int) -> list[DueItem]:
        """Find up to ``limit`` items of a shard due at an instant, the longest due first; by index, so a hint."""
        answer = self._client.query(
            TableName=self._name,
            IndexName=keys.DUE,
            KeyConditionExpression="due_shard = :shard AND due_at <= :until",
            ExpressionAttributeValues={":shard": {"S": shard}, ":until": {"S": rfc3339(until)}},
            Limit=limit,
        )
        return [_due(item) for item in answer["Items"]]

    def postpone(self, due: DueItem, shard: str, until: datetime, *, attempts: int, stuck: bool) -> bool:
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
                Key=place(due.key),
                UpdateExpression="SET due_at = :until, due_shard = :shard, attempts = :attempts, stuck = :stuck",
                ConditionExpression="due_at = :seen",
                ExpressionAttributeValues={name: attribute(value) for name, value in values.items()},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def _standing(entry: dict[str, Any]) -> IndexedCase:
    due = entry.get("first_look_at")
    return IndexedCase(
        entry["lane"],
        datetime.fromisoformat(entry["filed_at"]),
        datetime.fromisoformat(due) if due else None,
        "claimed_by" in entry,
        tuple(entry.get("flags", ())),
        entry["digest"],
    )


def _due(item: Item) -> DueItem:
    key = Key(item["pk"]["S"], item["sk"]["S"])
    return DueItem(key, item["due_at"]["S"], item["office"]["S"], int(item.get("attempts", {"N": "0"})["N"]))
