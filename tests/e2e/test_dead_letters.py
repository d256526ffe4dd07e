"""A case that always fails: its message ends in the dead-letter queue, and no other case waits for it."""

from __future__ import annotations

import json

from casereview.schema.request_records import Request
from casereview.store import keys
from tests.support.local.local_system import Local, eventually
from tests.support.system import body

SHOWN_AGAIN_AFTER = 2
OTHERS = 20


def make_fail(local: Local, filed: dict[str, str]) -> str:
    """Make a case unreadable, and due since long ago; return its id."""
    case_id = local.read(Request, keys.request(filed["receipt"])).case_id
    local.set(keys.case(case_id), filed_at="never", due_at="2000-01-01T00:00:00.000Z")
    return case_id


def test_a_message_that_always_fails_reaches_the_dead_letter_queue_and_delays_no_other_case(local: Local) -> None:
    local.show_again_after(SHOWN_AGAIN_AFTER)
    bad = local.file(body())
    local.ranked(bad)
    eventually(local.at_rest)
    case_id = make_fail(local, bad)
    local.tick()
    eventually(lambda: local.queues()["case-review-rank"]["in_flight"] == 1)
    others = [local.file(body(subject={"a_number": f"A0000001{number:02d}"})) for number in range(OTHERS)]
    for other in others:
        local.ranked(other)
    dead = eventually(lambda: dead_letters(local))
    assert dead == [{"schema": 1, "case_id": case_id}]
    assert local.queues()["case-review-rank"] == {"visible": 0, "in_flight": 0}
    assert all(local.case_of(other).status == "in_line" for other in others)


def dead_letters(local: Local) -> list[dict[str, object]]:
    url = local.queue_url("case-review-rank-dlq")
    found = local.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", [])
    return [json.loads(message["Body"]) for message in found]
