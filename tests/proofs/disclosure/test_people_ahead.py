"""A verified person cannot tell from the number of people ahead that another person filed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

import casereview.usecases.status
from intake.responses import PeopleAhead
from tests.support.disclosure.watcher import NEWCOMERS, Newcomer, told_apart
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally

pytestmark = pytest.mark.timeout(sized(120, 600))
SOME = {name: NEWCOMERS[name] for name in ("restricted, many people", "plain, many people")}


def prove(tally: Tally, newcomers: Mapping[str, Newcomer]) -> None:
    """Compare the look-ups of a person in line, for each case that comes into it."""
    for name, found in zip(newcomers, told_apart(newcomers.values()), strict=True):
        with tally.case(name):
            assert not found, "; ".join(map(str, found[:3]))


@pytest.mark.proof(8)
def test_the_people_ahead_do_not_show_that_another_person_filed(tally: Tally) -> None:
    prove(tally, sized(SOME, NEWCOMERS))


def test_a_number_that_is_counted_live_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def counted_live(services: Any, case: Any) -> object:  # noqa: ANN401  # as casereview.usecases.status
        ahead = services.table.worklist.position(case.office, case.rank, restricted=True) - 1
        return PeopleAhead(at_least=ahead, at_most=ahead, as_of=services.now())

    monkeypatch.setattr(casereview.usecases.status, "_people_ahead", counted_live)
    tally = Tally()
    prove(tally, {name: NEWCOMERS[name] for name in SOME})
    assert len(tally.violations) == len(SOME)


def test_a_band_of_the_night_that_counts_restricted_and_new_cases_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prioritize.bands.is_counted", lambda *_given, **_named: True)
    tally = Tally()
    prove(tally, SOME)
    assert len(tally.violations) == len(SOME)
