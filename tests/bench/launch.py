"""What happens when the process opens: thousands file at once, with the whole application running locally."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from pathlib import Path

from casereview.records import Case, Notice
from tests.e2e.local import running
from tests.e2e.test_kills import CLIENTS, file_all, wait_for_rest

_PATIENCE = 3_600.0
"""Seconds until rest, after the last request was accepted."""


def measure(requests: int) -> dict[str, float]:
    """File so many requests, let the system come to rest, and return what became of them.

    Raises AssertionError where a request is refused, or where it comes to no rest within an hour.
    """
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as local:
        began = time.monotonic()
        receipts = file_all(local, iter(range(requests)))
        accepted = time.monotonic()
        wait_for_rest(local, _PATIENCE)
        rested = time.monotonic()
        cases, notices = local.all(Case, "CASE"), local.all(Notice, "NOTICE")
        sent = Counter(message["to"] for message in local.outbox())
        return {
            "requests": requests,
            "clients": CLIENTS,
            "accepted": len(receipts),
            "ranked": sum(case.status == "in_line" for case in cases),
            "acknowledged": sum(notice.state == "sent" for notice in notices),
            "twice": sum(count > 1 for count in sent.values()),
            "left": sum(count for queue in local.queues().values() for count in queue.values()),
            "seconds_to_accept": round(accepted - began),
            "seconds": round(rested - began),
        }
