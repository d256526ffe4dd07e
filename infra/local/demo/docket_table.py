"""The docket as a table: every open case in the order in which its office sees it, with the reasons for its rank."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from typing import Any, Final

from boto3.dynamodb.types import TypeDeserializer
from rich.console import Console
from rich.table import Table

from infra.local.demo.sample_requests import Receipt
from infra.local.template.stack import Stack

RANKING_TIMEOUT: Final = 8.0  # seconds; after that the docket is printed as it is
PER_GET: Final = 100  # keys; DynamoDB's limit for BatchGetItem
_FROM_DYNAMODB: Final = TypeDeserializer()

Item = Mapping[str, Any]


def show_docket(stack: Stack, address: str, receipts: list[Receipt]) -> None:
    """Wait until the sample requests are ranked, then print the docket and example commands."""
    wait_until_ranked(stack)
    console = Console(width=None if sys.stdout.isatty() else 150, highlight=False)
    console.print(render_docket(read_docket(stack)))
    for command in example_commands(address, receipts):
        print(command)


def wait_until_ranked(stack: Stack) -> None:
    """Wait until all queues are empty, `RANKING_TIMEOUT` seconds at most."""
    sqs = stack.client("sqs")
    urls = [stack.get(name).ref for name in stack.of_type("AWS::SQS::Queue")]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    deadline = time.monotonic() + RANKING_TIMEOUT
    while time.monotonic() < deadline:
        counts = [sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"] for url in urls]
        if not any(int(count) for each in counts for count in each.values()):
            return
        time.sleep(0.1)


def read_docket(stack: Stack) -> list[Item]:
    """Return the cases of the worklist index, by office and rank."""
    client = stack.client("dynamodb")
    table = next(iter(stack.of_type("AWS::DynamoDB::Table")))
    name = stack.get(table).ref
    pages = client.get_paginator("scan").paginate(TableName=name, IndexName="worklist")
    rows = sorted(
        (row for page in pages for row in page["Items"]), key=lambda row: (row["queue"]["S"], row["rank"]["S"])
    )
    keys = [{"pk": row["pk"], "sk": row["sk"]} for row in rows]
    found: dict[str, Item] = {}
    for start in range(0, len(keys), PER_GET):
        answer = client.batch_get_item(RequestItems={name: {"Keys": keys[start : start + PER_GET]}})
        for item in answer["Responses"][name]:
            found[item["pk"]["S"]] = {key: _FROM_DYNAMODB.deserialize(value) for key, value in item.items()}
    return [{**found[row["pk"]["S"]], "queue": row["queue"]["S"]} for row in rows if row["pk"]["S"] in found]


def render_docket(cases: list[Item]) -> Table:
    """Return the docket as a table, one row per case; positions count from 1 in each office."""
    table = Table(title="Docket of each office, with the reasons for each rank", title_justify="left")
    for column in ("office", "position", "lane", "received", "reasons", "flags"):
        table.add_column(column, justify="right" if column == "position" else "left", overflow="fold")
    positions: dict[str, int] = {}
    for case in cases:
        office = str(case["queue"])
        positions[office] = positions.get(office, 0) + 1
        received = str(case.get("filed_at", "")).replace("T", " ")[:16]
        lists = (", ".join(str(each) for each in case.get(part) or []) for part in ("reasons", "flags"))
        table.add_row(office, str(positions[office]), str(case.get("lane") or ""), received, *lists)
    return table


def example_commands(address: str, receipts: list[Receipt]) -> list[str]:
    """Return example commands: file a request, look one up if there are receipts, read the outbox."""
    body = {"requester": {"role": "self"}, "subject": {"given_name": "Ada", "family_name": "Moss"}, "grounds": "Mine."}
    lines = [
        f"curl -s {address}/requests -H 'Content-Type: application/json' -d '{json.dumps(body)}'",
        f"curl -s {address}/_local/outbox",
    ]
    if receipts:
        first = receipts[0]
        look_up = f"curl -s {address}/requests/{first.receipt} -H 'Authorization: Bearer {first.access_code}'"
        lines.insert(1, look_up)
    return lines
