"""Threads that start at the same moment, and what must hold whoever wins."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from casereview.http.problems import ProblemError
from casereview.schema.responses import Filed
from casereview.usecases.file_request import file_request
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally
from tests.support.system import System

_FOUND = TypeVar("_FOUND")
AGAIN = frozenset({409, 503})
"""Answers that ask for the same once more: a twin not settled, a case that kept moving."""
MOST = 100


def rounds(tally: Tally, small: int = 5, full: int = 15) -> Iterator[int]:
    """Number the rounds of a race and count each as a case; one that fails ends the test, and is its violation."""
    for number in range(sized(small, full)):
        tally.tried += 1
        yield number


def at_once(actions: Sequence[Callable[[], _FOUND]]) -> list[_FOUND]:
    """Run each action in a thread of its own, all from the same moment on; raise what the first of them raised."""
    barrier = Barrier(len(actions))

    def run(action: Callable[[], _FOUND]) -> _FOUND:
        barrier.wait()
        return action()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def file_until_accepted(system: System, body: object, key: str | None = None) -> Filed:
    """File a request as a client does that sends it again when asked to."""
    for _ in range(MOST):
        try:
            return file_request(system.intake, json.dumps(body), key)
        except ProblemError as problem:
            if problem.status not in AGAIN:
                raise
    raise AssertionError("never accepted")


def check_whole(system: System) -> None:
    """Every case has a history without gaps, counts its requests, and holds its person's guard while it is open."""
    requests = system.requests
    for case in system.cases:
        own = [request for request in requests if request.case_id == case.case_id]
        assert [event.version for event in system.history(case)] == list(range(1, case.version + 1))
        assert (case.requests, case.live) == (len(own), sum(request.state == "live" for request in own))
        guarded = sorted(guard.person for guard in system.guards if guard.case == case.case_id)
        assert guarded == (sorted(case.guarded) if case.status != "withdrawn" else [])
