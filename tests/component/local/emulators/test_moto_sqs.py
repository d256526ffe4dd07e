"""The patches of moto's SQS do not change its behaviour."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]
SCRIPT = """
import sys, json, time
from moto import mock_aws
if sys.argv[1] == "patched":
    from infra.local.emulators.moto import patches
    patches.apply()
import boto3
seen = []
with mock_aws():
    sqs = boto3.client("sqs", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")
    dead = sqs.create_queue(QueueName="q-dlq")["QueueUrl"]
    policy = {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:q-dlq", "maxReceiveCount": "2"}
    attributes = {"VisibilityTimeout": "1", "RedrivePolicy": json.dumps(policy), "KmsMasterKeyId": "k"}
    url = sqs.create_queue(QueueName="q", Attributes=attributes)["QueueUrl"]
    def counts(queue):
        found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
        return {key: value for key, value in found.items() if "Timestamp" not in key}
    for number in range(5):
        delay = 900 if number == 4 else 0
        sqs.send_message(QueueUrl=url, MessageBody=str(number), MessageGroupId="ATL", DelaySeconds=delay)
    seen.append(counts(url))
    held = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=3, AttributeNames=["All"])["Messages"]
    names = ("ApproximateReceiveCount", "MessageGroupId")
    seen.append([[each["Body"], *(each["Attributes"][name] for name in names)] for each in held])
    seen.append(counts(url))
    sqs.delete_message(QueueUrl=url, ReceiptHandle=held[1]["ReceiptHandle"])
    sqs.delete_message(QueueUrl=url, ReceiptHandle=held[1]["ReceiptHandle"])
    try:
        sqs.delete_message(QueueUrl=url, ReceiptHandle="nonsense")
    except sqs.exceptions.ClientError as error:
        seen.append(error.response["Error"]["Code"])
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=held[0]["ReceiptHandle"], VisibilityTimeout=0)
    again = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    seen.append([each["Body"] for each in again])
    time.sleep(1.1)
    late = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
    seen.append([each["Body"] for each in late])
    seen.append([counts(url), counts(dead)])
    sqs.delete_message(QueueUrl=url, ReceiptHandle=again[1]["ReceiptHandle"])
    seen.append(counts(url))
print(json.dumps(seen))
"""


def test_patched_queues_give_the_same_results_as_moto() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    runs = [
        subprocess.Popen([sys.executable, "-c", SCRIPT, which], stdout=subprocess.PIPE, env=environment)
        for which in ("moto", "patched")
    ]
    plain, patched = (run.communicate()[0] for run in runs)
    assert plain.startswith(b"[")
    assert patched == plain
