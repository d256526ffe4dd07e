"""One winner: threads that file, rank, sweep, update, withdraw and join at once, on a true engine."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from casereview.http.problems import ProblemError
from casereview.schema.holder_commands import Update, Withdrawal
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.schema.submission import FactClaims
from casereview.store import keys
from intake.change_request import UNVERIFIED
from intake.commands import update
from intake.withdrawals import withdraw
from prioritize.sweep import sweep
from prioritize.worker import StillChangingError, rank_case
from tests.support.proofs.tally import Tally
from tests.support.races.policy_switch import watched
from tests.support.races.threads import at_once, check_whole, file_until_accepted, rounds
from tests.support.requester_commands import run_command
from tests.support.staff import AT_HOME
from tests.support.system import System, body

pytestmark = [pytest.mark.dynamodb_local, pytest.mark.proof(2), pytest.mark.timeout(300)]
SISTER = {"role": "family", "name": "Eva Example", "contact": {"email": "eva@example.org", "language": "es"}}


def person(number: int, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any field
    return body(subject={"a_number": f"A{200_000_000 + number}"}, **changes)


def test_ten_at_once_under_one_key_are_one_request_and_get_one_answer(system: System, tally: Tally) -> None:
    for number in rounds(tally):
        filing = partial(file_until_accepted, system, person(number), f"one-key-for-ten-{number}")
        answers = at_once([filing] * 10)
        assert len({answer.model_dump_json() for answer in answers}) == 1
        assert len(system.requests) == len(system.cases) == len(system.notices) == tally.tried
        check_whole(system)


def test_twenty_who_file_for_the_same_person_at_once_share_one_case(system: System, tally: Tally) -> None:
    for number in rounds(tally, 1, 8):
        filing = [partial(file_until_accepted, system, person(number, grounds=f"Words {n}.")) for n in range(20)]
        receipts = {answer.receipt for answer in at_once(filing)}
        requests = [request for request in system.requests if request.receipt in receipts]
        shared = {request.case_id for request in requests}
        assert len(shared) == 1
        case_id = shared.pop()
        case = system.read(Case, keys.case(case_id))
        assert (case.requests, case.live, case.version, len(requests)) == (20, 20, 20, 20)
        assert [notice.case_id for notice in system.notices].count(case_id) == 20
        assert [event.kind for event in system.history(case)] == ["filed", *["joined"] * 19]
        assert [request.opened for request in requests].count(True) == 1
    assert len(system.cases) == tally.tried
    check_whole(system)


def test_of_two_workers_on_one_case_one_ranks_it(system: System, tally: Tally) -> None:
    for number in rounds(tally):
        case = system.case_of(system.file(person(number)))
        with watched() as took:
            at_once([partial(rank_case, system.prioritize, case.case_id)] * 2)
        assert len(took) == 1
        assert [event.kind for event in system.history(case)] == ["filed", "ranked"]
    check_whole(system)


def test_two_sweeps_ask_for_each_item_once(system: System, tally: Tally) -> None:
    for number in range(6):
        system.file(person(number))
    for tried in rounds(tally, 2, 7):
        before = waiting(system, "rank"), waiting(system, "notice")
        system.later(hours=5)
        done = at_once([partial(sweep, system.prioritize)] * 2)
        assert sum(each["asked"] for each in done) == 12
        assert (waiting(system, "rank"), waiting(system, "notice")) == tuple(number + 6 for number in before)
        attempts = [*(case.attempts for case in system.cases), *(notice.attempts for notice in system.notices)]
        assert set(attempts) == {tried + 1}


def waiting(system: System, queue: str) -> int:
    answer = system.sqs.get_queue_attributes(QueueUrl=system.queues[queue], AttributeNames=["All"])
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


def test_a_withdrawal_an_update_and_a_join_at_once_leave_whole_cases(system: System, tally: Tally) -> None:
    for number in rounds(tally):
        filed = system.file(person(number, facts=AT_HOME))
        rank_case(system.prioritize, system.case_of(filed).case_id)
        news = Update(facts=FactClaims(serious_illness=True))
        outcomes = at_once(
            [
                partial(outcome, partial(run_command, system.intake, withdraw, filed, Withdrawal())),
                partial(outcome, partial(run_command, system.intake, update, filed, news)),
                partial(outcome, partial(file_until_accepted, system, person(number, requester=SISTER))),
            ]
        )
        assert outcomes[2] == 0
        check_round(system, filed, *outcomes[:2])
    check_whole(system)
    assert all(len(cases) == 1 for cases in open_cases(system).values())
    system.settle(3)
    check_whole(system)


def outcome(action: Any) -> int:  # noqa: ANN401  # any answer
    """Return 0, or the status of the problem."""
    try:
        action()
    except ProblemError as problem:
        return int(problem.status)
    return 0


def check_round(system: System, filed: dict[str, str], withdrawn: int, updated: int) -> None:
    """What was answered is what was written."""
    request = system.read(Request, keys.request(filed["receipt"]))
    kinds = [event.kind for event in system.history(system.case_of(filed)) if event.receipt == filed["receipt"]]
    assert withdrawn in {0, 503}
    assert (request.state == "withdrawn") == (withdrawn == 0) == ("withdrawn" in kinds)
    assert updated in {0, 409, 503}
    assert kinds.count("updated") == (updated == 0)


def open_cases(system: System) -> dict[str | None, list[str]]:
    """The open cases of each person."""
    found: dict[str | None, list[str]] = {}
    for case in system.cases:
        if case.status != "withdrawn":
            found.setdefault(case.person, []).append(case.case_id)
    return found


def test_a_worker_and_updates_at_once_lose_nothing_that_was_said(system: System, tally: Tally) -> None:
    facts = ["serious_illness", "pregnant", "disability", "sole_caregiver", "family_hardship"]
    for number in rounds(tally, 1, 10):
        filed = system.file(person(number))
        case_id = system.case_of(filed).case_id
        says = [partial(say, system, filed, fact) for fact in facts]
        at_once([*says, *[partial(rank_if_it_rests, system, case_id)] * 2])
        system.pump()
        case = system.case_of(filed)
        assert all(getattr(case.facts, fact) for fact in facts)
        assert [event.kind for event in system.history(case)].count("updated") == len(facts)
    check_whole(system)


def say(system: System, filed: dict[str, str], fact: str) -> None:
    """Update a request until it is accepted."""
    news = Update(facts=FactClaims.model_validate({fact: True}))
    while outcome(partial(run_command, system.intake, update, filed, news)):
        pass


def rank_if_it_rests(system: System, case_id: str) -> None:
    """Rank a case, or give up as a worker does whose message comes back."""
    with suppress(StillChangingError):
        rank_case(system.prioritize, case_id)


def test_of_many_updates_at_once_no_more_are_taken_than_the_bound_allows(system: System, tally: Tally) -> None:
    for number in rounds(tally, 1, 5):
        filed = system.file(person(number))
        more = partial(run_command, system.intake, update, filed, Update(statement="More."))
        for _ in range(UNVERIFIED.updates - 2):
            more()
        outcomes = at_once([partial(outcome, partial(until_answered, more))] * 8)
        assert sorted(outcomes) == [0, 0, *[429] * 6]
        request = system.read(Request, keys.request(filed["receipt"]))
        kinds = [event.kind for event in system.history(system.case_of(filed))]
        assert request.updates == kinds.count("updated") == UNVERIFIED.updates
    check_whole(system)


def until_answered(action: Any) -> None:  # noqa: ANN401  # any action
    """Do something again while other writes are in its way."""
    while (found := outcome(action)) == 503:
        pass
    if found:
        raise ProblemError("bound-reached")


def test_a_withdrawal_taken_back_and_a_new_request_at_once_leave_one_open_case(system: System, tally: Tally) -> None:
    for number in rounds(tally):
        filed = system.file(person(number, facts=AT_HOME))
        case_id = system.case_of(filed).case_id
        rank_case(system.prioritize, case_id)
        run_command(system.intake, withdraw, filed, Withdrawal())
        undo = partial(run_command, system.intake, withdraw, filed, Withdrawal(undo=True))
        outcomes = at_once(
            [
                partial(outcome, partial(until_answered, undo)),
                partial(outcome, partial(until_answered, undo)),
                partial(outcome, partial(file_until_accepted, system, person(number, requester=SISTER))),
            ]
        )
        assert outcomes == [0, 0, 0]
        case = system.read(Case, keys.case(case_id))
        kinds = [event.kind for event in system.history(case)]
        assert (case.status in {"in_line", "received"}, kinds.count("withdrawal_undone")) == (True, 1)
        assert all(len(cases) == 1 for person, cases in open_cases(system).items() if person)
    check_whole(system)
