"""No flow is forgotten: every route that writes, every kind of event, every duty and every queue is in one."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, get_args

import pytest

from casereview.schema.messages import Hint, NoticeMessage, PreviewMessage, RankMessage, ScheduledDuty
from casereview.schema.records import Event
from casereview.schema.vocabulary import EventKind
from intake.routes import ROUTES as PUBLIC_ROUTES
from review.routes import ROUTES as STAFF_ROUTES
from tests.support.controlled_system import QueuedMessage
from tests.support.crashes.flows_public import PUBLIC
from tests.support.crashes.flows_staff import STAFF
from tests.support.crashes.flows_workers import WORK
from tests.support.crashes.rig import Rig, rig

pytestmark = pytest.mark.proof(1)
NO_TRACE = {
    ("GET", "/staff/worklist"),
    ("GET", "/staff/summary"),
    ("GET", "/staff/policies"),
    ("GET", "/staff/policies/{policy_id}"),
    ("GET", "/field-offices"),
    ("GET", "/notice"),
}
"""What is only read there leaves no trace, and opens no case."""


class Watched(Rig):
    """A rig that knows what it was asked for."""

    asked: set[str] = set()  # noqa: RUF012  # one for all: a class attribute is there before __init__ runs

    def _event(self, method: str, path: str, *rest: Any) -> dict[str, object]:  # noqa: ANN401  # as System's
        self.asked.add(f"{method} {path.partition('?')[0]}")
        return super()._event(method, path, *rest)

    def duty(self, duty: str) -> dict[str, int]:
        """Note the duty."""
        self.asked.add(duty)
        return super().duty(duty)

    def hand_over(self, batch: list[QueuedMessage]) -> list[QueuedMessage]:
        """Note the queue, and the kind of the message."""
        self.asked |= {f"{letter.queue} {sorted(json.loads(letter.body))}" for letter in batch}
        return super().hand_over(batch)


@pytest.fixture(scope="module")
def seen() -> tuple[set[str], set[str]]:
    """What was asked for while the flows acted, and the kinds of the events that came of it."""
    asked, kinds = set[str](), set[str]()
    with rig(Watched) as found:
        for flow in [*PUBLIC, *STAFF, *WORK]:
            found.begin()
            prepared = flow.prepare(found)
            before = _events(found)
            found.asked.clear()
            flow.act(found, prepared)
            asked |= found.asked
            found.pump()
            kinds |= {kind for kind, times in _events(found).items() if times > before[kind]}
    return asked, kinds


def _events(found: Rig) -> Counter[str]:
    return Counter(event.kind for event in found.all(Event, "EVENT"))


def test_every_route_that_leaves_a_trace_is_a_flow(seen: tuple[set[str], set[str]]) -> None:
    routes = [each.address for each in [*STAFF_ROUTES, *PUBLIC_ROUTES] if each.address not in NO_TRACE]
    assert len(routes) > 25
    for method, path in routes:
        pattern = re.compile(f"{method} {re.sub('{[^}]+}', '[^/]+', path)}")
        assert any(pattern.fullmatch(asked) for asked in seen[0]), (method, path)


def test_every_kind_of_event_comes_of_a_flow(seen: tuple[set[str], set[str]]) -> None:
    assert seen[1] == set(get_args(EventKind))


def test_every_duty_and_every_message_is_a_flow(seen: tuple[set[str], set[str]]) -> None:
    duties = set(get_args(ScheduledDuty.model_fields["duty"].annotation))
    models: list[tuple[str, type[Hint]]] = [("rank", RankMessage), ("rank", PreviewMessage), ("notice", NoticeMessage)]
    hints = {
        f"{queue} {sorted(field.alias or name for name, field in model.model_fields.items())}"
        for queue, model in models
    }
    assert seen[0] >= duties | hints
    assert any(asked.startswith("delivery") for asked in seen[0])
