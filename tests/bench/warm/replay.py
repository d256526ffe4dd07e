"""Run in a process of its own, by path: replay one operation many times, and print what each event cost.

Usage: python replay.py RECORDING EVENTS, with the function's folders on PYTHONPATH and its environment set.
"""

from __future__ import annotations

import base64
import contextlib
import gc
import importlib
import json
import os
import sys
import time
import tracemalloc
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

import botocore.httpsession
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from tests.bench.warm.wire import asks_for_policies

_TRACED = 50


class _Context:
    function_name = function_version = aws_request_id = "bench"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:bench"


class _Network:
    """Answers as was recorded, in the same order for each event."""

    def __init__(self, answers: list[dict[str, Any]], policies: dict[str, Any]) -> None:
        self._answers = [_response(answer) for answer in answers]
        self._policies = _response(policies)
        self.made = 0

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        body = request.body if isinstance(request.body, bytes) else str(request.body).encode()
        if asks_for_policies(body):
            return self._policies()
        self.made += 1
        return self._answers[self.made - 1]()


def _response(answer: dict[str, Any]) -> Callable[[], AWSResponse]:
    content = base64.b64decode(answer["body"])

    def make() -> AWSResponse:
        found = AWSResponse("https://aws", answer["status"], answer["headers"], None)
        vars(found)["_content"] = content
        return found

    return make


def main(path: str, events: int) -> None:
    """Print the first event's processor time (ms), median and 99th percentile of the others, and memory (KB)."""
    recording = json.loads(Path(path).read_text())
    network = _Network(recording["answers"], recording["policies"])
    botocore.httpsession.URLLib3Session.send = lambda _session, request: network.send(request)  # type: ignore[method-assign,assignment,arg-type]
    began = time.process_time()
    handle = _handler(recording)
    started = time.process_time() - began

    def event() -> float:
        network.made = 0
        begins = time.process_time()
        found = handle(recording["event"], _Context())
        spent = time.process_time() - begins
        assert network.made == len(recording["answers"]), "other calls than recorded"
        assert not (isinstance(found, dict) and found.get("batchItemFailures")), found
        return spent * 1000

    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        first = event()
        spent = [event() for _ in range(events)][events // 10 :]
        peak, kept = _memory(event)
    cuts = quantiles(spent, n=100)
    found = {
        "first": first,
        "p50": cuts[49],
        "p99": cuts[98],
        "peak_kb": peak,
        "kept_kb": kept,
        "start": started * 1000,
    }
    print(json.dumps(found))


def _handler(recording: dict[str, Any]) -> Callable[[Any, Any], Any]:
    """Return the function's own handler, with its clock standing at the time of the recording."""
    name = recording["function"]
    app, services = (importlib.import_module(f"{name}.{module}") for module in ("app", "services"))
    settings = next(
        getattr(services, each)
        for each in ("CaseServicesSettings", "PrioritizeSettings", "NotifySettings")
        if hasattr(services, each)
    )
    at = datetime.fromisoformat(recording["at"])
    use = services.connect(settings.from_environment(), lambda: at)
    vars(app)["services"] = lambda: use
    handle: Callable[[Any, Any], Any] = app.handler
    return handle


def _memory(event: Callable[[], float]) -> tuple[float, float]:
    """Return the memory that an event allocates at its height, and what it leaves behind, on average (KB)."""
    tracemalloc.start()
    event()
    gc.collect()
    before, peaks = tracemalloc.get_traced_memory()[0], []
    for _ in range(_TRACED):
        tracemalloc.reset_peak()
        at = tracemalloc.get_traced_memory()[0]
        event()
        peaks.append(tracemalloc.get_traced_memory()[1] - at)
    gc.collect()
    kept = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return sum(peaks) / _TRACED / 1024, kept / _TRACED / 1024


main(sys.argv[1], int(sys.argv[2]))
