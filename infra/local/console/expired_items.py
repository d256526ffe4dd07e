"""Deletes expired items, as DynamoDB does some time after they expire. moto never does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from infra.local.template.stack import Stack

_TABLE: Final = "AWS::DynamoDB::Table"
_EXPIRED: Final = "attribute_type(#expires, :number) AND #expires < :now"
"""An attribute of another type is not a time to live; moto fails when it compares one."""


def delete_expired_items(stack: Stack, now: datetime) -> int:
    """Delete the items of all tables whose time to live has ended.

    Args:
        stack: the stack with the tables. A table without a TimeToLiveSpecification keeps all items.
        now: the time to compare with; DynamoDB compares whole seconds.

    Returns:
        The number of deleted items.
    """
    client = stack.client("dynamodb")
    return sum(
        _delete(client, stack.get(name).ref, properties, int(now.timestamp()))
        for name in stack.of_type(_TABLE)
        if (properties := stack.properties(name)).get("TimeToLiveSpecification", {}).get("Enabled")
    )


def _delete(client: Any, table: str, properties: dict[str, Any], now: int) -> int:  # noqa: ANN401
    attribute = properties["TimeToLiveSpecification"]["AttributeName"]
    keys = [part["AttributeName"] for part in properties["KeySchema"]]
    expired = {
        "ExpressionAttributeNames": {"#expires": attribute},
        "ExpressionAttributeValues": {":now": {"N": str(now)}, ":number": {"S": "N"}},
    }
    found = list(_expired_keys(client, table, keys, expired))
    return sum(_delete_item(client, table, key, expired) for key in found)


def _expired_keys(
    client: Any,  # noqa: ANN401
    table: str,
    keys: list[str],
    expired: dict[str, Any],
) -> Iterator[dict[str, Any]]:
    pages = client.get_paginator("scan").paginate(TableName=table, FilterExpression=_EXPIRED, **expired)
    for page in pages:
        for item in page["Items"]:
            yield {name: item[name] for name in keys}


def _delete_item(client: Any, table: str, key: dict[str, Any], expired: dict[str, Any]) -> bool:  # noqa: ANN401
    try:
        client.delete_item(TableName=table, Key=key, ConditionExpression=_EXPIRED, **expired)
    except client.exceptions.ConditionalCheckFailedException:
        return False  # written again meanwhile
    return True
