"""The DynamoDB backend: translates reads, queries and writes into requests and expressions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, assert_never, cast

from botocore.exceptions import ClientError

from casereview.store import keys
from casereview.store.backend import (
    AtMost,
    Batch,
    BeginsWith,
    Below,
    Between,
    Page,
    Query,
    Reschedule,
    SortKeyCondition,
)
from casereview.store.items import attribute, to_item
from casereview.store.keys import Key
from casereview.store.transaction import (
    Check,
    Condition,
    ContentionError,
    Delete,
    Increment,
    Put,
    PutNew,
    RefusedError,
    Replace,
    Write,
    key_written,
)

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from casereview.store.items import Item

_CANCELED: Final = "TransactionCanceledException"
_CONFLICT: Final = "TransactionConflictException"
"""The error code of a single write while a transaction writes its item; botocore does not retry it."""
_CONDITION_FAILED: Final = "ConditionalCheckFailed"
_NOT_VALID: Final = "ValidationError"
_CONTENTION: Final = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
"""The reason codes with which the same transaction can succeed later. The others (``ValidationError``,
``ItemCollectionSizeLimitExceeded``, ``AccessDenied`` …) concern the transaction itself.
Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html"""
_ABSENT = "attribute_not_exists(pk)"


class DynamoDb:
    """A backend on a DynamoDB client."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """Keep the client; makes no request."""
        self.client = client
        self.name = table

    def get(self, key: Key) -> Item | None:
        """Read one item with GetItem."""
        return self.client.get_item(TableName=self.name, Key=_key(key), ConsistentRead=True).get("Item")

    def get_batch(self, keys: Sequence[Key]) -> Batch:
        """Read up to 100 items with BatchGetItem."""
        request: Any = {self.name: {"Keys": [_key(key) for key in keys], "ConsistentRead": True}}
        answer = self.client.batch_get_item(RequestItems=request)
        left: Any = answer.get("UnprocessedKeys", {})
        left_out = [Key(key["pk"]["S"], key["sk"]["S"]) for key in left.get(self.name, {}).get("Keys", [])]
        return Batch(answer["Responses"].get(self.name, []), left_out)

    def query(self, query: Query) -> Page:
        """Read one page with Query."""
        answer = self.client.query(**_query(self.name, query))
        return Page(answer.get("Items", []), answer["Count"], answer.get("LastEvaluatedKey"))

    def put(self, item: Item) -> None:
        """Store an item with PutItem.

        Raises:
            ContentionError: A transaction writes the item now.
        """
        with _told_apart(Key(item["pk"]["S"], item["sk"]["S"])):
            self.client.put_item(TableName=self.name, Item=item)

    def transact(self, writes: Sequence[Write]) -> None:
        """Apply all writes with TransactWriteItems.

        Raises:
            RefusedError: A condition failed; it holds the stored items.
            ContentionError: No condition failed; another transaction conflicted, or the table was throttled.
            botocore.exceptions.ClientError: The transaction was refused for another reason, or not only for these.
        """
        try:
            self.client.transact_write_items(TransactItems=[_write(self.name, write) for write in writes])
        except ClientError as error:
            if error.response["Error"]["Code"] != _CANCELED:
                raise
            raise (_refusal(writes, error) or error) from error

    def reschedule(self, change: Reschedule) -> bool:
        """Postpone an item in the due index with UpdateItem.

        Raises:
            ContentionError: A transaction writes the item now.
        """
        values = {
            ":seen": change.seen,
            ":shard": change.shard,
            ":until": change.due_at,
            ":attempts": change.attempts,
            ":stuck": change.stuck,
        }
        try:
            with _told_apart(change.key):
                self.client.update_item(
                    TableName=self.name,
                    Key=_key(change.key),
                    UpdateExpression="SET due_at = :until, due_shard = :shard, attempts = :attempts, stuck = :stuck",
                    ConditionExpression="due_at = :seen",
                    ExpressionAttributeValues={name: attribute(value) for name, value in values.items()},
                )
        except self.client.exceptions.ConditionalCheckFailedException:
            return False
        return True


@contextmanager
def _told_apart(key: Key) -> Iterator[None]:
    """Raise ContentionError where a single write conflicts with a transaction."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] != _CONFLICT:
            raise
        raise ContentionError({key: "TransactionConflict"}) from error


def _refusal(writes: Sequence[Write], error: ClientError) -> RefusedError | ContentionError | None:
    """Return the error of a cancelled transaction by its reason codes; None if repeating it can change nothing."""
    found: Any = error.response.get("CancellationReasons", [])
    reasons = {key_written(write): one for write, one in zip(writes, found, strict=False) if one["Code"] != "None"}
    counters = {key_written(write) for write in writes if isinstance(write, Increment)}
    codes = {key: _code(one["Code"], counter=key in counters) for key, one in reasons.items()}
    if not reasons or not {*codes.values()} <= {_CONDITION_FAILED, *_CONTENTION}:
        return None
    failed = {key: one.get("Item") for key, one in reasons.items() if codes[key] == _CONDITION_FAILED}
    return RefusedError(failed) if failed else ContentionError(codes)


