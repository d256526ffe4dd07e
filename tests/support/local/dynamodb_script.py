"""Run random DynamoDB operations on an engine and print the results.

`python dynamodb_script.py SEED moto|patched|http://endpoint STEPS`: tests compare the results of moto, of moto with the
patches of the local run, and of DynamoDB Local.
"""

from __future__ import annotations

import contextlib
import json
import random
import sys
from collections.abc import Callable, Iterator
from typing import Any

import boto3
from botocore.exceptions import ClientError

TABLE = "cases"
OFFICES = ["ATL", "ELP", "HOU"]
OPERATORS = ["= :a", "< :a", "<= :a", "> :a", ">= :a", "BETWEEN :a AND :b"]


@contextlib.contextmanager
def engine(where: str) -> Iterator[dict[str, Any]]:
    """Yield the arguments of a client for an engine."""
    keys = {"region_name": "us-east-1", "aws_access_key_id": "AKIALOCALADMIN000000", "aws_secret_access_key": "local"}
    if where.startswith("http"):
        yield {**keys, "endpoint_url": where}
        return
    if where == "patched":
        from infra.local.emulators.moto import patches  # noqa: PLC0415  only for patched moto

        patches.apply()
    from moto import mock_aws  # noqa: PLC0415

    with mock_aws():
        yield keys


def create(client: Any) -> None:  # noqa: ANN401
    """Create the table: one index of keys only, one with another attribute, one with the table's own key in its key."""
    names = ("pk", "sk", "queue", "rank", "due_shard", "due_at", "case_id")
    indexes = [
        ("worklist", "queue", "rank", {"ProjectionType": "KEYS_ONLY"}),
        ("due", "due_shard", "due_at", {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["office"]}),
        ("requests", "case_id", "pk", {"ProjectionType": "ALL"}),
    ]
    client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": name,
                "KeySchema": [
                    {"AttributeName": hash_name, "KeyType": "HASH"},
                    {"AttributeName": range_name, "KeyType": "RANGE"},
                ],
                "Projection": projection,
            }
            for name, hash_name, range_name, projection in indexes
        ],
    )


def answer(call: Callable[[], dict[str, Any]]) -> Any:  # noqa: ANN401
    """Return the result of a call, or its error code with the reasons of a cancelled transaction."""
    try:
        result = call()
    except ClientError as error:
        reasons = [[each["Code"], each.get("Item")] for each in error.response.get("CancellationReasons", [])]
        return [error.response["Error"]["Code"], reasons]
    wanted = ("Attributes", "Count", "Item", "Items", "LastEvaluatedKey", "ScannedCount")
    return {name: result[name] for name in wanted if name in result}


