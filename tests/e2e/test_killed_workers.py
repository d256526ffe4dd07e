"""Workers die at any moment, again and again, and nothing is lost: the table knows what is owed, the sweep asks for it.

REQUESTS=1000 (300 by default) says how many are filed; ``--log-cli-level=INFO`` shows the figures.
"""

from __future__ import annotations

import logging
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count, islice
from pathlib import Path
from shutil import copy, copytree

import pytest

from casereview.schema.notice_records import Notice
from casereview.schema.records import Case
from notify.waiting import LEASE
from tests.support.local.filing import CLIENTS, file_all
from tests.support.local.local_system import ROOT, Local, eventually, running
from tests.support.proofs.tally import Tally

REQUESTS = int(os.environ.get("REQUESTS", "300"))
KILLS = max(12, REQUESTS // 25)
AT_WORK = 2.5
"""Seconds that the next kill waits for a message to be sent: so that it meets a process at work, not at its start."""
MORE = 0.3
"""Seconds, at most and at random, that it then waits: so that it may fall between any two calls."""
PRIORITIZE_EACH = 5
"""Each fifth kill takes the processes of prioritize, too."""
SHOWN_AGAIN_AFTER = int(LEASE.total_seconds()) + 5
"""Seconds until a dead process's messages come back (180 otherwise): its leases have ended then."""
SHORT = 10
"""Seconds of a lease in the copy of the application that waits for the dead, so that its test need not wait as long."""
BETWEEN_TICKS = 5.0
PATIENCE = 900.0
"""Seconds until rest; about a hundred after the last kill on an idle machine."""


def kill_over_and_over(local: Local, while_: Callable[[], bool]) -> Counter[str]:
    """Kill notify at work, again and again, and prioritize now and then; return how many processes died."""
    killed = Counter[str]()
    while while_() or killed["rounds"] < KILLS:
        until_at_work(local)
        killed["rounds"] += 1
        killed["notify"] += local.kill("NotifyFunction")
        if killed["rounds"] % PRIORITIZE_EACH == 0:
            killed["prioritize"] += local.kill("PrioritizeFunction")
    return killed


def until_at_work(local: Local) -> None:
    """Wait until a message is sent, or for a while in vain, and then a moment."""
    sent, deadline = len(local.outbox()), time.monotonic() + AT_WORK
    while len(local.outbox()) == sent and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(random.uniform(0, MORE))  # noqa: S311  # no secret


def wait_for_rest(local: Local, patience: float = PATIENCE) -> None:
    """Fire the schedule until nothing is owed and every queue is empty."""
    ticked = 0.0

    def rests() -> bool:
        nonlocal ticked
        if time.monotonic() - ticked > BETWEEN_TICKS:
            local.tick()
            ticked = time.monotonic()
        time.sleep(0.5)
        return local.at_rest() and not owed(local)

    eventually(rests, patience)


def owed(local: Local) -> bool:
    """Tell whether a case is not ranked or a notice neither sent nor given up."""
    return any(case.status == "received" for case in local.all(Case, "CASE")) or any(
        notice.state in {"owed", "sending"} for notice in local.all(Notice, "NOTICE")
    )


@pytest.mark.proof(1)
@pytest.mark.timeout(PATIENCE + 300)
def test_nothing_is_lost_while_workers_are_killed_and_duplicates_are_those_that_are_explained(
    local: Local, tally: Tally
) -> None:
    local.show_again_after(SHOWN_AGAIN_AFTER)
    started = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        filing = pool.submit(file_all, local, iter(range(REQUESTS)))
        killed = kill_over_and_over(local, while_=lambda: not filing.done())
        receipts = filing.result()
    calm = time.monotonic()
    wait_for_rest(local)
    rested = time.monotonic()
    cases, notices = local.all(Case, "CASE"), local.all(Notice, "NOTICE")
    assert {case.status for case in cases} == {"in_line"}
    assert len(cases) == len(notices) == len(receipts) == REQUESTS
    assert {notice.state for notice in notices} == {"sent"}
    assert not any([*(case.stuck for case in cases), *(notice.stuck for notice in notices)])
    sent = Counter(message["to"] for message in local.outbox())
    assert killed["notify"]
    assert killed["prioritize"]
    for notice in notices:
        assert notice.sends == 1 + notice.unanswered
        assert 1 <= sent[receipts[notice.receipt]] <= 1 + notice.unanswered
    tally.tried += killed["notify"] + killed["prioritize"]
    figures = {
        "seconds of kills": round(calm - started),
        "seconds until rest": round(rested - calm),
        "killed": dict(killed),
        "unanswered attempts": sum(notice.unanswered for notice in notices),
        "duplicates": sum(sent.values()) - REQUESTS,
    }
    logging.getLogger(__name__).info("%d requests: %s", REQUESTS, figures)


def without_end_of_leases(folder: Path) -> Path:
    """Copy the application with a notify that waits for whoever died while sending; return the copy's template."""
    for name in ("functions", "shared"):
        copytree(ROOT / name, folder / name)
    for module, old, new in (
        ("delivery.py", "return notice.lease_until is None or notice.lease_until <= now", "return False"),
        ("waiting.py", f"timedelta(seconds={LEASE.seconds})", f"timedelta(seconds={SHORT})"),
    ):
        path = folder / "functions" / "notify" / "notify" / module
        whole = path.read_text()
        assert old in whole
        path.write_text(whole.replace(old, new))
    return Path(copy(ROOT / "template.yaml", folder))


def kill_one_that_sends(local: Local) -> set[str]:
    """Kill notify at work until it dies while it sends; return the notices that it left so."""
    numbers = count()
    for _ in range(60):
        file_all(local, islice(numbers, CLIENTS))
        until_at_work(local)
        local.kill("NotifyFunction")
        begun = sending(local)
        time.sleep(1)
        if left := begun & sending(local):
            return left
    raise AssertionError("no process died while it sent")


def sending(local: Local) -> set[str]:
    return {notice.notice_id for notice in local.all(Notice, "NOTICE") if notice.state == "sending"}


@pytest.mark.timeout(PATIENCE)
def test_what_waits_for_the_dead_is_found(tmp_path: Path) -> None:
    template = without_end_of_leases(tmp_path / "broken")
    with running(tmp_path, TEMPLATE=str(template)) as local:
        local.show_again_after(SHORT + 5)
        left = kill_one_that_sends(local)
        with pytest.raises(AssertionError, match="did not become true in time"):
            wait_for_rest(local, 3.0 * SHORT)
        assert left & sending(local)
