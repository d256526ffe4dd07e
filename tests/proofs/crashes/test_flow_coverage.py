"""The flows are complete: they contain every route that writes, kind of event, scheduled task and kind of message."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, get_args

import pytest

from casereview.schema.event_records import Event
from casereview.schema.messages import Hint, NoticeMessage, PreviewMessage, RankMessage, ScheduledDuty
from casereview.schema.vocabulary import EventKind
from intake.routes import ROUTES as PUBLIC_ROUTES
from review.routes import ROUTES as STAFF_ROUTES
from tests.support.controlled_system import QueuedMessage
from tests.support.crashes.flows_public import PUBLIC
from tests.support.crashes.flows_staff import STAFF
from tests.support.crashes.flows_workers import WORK
from tests.support.crashes.rig import Rig, rig

pytestmark = pytest.mark.proof(1)
READ_ONLY = {
    ("GET", "/staff/me"),
    ("GET", "/staff/worklist"),
    ("GET", "/staff/verifications"),
    ("GET", "/staff/summary"),
    ("GET", "/staff/duties"),
    ("GET", "/staff/approvals"),
    ("GET", "/staff/policies"),
    ("GET", "/staff/policies/{policy_id}"),
    ("GET", "/field-offices"),
    ("GET", "/facilities"),
    ("POST", "/requests/checks"),
    ("GET", "/notice"),
    ("GET", "/statistics"),
}
"""Routes that write nothing, not even the record of a read."""


class RecordingRig(Rig):
    """A rig that records the routes, scheduled tasks and messages that it handles."""

    handled: set[str] = set()  # noqa: RUF012  # a class attribute, because it is needed before __init__ runs

    def _event(self, method: str, path: str, *rest: Any) -> dict[str, object]:  # noqa: ANN401  # as System's
        self.handled.add(f"{method} {path.partition('?')[0]}")
        return super()._event(method, path, *rest)

    def duty(self, duty: str, **more: str) -> dict[str, int]:
        """Record the task."""
        self.handled.add(duty)
        return super().duty(duty, **more)

    def invoke_worker(self, batch: list[QueuedMessage]) -> list[QueuedMessage]:
        """Record the queue and the kind of each message."""
        self.handled |= {f"{message.queue} {sorted(json.loads(message.body))}" for message in batch}
        return super().invoke_worker(batch)


@pytest.fixture(scope="module")
def covered() -> tuple[set[str], set[str]]:
    """The routes, tasks and messages that the flows call, and the kinds of events that result."""
    handled, kinds = set[str](), set[str]()
    with rig(RecordingRig) as found:
        for flow in [*PUBLIC, *STAFF, *WORK]:
            found.reset()
            prepared = flow.prepare(found)
            before = _events(found)
            found.handled.clear()
            flow.act(found, prepared)
            handled |= found.handled
            found.pump()
            kinds |= {kind for kind, times in _events(found).items() if times > before[kind]}
    return handled, kinds


def _events(found: Rig) -> Counter[str]:
    return Counter(event.kind for event in found.all(Event, "EVENT"))


def test_every_route_that_writes_is_in_a_flow(covered: tuple[set[str], set[str]]) -> None:
    routes = [each.address for each in [*STAFF_ROUTES, *PUBLIC_ROUTES] if each.address not in READ_ONLY]
    assert len(routes) > 25
    for method, path in routes:
        pattern = re.compile(f"{method} {re.sub('{[^}]+}', '[^/]+', path)}")
        assert any(pattern.fullmatch(call) for call in covered[0]), (method, path)


def test_every_kind_of_event_is_in_a_flow(covered: tuple[set[str], set[str]]) -> None:
    assert covered[1] == set(get_args(EventKind))


def test_every_scheduled_task_and_every_message_is_in_a_flow(covered: tuple[set[str], set[str]]) -> None:
    duties = set(get_args(ScheduledDuty.model_fields["duty"].annotation))
    models: list[tuple[str, type[Hint]]] = [("rank", RankMessage), ("rank", PreviewMessage), ("notice", NoticeMessage)]
    hints = {
        f"{queue} {sorted(field.alias or name for name, field in model.model_fields.items())}"
        for queue, model in models
    }
    assert covered[0] >= duties | hints
    assert any(call.startswith("delivery") for call in covered[0])


def test_no_two_flows_have_one_name() -> None:
    names = [flow.name for flow in (*PUBLIC, *STAFF, *WORK)]
    assert sorted(names) == sorted(set(names))