class Script:
    """Random operations; the same seed gives the same ones."""

    def __init__(self, seed: int, client: Any) -> None:  # noqa: ANN401
        self.random = random.Random(seed)  # noqa: S311
        self.client = client

    def key(self) -> dict[str, Any]:
        """Return one of a few keys, so that operations affect the same items."""
        return {"pk": {"S": f"CASE#{self.random.randrange(6)}"}, "sk": {"S": f"S{self.random.randrange(3)}"}}

    def item(self) -> dict[str, Any]:
        """Return an item that is in some of the indexes, with attributes of every type."""
        item = self.key() | {"n": {"N": str(self.random.randrange(5))}, "office": {"S": self.random.choice(OFFICES)}}
        item |= {"facts": {"M": {"a": {"L": [{"S": "x"}, {"BOOL": True}, {"NULL": True}]}, "b": {"B": b"\x00\xff"}}}}
        item |= {"words": {"SS": ["a", "b"]}, "sealed": {"B": b"sealed"}}
        if self.random.random() < 0.7:
            item |= {"queue": {"S": self.random.choice(OFFICES)}, "rank": {"S": f"{self.random.randrange(8)}"}}
        if self.random.random() < 0.7:
            item |= {"due_shard": {"S": "0"}, "due_at": {"S": f"{self.random.randrange(8)}"}}
        if self.random.random() < 0.3:
            item["case_id"] = {"S": "c"}
        return item

    def put(self) -> Any:  # noqa: ANN401
        """Put an item, with or without a condition."""
        extra = {"ConditionExpression": "attribute_not_exists(pk)"} if self.random.random() < 0.5 else {}
        return answer(lambda: self.client.put_item(TableName=TABLE, Item=self.item(), ReturnValues="ALL_OLD", **extra))

    def update(self) -> Any:  # noqa: ANN401
        """Update an item, which moves it in an index or removes it from one."""
        value = {":v": {"S": f"{self.random.randrange(8)}"}, ":q": {"S": self.random.choice(OFFICES)}}
        expression = self.random.choice(
            ["SET #r = :v, #q = :q", "SET #q = :q REMOVE due_at, #r", "SET due_at = :v, #q = :q REMOVE #r"]
        )
        if ":v" not in expression:
            del value[":v"]
        return answer(
            lambda: self.client.update_item(
                TableName=TABLE,
                Key=self.key(),
                UpdateExpression=expression,
                ExpressionAttributeNames={"#r": "rank", "#q": "queue"},
                ExpressionAttributeValues=value,
                ReturnValues="ALL_NEW",
            )
        )

    def delete(self) -> Any:  # noqa: ANN401
        """Delete an item."""
        return answer(lambda: self.client.delete_item(TableName=TABLE, Key=self.key(), ReturnValues="ALL_OLD"))

    def transact(self) -> Any:  # noqa: ANN401
        """Write a transaction of up to five operations, of which some fail."""
        operations = [self._operation() for _ in range(self.random.randint(1, 5))]
        if self.random.random() < 0.9:  # DynamoDB rejects a transaction with two operations on an item
            operations = list({_named(operation): operation for operation in operations}.values())
        return answer(lambda: self.client.transact_write_items(TransactItems=operations))

    def _operation(self) -> dict[str, Any]:
        exists = {"ConditionExpression": self.random.choice(["attribute_exists(pk)", "attribute_not_exists(pk)"])}
        condition = {**exists, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"} if self.random.random() < 0.5 else {}
        match self.random.randrange(4):
            case 0:
                return {"Put": {"TableName": TABLE, "Item": self.item(), **condition}}
            case 1:
                return {"Delete": {"TableName": TABLE, "Key": self.key(), **condition}}
            case 2:
                return {"ConditionCheck": {"TableName": TABLE, "Key": self.key(), **exists}}
        change = {"UpdateExpression": "SET n = :n", "ExpressionAttributeValues": {":n": {"N": "7"}}}
        return {"Update": {"TableName": TABLE, "Key": self.key(), **change, **condition}}

    def read(self) -> Any:  # noqa: ANN401
        """Query a partition, or all pages of a range of an index, forwards or backwards."""
        if self.random.random() < 0.3:
            return self._pages(KeyConditionExpression="pk = :p", values={":p": self.key()["pk"]})
        index, hash_name, hash_value, range_name = self.random.choice(
            [
                ("worklist", "queue", self.random.choice(OFFICES), "rank"),
                ("due", "due_shard", "0", "due_at"),
                ("requests", "case_id", "c", "pk"),
            ]
        )
        values = {":h": {"S": hash_value}}
        condition = "#h = :h"
        names = {"#h": hash_name}
        if self.random.random() < 0.6:
            low, high = sorted(self.random.sample(range(8), 2))
            prefix = "CASE#" if range_name == "pk" else ""
            operator = self.random.choice(OPERATORS)
            condition += f" AND #r {operator}"
            names["#r"] = range_name
            values[":a"] = {"S": f"{prefix}{low}"}
            if ":b" in operator:
                values[":b"] = {"S": f"{prefix}{high}"}
        return self._pages(
            KeyConditionExpression=condition, values=values, IndexName=index, ExpressionAttributeNames=names
        )

    def _pages(self, values: dict[str, Any], **arguments: Any) -> Any:  # noqa: ANN401
        arguments |= {"ExpressionAttributeValues": values, "ScanIndexForward": self.random.random() < 0.6}
        if self.random.random() < 0.5:
            arguments["Limit"] = self.random.randint(1, 4)
        pages = []
        while True:
            page = answer(lambda: self.client.query(TableName=TABLE, **arguments))
            pages.append(page)
            if not isinstance(page, dict) or "LastEvaluatedKey" not in page:
                return pages
            arguments["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def run(self, steps: int) -> list[Any]:
        """Run a number of operations and return their results."""
        actions = [self.put, self.put, self.update, self.delete, self.transact, self.transact, self.read, self.read]
        return [self.random.choice(actions)() for _ in range(steps)]


def _named(operation: dict[str, Any]) -> str:
    inner = next(iter(operation.values()))
    key = inner.get("Key") or inner["Item"]
    return str(key["pk"]["S"] + key["sk"]["S"])


def main() -> None:
    """Print the results as JSON; sets are sorted and bytes are lists of numbers."""
    seed, where = int(sys.argv[1]), sys.argv[2]
    with engine(where) as arguments:
        client = boto3.client("dynamodb", **arguments)
        create(client)
        answers = Script(seed, client).run(int(sys.argv[3]))
    print(json.dumps(answers, default=lambda value: list(value) if isinstance(value, bytes) else sorted(value)))  # noqa: T201


if __name__ == "__main__":
    main()
