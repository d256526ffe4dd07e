from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra.local.lambda_runtime import bootstrap
from infra.local.lambda_runtime.product_clock import LEAD, MAX_LEAD, AdvanceError, ProductClock

CLOCK_MODULE = """
from datetime import datetime

def now():
    return datetime(2020, 1, 1)
"""
PROGRAM = """
import sys
sys.path.insert(0, {folder!r})
sys.path.insert(0, {runtime!r})
import bootstrap
sys.meta_path.insert(0, bootstrap.ClockFinder("product.clock:now", bootstrap.shared_lead({descriptor})))
import product.other
from product.clock import now
print(now(), product.other.read(), now.__name__)
input()
print(now(), product.other.read())
"""


@pytest.fixture
def clock() -> Iterator[ProductClock]:
    found = ProductClock()
    yield found
    found.close()


def test_the_time_is_real_time_at_first(clock: ProductClock) -> None:
    assert clock.lead == timedelta(0)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=10)


def test_moves_add_up(clock: ProductClock) -> None:
    clock.advance(60)
    clock.advance(0.25)
    clock.advance(0)
    assert clock.lead == timedelta(seconds=60.25)
    assert LEAD.unpack(os.pread(clock.descriptor, LEAD.size, 0)) == (60_250_000,)


@pytest.mark.parametrize("seconds", [-1, -0.5, float("nan"), float("inf"), True, None, "60", [1], 1e300, 10**400])
def test_other_moves_are_refused(clock: ProductClock, seconds: object) -> None:
    clock.advance(5)
    with pytest.raises(AdvanceError):
        clock.advance(seconds)
    assert clock.lead == timedelta(seconds=5)


def test_the_largest_lead_can_be_reached_and_not_exceeded(clock: ProductClock) -> None:
    clock.advance(MAX_LEAD.total_seconds())
    with pytest.raises(AdvanceError, match="at most 3653 days"):
        clock.advance(1)
    assert clock.lead == MAX_LEAD


def test_a_process_cannot_write_to_the_descriptor(clock: ProductClock) -> None:
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.write(clock.descriptor, b"x")


def test_the_clock_is_replaced_before_another_module_takes_it(tmp_path: Path, clock: ProductClock) -> None:
    package = tmp_path / "product"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "clock.py").write_text(CLOCK_MODULE)
    (package / "other.py").write_text("from product.clock import now\ndef read(clock=now):\n    return clock()\n")
    runtime = str(Path(bootstrap.__file__).parent)
    program = PROGRAM.format(folder=str(tmp_path), runtime=runtime, descriptor=clock.descriptor)
    clock.advance(86_400)
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        pass_fds=(clock.descriptor,),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "2020-01-02 00:00:00 2020-01-02 00:00:00 now\n"
        clock.advance(86_400)
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "2020-01-03 00:00:00 2020-01-03 00:00:00\n"
    assert process.returncode == 0
