"""The routes of the console under `/_local`. README.md in `infra/local` documents them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs

from infra.local.console.outbox import Outbox
from infra.local.console.users import NoUserPoolError, UserProfile, Users
from infra.local.emulators.server_process import EmulatorProcess
from infra.local.http_server import HttpRequest, HttpResponse
from infra.local.lambda_runtime.environment_pool import EnvironmentPool
from infra.local.lambda_runtime.schedules import Scheduler
from infra.local.template.stack import Stack

_COUNTS: Final = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
)
Action = Callable[[HttpRequest], HttpResponse]


class ProblemError(Exception):
    """An error that is returned as application/problem+json."""

    def __init__(self, status: int, title: str) -> None:
        super().__init__(title)
        self.status = status
        self.title = title


class Console:
    """Handles requests under `/_local/`."""

    def __init__(
        self,
        stack: Stack,
        emulator: EmulatorProcess,
        pools: Mapping[str, EnvironmentPool],
        scheduler: Scheduler,
        outbox: Outbox,
    ) -> None:
        self._stack = stack
        self._emulator = emulator
        self._pools = pools
        self._scheduler = scheduler
        self._outbox = outbox
        self._users = Users(stack)
        self._actions: dict[tuple[str, str], Action] = {
            ("GET", "health"): self._health,
            ("GET", "outbox"): self._outbox_messages,
            ("GET", "queues"): self._queues,
            ("GET", "calls"): self._calls,
            ("POST", "tick"): self._tick,
            ("POST", "token"): self._token,
            ("POST", "kill"): self._kill,
        }

    def respond(self, request: HttpRequest) -> HttpResponse:
        """Handle one request."""
        action = self._actions.get((request.method, request.path.removeprefix("/_local/").rstrip("/")), _unknown)
        try:
            return action(request)
        except ProblemError as problem:
            body = {"type": "about:blank", "title": problem.title, "status": problem.status, "errors": []}
            return _json(body, problem.status, "application/problem+json")

    def _health(self, _request: HttpRequest) -> HttpResponse:
        return _json({"status": "ok", "aws": self._emulator.endpoint})

    def _outbox_messages(self, request: HttpRequest) -> HttpResponse:
        to = parse_qs(request.query).get("to", [None])[0]
        return HttpResponse(200, [("Content-Type", "application/json; charset=utf-8")], self._outbox.as_json(to))

    def _queues(self, _request: HttpRequest) -> HttpResponse:
        sqs = self._stack.client("sqs")
        found = {}
        for name in self._stack.of_type("AWS::SQS::Queue"):
            queue = self._stack.get(name)
            counts = sqs.get_queue_attributes(QueueUrl=queue.ref, AttributeNames=list(_COUNTS))["Attributes"]
            visible, delayed, in_flight = (int(counts[count]) for count in _COUNTS)
            found[queue.attributes["QueueName"]] = {"visible": visible + delayed, "in_flight": in_flight}
        return _json(found)

    def _calls(self, _request: HttpRequest) -> HttpResponse:
        return _json(self._emulator.get_json("/_endpoint/calls"))

    def _tick(self, _request: HttpRequest) -> HttpResponse:
        return _json({"fired": self._scheduler.tick()})

    def _token(self, request: HttpRequest) -> HttpResponse:
        asked = _object(request.body)
        groups, office = asked.get("groups") or [], asked.get("office")
        if not isinstance(groups, list):
            raise ProblemError(400, "groups must be a list of names")
        profile = UserProfile(str(office) if office else None, frozenset(str(group) for group in groups))
        try:
            return _json({"token": self._users.id_token(str(asked.get("user", "user")), profile)})
        except NoUserPoolError:
            raise ProblemError(404, "The template has no user pool") from None

    def _kill(self, request: HttpRequest) -> HttpResponse:
        pool = self._pools.get(str(_object(request.body).get("function")))
        if pool is None:
            raise ProblemError(404, f"function must be one of {', '.join(self._pools)}")
        return _json({"killed": pool.kill()})


def _unknown(_request: HttpRequest) -> HttpResponse:
    raise ProblemError(404, "Route not found")


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        raise ProblemError(400, "The body is not JSON") from None
    if not isinstance(value, dict):
        raise ProblemError(400, "The body is not a JSON object")
    return value


def _json(value: object, status: int = 200, media: str = "application/json") -> HttpResponse:
    return HttpResponse(status, [("Content-Type", media)], json.dumps(value).encode())
