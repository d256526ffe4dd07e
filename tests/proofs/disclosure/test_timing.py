"""A look-up takes as long whether another case exists or not; a leak of 2 ms is found."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

import pytest

import casereview.usecases.status
from tests.support.disclosure.stories import reached_after, reached_before
from tests.support.disclosure.timing import LOOK_UPS, compare
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally

pytestmark = pytest.mark.timeout(sized(120, 600))
STORIES = {
    "an earlier case": reached_before("in_line", "plain"),
    "an earlier case, restricted": reached_before("in_review", "restricted"),
    "a case that is decided": reached_after("decided", "plain"),
    "a case with the official, restricted": reached_after("with_senior_official", "restricted"),
    "a case with twenty requests": reached_before("full", "plain"),
    "a case that moved to another office": reached_after("transferred", "plain"),
}
SOME = ("an earlier case", "a case that is decided")


@pytest.mark.proof(8)
@pytest.mark.parametrize("name", sized(SOME, tuple(STORIES)))
def test_look_ups_take_as_long(name: str, tally: Tally, record_property: Callable[[str, object], None]) -> None:
    found = compare(STORIES[name])
    times = found.times
    record_property("timing", [name, LOOK_UPS, [each / 1000 for each in times.medians], times.superiority])
    with tally.case(name):
        assert found.alike, times


def _wait(seconds: float) -> None:
    end = perf_counter() + seconds
    while perf_counter() < end:
        pass


def test_a_leak_of_two_milliseconds_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    holder = casereview.usecases.status._holder

    def slower_where_joined(services: Any, request: Any, at: Any) -> Any:  # noqa: ANN401  # as casereview.usecases.status
        if not request.opened:
            _wait(0.002)
        return holder(services, request, at)

    monkeypatch.setattr(casereview.usecases.status, "_holder", slower_where_joined)
    assert not compare(STORIES["an earlier case"]).alike
