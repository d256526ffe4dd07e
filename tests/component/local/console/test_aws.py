"""`GET /_local/aws` gives access to everything, from outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3

from tests.support.local.local_run import LocalRun


def client(run: LocalRun, service: str) -> Any:  # noqa: ANN401
    access = run.ask("GET", "/_local/aws").json
    make: Callable[..., Any] = boto3.client
    keys = {"aws_access_key_id": access["access_key"], "aws_secret_access_key": access["secret_key"]}
    return make(service, endpoint_url=access["endpoint"], region_name=access["region"], **keys)


def test_the_answer_names_endpoint_region_keys_and_resources(run: LocalRun) -> None:
    access = run.ask("GET", "/_local/aws").json
    assert set(access) == {"endpoint", "region", "access_key", "secret_key", "resources"}
    assert {"Table", "Work", "WorkDeadLetters", "Staff", "StaffClient", "Echo", "EchoRole"} <= set(access["resources"])
    assert all(isinstance(physical, str) and physical for physical in access["resources"].values())


def test_the_table_can_be_read_and_written(run: LocalRun) -> None:
    table, key = run.ask("GET", "/_local/aws").json["resources"]["Table"], {"pk": {"S": "from-outside"}}
    dynamodb = client(run, "dynamodb")
    dynamodb.put_item(TableName=table, Item={**key, "n": {"N": "1"}})
    dynamodb.update_item(
        TableName=table, Key=key, UpdateExpression="SET n = :two", ExpressionAttributeValues={":two": {"N": "2"}}
    )
    assert dynamodb.get_item(TableName=table, Key=key)["Item"]["n"] == {"N": "2"}
    dynamodb.delete_item(TableName=table, Key=key)
    dynamodb.close()
    assert "from-outside" not in run.notes()


def test_queues_keys_and_users_can_be_used(run: LocalRun) -> None:
    resources = run.ask("GET", "/_local/aws").json["resources"]
    sqs, kms, cognito = (client(run, service) for service in ("sqs", "kms", "cognito-idp"))
    sqs.send_message(QueueUrl=resources["WorkDeadLetters"], MessageBody="dead")
    [message] = sqs.receive_message(QueueUrl=resources["WorkDeadLetters"])["Messages"]
    sqs.delete_message(QueueUrl=resources["WorkDeadLetters"], ReceiptHandle=message["ReceiptHandle"])
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    sealed = kms.encrypt(KeyId=key, Plaintext=b"text")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"text"
    assert cognito.describe_user_pool(UserPoolId=resources["Staff"])["UserPool"]["Id"] == resources["Staff"]
    for each in (sqs, kms, cognito):
        each.close()
