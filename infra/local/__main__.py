"""Run template.yaml locally until interrupted: `python -m infra.local`.

Environment variables:
    PORT: the port of the APIs on the loopback interface (default 8000), with those of the site and of the desk above
        it; 0 chooses free ones.
    SEED: `samples` (default) files the sample requests at the start, `none` does not.
    ENGINE: the DynamoDB engine, `moto` (default) or `dynamodb-local`.
    LOG: the file that handlers log to (default build/local-PORT.log), or `-` for standard error.
    TEMPLATE: the template (default template.yaml).
    ENVIRONMENTS: the largest number of execution environments per function (default 4).
    PARAMETERS: template parameters as `Name=Value`, separated by spaces.
    CLOCK: the product's function that returns the current time, as `module:function`; `/_local/clock` moves it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Event
from types import FrameType

from infra.local.console.sign_in import TEST_USERS
from infra.local.emulators.server_process import EmulatorError, EmulatorProcess
from infra.local.runner import CLOCK, LocalRun, Options, bind_servers
from infra.local.template.intrinsics import IntrinsicError
from infra.local.template.loader import TemplateError, load
from infra.paths import ROOT

LOCAL_PARAMETERS = {"SendingRate": "10000", "SmsSendingRate": "10000"}
"""Parameters that are not the template's defaults: the emulators take any number of messages a second."""


class _StoppedError(KeyboardInterrupt):
    """SIGINT or SIGTERM was received.

    It derives from KeyboardInterrupt so that no library mistakes it for an error of its own.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _on_signal(number: int, _frame: FrameType | None) -> None:
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)  # already stopping
    raise _StoppedError(number)


def main() -> int:
    """Run until SIGINT or SIGTERM.

    Returns:
        The exit code: 0 after SIGINT, 143 after SIGTERM, 1 if the run could not start.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _on_signal)
    try:
        with running() as run:
            introduce(run)
            if "desk" in run.sites:
                print(f"sign in to the desk as {', '.join(TEST_USERS)}")
            for name, address in run.sites.items():
                print(f"{name} {address}")
            print(f"ready {run.address}", flush=True)
            if sys.stdout.isatty():
                from infra.local.demo import policy_switch_bar  # noqa: PLC0415  only terminals show it

                policy_switch_bar.start_watching(run.stack)
            Event().wait()
    except _StoppedError as stopped:
        return 0 if stopped.number == signal.SIGINT else 128 + stopped.number
    except (TemplateError, IntrinsicError, EmulatorError) as error:
        print(f"cannot run the template: {error}", file=sys.stderr)
    except OSError as error:
        print(f"cannot start: {error}", file=sys.stderr)
    return 1


@contextlib.contextmanager
def running() -> Iterator[LocalRun]:
    """Start the local run, and stop it on exit."""
    with contextlib.ExitStack() as ending:
        options = _options()
        servers = bind_servers(options.port)
        emulator = EmulatorProcess(_dynamodb_port(ending))
        ending.callback(emulator.stop)
        parameters = _parameters({name: f"http://127.0.0.1:{server.port}" for name, server in servers.items()})
        template = load(Path(os.environ.get("TEMPLATE", ROOT / "template.yaml")), parameters)
        run = LocalRun(template, emulator, options, servers)
        ending.callback(run.stop)
        run.start()
        yield run


def introduce(run: LocalRun) -> None:
    """File the sample requests and print the docket, unless SEED is `none`."""
    if os.environ.get("SEED", "samples") == "none":
        return
    from infra.local.demo import docket_table, sample_requests  # noqa: PLC0415  only needed with sample requests

    receipts = sample_requests.file_samples(run.address)
    docket_table.show_docket(run.stack, run.address, receipts)


def _options() -> Options:
    port = int(os.environ.get("PORT", "8000"))
    log = os.environ.get("LOG", str(ROOT / "build" / f"local-{port}.log"))
    max_environments = int(os.environ.get("ENVIRONMENTS", "4"))
    clock = os.environ.get("CLOCK", CLOCK)
    return Options(port, max_environments, None if log == "-" else Path(log), clock)


def _parameters(addresses: Mapping[str, str]) -> dict[str, str]:
    given = dict(pair.split("=", 1) for pair in os.environ.get("PARAMETERS", "").split())
    own = {
        "StaffApiUrl": addresses[""],
        "OidcIssuer": f"{addresses['']}/_local",
        "SiteUrl": addresses["site"],
        "DeskUrl": addresses["desk"],
    }
    return {**LOCAL_PARAMETERS, **own, **given}


def _dynamodb_port(ending: contextlib.ExitStack) -> int | None:
    engine = os.environ.get("ENGINE", "moto")
    if engine == "moto":
        return None
    if engine != "dynamodb-local":
        raise EmulatorError(f"ENGINE must be moto or dynamodb-local, not {engine}")
    from infra.local.emulators.dynamodb_local import dynamodb_local  # noqa: PLC0415  only needed with this engine

    return int(ending.enter_context(dynamodb_local()).rpartition(":")[2])


if __name__ == "__main__":
    sys.exit(main())
