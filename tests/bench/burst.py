"""Thousands of acknowledgements at once against the sending rate of SES, simulated over the real code.

The functions run on the services in memory. Each call takes as long as is usual for its service, on a simulated clock:
every worker has a time of its own, and the one that is furthest behind goes on. SES refuses what exceeds its rate. Some
cases lose the message by which they would be ranked, so that the sweep has to find them among the notices that wait.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import wraps
from heapq import heappop, heappush
from typing import Any, Final, cast
from unittest.mock import patch

import notify.app
import prioritize.app
from notify.pace import Pace
from notify.providers import Mail
from tests.support.clouds import CONFIGURATION_SET, SENDER, MemoryCloud
from tests.support.memory.aws import MemoryKms, MemorySqs, refused
from tests.support.memory.recording import ACTIONS
from tests.support.memory.seal import MemorySeal
from tests.support.memory.table import MemoryTable
from tests.support.system import START, System, body
from tests.support.template import translated

SECONDS: Final[dict[type, float]] = {MemoryTable: 0.006, MemoryKms: 0.008, MemorySeal: 0.008, MemorySqs: 0.008}
"""How long a call of a service takes; SES below."""
SENDING: Final = 0.06
"""How long SES takes to accept an e-mail, in seconds."""
LOST: Final = 0.01
"""The share of the cases whose rank message is lost."""


@dataclass(slots=True)
class Ses:
    """Accepts so many e-mails in any second, and refuses the others."""

    system: System
    rate: int
    accepted: deque[float] = field(default_factory=deque)
    refused: int = 0
    attempts: int = 0
    last: float = 0.0

    def send_email(self, **_: object) -> dict[str, str]:
        now = (self.system.time - START).total_seconds()
        self.system.time += timedelta(seconds=SENDING)
        self.attempts += 1
        while self.accepted and self.accepted[0] <= now - 1:
            self.accepted.popleft()
        if len(self.accepted) >= self.rate:
            self.refused += 1
            raise refused("TooManyRequestsException", "SendEmail")
        self.accepted.append(now)
        self.last = max(self.last, now)
        return {"MessageId": f"mail-{self.attempts}"}


def measure(notices: int, *, workers: int | None = None, paced: bool = True) -> dict[str, float]:
    """File so many requests at once, and return how long their acknowledgements take.

    Args:
        notices: The number of requests.
        workers: How many workers send notices; None for the template's number.
        paced: Whether each worker keeps to its share of the sending rate.

    Returns:
        ``minutes`` to the last e-mail, ``attempts`` and how many of them SES ``refused``, and the ``latest_wake_up``:
        seconds from the time that a ranking was due to the sweep's message for it.
    """
    parameters = translated()["Parameters"]
    rate, most = int(parameters["SendingRate"]["Default"]), int(parameters["NoticeConcurrency"]["Default"])
    with contextlib.redirect_stdout(io.StringIO()):
        return _Simulation(notices, rate, workers or most, paced=paced).run()


class _Simulation:
    def __init__(self, notices: int, rate: int, workers: int, *, paced: bool) -> None:
        self.system = System(MemoryCloud())
        self.notices = notices
        self.ses = Ses(self.system, rate)
        self.workers = [self._worker(rate / workers if paced else None) for _ in range(workers)]
        self.woken: dict[str, float] = {}

    def _worker(self, per_second: float | None) -> notify.services.Services:
        pace = Pace(per_second, self._now, self._pause) if per_second else None
        mail = Mail(cast("Any", self.ses), SENDER, CONFIGURATION_SET, pace)
        return replace(self.system.notify, mail=mail)

    def _now(self) -> float:
        return (self.system.time - START).total_seconds()

    def _pause(self, seconds: float) -> None:
        self.system.time += timedelta(seconds=seconds)

    def run(self) -> dict[str, float]:
        """Run until every notice has been sent."""
        waiting = self._file()
        lost = {case.case_id for case in self.system.cases if case.status == "received"}
        events: list[tuple[float, int]] = [(0.0, number) for number in range(len(self.workers))]
        heappush(events, (60.0, -1))
        with _timed(self.system):
            while self._sent() < self.notices:
                now, number = heappop(events)
                self.system.time = START + timedelta(seconds=now)
                if number < 0:
                    self._sweep(waiting, lost)
                    heappush(events, (now + 60, number))
                    continue
                self._work(self.workers[number], waiting)
                heappush(events, (max(self._now(), now + 0.01), number))
        return {
            "notices": self.notices,
            "rate": self.ses.rate,
            "workers": len(self.workers),
            "minutes": round(self.ses.last / 60, 1),
            "attempts": self.ses.attempts,
            "refused": self.ses.refused,
            "latest_wake_up": round(max(self.woken.values(), default=0.0)),
            "not_woken": len(lost - self.woken.keys()),
        }

    def _sent(self) -> int:
        return self.ses.attempts - self.ses.refused

    def _file(self) -> deque[str]:
        """File all requests and rank their cases, but for those whose rank message is lost; return the messages."""
        for number in range(self.notices):
            contact = {"email": f"ana{number}@example.org", "language": "es"}
            self.system.file(body(subject={"a_number": f"A{number + 1:09d}"}, requester={"contact": contact}))
        ranks, waiting = self._taken("rank"), self._taken("notice")
        self._rank(ranks[int(len(ranks) * LOST) :])
        return deque(waiting)

    def _rank(self, messages: list[str]) -> None:
        records = [{"messageId": str(number), "body": sent} for number, sent in enumerate(messages)]
        found = cast("dict[str, Any]", prioritize.app.respond(self.system.prioritize, {"Records": records}))
        assert not found["batchItemFailures"]

    def _taken(self, name: str) -> list[str]:
        queue = cast("Any", self.system.sqs).queues[self.system.queues[name]]
        bodies = [message.body for message in queue]
        queue.clear()
        return bodies

    def _work(self, worker: notify.services.Services, waiting: deque[str]) -> None:
        """Handle one message of the notice queue."""
        if waiting:
            record = {"messageId": "m", "body": waiting.popleft(), "eventSourceARN": "notice"}
            failed = notify.app.respond(worker, {"Records": [record]})["batchItemFailures"]
            assert not failed
            self.system._flush()

    def _sweep(self, waiting: deque[str], lost: set[str]) -> None:
        """Run one tick, and rank at once what it finds."""
        self.system.sweep()
        waiting.extend(self._taken("notice"))
        ranks = self._taken("rank")
        for message in ranks:
            case_id = json.loads(message)["case_id"]
            if case_id in lost:
                self.woken.setdefault(case_id, self._now())
        self._rank(ranks)


@contextmanager
def _timed(system: System) -> Iterator[None]:
    """Have every call of a service take its time on the simulated clock."""
    with ExitStack() as stack:
        for service, seconds in SECONDS.items():
            for method in ACTIONS[service]:
                stack.enter_context(patch.object(service, method, _taking(system, getattr(service, method), seconds)))
        yield


def _taking(system: System, original: Callable[..., Any], seconds: float) -> Callable[..., Any]:
    @wraps(original)
    def timed(*given: Any, **named: Any) -> Any:  # noqa: ANN401  # any method
        system.time += timedelta(seconds=seconds)
        return original(*given, **named)

    return timed
