"""A local run as a process, by default of the fixture template, and access to it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import boto3

from infra.local.account import ADMIN_KEY, REGION

ROOT = Path(__file__).parents[3]
FIXTURE = Path(__file__).parent / "fixture"
PATIENCE = 30.0  # seconds


class Answer(NamedTuple):
    """An HTTP response."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401
        """The body, parsed."""
        return json.loads(self.body)


class LocalRun:
    """One local run."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.log = folder / "handlers.log"
        own = {"TEMPLATE": str(FIXTURE / "template.yaml"), "PORT": "0", "SEED": "none", "LOG": str(self.log)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "infra.local"],
            cwd=ROOT,
            env={**os.environ, **own, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.port = 0

    def wait_until_ready(self) -> list[str]:
        """Return the lines that it printed until it was ready, including the last."""
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line.rstrip("\n"))
            if line.startswith("ready "):
                self.port = int(line.rpartition(":")[2])
                return lines
        raise AssertionError(f"the run exited: {self.process.communicate()[1]}")

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def do(self, what: str, **task: object) -> Answer:
        """Make the fixture's function do something."""
        return self.ask("POST", "/do", json.dumps({"what": what, **task}).encode())

    def post(self, path: str, **body: object) -> Answer:
        """Send a JSON object to the console."""
        return self.ask("POST", f"/_local/{path}", json.dumps(body).encode())

    def calls(self, since: int = 0) -> list[dict[str, Any]]:
        """Return the calls to AWS that functions made after the first `since`."""
        found: list[dict[str, Any]] = self.ask("GET", f"/_local/calls?since={since}").json
        return found

    def client(self, service: str) -> Any:  # noqa: ANN401
        """Return an AWS client with administrator rights."""
        make: Callable[..., Any] = boto3.client
        endpoint = self.ask("GET", "/_local/health").json["aws"]
        keys = {"aws_access_key_id": ADMIN_KEY, "aws_secret_access_key": "local"}
        return make(service, endpoint_url=endpoint, region_name=REGION, **keys)

    def notes(self) -> set[str]:
        """Return the notes that the function wrote to the table."""
        client = self.client("dynamodb")
        found = {item["pk"]["S"] for item in client.scan(TableName="case-review-Table")["Items"]}
        client.close()
        return found

    def queues(self) -> dict[str, dict[str, int]]:
        """Return the number of messages in each queue."""
        found: dict[str, dict[str, int]] = self.ask("GET", "/_local/queues").json
        return found

    def send(self, *bodies: str, delay: int = 0, queue: str = "work") -> None:
        """Send messages to the queue of a function, with a delay in seconds."""
        client = self.client("sqs")
        url = client.get_queue_url(QueueName=f"case-review-{queue}")["QueueUrl"]
        entries = [
            {"Id": str(number), "MessageBody": body, "DelaySeconds": delay} for number, body in enumerate(bodies)
        ]
        client.send_message_batch(QueueUrl=url, Entries=entries)
        client.close()

    def stop(self, number: int = signal.SIGINT) -> int:
        """Stop it with a signal, and return its exit code."""
        self.process.send_signal(number)
        self.process.communicate(timeout=PATIENCE)
        return self.process.returncode


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until a condition is true.

    Raises:
        AssertionError: it is still false after `PATIENCE` seconds.
    """
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "the condition did not become true in time"
        time.sleep(0.1)
