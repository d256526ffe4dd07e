"""What happens when the process opens: thousands file at once, with the whole application running locally."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from pathlib import Path

from casereview.routing.offices import queues
from casereview.store import keys
from tests.support.local.filing import CLIENTS, file_all
from tests.support.local.local_system import Local, eventually, running

_PATIENCE = 3_600.0
"""Seconds until rest, after the last request was accepted."""


def measure(requests: int) -> dict[str, float]:
    """File so many requests, let the system come to rest with its own schedule, and return what became of them.

    Raises AssertionError where a request is refused, or where it comes to no rest within an hour.
    """
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as local:
        began = time.monotonic()
        receipts = file_all(local, iter(range(requests)))
        eventually(lambda: local.at_rest() and len(local.outbox()) >= requests, _PATIENCE)
        seconds = round(time.monotonic() - began)
        sent = Counter(message["to"] for message in local.outbox())
        return {
            "requests": len(receipts),
            "clients": CLIENTS,
            "ranked": _ranked(local),
            "acknowledged": len(sent),
            "twice": sum(count > 1 for count in sent.values()),
            "left": sum(count for queue in local.queues().values() for count in queue.values()),
            "seconds": seconds,
        }


def _ranked(local: Local) -> int:
    """Return how many cases stand in a worklist, as only ranked ones do."""
    pages = (
        page
        for queue in queues()
        for page in local.dynamodb.get_paginator("query").paginate(
            TableName=local.table,
            IndexName=keys.WORKLIST,
            Select="COUNT",
            KeyConditionExpression="#queue = :queue",
            ExpressionAttributeNames={"#queue": "queue"},
            ExpressionAttributeValues={":queue": {"S": queue}},
        )
    )
    return sum(page["Count"] for page in pages)
