from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from infra.tour.answers import Json
from infra.tour.walk import RefusedError, TimedOutError, TourError, UnreachableError, Walk
from tests.support.tour import DECISION, LOOK_UP, NEXT, OUTBOX, Answers, FakeSystem, answers, serving


def walk(change: Callable[[Answers], None] = lambda _prepared: None, patience: float = 30.0) -> FakeSystem:
    """Take all steps on a fake system; return it."""
    prepared = answers()
    change(prepared)
    system = FakeSystem(prepared)
    with serving(system) as address:
        list(Walk(address, patience).taken())
    return system


def test_each_step_uses_what_the_answers_before_it_held() -> None:
    asked = {(method, path): (token, body) for method, path, token, body in walk().asked}
    assert asked[LOOK_UP][0] == "Bearer K"
    assert asked[NEXT] == ("Bearer T1", "{}")
    assert json.loads(asked["POST", "/staff/cases/C/verifications"][1])["receipt"] == "R"
    decision = json.loads(asked[DECISION][1])
    assert (decision["policy"], decision["case_version"]) == ("P", 4)


def test_the_next_case_is_asked_for_until_there_is_one() -> None:
    asked = [(method, path) for method, path, _token, _body in walk().asked]
    assert asked.count(NEXT) == 2
    assert asked[asked.index(NEXT) + 1] == NEXT


def test_a_supervisor_approves_where_the_decision_waits_for_it() -> None:
    def waits(prepared: Answers) -> None:
        prepared[DECISION] = [(200, {"status": "awaiting_approval"})]

    approvals = [token for _method, path, token, _body in walk(waits).asked if path.endswith("/approval")]
    assert approvals == ["Bearer T2"]


def test_no_approval_is_sent_where_none_is_awaited() -> None:
    assert [path for _method, path, _token, _body in walk().asked if path.endswith("/approval")] == []


def test_a_refused_step_ends_the_tour_with_the_answer() -> None:
    def moved(prepared: Answers) -> None:
        prepared[DECISION] = [(409, {"title": "The case moved"})]

    with pytest.raises(RefusedError, match=r"POST /staff/cases/C/decision was answered 409.*The case moved"):
        walk(moved)


def test_an_answer_without_a_body_ends_the_tour_where_one_is_needed() -> None:
    def empty(prepared: Answers) -> None:
        prepared[DECISION] = [(204, None)]

    with pytest.raises(RefusedError, match="answered 204: without a body"):
        walk(empty)


def test_a_worklist_that_stays_empty_ends_the_tour() -> None:
    def empty(prepared: Answers) -> None:
        prepared[NEXT] = [(204, None)]

    with pytest.raises(TimedOutError, match=r"POST /staff/worklist/next: waited 0.1 s in vain"):
        walk(empty, patience=0.1)


def test_notices_of_an_earlier_tour_do_not_count() -> None:
    def earlier(prepared: Answers) -> None:
        old: list[Json] = [{"body": "receipt Q"}] * 2
        new: list[Json] = [{"body": "receipt R"}] * 2
        prepared[OUTBOX] = [(200, old), (200, old + new)]

    assert [path for _method, path, _token, _body in walk(earlier).asked].count(OUTBOX[1]) == 2


def test_an_address_at_which_nothing_answers_is_named() -> None:
    with serving(FakeSystem({})) as address:
        pass
    with pytest.raises(UnreachableError, match=address):
        list(Walk(address).taken())
    assert issubclass(UnreachableError, TourError)
