"""A system that remembers what was sent to it, what it answered, and which function made each AWS call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.support.aws_calls import Call, record_calls
from tests.support.clouds import MotoCloud
from tests.support.system import Answer, Staff, System


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was sent to an API, and how it answered."""

    who: str
    method: str
    path: str
    body: object
    status: int


class Watched(System):
    """A system that keeps every answer, and knows which function makes each AWS call."""

    def __init__(self) -> None:
        super().__init__(MotoCloud())
        self.calls: list[Call] = []
        self.by_function: dict[str, list[Call]] = {}
        self.answers: list[tuple[str, Answer]] = []
        self.exchanges: list[Exchange] = []
        self.duties: set[str] = set()
        self.worked: list[str] = []
        """The bodies of the messages that workers were given."""

    @contextmanager
    def acting(self, function: str) -> Iterator[None]:
        """Take the calls made inside as those of a function."""
        with record_calls() as calls:
            yield
        self.by_function.setdefault(function, []).extend(calls)

    def call(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        with self.acting("intake"):
            answer = super().call(method, path, body, headers)
        self._keep("public", method, path, body, answer)
        return answer

    def staff(self, user: Staff, method: str, path: str, body: object = None) -> Answer:
        with self.acting("review"):
            answer = super().staff(user, method, path, body)
        self._keep("staff", method, path, body, answer)
        return answer

    def _keep(self, who: str, method: str, path: str, body: object, answer: Answer) -> None:
        self.answers.append((who, answer))
        self.exchanges.append(Exchange(who, method, path.partition("?")[0], body, answer.status))

    def _pump_once(self, name: str, worker: Callable[[dict[str, Any]], Any]) -> bool:
        def watched(event: dict[str, Any]) -> Any:  # noqa: ANN401  # as the worker's
            self.worked += [record["body"] for record in event["Records"]]
            with self.acting("prioritize" if name == "rank" else "notify"):
                return worker(event)

        return super()._pump_once(name, watched)

    def bounce(self, event: dict[str, Any]) -> dict[str, Any]:
        with self.acting("notify"):
            return super().bounce(event)

    def duty(self, duty: str, **more: str) -> dict[str, int]:
        self.duties.add(duty)
        with self.acting("prioritize"):
            return super().duty(duty, **more)
