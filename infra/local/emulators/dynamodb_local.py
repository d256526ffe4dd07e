"""DynamoDB Local, AWS's own engine, as a local process: for `ENGINE=dynamodb-local` and for tests.

It comes with the npm package `amplify-dynamodb-simulator` (`package.json`) and needs Java 17. Data is kept in memory
and is lost when the process ends.
"""

from __future__ import annotations

import http.client
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from infra.local.emulators.server_process import EmulatorError
from infra.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

EMULATOR: Final = ROOT / "node_modules" / "amplify-dynamodb-simulator" / "emulator"
"""The directory of the jar and its native libraries."""

START_TIMEOUT: Final = 60.0
"""Seconds until the engine must answer; it takes about two on an idle machine."""

STOP_TIMEOUT: Final = 10.0
"""Seconds between SIGTERM and SIGKILL."""

MAX_ATTEMPTS: Final = 3
"""Number of ports tried: another process can take a free port before the engine does."""


class DynamoDbLocalError(EmulatorError):
    """DynamoDB Local is not installed, or did not start."""


@contextmanager
def dynamodb_local() -> Iterator[str]:
    """Run DynamoDB Local on a free port, without tables.

    Yields:
        Its endpoint, ready for requests.

    Raises:
        DynamoDbLocalError: Java or the emulator is missing, or the engine did not answer.
    """
    with TemporaryDirectory(prefix="dynamodb-local-") as folder:
        process, endpoint = _start(_command(), folder)
        try:
            yield endpoint
        finally:
            _stop(process)


def _command() -> list[str]:
    """Return the command without the port. Telemetry is disabled."""
    java = shutil.which("java")
    if java is None:
        raise DynamoDbLocalError("DynamoDB Local needs Java 17 or newer on PATH")
    jar = EMULATOR / "DynamoDBLocal.jar"
    if not jar.exists():
        raise DynamoDbLocalError(f"DynamoDB Local is not installed ({jar} is missing): run `make engine`")
    library = f"-Djava.library.path={EMULATOR / 'DynamoDBLocal_lib'}"
    return [java, library, "-jar", str(jar), "-inMemory", "-disableTelemetry"]


def _start(command: list[str], folder: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start the engine on a free port; try another port if it exits. It may leave files in the folder."""
    for _ in range(MAX_ATTEMPTS):
        port = _free_port()
        arguments = [*command, "-port", str(port)]
        process = subprocess.Popen(arguments, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            if _wait_until_ready(process, port):
                return process, f"http://127.0.0.1:{port}"
        except BaseException:
            _stop(process)
            raise
    raise DynamoDbLocalError(f"DynamoDB Local exited {MAX_ATTEMPTS} times before it was ready")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_until_ready(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the engine answers.

    Returns:
        False if it exited instead.

    Raises:
        DynamoDbLocalError: it is running but did not answer within `START_TIMEOUT`.
    """
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        if _answers(port):
            return True
        time.sleep(0.05)
    raise DynamoDbLocalError(f"DynamoDB Local did not answer within {START_TIMEOUT:.0f} seconds")


def _answers(port: int) -> bool:
    """Return whether the engine answers an unsigned request, which it does with 400."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=STOP_TIMEOUT)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == http.HTTPStatus.BAD_REQUEST
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
