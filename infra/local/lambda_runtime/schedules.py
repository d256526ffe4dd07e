"""The schedules of the template: fires them on time, or all at once on request."""

from __future__ import annotations

import itertools
import json
import re
import sys
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any, Final
from zoneinfo import ZoneInfo

from infra.local.account import ACCOUNT, REGION
from infra.local.lambda_runtime.functions import FunctionSpec, find_function
from infra.local.lambda_runtime.runtime_api import InvocationResult
from infra.local.template.loader import TemplateError
from infra.local.template.stack import Stack

_RATE: Final = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_CRON: Final = re.compile(r"cron\((.+)\)")
_UNITS: Final = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_MONTHS: Final = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS: Final = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_SEARCHED: Final = timedelta(days=5 * 366)

Invoke = Callable[[FunctionSpec, bytes], InvocationResult]


@dataclass(frozen=True)
class Schedule:
    """One schedule: its expression, function and input. Cron expressions are in the time zone `zone`."""

    name: str
    expression: str
    function: FunctionSpec
    payload: str | None
    zone: str = "UTC"

    def event(self, now: datetime) -> bytes:
        """Return the event for the function: the schedule's input, or EventBridge's default event."""
        if self.payload is not None:
            return self.payload.encode()
        default = {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": ACCOUNT,
            "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": REGION,
            "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{self.name}"],
            "detail": {},
        }
        return json.dumps(default).encode()


def read_schedules(stack: Stack, functions: Mapping[str, FunctionSpec]) -> list[Schedule]:
    """Return all enabled schedules of the template, of EventBridge rules and of EventBridge Scheduler.

    Raises:
        TemplateError: an expression is not valid, or a target is not a function of the template.
    """
    found: list[Schedule] = []
    for name in stack.of_type("AWS::Events::Rule", "AWS::Scheduler::Schedule"):
        properties = stack.properties(name)
        expression = properties.get("ScheduleExpression")
        if expression is None or properties.get("State") == "DISABLED":
            continue
        zone = properties.get("ScheduleExpressionTimezone", "UTC")
        targets: list[dict[str, Any]] = properties.get("Targets") or [properties["Target"]]
        for target in targets:
            function = find_function(functions, target["Arn"])
            schedule = Schedule(stack.get(name).ref, expression, function, target.get("Input"), zone)
            next_run(schedule, datetime.now(UTC), datetime.now(UTC))
            found.append(schedule)
    return found


def next_run(schedule: Schedule, after: datetime, started: datetime) -> datetime:
    """Return the first time after `after` at which a schedule fires. Rates count from `started`.

    Raises:
        TemplateError: the expression is not valid, or matches no time within five years.
    """
    if rate := _RATE.fullmatch(schedule.expression):
        step = _UNITS[rate.group(2)] * int(rate.group(1))
        return started + step * ((after - started) // step + 1)
    if cron := _CRON.fullmatch(schedule.expression):
        return _next_cron_run(cron.group(1), after.astimezone(ZoneInfo(schedule.zone))).astimezone(UTC)
    raise TemplateError(f"schedule {schedule.name}: {schedule.expression} is not a valid schedule expression")


def _next_cron_run(text: str, after: datetime) -> datetime:
    fields = text.split()
    if len(fields) != 6:  # noqa: PLR2004
        raise TemplateError(f"cron({text}): a cron expression has six fields")
    minutes, hours = _allowed_values(fields[0], 0, 59), _allowed_values(fields[1], 0, 23)
    day = after.replace(hour=0, minute=0, second=0, microsecond=0)
    for midnight in (day + timedelta(days=number) for number in range(_SEARCHED.days)):
        if not _day_matches(fields, midnight):
            continue
        for hour, minute in itertools.product(sorted(hours), sorted(minutes)):
            moment = midnight.replace(hour=hour, minute=minute)
            if moment > after:
                return moment
    raise TemplateError(f"cron({text}) matches no time within five years")


def _day_matches(fields: list[str], day: datetime) -> bool:
    _, _, of_month, month, of_week, year = fields
    return (
        day.month in _allowed_values(month, 1, 12, _MONTHS, 1)
        and day.year in _allowed_values(year, 1970, 2199)
        and day.day in _allowed_values(of_month, 1, 31)
        and day.isoweekday() % 7 + 1 in _allowed_values(of_week, 1, 7, _DAYS, 1)
    )


def _allowed_values(text: str, low: int, high: int, names: list[str] | None = None, first: int = 0) -> set[int]:
    """Return the values that a field of a cron expression matches (`L`, `W` and `#` are not supported)."""
    values: set[int] = set()
    for part in text.upper().split(","):
        span, _, step = part.partition("/")
        if span in {"*", "?"}:
            start, end = low, high
        else:
            begin, dash, until = span.partition("-")
            start = _number(begin, names, first)
            end = _number(until, names, first) if dash else (high if step else start)
        values.update(range(start, end + 1, int(step or 1)))
    return values


def _number(text: str, names: list[str] | None, first: int) -> int:
    if names and text in names:
        return names.index(text) + first
    if not text.isdigit():
        raise TemplateError(f"the local run does not support {text} in a cron expression")
    return int(text)


class Scheduler:
    """Fires schedules on time, each from a thread of its own."""

    def __init__(self, schedules: list[Schedule], invoke: Invoke) -> None:
        self._schedules = schedules
        self._invoke = invoke
        self._stopping = Event()
        self._started = datetime.now(UTC)

    def start(self) -> None:
        """Start the schedules. None fires at once."""
        self._started = datetime.now(UTC)
        for schedule in self._schedules:
            Thread(target=self._run, args=(schedule,), daemon=True).start()

    def stop(self) -> None:
        """Stop firing."""
        self._stopping.set()

    def tick(self) -> int:
        """Fire every schedule now. Return their number once all invocations have ended."""
        if not self._schedules:
            return 0
        with ThreadPoolExecutor(len(self._schedules)) as pool:
            list(pool.map(self._fire, self._schedules))
        return len(self._schedules)

    def _run(self, schedule: Schedule) -> None:
        while True:
            now = datetime.now(UTC)
            wait = next_run(schedule, now, self._started) - now
            if self._stopping.wait(wait.total_seconds()):
                return
            self._fire(schedule)

    def _fire(self, schedule: Schedule) -> None:
        result = self._invoke(schedule.function, schedule.event(datetime.now(UTC)))
        if not result.ok:
            print(f"schedule {schedule.name}: {result.payload.decode('utf-8', 'replace')}", file=sys.stderr)
