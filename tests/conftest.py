"""What every test gets: no real credentials (``environment``), and a system where it asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

import tests.environment
from tests.proofs import tally as proofs
from tests.proofs.sizes import FULL
from tests.system import System, running

assert tests.environment.REGION
tally = proofs.tally
# No test fails for a slow machine; the examples are the same each time, but for `make prove`, which looks further.
settings.register_profile(
    "ours", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=not FULL, print_blob=True
)
settings.load_profile("ours")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tell of each proof which claim it is of."""
    proofs.mark(items)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """After a run of proofs, print the table of claims."""
    if config.getoption("markexpr") == "proof":
        proofs.show(terminalreporter.stats)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let a whole run of the proofs fail in which a claim was not tried."""
    config = session.config
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    chosen = config.option.keyword or config.args_source is not config.ArgsSource.TESTPATHS
    if reporter and FULL and config.option.markexpr == "proof" and not chosen and proofs.untried(reporter.stats):
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED


@pytest.fixture
def system() -> Iterator[System]:
    """A system of one's own: empty table, empty queues, the clock at 24 November 2026, 15:00 UTC."""
    with running() as found:
        yield found


@pytest.fixture(scope="module")
def untouched() -> Iterator[System]:
    """A system that a module's tests share, because none of them may leave anything in it."""
    with running() as found:
        yield found
        assert found.items() == []
