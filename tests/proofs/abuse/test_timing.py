"""What two answers look alike must take: the same calls, asked of the same sizes; how their times differ is told.

A time is measured in this process, without network, gateway or runtime, which blur it by milliseconds outside: it is
an upper bound on what there is to see. Only a difference in calls or answers fails.
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
from tests.support.abuse.observations import Answered, Seen, ask, seen
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
Asked = Callable[[], Answered]


def _timed(asked: Asked) -> float:
    start = time.perf_counter()
    asked()
    return time.perf_counter() - start


def _compare(kinds: tuple[Callable[[], Asked], Callable[[], Asked]], number: int) -> Difference:
    """Time two kinds of request, so many of each, in turns of which either may be first."""
    random, times = Random(0), ([], [])  # type: tuple[Random, tuple[list[float], list[float]]]  # noqa: S311
    for _ in range(number):
        for kind in random.sample([0, 1], 2):
            times[kind].append(_timed(kinds[kind]()))
    return difference(*times)


def _tell(report: Report, what: str, found: Difference, number: int) -> None:
    report("timing", [what, number, [each / 1000 for each in found.medians], found.superiority])
    print(f"{what}, {number} each: {found}")  # noqa: T201  # pytest -rP shows it


# ---- a wrong receipt and a wrong code


def _pairs(system: System) -> tuple[Callable[[], Asked], Callable[[], Asked]]:
    known = guessing.filed(system, 30)
    found = guessing.guesses(known, Random(1))  # noqa: S311

    def asking(kind: str) -> Asked:
        pair = next(pair for name, pair in found if name == kind)
        return partial(ask, system, "GET", f"/requests/{pair[0]}", None, {"Authorization": f"Bearer {pair[1]}"})

    return lambda: asking("both guessed"), lambda: asking("a receipt that is one")


@pytest.mark.proof(4)
def test_a_wrong_receipt_and_a_wrong_code_take_the_same_calls(tally: Tally, record_property: Report) -> None:
    number = sized(150, 2000)
    with fast_system("moto") as system:
        kinds = _pairs(system)
        for _ in range(20):
            first, second = (seen(kind()) for kind in kinds)
            tally.expect("wrong receipt and wrong code", holds=first == second)
        _tell(record_property, "a wrong receipt and a wrong code", _compare(kinds, number), number)
        system._flush()


# ---- a first filing and one that joins


def _filings(system: System) -> tuple[Callable[[], Asked], Callable[[], Asked]]:
    """File into the same table each time, in which there is an open case of one of two persons."""
    numbers = {"new": "A000-000-011", "known": "A000-000-012"}
    system.file(body(requester=MOTHER, subject={"a_number": numbers["known"]}))
    system.pump()
    backend: Any = get_backend("dynamodb")["123456789012"][REGION].tables[system.table]
    kept = {pk: dict(items) for pk, items in backend.items.items()}
    queues: Any = get_backend("sqs")["123456789012"][REGION].queues

    def asking(who: str) -> Asked:
        backend.items.clear()
        backend.items.update({pk: dict(items) for pk, items in kept.items()})
        for queue in queues.values():
            queue._messages = []
        given = body(requester=MOTHER, subject={"a_number": numbers[who]})
        return partial(ask, system, "POST", "/requests", given)

    return lambda: asking("new"), lambda: asking("known")


def _alike(first: Seen, second: Seen) -> bool:
    """Tell whether two filings look the same: all but what each has of its own, by the same calls."""
    return first.names == second.names and _without_own(first.answer) == _without_own(second.answer)


def _without_own(answer: Answered) -> tuple[int, str, str]:
    status, headers, text = answer
    return status, headers, json.dumps({name: value for name, value in json.loads(text).items() if name not in OWN})


def filings(system: System, tally: Tally, rounds: int) -> None:
    """Compare filings that open a case with filings that join one."""
    kinds = _filings(system)
    for _ in range(rounds):
        first, second = (seen(kind()) for kind in kinds)
        with tally.case("a first filing and one that joins"):
            assert _alike(first, second), (first, second)
    system._flush()


@pytest.mark.proof(4)
def test_a_first_filing_and_one_that_joins_take_the_same_calls(tally: Tally, record_property: Report) -> None:
    number = sized(60, 2000)
    with fast_system("moto") as system:
        filings(system, tally, 20)
        _tell(record_property, "a first filing and one that joins", _compare(_filings(system), number), number)
        system._flush()


# ---- the proofs are shown to fail


def _eager(plan: Callable[..., Any]) -> Callable[..., Any]:
    """Look once more at a case that exists."""

    def planned(desk: Any, draft: Any) -> Any:  # noqa: ANN401  # as casereview.usecases.file_request
        writes, case, notice = plan(desk, draft)
        if case.version > 1:
            desk.table.get(Case, keys.case(case.case_id))
        return writes, case, notice

    return planned


def test_a_call_more_for_a_case_that_exists_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casereview.usecases.file_request, "_plan", _eager(casereview.usecases.file_request._plan))
    tally = Tally()
    with fast_system("moto") as system:
        filings(system, tally, 2)
    assert len(tally.violations) == 2


def test_an_answer_that_tells_of_the_case_that_was_joined_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = casereview.usecases.file_request._answer

    def told(request: Any, draft: Any) -> Any:  # noqa: ANN401  # as casereview.usecases.file_request
        return answer(request.model_copy(update={"office": "ELP"}) if len(seen_before) else request, draft)

    seen_before: list[str] = []
    whole = casereview.usecases.file_request._join_case

    def join(*given: Any) -> Any:  # noqa: ANN401  # as casereview.usecases.file_request
        seen_before.append("joined")
        return whole(*given)

    monkeypatch.setattr(casereview.usecases.file_request, "_answer", told)
    monkeypatch.setattr(casereview.usecases.file_request, "_join_case", join)
    tally = Tally()
    with fast_system("moto") as system:
        filings(system, tally, 2)
    assert tally.violations


@pytest.fixture
def steps() -> list[float]:
    """Times that differ by a step that is small beside their noise."""
    random = Random(3)  # noqa: S311
    return [random.gauss(100, 10) for _ in range(2000)]


def test_the_rank_test_finds_a_small_step_and_none_where_there_is_none(steps: list[float]) -> None:
    same, moved = difference(steps[::2], steps[1::2]), difference(steps[::2], [each + 2 for each in steps[1::2]])
    assert same.p > 0.01
    assert abs(same.superiority - 0.5) < 0.05
    assert moved.p < 0.001
    assert moved.superiority > 0.53
    assert difference([1.0, 1.0], [1.0, 1.0]).p == 1
