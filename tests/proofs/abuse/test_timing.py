"""Requests with indistinguishable responses make the same AWS calls with the same sizes; their times are compared.

Times are measured in this process, without the network, the gateway and the Lambda runtime, which add milliseconds of
noise; they are an upper bound of what an outsider can measure. A test fails only if calls or responses differ.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import pytest
from moto.backends import get_backend

import casereview.usecases.file_request
from casereview.schema.records import Case
from casereview.store import keys
from tests.support.abuse import guessing
from tests.support.abuse.observations import Observation, Response, observe, send_request
from tests.support.abuse.rank_test import Difference, difference
from tests.support.environment import REGION
from tests.support.large_dockets import fast_system
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally
from tests.support.system import System, body

pytestmark = [pytest.mark.moto, pytest.mark.timeout(sized(120, 600))]
MOTHER = {"role": "family", "name": "Rosa Example", "contact": {"email": "rosa@example.org", "language": "es"}}
OWN = ("receipt", "access_code", "received_at")
Report = Callable[[str, object], None]
Send = Callable[[], Response]
"""Sends a prepared request."""


def _timed(send: Send) -> float:
    start = time.perf_counter()
    send()
    return time.perf_counter() - start


def _compare(kinds: tuple[Callable[[], Send], Callable[[], Send]], number: int) -> Difference:
    """Measure a number of requests of two kinds, in pairs of random order."""
    random, times = Random(0), ([], [])  # type: tuple[Random, tuple[list[float], list[float]]]  # noqa: S311
    for _ in range(number):
        for kind in random.sample([0, 1], 2):
            times[kind].append(_timed(kinds[kind]()))
    return difference(*times)


def _report_timing(report: Report, what: str, found: Difference, number: int) -> None:
    report("timing", [what, number, [each / 1000 for each in found.medians], found.superiority])
    print(f"{what}, {number} each: {found}")  # noqa: T201  # pytest -rP shows it


# ---- a wrong receipt and a wrong code


def _pairs(system: System) -> tuple[Callable[[], Send], Callable[[], Send]]:
    known = guessing.file_requests(system, 30)
    found = guessing.wrong_pairs(known, Random(1))  # noqa: S311

    def prepare(kind: str) -> Send:
        pair = next(pair for name, pair in found if name == kind)
        return partial(
            send_request, system, "GET", f"/requests/{pair[0]}", None, {"Authorization": f"Bearer {pair[1]}"}
        )

    return lambda: prepare("both guessed"), lambda: prepare("an existing receipt")


@pytest.mark.proof(4)
def test_a_wrong_receipt_and_a_wrong_code_take_the_same_calls(tally: Tally, record_property: Report) -> None:
    number = sized(150, 2000)
    with fast_system("moto") as system:
        kinds = _pairs(system)
        for _ in range(20):
            first, second = (observe(kind()) for kind in kinds)
            tally.expect("wrong receipt and wrong code", holds=first == second)
        _report_timing(record_property, "a wrong receipt and a wrong code", _compare(kinds, number), number)
        system._flush()


# ---- a first filing and one that joins


def _filings(system: System) -> tuple[Callable[[], Send], Callable[[], Send]]:
    """Return filings that open a case, and filings that join one, each into the same table."""
    numbers = {"new": "A000-000-011", "known": "A000-000-012"}
    system.file(body(requester=MOTHER, subject={"a_number": numbers["known"]}))
    system.pump()
    backend: Any = get_backend("dynamodb")["123456789012"][REGION].tables[system.table]
    kept = {pk: dict(items) for pk, items in backend.items.items()}
    queues: Any = get_backend("sqs")["123456789012"][REGION].queues

    def prepare(who: str) -> Send:
        backend.items.clear()
        backend.items.update({pk: dict(items) for pk, items in kept.items()})
        for queue in queues.values():
            queue._messages = []
        given = body(requester=MOTHER, subject={"a_number": numbers[who]})
        return partial(send_request, system, "POST", "/requests", given)

    return lambda: prepare("new"), lambda: prepare("known")


def _are_equal(first: Observation, second: Observation) -> bool:
    """Return whether two filings have the same calls, and the same response except for receipt, code and time."""
    return first.names == second.names and _without_own(first.answer) == _without_own(second.answer)


def _without_own(answer: Response) -> tuple[int, str, str]:
    status, headers, text = answer
    return status, headers, json.dumps({name: value for name, value in json.loads(text).items() if name not in OWN})


def prove_filings(system: System, tally: Tally, rounds: int) -> None:
    """Compare filings that open a case with filings that join one."""
    kinds = _filings(system)
    for _ in range(rounds):
        first, second = (observe(kind()) for kind in kinds)
        with tally.case("a first filing and one that joins"):
            assert _are_equal(first, second), (first, second)
    system._flush()


@pytest.mark.proof(4)
def test_a_first_filing_and_one_that_joins_take_the_same_calls(tally: Tally, record_property: Report) -> None:
    number = sized(60, 2000)
    with fast_system("moto") as system:
        prove_filings(system, tally, 20)
        _report_timing(record_property, "a first filing and one that joins", _compare(_filings(system), number), number)
        system._flush()


# ---- deliberate defects


def _with_additional_read(plan: Callable[..., Any]) -> Callable[..., Any]:
    """Read an existing case once more."""

    def planned(desk: Any, draft: Any, damage: Any) -> Any:  # noqa: ANN401  # as casereview.usecases.file_request
        writes, case, notice = plan(desk, draft, damage)
        if case.version > 1:
            desk.table.get(Case, keys.case(case.case_id))
        return writes, case, notice

    return planned


def test_an_additional_call_for_an_existing_case_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = casereview.usecases.file_request._plan
    monkeypatch.setattr(casereview.usecases.file_request, "_plan", _with_additional_read(plan))
    tally = Tally()
    with fast_system("moto") as system:
        prove_filings(system, tally, 2)
    assert len(tally.violations) == 2


def test_a_response_that_mentions_the_joined_case_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = casereview.usecases.file_request._answer

    def answer_with_office(request: Any, *given: Any) -> Any:  # noqa: ANN401  # as casereview.usecases.file_request
        return answer(request.model_copy(update={"office": "ELP"}) if joined else request, *given)

    joined: list[str] = []
    join_case = casereview.usecases.file_request._join_case

    def join(*given: Any) -> Any:  # noqa: ANN401  # as casereview.usecases.file_request
        joined.append("joined")
        return join_case(*given)

    monkeypatch.setattr(casereview.usecases.file_request, "_answer", answer_with_office)
    monkeypatch.setattr(casereview.usecases.file_request, "_join_case", join)
    tally = Tally()
    with fast_system("moto") as system:
        prove_filings(system, tally, 2)
    assert tally.violations


@pytest.fixture
def noisy_times() -> list[float]:
    """Times with noise."""
    random = Random(3)  # noqa: S311
    return [random.gauss(100, 10) for _ in range(2000)]


def test_the_rank_test_detects_a_small_difference_and_no_difference(noisy_times: list[float]) -> None:
    same, moved = (
        difference(noisy_times[::2], noisy_times[1::2]),
        difference(noisy_times[::2], [each + 2 for each in noisy_times[1::2]]),
    )
    assert same.p > 0.01
    assert abs(same.superiority - 0.5) < 0.05
    assert moved.p < 0.001
    assert moved.superiority > 0.53
    assert difference([1.0, 1.0], [1.0, 1.0]).p == 1
