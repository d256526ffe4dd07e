"""Execution environments: handlers in processes of their own, started, reused, replaced as Lambda does it."""

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
from threading import Condition, Thread
from typing import BinaryIO

from infra.local.account import REGION
from infra.local.functions import FunctionSpec
from infra.local.runtime_api import Invocation, Outcome, RuntimeApi

INIT_TIMEOUT = 30.0  # seconds; Lambda gives 10, a busy laptop needs more
STOP_WAIT = 1.0  # seconds that a runtime client gets to end by itself
_PASSED_ON = ("LANG", "LC_ALL", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")


def lambda_variables(spec: FunctionSpec, credentials: Mapping[str, str], endpoint: str) -> dict[str, str]:
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

    def wait_until_ready(self) -> Outcome | None:
        """Waits until the handler's module is loaded; what went wrong instead, if anything."""
        deadline = time.monotonic() + INIT_TIMEOUT
        while time.monotonic() < deadline:
            if self._api.ready.wait(0.005):
                return None
            with contextlib.suppress(queue.Empty):
                return self._api.outcomes.get_nowait()
        return _failure("timeout", "Sandbox.Timedout", f"init took more than {INIT_TIMEOUT:.0f} seconds")

    def invoke(self, payload: bytes, patience: float | None = None) -> Outcome:
        """Runs the handler on an event; anything but `ok` and `error` leaves the environment unusable.

        The function's own timeout ends it, or the caller's patience (seconds) if that is shorter.
        """
        request_id = str(uuid.uuid4())
        deadline = time.time() + min(self._spec.timeout, patience or self._spec.timeout)
        self._api.submit(Invocation(request_id, payload, deadline, self._spec.arn))
        while True:
            try:
                outcome = self._api.outcomes.get(timeout=max(0.0, deadline - time.time()))
            except queue.Empty:
                self.kill()
                text = f"{request_id} Task timed out after {self._spec.timeout:.2f} seconds"
                return _failure("timeout", "Sandbox.Timedout", text)
            if outcome.request_id in {"", request_id}:
                return outcome

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
        self._api.outcomes.put(_failure("exit", "Runtime.ExitError", text))


def _failure(kind: str, error_type: str, message: str) -> Outcome:
    return Outcome(kind, json.dumps({"errorType": error_type, "errorMessage": message}).encode())


class Pool:
    """The environments of one function: idle ones are reused, new ones started on demand up to a bound."""

    def __init__(self, spec: FunctionSpec, variables: Mapping[str, str], log: BinaryIO, bound: int) -> None:
        self.spec = spec
        self._variables = dict(variables)
        self._log = log
        self._bound = bound
        self._changed = Condition()
        self._idle: list[Environment] = []
        self._all: set[Environment] = set()
        self._closed = False

    def warm(self) -> Outcome | None:
        """Starts one environment ahead of the first event; what went wrong in its init, if anything."""
        environment, failure = self._acquire()
        if failure is None and environment is not None:
            self._release(environment, usable=True)
        return failure

    def invoke(self, payload: bytes, patience: float | None = None) -> Outcome:
        """Runs the function on an event; waits where all environments are busy, `patience` seconds at most."""
        environment, failure = self._acquire(patience)
        if environment is None:
            return failure or _failure("timeout", "Sandbox.Timedout", "no environment was free in time")
        outcome = environment.invoke(payload, patience)
        self._release(environment, usable=outcome.kind in {"ok", "error"})
        return outcome

    def kill(self) -> int:
        """Kills every process of the function (SIGKILL); how many there were."""
        with self._changed:
            running = [environment for environment in self._all if environment.alive]
        for environment in running:
            environment.kill()
        return len(running)

    def close(self) -> None:
        """Ends all environments."""
        with self._changed:
            self._closed = True
            ending = list(self._all)
            self._changed.notify_all()
        stoppers = [Thread(target=environment.stop) for environment in ending]
        for stopper in stoppers:
            stopper.start()
        for stopper in stoppers:
            stopper.join()

    def _acquire(self, patience: float | None = None) -> tuple[Environment | None, Outcome | None]:
        deadline = None if patience is None else time.monotonic() + patience
        with self._changed:
            while not self._closed:
                while self._idle:
                    environment = self._idle.pop()
                    if environment.alive:
                        return environment, None
                    self._forget(environment)
                if len(self._all) < self._bound:
                    environment = Environment(self.spec, self._variables, self._log)
                    self._all.add(environment)
                    break
                left = None if deadline is None else deadline - time.monotonic()
                if not self._changed.wait(left):
                    return None, None
            else:
                return None, None
        failure = environment.wait_until_ready()
        if failure is not None:
            self._release(environment, usable=False)
            return None, failure
        return environment, None

    def _release(self, environment: Environment, *, usable: bool) -> None:
        with self._changed:
            if usable and environment.alive:
                self._idle.append(environment)
            else:
                self._forget(environment)
            self._changed.notify()
        if not usable:
            environment.kill()

    def _forget(self, environment: Environment) -> None:
        self._all.discard(environment)
