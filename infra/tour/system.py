"""A local run of the tour's own: empty, on a free port, ended with the tour."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import IO, Final

from infra.paths import ROOT
from infra.tour.walk import UnreachableError

_READY: Final = "ready "
_SECONDS_TO_END: Final = 30.0


@contextlib.contextmanager
def local_run() -> Iterator[str]:
    """Start the application and yield its address; end it afterwards.

    Raises:
        UnreachableError: It did not start; standard error says why.
    """
    environment = {**os.environ, "PORT": "0", "SEED": "none", "LOG": str(ROOT / "build" / "tour.log")}
    started = subprocess.Popen(
        [sys.executable, "-m", "infra.local"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    with started:
        try:
            yield _address(started.stdout)
        finally:
            started.send_signal(signal.SIGINT)
            started.wait(_SECONDS_TO_END)


def _address(output: IO[str] | None) -> str:
    for line in output or ():
        if line.startswith(_READY):
            return line.removeprefix(_READY).strip()
    raise UnreachableError("the local run did not start")
