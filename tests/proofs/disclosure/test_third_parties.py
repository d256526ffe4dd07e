"""A verified third party sees of a case no more than its own words, whether it is in review, and its decision.

The planted faults each show one what it must not see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

import casereview.cases.disclosure
import casereview.usecases.contacts
import casereview.usecases.status
import intake.commands
from casereview.cases.lifecycle import public
from tests.support.disclosure.third_party import PAIRS, told_apart
from tests.support.proofs.tally import Tally


@pytest.mark.proof(8)
def test_a_verified_third_party_does_not_learn_the_rest(tally: Tally) -> None:
    for name, pair in PAIRS.items():
        with tally.case(name):
            found = told_apart(pair)
            assert not found, "; ".join(map(str, found[:3]))


def _the_case_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show the case to every verified holder."""
    original = casereview.cases.disclosure.view_of

    def view_of(request: Any) -> str:  # noqa: ANN401  # as casereview.cases.disclosure
        return "case" if original(request) == "decision" else original(request)

    for module in (casereview.cases.disclosure, intake.commands, casereview.usecases.status):
        monkeypatch.setattr(module, "view_of", view_of)


def _no_end_of_the_view(monkeypatch: pytest.MonkeyPatch) -> None:
    """Go on showing what becomes of a case that has become restricted."""
    for module in (casereview.cases.disclosure, casereview.usecases.contacts):
        monkeypatch.setattr(module, "stays_as_last_shown", lambda _request, _case: False)


def _the_second_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show that the Senior Reviewing Official looks at a case."""
    monkeypatch.setattr(casereview.usecases.status, "public_to_third_parties", public)


FAULTS: Final[Mapping[str, tuple[Callable[[pytest.MonkeyPatch], None], str, str]]] = {
    "the number of people ahead is shown": (_the_case_to_all, "how many people are ahead", "look-up on day 8"),
    "a question to another is shown": (_the_case_to_all, "a question to the person", "look-up after act 3"),
    "what becomes of a restricted case is shown": (
        _no_end_of_the_view,
        "what becomes of a case since it is restricted",
        "look-up after act 4",
    ),
    "the second look is shown": (_the_second_look, "the second look", "look-up after act 4"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant, pair, act = FAULTS[fault]
    plant(monkeypatch)
    first, *_more = told_apart(PAIRS[pair])
    assert (first.act, first.what.partition(":")[0]) == (act, "another response")
