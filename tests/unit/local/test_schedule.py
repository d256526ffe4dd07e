from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra.local.lambda_runtime.functions import FunctionSpec
from infra.local.lambda_runtime.schedules import Schedule, next_run
from infra.local.template.loader import TemplateError

FUNCTION = FunctionSpec("F", "f", "arn", "a.b", Path(), (), {}, "role", 3.0, 128, snap_start=False, log_format="Text")
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
def test_a_schedule_fires_next_when_its_expression_says(expression: str, after: datetime, fires: datetime) -> None:
    assert next_run(schedule(expression), after, START) == fires


def test_a_cron_expression_means_its_time_zone() -> None:
    assert next_run(schedule("cron(0 8 * * ? *)", "America/New_York"), START, START) == datetime(
        2026, 3, 1, 13, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "expression", ["every minute", "cron(0 3 * *)", "cron(0 3 L * ? *)", "cron(0 0 30 2 ? *)", "rate(1 week)"]
)
def test_an_expression_that_is_not_understood_is_refused(expression: str) -> None:
    with pytest.raises(TemplateError):
        next_run(schedule(expression), START, START)


def test_without_an_input_the_event_is_eventbridges_own() -> None:
    assert b'"detail-type": "Scheduled Event"' in schedule("rate(1 day)").event(START)
