"""What every test gets: no real credentials (``environment``), and a system where it asks for one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import tests.support.environment
from tests.support import backend_contract, moto_speed, moto_texts
from tests.support.clouds import backend_of
from tests.support.proofs import tally as proofs
from tests.support.proofs.sizes import FULL
from tests.support.system import System, running

assert tests.support.environment.REGION
pytest_plugins = ["tests.support.dynamodb_local"]
tally = proofs.tally
moto_speed.apply()
moto_texts.apply()
backend_contract.watch()
EXAMPLES = {"quick": 20, "test": 50, "ci": 200, "prove": 500}
"""How many examples a property test tries, by profile: `make quick`, `make test`, `.ci/run`, `make prove`."""
for name, examples in EXAMPLES.items():
    # No test fails for a slow machine. The examples are the same each time, except in `make prove`.
    settings.register_profile(
        name,
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        derandomize=not FULL,
        print_blob=True,
    )
settings.load_profile("prove" if FULL else os.environ.get("PROFILE", "test"))

HERE = Path(__file__).parent
TRY_MANY = {"bench", "proofs"}
"""They go through the same lines again and again, to find what is wrong; to count those takes half as long again."""


ON_MOTO = {"bench", "e2e", "component/local", "proofs/crashes", "proofs/faults", "proofs/leaks", "proofs/privileges"}
"""Rooms whose tests hook botocore, or start the local run."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tell of each proof which claim it is of, and count as covered only what tests of single rules and flows cover."""
    proofs.mark(items)
    for item in items:
        folders = item.path.relative_to(HERE).parts
        if folders[0] in TRY_MANY:
            item.add_marker("no_cover")
        if folders[0] == "browser":
            item.add_marker("browser")
        if folders[0] in ON_MOTO or "/".join(folders[:2]) in ON_MOTO:
            item.add_marker("moto")


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
def system(request: pytest.FixtureRequest) -> Iterator[System]:
    """A system of one's own: empty table, empty queues, the clock at 24 November 2026, 15:00 UTC."""
    with running(backend_of(request.node)) as found:
        yield found


@pytest.fixture(autouse=True)
def _only_requests_of_the_contract(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that makes a request of a shape that no case of the backends' contract has.

    A test that breaks the code on purpose may make any.
    """
    yield
    unknown = backend_contract.seen - backend_contract.covered()
    backend_contract.seen.clear()
    breaks = request.node.get_closest_marker("breaks")
    assert breaks or not unknown, f"tests/component/backend has no case of these requests: {sorted(unknown)}"


@pytest.fixture(scope="module")
def untouched() -> Iterator[System]:
    """A system that a module's tests share, because none of them may leave anything in it."""
    with running() as found:
        yield found
        assert found.items() == []
