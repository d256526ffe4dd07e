"""Go through the steps on a running system.

TourError
├── UnreachableError    nothing answers at the address
├── RefusedError        a step was answered with an error, or with nothing
└── TimedOutError       the answer that a step waits for did not come
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from string import Template
from typing import Final
from urllib.parse import urlsplit

from infra.tour.answers import Json, field
from infra.tour.steps import AFTER_THE_DECISION, APPROVAL, CONTENT_TYPE, TO_THE_DECISION, Step

PATIENCE: Final = 30.0
"""Seconds that a step waits for the answer that it is to show."""
_PAUSE: Final = 0.2
_SECONDS_PER_CALL: Final = 60.0


class TourError(Exception):
    """The tour cannot go on."""


class UnreachableError(TourError):
    """Nothing answers at the address."""


class RefusedError(TourError):
    """A step was answered with an error, or with nothing."""


class TimedOutError(TourError):
    """The answer that a step waits for did not come."""


@dataclass(frozen=True)
class Taken:
    """A step that was taken, with its answer."""

    step: Step
    answer: Json


class Walk:
    """One walk through the tour, with the values that its variables have so far."""

    def __init__(self, address: str, patience: float = PATIENCE) -> None:
        """Take the address of a running system, such as ``http://127.0.0.1:8000``."""
        self._host = urlsplit(address).netloc
        self._patience = patience
        self._values: dict[str, str] = {}

    def taken(self) -> Iterator[Taken]:
        """Take all steps, one after the other; a supervisor approves the decision where that is required.

        Raises:
            TourError: A step failed; the message names it.
        """
        answer: Json = None
        for each in self._all(TO_THE_DECISION):
            answer = each.answer
            yield each
        if field(answer, "status") == "awaiting_approval":
            yield from self._all(APPROVAL)
        yield from self._all(AFTER_THE_DECISION)

    def _all(self, steps: Sequence[Step]) -> Iterator[Taken]:
        for step in steps:
            answer = self._awaited(step)
            for name, kept in (step.keeps or {}).items():
                self._values[name] = str(field(answer, kept))
            yield Taken(step, answer)

    def _awaited(self, step: Step) -> Json:
        deadline = time.monotonic() + self._patience
        answer = self._answer(step)
        while step.awaits and not step.awaits(answer, self._values):
            if time.monotonic() > deadline:
                raise TimedOutError(
                    f"{step.method} {step.path}: waited {self._patience:g} s in vain, last for: {answer}"
                )
            time.sleep(_PAUSE)
            answer = self._answer(step)
        return answer

    def _answer(self, step: Step) -> Json:
        path = self._filled(step.path)
        headers = {"Authorization": f"Bearer {self._values[step.signed_by]}"} if step.signed_by else {}
        body = None
        if step.body is not None:
            body = self._filled(step.body).encode()
            headers["Content-Type"] = CONTENT_TYPE
        status, content = self._call(step.method, path, headers, body)
        if status == HTTPStatus.NO_CONTENT and step.awaits:
            return None
        if status not in {HTTPStatus.OK, HTTPStatus.CREATED}:
            raise RefusedError(f"{step.method} {path} was answered {status}: {content.decode() or 'without a body'}")
        answer: Json = json.loads(content)
        return answer

    def _filled(self, text: str) -> str:
        return Template(text).substitute(self._values)

    def _call(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self._host, timeout=_SECONDS_PER_CALL)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        except OSError as error:
            raise UnreachableError(f"nothing answers at http://{self._host}: {error}") from None
        finally:
            connection.close()
