"""DynamoDB tables and KMS keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from infra.local.account import ACCOUNT, REGION
from infra.local.template.stack import Creator, PhysicalResource, Stack

_TABLE_ARGUMENTS: Final = ("AttributeDefinitions", "KeySchema", "BillingMode", "ProvisionedThroughput")


def _index(index: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: index[key] for key in ("IndexName", "KeySchema", "Projection", "ProvisionedThroughput") if key in index
    }


def table(stack: Stack, name: str, raw: dict[str, Any]) -> PhysicalResource:
    """Create a DynamoDB table with its indexes, TTL and point-in-time recovery."""
    properties = stack.resolver.resolve(raw)
    client = stack.client("dynamodb")
    table_name = properties.get("TableName") or stack.physical_name(name)
    arguments = {key: properties[key] for key in _TABLE_ARGUMENTS if key in properties}
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        if properties.get(kind):
            arguments[kind] = [_index(index) for index in properties[kind]]
    client.create_table(TableName=table_name, **arguments)
    if "TimeToLiveSpecification" in properties:
        specification = properties["TimeToLiveSpecification"]
        client.update_time_to_live(TableName=table_name, TimeToLiveSpecification=specification)
    _enable_recovery(client, table_name, properties.get("PointInTimeRecoverySpecification"))
    return PhysicalResource(table_name, {"Arn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table_name}"})


def _enable_recovery(client: Any, table_name: str, specification: dict[str, Any] | None) -> None:  # noqa: ANN401
    if not specification:
        return
    try:
        client.update_continuous_backups(TableName=table_name, PointInTimeRecoverySpecification=specification)
    except ClientError as error:
        if error.response["Error"]["Code"] != "UnknownOperationException":  # DynamoDB Local has no backups
            raise


def key(stack: Stack, _name: str, raw: dict[str, Any]) -> PhysicalResource:
    """Create a KMS key."""
    properties = stack.resolver.resolve({key: value for key, value in raw.items() if key != "KeyPolicy"})
    created = stack.client("kms").create_key(
        KeySpec=properties.get("KeySpec", "SYMMETRIC_DEFAULT"),
        KeyUsage=properties.get("KeyUsage", "ENCRYPT_DECRYPT"),
        Description=properties.get("Description", ""),
        MultiRegion=properties.get("MultiRegion", False),
    )["KeyMetadata"]
    return PhysicalResource(created["KeyId"], {"Arn": created["Arn"], "KeyId": created["KeyId"]})


def alias(stack: Stack, _name: str, raw: dict[str, Any]) -> PhysicalResource:
    """Create an alias of a KMS key."""
    properties = stack.resolver.resolve(raw)
    target = properties["TargetKeyId"].rpartition("/")[2]
    stack.client("kms").create_alias(AliasName=properties["AliasName"], TargetKeyId=target)
    return PhysicalResource(properties["AliasName"])


CREATORS: Final[dict[str, Creator]] = {"AWS::DynamoDB::Table": table, "AWS::KMS::Key": key, "AWS::KMS::Alias": alias}
