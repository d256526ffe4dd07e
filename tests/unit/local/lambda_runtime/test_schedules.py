from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from infra.local.lambda_runtime.schedules import Schedule, next_run
from infra.local.template.loader import TemplateError
from tests.support.local.stacks import function_spec

FUNCTION = function_spec()
START = datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC)


def schedule(expression: str, zone: str = "UTC") -> Schedule:
    return Schedule("s", expression, FUNCTION, None, zone)


@pytest.mark.parametrize(
    ("expression", "after", "fires"),
    [
        ("rate(1 minute)", START, START + timedelta(minutes=1)),
        ("rate(1 minute)", START + timedelta(seconds=61), START + timedelta(minutes=2)),
        ("rate(2 hours)", START, START + timedelta(hours=2)),
        ("rate(1 day)", START, START + timedelta(days=1)),
        ("cron(0/15 * * * ? *)", START, datetime(2026, 3, 1, 12, 15, tzinfo=UTC)),
        ("cron(0 3 * * ? *)", START, datetime(2026, 3, 2, 3, 0, tzinfo=UTC)),
        ("cron(30 8 ? * MON-FRI *)", START, datetime(2026, 3, 2, 8, 30, tzinfo=UTC)),
        ("cron(0 0 29 2 ? *)", START, datetime(2028, 2, 29, tzinfo=UTC)),
        ("cron(5,10 12 1 MAR ? 2026)", START, datetime(2026, 3, 1, 12, 5, tzinfo=UTC)),
    ],
)
def test_next_run_follows_the_expression(expression: str, after: datetime, fires: datetime) -> None:
    assert next_run(schedule(expression), after, START) == fires


def test_a_cron_expression_is_in_the_time_zone_of_its_schedule() -> None:
    assert next_run(schedule("cron(0 8 * * ? *)", "America/New_York"), START, START) == datetime(
        2026, 3, 1, 13, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "expression", ["every minute", "cron(0 3 * *)", "cron(0 3 L * ? *)", "cron(0 0 30 2 ? *)", "rate(1 week)"]
)
def test_an_invalid_expression_is_rejected(expression: str) -> None:
    with pytest.raises(TemplateError):
        next_run(schedule(expression), START, START)


def test_a_schedule_without_input_sends_the_default_event_of_eventbridge() -> None:
    assert b'"detail-type": "Scheduled Event"' in schedule("rate(1 day)").event(START)
