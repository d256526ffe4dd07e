"""`python -m infra.local`: runs template.yaml here until it is interrupted.

Environment: PORT (8000; 0 takes a free one), SEED (`samples` or `none`), ENGINE (`moto` or `dynamodb-local`),
LOG (where handlers log: a file, or `-` for standard error; default build/local-PORT.log), TEMPLATE (template.yaml),
ENVIRONMENTS (the most processes a function may have, 4), PARAMETERS (`Name=Value`, separated by spaces).
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from types import FrameType

from infra.local.emulators.server_process import EmulatorError, EmulatorProcess
from infra.local.runner import LocalRun, Options
from infra.local.template.intrinsics import IntrinsicError
from infra.local.template.loader import TemplateError, load
from infra.paths import ROOT


class _Stopped(KeyboardInterrupt):
    """A signal to end came; like an interrupt, no library on the way takes it for a failure of its own."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _on_signal(number: int, _frame: FrameType | None) -> None:
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)  # ending is under way
    raise _Stopped(number)


def main() -> int:
    """Runs until SIGINT (exit code 0) or SIGTERM (143)."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _on_signal)
    try:
        with running() as run:
            introduce(run)
            print(f"ready {run.address}", flush=True)
            if sys.stdout.isatty():
                from infra.local.demo import policy_switch_bar  # noqa: PLC0415  nobody sees it elsewhere

                policy_switch_bar.start_watching(run.stack)
            Event().wait()
    except _Stopped as stopped:
        return 0 if stopped.number == signal.SIGINT else 128 + stopped.number
    except OSError as error:
        print(f"cannot serve on port {os.environ.get('PORT', '8000')}: {error.strerror}", file=sys.stderr)
    except (TemplateError, IntrinsicError, EmulatorError) as error:
        print(f"cannot run the template: {error}", file=sys.stderr)
    return 1


@contextlib.contextmanager
def running() -> Iterator[LocalRun]:
    """Starts everything, and ends it."""
    with contextlib.ExitStack() as ending:
        emulator = EmulatorProcess(_dynamodb_port(ending))
        ending.callback(emulator.stop)
        template = load(Path(os.environ.get("TEMPLATE", ROOT / "template.yaml")), _parameters())
        run = LocalRun(template, emulator, _options())
        ending.callback(run.stop)
        run.start()
        yield run


def introduce(run: LocalRun) -> None:
    """Loads the sample requests and shows the docket, unless SEED is none."""
    if os.environ.get("SEED", "samples") == "none":
        return
    from infra.local.demo import docket_table, sample_requests  # noqa: PLC0415  not needed without samples

    receipts = sample_requests.file_samples(run.address)
    docket_table.show_docket(run.stack, run.address, receipts)


def _options() -> Options:
    port = int(os.environ.get("PORT", "8000"))
    log = os.environ.get("LOG", str(ROOT / "build" / f"local-{port}.log"))
    max_environments = int(os.environ.get("ENVIRONMENTS", "4"))
    return Options(port=port, max_environments=max_environments, log=None if log == "-" else Path(log))


def _parameters() -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in os.environ.get("PARAMETERS", "").split())


def _dynamodb_port(ending: contextlib.ExitStack) -> int | None:
    emulator = os.environ.get("ENGINE", "moto")
    if emulator == "moto":
        return None
    if emulator != "dynamodb-local":
        raise TemplateError(f"ENGINE is moto or dynamodb-local, not {emulator}")
    from infra.local.emulators.dynamodb_local import dynamodb_local  # noqa: PLC0415  needs Java, moto doesn't

    return int(ending.enter_context(dynamodb_local()).rpartition(":")[2])


if __name__ == "__main__":
    sys.exit(main())