def _code(code: str, *, counter: bool) -> str:
    """Return a reason code; adding to an attribute that is no number is a condition of a counter that failed."""
    return _CONDITION_FAILED if counter and code == _NOT_VALID else code


def _key(key: Key) -> Item:
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def _query(table: str, query: Query) -> dict[str, Any]:
    hash_name, range_name = keys.ATTRIBUTES[query.index]
    names, values = {"#hash": hash_name}, {":hash": {"S": query.partition}}
    condition = "#hash = :hash"
    if query.sort_key is not None:
        names["#range"], values[":range"] = range_name, {"S": query.sort_key.value}
        if isinstance(query.sort_key, Between):
            values[":last"] = {"S": query.sort_key.last}
        condition += f" AND {_compared(query.sort_key)}"
    request: dict[str, Any] = {
        "TableName": table,
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": values,
        **({"IndexName": query.index} if query.index else {"ConsistentRead": query.consistent}),
        **({"Limit": query.limit} if query.limit else {}),
        **({"ExclusiveStartKey": query.after} if query.after else {}),
        **({"Select": "COUNT"} if query.count else {}),
    }
    if query.projection:
        projected = {f"#{name}": name for name in query.projection}
        request["ProjectionExpression"] = ", ".join(projected)
        names |= projected
    return {**request, "ExpressionAttributeNames": names}


def _compared(condition: SortKeyCondition) -> str:
    match condition:
        case Below():
            return "#range < :range"
        case AtMost():
            return "#range <= :range"
        case BeginsWith():
            return "begins_with(#range, :range)"
        case Between():
            return "#range BETWEEN :range AND :last"
        case _:
            assert_never(condition)


def _write(table: str, write: Write) -> TransactWriteItemTypeDef:
    """Return a write in the form of TransactWriteItems; if its condition fails, the stored item is returned."""
    found: tuple[str, dict[str, object]]
    match write:
        case PutNew(record):
            found = "Put", {"Item": to_item(record), "ConditionExpression": _ABSENT}
        case Put(record):
            found = "Put", {"Item": to_item(record)}
        case Replace(record, condition):
            found = "Put", {"Item": to_item(record), **_conditional(condition)}
        case Delete(key, condition):
            found = "Delete", {"Key": _key(key), **_conditional(condition)}
        case Check(key, condition):
            found = "ConditionCheck", {"Key": _key(key), **_conditional(condition)}
        case Increment():
            found = "Update", _increment(write)
        case _:
            assert_never(write)
    action, body = found
    body = {"TableName": table, "ReturnValuesOnConditionCheckFailure": "ALL_OLD", **body}
    return cast("TransactWriteItemTypeDef", {action: body})


def _conditional(condition: Condition) -> dict[str, object]:
    text = " AND ".join(_terms(condition))
    if not text:
        return {}
    if condition.or_absent:
        text = f"{_ABSENT} OR ({text})"
    named = {**condition.equal, **condition.different}
    return {
        "ConditionExpression": text,
        "ExpressionAttributeNames": {f"#{name}": name for name in named},
        "ExpressionAttributeValues": {
            **_values("eq", condition.equal),
            **_values("ne", condition.different),
        },
    }


def _terms(condition: Condition) -> Iterator[str]:
    for name in condition.equal:
        yield f"#{name} = :eq_{name}"
    for name in condition.different:
        yield f"#{name} <> :ne_{name}"


def _values(prefix: str, values: Mapping[str, object]) -> dict[str, object]:
    return {f":{prefix}_{name}": attribute(value) for name, value in values.items()}


def _increment(write: Increment) -> dict[str, object]:
    values, sums = write.names, write.sums
    names = {*values, *sums, *write.below}
    named = ", ".join(f"#{name} = :set_{name}" for name in values)
    request: dict[str, object] = {
        "Key": _key(key_written(write)),
        "UpdateExpression": f"SET {named} ADD {_sums(sums)}",
        "ExpressionAttributeNames": {f"#{name}": name for name in sorted(names)},
        "ExpressionAttributeValues": {
            **_values("set", values),
            **_values("add", sums),
            **_values("below", write.below),
        },
    }
    if write.below:
        bounds = (f"(attribute_not_exists(#{name}) OR #{name} < :below_{name})" for name in write.below)
        request["ConditionExpression"] = " AND ".join(bounds)
    return request


def _sums(sums: Mapping[str, int]) -> str:
    return ", ".join(f"#{name} :add_{name}" for name in sums)
