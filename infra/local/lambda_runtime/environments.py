"""Execution environments: handlers in processes of their own, as Lambda starts and ends them."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from threading import Thread
from typing import BinaryIO, Final

from infra.local.account import REGION
from infra.local.lambda_runtime.functions import FunctionSpec
from infra.local.lambda_runtime.runtime_api import Invocation, InvocationResult, RuntimeApi

INIT_TIMEOUT: Final = 30.0  # seconds; Lambda gives 10, a busy laptop needs more
STOP_WAIT: Final = 1.0  # seconds that a runtime client gets to end by itself
_PASSED_ON: Final = ("LANG", "LC_ALL", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")


def environment_variables(spec: FunctionSpec, credentials: Mapping[str, str], endpoint: str) -> dict[str, str]:
    """All variables that a handler sees: the template's, and those that Lambda itself sets."""
    own = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return own | {
        **spec.variables,
        **credentials,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
        "AWS_LAMBDA_FUNCTION_NAME": spec.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(spec.memory),
        "AWS_LAMBDA_FUNCTION_VERSION": "1" if spec.snap_start else "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start" if spec.snap_start else "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": spec.log_format,
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{spec.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "local",
        "LAMBDA_TASK_ROOT": str(spec.code),
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": os.pathsep.join(str(path) for path in (spec.code, *spec.layers)),
        "TZ": ":UTC",
        "_HANDLER": spec.handler,
    }


class Environment:
    """One process with its runtime API. It takes one invocation at a time."""

    def __init__(self, spec: FunctionSpec, variables: Mapping[str, str], log: BinaryIO) -> None:
        self._spec = spec
        self._api = RuntimeApi()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "awslambdaric", spec.handler],
            cwd=spec.code,
            env={**variables, "AWS_LAMBDA_RUNTIME_API": self._api.address},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        Thread(target=self._watch, daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self.process.poll() is None

    def wait_until_ready(self) -> InvocationResult | None:
        """Waits until the handler's module is loaded; what went wrong instead, if anything."""
        deadline = time.monotonic() + INIT_TIMEOUT
        while time.monotonic() < deadline:
            if self._api.ready.wait(0.005):
                return None
            with contextlib.suppress(queue.Empty):
                return self._api.results.get_nowait()
        return failed_result("timeout", "Sandbox.Timedout", f"init took more than {INIT_TIMEOUT:.0f} seconds")

    def invoke(self, payload: bytes, timeout: float | None = None) -> InvocationResult:
        """Runs the handler on an event; anything but `ok` and `error` leaves the environment unusable.

        The function's own timeout ends it, or the caller's timeout (seconds) if that is shorter.
        """
        request_id = str(uuid.uuid4())
        deadline = time.time() + min(self._spec.timeout, timeout or self._spec.timeout)
        self._api.submit(Invocation(request_id, payload, deadline, self._spec.arn))
        while True:
            try:
                result = self._api.results.get(timeout=max(0.0, deadline - time.time()))
            except queue.Empty:
                self.kill()
                text = f"{request_id} Task timed out after {self._spec.timeout:.2f} seconds"
                return failed_result("timeout", "Sandbox.Timedout", text)
            if result.request_id in {"", request_id}:
                return result

    def kill(self) -> None:
        """Ends it at once, with all that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self._api.close()

    def stop(self) -> None:
        """Lets it end by itself, then ends it."""
        self._api.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_WAIT)
        self.kill()

    def _watch(self) -> None:
        code = self.process.wait()
        text = f"Runtime exited with {f'signal {-code}' if code < 0 else f'status {code}'}"
        self._api.results.put(failed_result("exit", "Runtime.ExitError", text))


def failed_result(kind: str, error_type: str, message: str) -> InvocationResult:
    """A result without an answer, in the form in which Lambda reports an error."""
    return InvocationResult(kind, json.dumps({"errorType": error_type, "errorMessage": message}).encode())
