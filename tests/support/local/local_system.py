"""A local system as a process, and access to its APIs over HTTP and to its AWS services with boto3."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlsplit

import boto3

from casereview.schema.records import Stored
from casereview.store.items import from_item
from casereview.store.keys import Key
from infra.local.account import ADMIN_KEY, REGION
from infra.local.lambda_runtime.event_source_mappings import POLLERS
from tests.support.any_system import AnySystem

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_sqs import SQSClient

_RECORD = TypeVar("_RECORD", bound=Stored)
_FOUND = TypeVar("_FOUND")
ROOT = Path(__file__).parents[3]
PATIENCE = 90.0
"""Seconds that a test waits for something that takes one or two on an idle machine."""
HTTP_TIMEOUT = 60.0
WORK_QUEUES = ("case-review-rank", "case-review-notice")


@dataclass(frozen=True, slots=True)
class Answer:
    """One response of the API."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401  # a test knows what it asked for
        return json.loads(self.body)

    @property
    def content_type(self) -> str:
        return dict(self.headers)["Content-Type"]

    @property
    def without_ids(self) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
        """Everything in the response but the request id, which differs in every response."""
        return self.status, tuple(pair for pair in self.headers if pair[0] != "x-amzn-RequestId"), self.body


class Client:
    """One persistent connection."""

    def __init__(self, address: str) -> None:
        self._connection = HTTPConnection(urlsplit(address).netloc, timeout=HTTP_TIMEOUT)

    def close(self) -> None:
        self._connection.close()

    @property
    def is_open(self) -> bool:
        """Whether the connection is still open after the last response."""
        return self._connection.sock is not None

    def call(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Send one request: bytes and text as they are, anything else as JSON."""
        raw = body if isinstance(body, bytes | str) or body is None else json.dumps(body)
        sent = {"Content-Type": "application/json", **(headers or {})}
        self._connection.request(method, path, raw.encode() if isinstance(raw, str) else raw, sent)
        response = self._connection.getresponse()
        return Answer(response.status, tuple(response.getheaders()), response.read())


@dataclass
class Local(AnySystem[Answer]):
    """A running local system."""

    address: str
    log: Path
    printed: Path
    process: int = 0
    """The id of its process."""
    _session: boto3.Session = field(default_factory=lambda: boto3.Session(ADMIN_KEY, "local", region_name=REGION))

    # ---- the public API

    def client(self) -> Client:
        return Client(self.address)

    @property
    def site(self) -> str:
        """The URL of the public site."""
        return self._printed_address("site")

    @property
    def desk(self) -> str:
        """The URL of the desk."""
        return self._printed_address("desk")

    def _printed_address(self, name: str) -> str:
        found = re.search(rf"^{name} (http://127\.0\.0\.1:\d+)$", self.printed.read_text(), re.MULTILINE)
        assert found, f"the local run printed no address of the {name}"
        return found.group(1)

    def call(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Send one request over a connection of its own."""
        with closing(self.client()) as client:
            return client.call(method, path, body, headers)

    def ranked(self, filed: Mapping[str, str]) -> dict[str, Any]:
        """Wait until the case of a request is ranked, and return what its holder is shown."""
        eventually(lambda: self.case_of(filed).rank)
        found: dict[str, Any] = self.on(filed, "GET").json()
        return found

    # ---- the console

    def outbox(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.call("GET", "/_local/outbox").json()
        return found

    def sent_to(self, address: str) -> list[dict[str, str]]:
        return [message for message in self.outbox() if message["to"] == address]

    def queues(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = self.call("GET", "/_local/queues").json()
        return found

    def tick(self) -> None:
        assert self.call("POST", "/_local/tick").status == 200

    def settle(self) -> None:
        """Fire every schedule, and wait until no message is due and no invocation runs."""
        answer = self.call("POST", "/_local/tick", {"settle": True, "timeout_seconds": HTTP_TIMEOUT - 10})
        assert answer.status == 200, answer.body

    def advance(self, seconds: float) -> datetime:
        """Move the product's time forward; return it."""
        answer = self.call("POST", "/_local/clock", {"advance_seconds": seconds})
        assert answer.status == 200, answer.body
        return datetime.fromisoformat(answer.json()["now"])

    def calls(self, since: int = 0) -> list[dict[str, Any]]:
        """Return the calls to AWS that functions made after the first `since`."""
        found: list[dict[str, Any]] = self.call("GET", f"/_local/calls?since={since}").json()
        return found

    def token(self, user: str, groups: list[str], office: str | None = None) -> str:
        """Return an ID token of a user with exactly these groups and this office."""
        answer = self.call("POST", "/_local/token", {"user": user, "groups": groups, "office": office})
        return str(answer.json()["token"])

    def kill(self, function: str) -> int:
        """Kill the processes of a function; return their number."""
        killed: int = self.call("POST", "/_local/kill", {"function": function}).json()["killed"]
        return killed

    def denials(self) -> set[tuple[str, str, str]]:
        """Return the calls of functions that IAM denied: role, action, resource."""
        with closing(Client(self.endpoint)) as client:
            calls = client.call("GET", "/_endpoint/calls").json()
        return {(call["role"], call["action"], call["resource"]) for call in calls if not call["allowed"]}

    # ---- its AWS services, with administrator rights

    @cached_property
    def endpoint(self) -> str:
        found: str = self.call("GET", "/_local/health").json()["aws"]
        return found

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        return self._session.client("dynamodb", endpoint_url=self.endpoint)

    @cached_property
    def sqs(self) -> SQSClient:
        return self._session.client("sqs", endpoint_url=self.endpoint)

    @cached_property
    def table(self) -> str:
        """The name of the table of cases."""
        found: str = self.call("GET", "/_local/aws").json()["resources"]["Table"]
        return found

    def queue_url(self, name: str) -> str:
        return self.sqs.get_queue_url(QueueName=name)["QueueUrl"]

    def show_again_after(self, seconds: int) -> None:
        """Shorten the visibility timeout of the two work queues, so that failed messages are retried sooner."""
        self._set_queues(VisibilityTimeout=str(seconds))
        self._end_polls()
        eventually(self.at_rest)

    def copy_to_dead_letters(self) -> None:
        """Make each message visible again at once, and move it to the dead-letter queue on its second receive.

        So it is handled as usual and can be read afterwards.
        """
        self._set_queues(VisibilityTimeout="0", most_receives=1)
        self._end_polls()

    def _set_queues(self, most_receives: int | None = None, **attributes: str) -> None:
        for name in WORK_QUEUES:
            url, wanted = self.queue_url(name), {**attributes}
            if most_receives is not None:
                policy = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]
                redrive = {**json.loads(policy["RedrivePolicy"]), "maxReceiveCount": most_receives}
                wanted["RedrivePolicy"] = json.dumps(redrive)
            self.sqs.set_queue_attributes(QueueUrl=url, Attributes=cast("Any", wanted))

    def _end_polls(self) -> None:
        """End pending long polls, which keep the queue attributes of their start, with messages about no case."""
        hints = {"case-review-rank": {}, "case-review-notice": {"notice_id": "NONE"}}
        for name, hint in hints.items():
            message = json.dumps({"schema": 1, "case_id": "NONE", **hint})
            for _ in range(2 * POLLERS):
                self.sqs.send_message(QueueUrl=self.queue_url(name), MessageBody=message, MessageGroupId="HQ")

    def items(self) -> list[dict[str, Any]]:
        """Return every item of the table."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.table)
        return [dict(item) for page in pages for item in page["Items"]]

    def read(self, model: type[_RECORD], key: Key) -> _RECORD:
        item = self.dynamodb.get_item(TableName=self.table, Key={"pk": {"S": key.pk}, "sk": {"S": key.sk}})["Item"]
        return from_item(model, item)

    def set(self, key: Key, **attributes: str) -> None:
        """Overwrite string attributes of an item, bypassing all rules of the application."""
        self.dynamodb.update_item(
            TableName=self.table,
            Key={"pk": {"S": key.pk}, "sk": {"S": key.sk}},
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in attributes),
            ExpressionAttributeNames={f"#{name}": name for name in attributes},
            ExpressionAttributeValues={f":{name}": {"S": value} for name, value in attributes.items()},
        )

    def raw_mail(self) -> list[bytes]:
        """Return the e-mails as they were sent to SES, all parts included."""
        with closing(Client(self.endpoint)) as client:
            sent = client.call("GET", "/_endpoint/outbox?since=0").json()
        return [
            base64.b64decode(each["request"]["Content"]["Raw"]["Data"]) for each in sent if each["channel"] == "email"
        ]

    # ---- idle

    def at_rest(self) -> bool:
        """Return whether all queues are empty, dead-letter queues included."""
        return not any(count for queue in self.queues().values() for count in queue.values())


def eventually(look: Callable[[], _FOUND | None], patience: float = PATIENCE) -> _FOUND:
    """Call `look` until its result is true, and return the result."""
    deadline = time.monotonic() + patience
    while not (found := look()):
        assert time.monotonic() < deadline, "the condition did not become true in time"
        time.sleep(0.1)
    return found


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Local]:
    """Run a local system without data on a free port; handlers log to the directory.

    On exit it checks that no call of a function was denied.
    """
    log, printed = folder / "handlers.log", folder / "printed.log"
    unwanted = {"PYTHONDONTWRITEBYTECODE", "ENGINE", "TEMPLATE", "ENVIRONMENTS", "PARAMETERS"}
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    environment |= {"PORT": "0", "SEED": "none", "LOG": str(log), **settings}
    with printed.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.local"], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            found = Local(eventually(lambda: _address(process, printed)), log, printed, process.pid)
            yield found
            assert found.denials() == set(), "a function made a call that its role does not allow"
        finally:
            _stop(process)


def _address(process: subprocess.Popen[bytes], printed: Path) -> str | None:
    text = printed.read_text()
    assert process.poll() is None, text
    found = re.search(r"^ready (http://127\.0\.0\.1:\d+)$", text, re.MULTILINE)
    return found.group(1) if found else None


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the process with SIGINT, or kill it if it does not exit."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise
