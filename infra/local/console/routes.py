"""The routes of the console under `/_local`. README.md in `infra/local` documents them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from infra.local.account import ADMIN_KEY, ADMIN_SECRET, REGION
from infra.local.console.outbox import Outbox
from infra.local.console.problems import ProblemError, json_object, json_response
from infra.local.console.product_time import ProductTime
from infra.local.console.settling import TIMEOUT, NotSettledError, Settling
from infra.local.console.sign_in import SignIn
from infra.local.console.users import InvalidUserError, NoUserPoolError, UserProfile, Users
from infra.local.emulators.server_process import EmulatorProcess
from infra.local.http_server import HttpRequest, HttpResponse
from infra.local.lambda_runtime.activity import Activity
from infra.local.lambda_runtime.environment_pool import EnvironmentPool
from infra.local.lambda_runtime.product_clock import AdvanceError, ProductClock
from infra.local.lambda_runtime.schedules import Scheduler
from infra.local.template.stack import Stack

_COUNTS: Final = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
)
Action = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True)
class Parts:
    """The parts of the run that the console reads and controls.

    Attributes:
        stack: the resources of the template.
        emulator: the AWS endpoint.
        pools: the execution environments of each function, by logical id.
        scheduler: the schedules.
        clock: the product's time.
        activity: counts what runs.
        polled: the URLs of the queues that functions read.
    """

    stack: Stack
    emulator: EmulatorProcess
    pools: Mapping[str, EnvironmentPool]
    scheduler: Scheduler
    clock: ProductClock
    activity: Activity
    polled: frozenset[str]


class Console:
    """Handles requests under `/_local/`."""

    def __init__(self, parts: Parts, outbox: Outbox) -> None:
        self._stack, self._emulator, self._polled = parts.stack, parts.emulator, parts.polled
        self._pools, self._scheduler = parts.pools, parts.scheduler
        self._outbox = outbox
        self._users = Users(parts.stack)
        sign_in = SignIn(parts.stack, self._users)
        self._time = ProductTime(parts.clock, parts.emulator, parts.stack)
        self._settling = Settling(parts.activity, self._delivered, self._due)
        self._actions: dict[tuple[str, str], Action] = {
            ("GET", "health"): self._health,
            ("GET", "outbox"): self._outbox_messages,
            ("GET", "queues"): self._queues,
            ("GET", "calls"): self._calls,
            ("GET", "iam"): self._iam,
            ("GET", "aws"): self._aws,
            ("POST", "clock"): self._move_clock,
            ("POST", "tick"): self._tick,
            ("POST", "token"): self._token,
            ("POST", "kill"): self._kill,
            ("GET", "oauth2/authorize"): sign_in.authorize,
            ("POST", "oauth2/token"): sign_in.token,
            ("POST", "oauth2/revoke"): sign_in.revoke,
            ("GET", "logout"): sign_in.logout,
        }

    def respond(self, request: HttpRequest) -> HttpResponse:
        """Handle one request."""
        action = self._actions.get((request.method, request.path.removeprefix("/_local/").rstrip("/")), _unknown)
        try:
            return action(request)
        except ProblemError as problem:
            return problem.response()

    def _health(self, _request: HttpRequest) -> HttpResponse:
        return json_response({"status": "ok", "aws": self._emulator.endpoint})

    def _outbox_messages(self, request: HttpRequest) -> HttpResponse:
        to = parse_qs(request.query).get("to", [None])[0]
        return HttpResponse(200, [("Content-Type", "application/json; charset=utf-8")], self._outbox.as_json(to))

    def _queues(self, _request: HttpRequest) -> HttpResponse:
        found = {}
        for name in self._stack.of_type("AWS::SQS::Queue"):
            queue = self._stack.get(name)
            visible, delayed, in_flight = self._counts(queue.ref)
            found[queue.attributes["QueueName"]] = {"visible": visible + delayed, "in_flight": in_flight}
        return json_response(found)

    def _counts(self, url: str) -> tuple[int, int, int]:
        """Return the numbers of visible, delayed and in-flight messages of a queue."""
        sqs = self._stack.client("sqs")
        counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_COUNTS))["Attributes"]
        visible, delayed, in_flight = (int(counts[count]) for count in _COUNTS)
        return visible, delayed, in_flight

    def _delivered(self) -> int:
        return int(self._emulator.get_json("/_endpoint/delivered"))

    def _due(self) -> dict[str, int]:
        return {url.rpartition("/")[2]: self._counts(url)[0] for url in sorted(self._polled)}

    def _calls(self, request: HttpRequest) -> HttpResponse:
        since = parse_qs(request.query, keep_blank_values=True).get("since", ["0"])[-1]
        if not (since.isascii() and since.isdigit()):
            raise ProblemError(422, "since must be a whole number from 0")
        return json_response(self._emulator.get_json(f"/_endpoint/log?since={since}"))

    def _iam(self, _request: HttpRequest) -> HttpResponse:
        return json_response(self._emulator.get_json("/_endpoint/calls"))

    def _aws(self, _request: HttpRequest) -> HttpResponse:
        access = {"region": REGION, "access_key": ADMIN_KEY, "secret_key": ADMIN_SECRET}
        return json_response({"endpoint": self._emulator.endpoint, **access, "resources": self._stack.physical_ids()})

    def _move_clock(self, request: HttpRequest) -> HttpResponse:
        asked = json_object(request.body)
        if unknown := asked.keys() - {"advance_seconds"}:
            raise ProblemError(422, f"Unknown field: {', '.join(sorted(unknown))}")
        try:
            now = self._time.advance(asked.get("advance_seconds", 0))
        except AdvanceError as error:
            raise ProblemError(422, str(error)) from None
        return json_response({"now": now.isoformat(timespec="milliseconds").replace("+00:00", "Z")})

    def _tick(self, request: HttpRequest) -> HttpResponse:
        asked = json_object(request.body)
        settle, timeout = asked.get("settle", False), asked.get("timeout_seconds", TIMEOUT)
        if not isinstance(settle, bool):
            raise ProblemError(422, "settle must be true or false")
        if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not 0 < timeout <= TIMEOUT:
            raise ProblemError(422, f"timeout_seconds must be a number above 0 and at most {TIMEOUT:g}")
        fired = self._scheduler.tick()
        if settle:
            try:
                self._settling.wait(timeout)
            except NotSettledError as error:
                raise ProblemError(504, str(error)) from None
        return json_response({"fired": fired})

    def _token(self, request: HttpRequest) -> HttpResponse:
        asked = json_object(request.body)
        groups, office = asked.get("groups") or [], asked.get("office")
        if not isinstance(groups, list):
            raise ProblemError(400, "groups must be a list of names")
        profile = UserProfile(str(office) if office else None, frozenset(str(group) for group in groups))
        try:
            return json_response({"token": self._users.id_token(str(asked.get("user", "user")), profile)})
        except NoUserPoolError:
            raise ProblemError(404, "The template has no user pool") from None
        except InvalidUserError as error:
            raise ProblemError(422, str(error)) from None

    def _kill(self, request: HttpRequest) -> HttpResponse:
        pool = self._pools.get(str(json_object(request.body).get("function")))
        if pool is None:
            raise ProblemError(404, f"function must be one of {', '.join(self._pools)}")
        return json_response({"killed": pool.kill()})


def _unknown(_request: HttpRequest) -> HttpResponse:
    raise ProblemError(404, "Route not found")
