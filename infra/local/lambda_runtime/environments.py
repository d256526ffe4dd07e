"""Execution environments: handlers in processes of their own, started and stopped as Lambda does."""

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
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import BinaryIO, Final

from infra.local.account import REGION
from infra.local.lambda_runtime.functions import FunctionSpec
from infra.local.lambda_runtime.product_clock import ProductClock
from infra.local.lambda_runtime.runtime_api import Invocation, InvocationResult, RuntimeApi

INIT_TIMEOUT: Final = 30.0  # seconds; Lambda allows 10, a busy laptop needs more
STOP_WAIT: Final = 1.0  # seconds for the runtime interface client to exit by itself
_BOOTSTRAP: Final = Path(__file__).with_name("bootstrap.py")
_PASSED_ON: Final = ("LANG", "LC_ALL", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")


def environment_variables(spec: FunctionSpec, credentials: Mapping[str, str], endpoint: str) -> dict[str, str]:
    """Return the environment variables of a function: those of the template, and those that Lambda itself sets.

    Args:
        spec: the function.
        credentials: the AWS credentials of its role, as environment variables.
        endpoint: the URL of the AWS endpoint.
    """
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


@dataclass(frozen=True)
class Surroundings:
    """What the execution environments of all functions share.

    Attributes:
        log: the file that handlers log to.
        clock: the product's time.
        clock_function: the product's function that returns the current time, as `module:function`.
    """

    log: BinaryIO
    clock: ProductClock
    clock_function: str


class Environment:
    """One execution environment: a handler process with its Runtime API. It handles one invocation at a time."""

    def __init__(self, spec: FunctionSpec, variables: Mapping[str, str], around: Surroundings) -> None:
        self._spec = spec
        self._api = RuntimeApi()
        clock = around.clock.descriptor
        self.process = subprocess.Popen(
            [sys.executable, str(_BOOTSTRAP), str(clock), around.clock_function, spec.handler],
            cwd=spec.code,
            env={**variables, "AWS_LAMBDA_RUNTIME_API": self._api.address},
            stdin=subprocess.DEVNULL,
            stdout=around.log,
            stderr=around.log,
            start_new_session=True,
            pass_fds=(clock,),
        )
        Thread(target=self._watch, daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether the process is running."""
        return self.process.poll() is None

    def wait_until_ready(self) -> InvocationResult | None:
        """Wait until the handler's module is loaded. Return the error of the init phase, or None."""
        deadline = time.monotonic() + INIT_TIMEOUT
        while time.monotonic() < deadline:
            if self._api.ready.wait(0.005):
                return None
            with contextlib.suppress(queue.Empty):
                return self._api.results.get_nowait()
        return failed_result("timeout", "Sandbox.Timedout", f"the init phase took more than {INIT_TIMEOUT:.0f} seconds")

    def invoke(
        self, payload: bytes, timeout: float | None = None, request_id: str | None = None, lineage: str = ""
    ) -> InvocationResult:
        """Run the handler on an event.

        Args:
            payload: the event, as JSON.
            timeout: the time in seconds after which the caller gives up, if shorter than the function's own timeout.
            request_id: the id of the invocation, which no other has; None for a new one.
            lineage: the field of the trace header that says which invocations led to it.

        Returns:
            The result. After any kind but `ok` and `error` the environment cannot be used again.
        """
        request_id = request_id or str(uuid.uuid4())
        deadline = time.time() + min(self._spec.timeout, timeout or self._spec.timeout)
        self._api.submit(Invocation(request_id, payload, deadline, self._spec.arn, lineage))
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
        """Kill the process and all processes that it started (SIGKILL); it is not `alive` any more afterwards."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_WAIT)
        self._api.close()

    def stop(self) -> None:
        """Let the process exit by itself, then kill what is left."""
        self._api.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_WAIT)
        self.kill()

    def _watch(self) -> None:
        code = self.process.wait()
        text = f"Runtime exited with {f'signal {-code}' if code < 0 else f'status {code}'}"
        self._api.results.put(failed_result("exit", "Runtime.ExitError", text))


def failed_result(kind: str, error_type: str, message: str) -> InvocationResult:
    """Return the result of an invocation that failed outside the handler, in Lambda's error format."""
    return InvocationResult(kind, json.dumps({"errorType": error_type, "errorMessage": message}).encode())
