"""Starts the emulator process, gives access to it, and stops it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from functools import cache
from typing import Any, Final

import boto3
from botocore.config import Config

from infra.local.account import ADMIN_KEY, ADMIN_SECRET, POLLER_KEY, REGION
from infra.paths import ROOT

_PASSED_ON: Final = ("PATH", "LANG", "LC_ALL", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")


class EmulatorError(Exception):
    """An emulator did not start."""


class EmulatorProcess:
    """The emulator process. The constructor starts it; `endpoint` and `client` wait until it answers.

    Args:
        dynamodb_port: the port of DynamoDB Local, or None to use moto for DynamoDB too.
    """

    def __init__(self, dynamodb_port: int | None = None) -> None:
        own = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        arguments = [] if dynamodb_port is None else [str(dynamodb_port)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "infra.local.emulators.server", *arguments],
            cwd=ROOT,
            env={**own, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self.client: Callable[[str], Any] = cache(self._client)

    @property
    def endpoint(self) -> str:
        """The URL for AWS_ENDPOINT_URL. Waits until it is known.

        Raises:
            EmulatorError: the process exited before it printed its port.
        """
        return self._endpoint()

    @cache  # noqa: B019  there is one emulator process per run
    def _endpoint(self) -> str:
        if self.process.stdout is None:
            raise EmulatorError("the emulator process has no standard output")
        port = self.process.stdout.readline().strip()
        if not port:
            raise EmulatorError("the emulator process exited before it was ready")
        return f"http://127.0.0.1:{int(port)}"

    def poller_client(self) -> Any:  # noqa: ANN401  a client of a service found by name
        """Return an SQS client for event source mappings."""
        return self._client("sqs", POLLER_KEY)

    def _client(self, service: str, key: str = ADMIN_KEY) -> Any:  # noqa: ANN401  any service's client
        make: Callable[..., Any] = boto3.client  # its overloads need the service as a literal
        return make(
            service,
            region_name=REGION,
            endpoint_url=self.endpoint,
            aws_access_key_id=key,
            aws_secret_access_key=ADMIN_SECRET,
            config=Config(
                max_pool_connections=50, read_timeout=90, retries={"mode": "standard", "total_max_attempts": 1}
            ),
        )

    def get_json(self, path: str) -> Any:  # noqa: ANN401  a JSON value
        """Return the JSON document at a path of the AWS endpoint."""
        return self._request(urllib.request.Request(self.endpoint + path))  # noqa: S310  a loopback address

    def put_json(self, path: str, value: object) -> None:
        """Send a JSON document to a path of the AWS endpoint."""
        request = urllib.request.Request(self.endpoint + path, json.dumps(value).encode(), method="PUT")  # noqa: S310  a loopback address
        request.add_header("Content-Type", "application/json")
        self._request(request)

    @staticmethod
    def _request(request: urllib.request.Request) -> Any:  # noqa: ANN401  a JSON value
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310  a loopback address
            return json.load(response)

    def stop(self) -> None:
        """Stop the process."""
        with contextlib.suppress(OSError):
            if self.process.stdin:
                self.process.stdin.close()
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
