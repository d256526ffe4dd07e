from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.local.emulators.message_traces import with_trace
from infra.local.http_server import HttpRequest
from infra.local.lambda_runtime.activity import Activity
from infra.local.lambda_runtime.event_source_mappings import EventSourceMapping, Poller
from infra.local.lambda_runtime.functions import FunctionSpec
from infra.local.lambda_runtime.lineage import MOST, Lineage, field_after, is_stopped, lineage_in, merged
from infra.local.lambda_runtime.runtime_api import InvocationResult

OWN = FunctionSpec(
    "Own", "app-own", "arn:own", "h", Path(), (), {}, "role", 3, 128, snap_start=False, log_format="JSON"
)
OTHER = replace(OWN, name="app-other")


def after(times: int, function: FunctionSpec = OWN, lineage: Lineage | None = None) -> dict[str, int]:
    """Return the lineage after so many more invocations of a function."""
    found = dict(lineage or {})
    for _ in range(times):
        found = lineage_in(f"Root=1-5e;Sampled=0;{field_after(function, found)}")
    return found


def test_a_chain_counts_each_function_by_itself() -> None:
    found = after(3, OTHER, after(2))
    assert sorted(found.values()) == [2, 3]
    assert len(after(2, OWN, found)) == 2


@pytest.mark.parametrize("header", [None, "", "Root=1-5e;Sampled=0", "Lineage=", "Root=1;Lineage=a:b|c", "Lineage=zz"])
def test_another_header_begins_a_chain(header: str | None) -> None:
    assert lineage_in(header) == {}


def test_the_seventeenth_invocation_of_a_function_is_stopped_and_no_other() -> None:
    assert not is_stopped(OWN, after(MOST - 1))
    assert is_stopped(OWN, after(MOST))
    assert not is_stopped(OTHER, after(MOST))
    assert not is_stopped(replace(OWN, stops_loops=False), after(MOST))


def test_several_messages_count_as_the_furthest_of_them() -> None:
    assert merged([after(2), after(5), after(1, OTHER)]) == {**after(5), **after(1, OTHER)}
    assert merged([]) == {}


class Queue:
    """A queue that notes what is deleted from it."""

    def __init__(self) -> None:
        self.deleted: list[str] = []

    def delete_message_batch(self, **request: Any) -> None:  # noqa: ANN401  # as boto3
        self.deleted += [entry["ReceiptHandle"] for entry in request["Entries"]]


def message(name: str, lineage: Lineage) -> dict[str, Any]:
    trace = "Root=1;Lineage=" + "|".join(f"{key}:{count}" for key, count in lineage.items())
    plain = {"MessageId": name, "ReceiptHandle": name, "Body": "{}", "MD5OfBody": "x"}
    return {**plain, "Attributes": {"AWSTraceHeader": trace} if lineage else {}}


def test_messages_that_run_in_a_loop_stay_in_the_queue_and_the_others_are_handled(
    capsys: pytest.CaptureFixture[str],
) -> None:
    queue, chains = Queue(), list[Lineage]()

    def invoke(_event: bytes, lineage: Lineage) -> InvocationResult:
        chains.append(lineage)
        return InvocationResult("ok", json.dumps({"batchItemFailures": []}).encode())

    mapping = EventSourceMapping(OWN, "arn:queue", "url", 10, 0, reports_failures=True)
    poller = Poller(mapping, queue, invoke, Activity())
    poller._handle([message("new", {}), message("looping", after(MOST)), message("far", after(3))])
    assert (queue.deleted, chains) == (["new", "far"], [after(3)])
    assert "Own: stopped 1 messages that run in a loop" in capsys.readouterr().err
    poller._handle([message("looping", after(MOST))])
    assert (queue.deleted, len(chains)) == (["new", "far"], 1)


TRACE = "Root=1-5e;Sampled=0;Lineage=a87bd80c:1"


def sent(operation: str, parameters: dict[str, Any], trace: str | None = TRACE) -> dict[str, Any]:
    headers = [("X-Amzn-Trace-Id", trace)] if trace else []
    request = HttpRequest("POST", "/", headers, json.dumps(parameters).encode())
    found: dict[str, Any] = json.loads(with_trace(request, operation).body)
    return found


def test_a_message_keeps_the_trace_header_of_who_sends_it() -> None:
    kept = {"MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String", "StringValue": TRACE}}}
    assert sent("SendMessage", {"MessageBody": "x"}) == {"MessageBody": "x", **kept}
    several = sent("SendMessageBatch", {"Entries": [{"Id": "1"}, {"Id": "2"}]})
    assert several["Entries"] == [{"Id": "1", **kept}, {"Id": "2", **kept}]


def test_other_calls_and_calls_without_the_header_stay_as_they_are() -> None:
    assert sent("ReceiveMessage", {"QueueUrl": "url"}) == {"QueueUrl": "url"}
    assert sent("SendMessage", {"MessageBody": "x"}, None) == {"MessageBody": "x"}
    own = {"MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String", "StringValue": "mine"}}}
    assert sent("SendMessage", own) == own
