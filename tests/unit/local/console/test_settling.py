from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Timer

import pytest

from infra.local.console.settling import NotSettledError, Settling
from infra.local.lambda_runtime.activity import Activity


def no_messages() -> Mapping[str, int]:
    return {"work": 0}


def settling(
    activity: Activity,
    delivered: Callable[[], int] = lambda: 0,
    due: Callable[[], Mapping[str, int]] = no_messages,
    most: int = 100,
) -> Settling:
    return Settling(activity, delivered, due, most)


def test_nothing_due_and_nothing_running_is_rest() -> None:
    settling(Activity()).wait(0)


def test_a_message_that_is_due_is_waited_for() -> None:
    with pytest.raises(
        NotSettledError, match=r"^Not settled within 0.1 seconds: 3 messages due in work, 0 invocations"
    ):
        settling(Activity(), due=lambda: {"idle": 0, "work": 3}).wait(0.1)


def test_a_running_invocation_is_waited_for() -> None:
    activity = Activity()
    with activity.invocation(), pytest.raises(NotSettledError, match="1 invocations running"):
        settling(activity).wait(0.1)
    settling(activity).wait(0)


def test_a_message_between_queue_and_function_is_waited_for() -> None:
    activity = Activity()
    one_delivered = settling(activity, delivered=lambda: 1)
    with pytest.raises(NotSettledError):
        one_delivered.wait(0.1)
    Timer(0.1, activity.add_handled, [1]).start()
    one_delivered.wait(5)


def test_a_message_that_is_delivered_while_the_queues_are_read_is_waited_for() -> None:
    delivered = 0

    def deliver() -> Mapping[str, int]:
        nonlocal delivered
        delivered = 1
        return {"work": 0}

    assert not settling(Activity(), delivered=lambda: delivered, due=deliver).is_at_rest()


def test_an_invocation_that_runs_while_the_queues_are_read_is_waited_for() -> None:
    activity = Activity()

    def invoke() -> Mapping[str, int]:
        with activity.invocation():
            return {"work": 0}

    assert not settling(activity, due=invoke).is_at_rest()


def test_waiting_ends_after_a_number_of_invocations() -> None:
    activity = Activity()

    def invoke() -> Mapping[str, int]:
        with activity.invocation():
            return {"work": 1}

    with pytest.raises(NotSettledError, match=r"^Not settled after 3 invocations: 1 messages due in work"):
        settling(activity, due=invoke, most=3).wait(60)
