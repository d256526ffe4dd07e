"""The execution environments of one function: idle ones are reused, new ones started on demand up to a limit."""

from __future__ import annotations

import time
from collections.abc import Mapping
from threading import Condition, Thread
from types import MappingProxyType

from infra.local.lambda_runtime.activity import Activity
from infra.local.lambda_runtime.environments import Environment, Surroundings, failed_result
from infra.local.lambda_runtime.functions import FunctionSpec
from infra.local.lambda_runtime.lineage import Lineage, field_after
from infra.local.lambda_runtime.runtime_api import InvocationResult


class EnvironmentPool:
    """Invokes one function.

    Args:
        spec: the function.
        variables: the environment variables of its handlers.
        around: what its execution environments share with those of other functions.
        activity: counts its invocations.
        max_environments: the largest number of execution environments at a time.
    """

    def __init__(
        self,
        spec: FunctionSpec,
        variables: Mapping[str, str],
        around: Surroundings,
        activity: Activity,
        max_environments: int,
    ) -> None:
        self.spec = spec
        self._variables = dict(variables)
        self._around = around
        self._activity = activity
        self._max_environments = max_environments
        self._changed = Condition()
        self._idle: list[Environment] = []
        self._all: set[Environment] = set()
        self._closed = False

    def warm(self) -> InvocationResult | None:
        """Start one environment before the first event. Return the error of its init phase, or None."""
        environment, failed = self._acquire(None)
        if environment is not None:
            self._release(environment, usable=True)
        return failed

    def invoke(
        self,
        payload: bytes,
        timeout: float | None = None,
        request_id: str | None = None,
        lineage: Lineage = MappingProxyType({}),
    ) -> InvocationResult:
        """Invoke the function with an event; wait for a free environment if all are busy.

        Args:
            payload: the event, as JSON.
            timeout: seconds to wait for an environment and, again, for the function; None to wait for an environment
                without a limit, and for the function until its own timeout.
            request_id: the id of the invocation, which no other has; None for a new one.
            lineage: how often functions have run in the chain that leads to it.
        """
        with self._activity.invocation():
            environment, failed = self._acquire(timeout)
            if environment is None:
                text = "no execution environment was free in time"
                return failed or failed_result("timeout", "Sandbox.Timedout", text)
            result = environment.invoke(payload, timeout, request_id, field_after(self.spec, lineage))
            self._release(environment, usable=result.kind in {"ok", "error"})
            return result

    def invoke_in_chain(self, payload: bytes, lineage: Lineage) -> InvocationResult:
        """Invoke the function with an event that a chain of invocations led to; wait for a free environment."""
        return self.invoke(payload, lineage=lineage)

    def kill(self) -> int:
        """Kill every process of the function (SIGKILL). Return their number."""
        with self._changed:
            running = [environment for environment in self._all if environment.alive]
        for environment in running:
            environment.kill()
        return len(running)

    def close(self) -> None:
        """Stop all environments."""
        with self._changed:
            self._closed = True
            ending = list(self._all)
            self._changed.notify_all()
        stoppers = [Thread(target=environment.stop) for environment in ending]
        for stopper in stoppers:
            stopper.start()
        for stopper in stoppers:
            stopper.join()

    def _acquire(self, timeout: float | None) -> tuple[Environment | None, InvocationResult | None]:
        """Return a ready environment, or None and, if its init phase failed, the error."""
        environment, is_new = self._take(None if timeout is None else time.monotonic() + timeout)
        failed = environment.wait_until_ready() if environment is not None and is_new else None
        if environment is not None and failed is not None:
            self._release(environment, usable=False)
            return None, failed
        return environment, None

    def _take(self, deadline: float | None) -> tuple[Environment | None, bool]:
        with self._changed:
            while not self._closed:
                while self._idle:
                    environment = self._idle.pop()
                    if environment.alive:
                        return environment, False
                    self._all.discard(environment)
                    environment.kill()  # the process has exited; this closes its Runtime API
                if len(self._all) < self._max_environments:
                    environment = Environment(self.spec, self._variables, self._around)
                    self._all.add(environment)
                    return environment, True
                if not self._changed.wait(None if deadline is None else deadline - time.monotonic()):
                    break
        return None, False

    def _release(self, environment: Environment, *, usable: bool) -> None:
        with self._changed:
            if usable and environment.alive and not self._closed:
                self._idle.append(environment)
            else:
                self._all.discard(environment)
            self._changed.notify()
        if not usable:
            environment.kill()
