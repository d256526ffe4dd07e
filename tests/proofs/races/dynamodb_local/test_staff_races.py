"""One winner at the office: staff, requesters and the sweep at the same moment, on a true engine.

After each race the whole table is checked as after each step of a random life: every version is there once, each is
a legal step from the one before, the state is what the history says, counters and guards fit the cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from casereview.http.problems import ProblemError
from casereview.schema.base import rfc3339
from casereview.schema.holder_commands import Update, Withdrawal
from casereview.schema.records import Case
from intake.commands import update
from intake.withdrawals import withdraw
from prioritize.sweep import sweep
from prioritize.worker import StillChangingError, rank_case
from review.cases.information import ask
from review.cases.lease import claim, release
from review.cases.linking import link
from review.cases.reopening import reopen
from review.cases.splitting import split
from review.schema import commands, decision_commands
from review.schema.responses import WorklistItem
from tests.support.proofs.tally import Tally
from tests.support.races.staff import (
    BEFORE_THE_SWITCH,
    CAP,
    OLGA,
    OMAR,
    SID,
    SISTER,
    SUE,
    approving,
    at,
    checked,
    comes_to_rest,
    deciding,
    kinds,
    matter,
    moving,
    next_of,
    person,
    race,
    requester,
    verifying,
)
from tests.support.races.threads import file_until_accepted, rounds
from tests.support.staff import AT_HOME
from tests.support.system import Staff, System, body

pytestmark = [pytest.mark.dynamodb_local, pytest.mark.proof(2), pytest.mark.timeout(600)]


@pytest.fixture
def office(system: System) -> Iterator[System]:
    """The system; whatever raced in it, the table must be whole, and come to rest."""
    yield system
    comes_to_rest(system)


# ---- next


def test_fifty_officers_who_take_the_next_of_twenty_cases_get_each_case_once(office: System) -> None:
    for number in range(20):
        matter(office, person(number))
    found = race(*[partial(next_of, office, Staff(f"officer{number}")) for number in range(50)])
    taken = [item.case_id for item in found if isinstance(item, WorklistItem)]
    assert (len(taken), len(set(taken)), found.count(None)) == (20, 20, 30)
    now = checked(office)
    assert all(kinds(now, case_id)["claimed"] == 1 for case_id in now.cases)
    assert {case.hold and case.hold.by_id for case in now.cases.values()} == {
        user for user, it in now.officers.items() if it.claims
    }
    assert sum(officer.nexts for officer in now.officers.values()) == 20


def test_fifty_calls_of_five_officers_get_each_case_once(office: System) -> None:
    for number in range(20):
        matter(office, person(number))
    found = race(*[partial(next_of, office, Staff(f"officer{number % 5}")) for number in range(50)])
    taken = [item.case_id for item in found if isinstance(item, WorklistItem)]
    assert (len(taken), len(set(taken)), found.count(None)) == (20, 20, 30)
    now = checked(office)
    assert all(kinds(now, case_id)["claimed"] == 1 for case_id in now.cases)
    assert sum(officer.claims for officer in now.officers.values()) == 20


def test_nobody_gets_more_than_the_cap_however_many_calls_they_make_at_once(office: System) -> None:
    for number in range(CAP + 5):
        matter(office, person(number))
    found = race(*[partial(next_of, office, OMAR)] * (CAP + 10))
    assert sum(isinstance(item, WorklistItem) for item in found) == CAP
    assert found.count(409) == 10
    assert checked(office).officers[Staff("omar").id].claims == CAP
    with pytest.raises(ProblemError) as refused:
        next_of(office, OMAR)
    assert refused.value.type == "cap-reached"


# ---- claims and what ends them


def test_a_claim_a_release_the_end_of_a_lease_and_a_transfer_at_once_leave_one_holder_or_none(
    office: System, tally: Tally
) -> None:
    for number in rounds(tally):
        _filed, case_id = matter(office, person(number))
        claim(at(office, OMAR, case_id))
        office.later(hours=9)
        race(
            partial(claim, at(office, OLGA, case_id)),
            partial(rank_case, office.prioritize, case_id),
            partial(release, at(office, OMAR, case_id)),
            moving(office, SUE, case_id, "ELP"),
            partial(rank_case, office.prioritize, case_id),
        )
        happened = kinds(checked(office), case_id)
        assert happened["lease_ended"] + happened["released"] <= 1
        assert happened["transferred"] == 1


def test_a_sweep_and_claims_at_once_lose_neither_claims_nor_duties(office: System) -> None:
    filed = [office.file(person(number)) for number in range(12)]
    ids = [office.case_of(each).case_id for each in filed]
    for case_id in ids[:8]:
        rank_case(office.prioritize, case_id)
    office.later(hours=400)
    claims = [partial(claim, at(office, Staff(f"officer{n}"), case_id)) for n, case_id in enumerate(ids[:8])]
    found = race(
        *claims, *[partial(sweep, office.prioritize)] * 3, *[partial(rank_case, office.prioritize, ids[9])] * 2
    )
    assert all(isinstance(case, Case) for case in found[:8])
    now = checked(office)
    assert all(now.cases[case_id].claimed_by for case_id in ids[:8])
    assert all(("CASE#" + case_id, "CASE") in now.due for case_id in ids)


# ---- decisions


def test_of_two_decisions_at_once_one_holds(office: System, tally: Tally) -> None:
    for number in rounds(tally):
        filed, case_id = matter(office, person(number))
        verifying(office, OLGA, filed)()
        claim(at(office, OMAR, case_id))
        rank_case(office.prioritize, case_id)
        found = race(*[deciding(office, OMAR, case_id, outcome) for outcome in ("granted", "moot", "referred")])
        assert found.count(409) == len(found) - 1
        now = checked(office)
        assert kinds(now, case_id)["decided"] == 1
        assert [notice.template for notice in now.notices.values() if notice.case_id == case_id].count("news") == 1


def proposed(office: System, number: int) -> tuple[dict[str, Any], str]:
    """Return a case whose decision waits for an approval."""
    filed, case_id = matter(office, person(number, facts=AT_HOME))
    claim(at(office, OMAR, case_id))
    deciding(office, OMAR, case_id, "declined")()
    return filed, case_id


@pytest.fixture
def earlier(office: System) -> System:
    """The system while a policy asks for approvals."""
    office.time += BEFORE_THE_SWITCH
    return office


@pytest.mark.parametrize("second", [True, False])
def test_of_two_supervisors_who_answer_at_once_one_does(earlier: System, second: bool, tally: Tally) -> None:  # noqa: FBT001  # a case
    for number in rounds(tally):
        _filed, case_id = proposed(earlier, number)
        found = race(approving(earlier, SUE, case_id, yes=True), approving(earlier, SID, case_id, yes=second))
        assert min(map(str, found)) == "409"
        assert [type(each) for each in found].count(Case) == 1
        happened = kinds(checked(earlier), case_id)
        assert happened["approved"] + happened["decision_returned"] == 1


def test_an_approval_and_a_withdrawal_at_once_end_a_case_once(earlier: System, tally: Tally) -> None:
    for number in rounds(tally):
        filed, case_id = proposed(earlier, number)
        approved, withdrawn = race(
            approving(earlier, SUE, case_id, yes=True), requester(earlier, filed, withdraw, Withdrawal())
        )
        now = checked(earlier)
        assert not isinstance(withdrawn, int)
        assert now.cases[case_id].status == ("decided" if isinstance(approved, Case) else "withdrawn")
        assert now.requests[filed["receipt"]].state == "withdrawn"
        assert "omar" not in {case.claimed_by for case in now.cases.values()}


# ---- who is whose


def test_links_a_join_and_an_update_at_once_leave_each_request_in_one_case(office: System, tally: Tally) -> None:
    for number in rounds(tally):
        filed, source = matter(office, body(subject={"a_number": None}, requester=SISTER))
        _first, target = matter(office, person(2 * number))
        _second, other = matter(office, person(2 * number + 1))
        race(
            partial(link, at(office, OMAR, source), commands.Link(case_id=target, why="Same.")),
            partial(link, at(office, OLGA, source), commands.Link(case_id=other, why="Same.")),
            partial(file_until_accepted, office, person(2 * number, requester=SISTER)),
            requester(office, filed, update, Update(statement="More.")),
        )
        now = checked(office)
        assert now.cases[source].linked_to in {target, other}
        assert now.requests[filed["receipt"]].case_id == now.cases[source].linked_to


def test_a_split_its_requester_and_another_split_at_once_leave_each_request_in_one_case(
    office: System, tally: Tally
) -> None:
    for number in rounds(tally):
        _opener, case_id = matter(office, person(number))
        joined = office.file(person(number, requester=SISTER))
        why = commands.Split(receipt=joined["receipt"], why="Another person.")
        race(
            partial(split, at(office, OMAR, case_id), why),
            partial(split, at(office, OLGA, case_id), why),
            requester(office, joined, withdraw, Withdrawal()),
        )
        now = checked(office)
        assert kinds(now, case_id)["split"] == 1
        assert now.requests[joined["receipt"]].case_id != case_id
        assert now.requests[joined["receipt"]].state == "withdrawn"


def test_a_reopening_and_a_new_request_at_once_leave_one_open_case_of_a_person(office: System, tally: Tally) -> None:
    for number in rounds(tally):
        _filed, case_id = matter(office, person(number))
        claim(at(office, OMAR, case_id))
        deciding(office, OMAR, case_id, "granted")()
        race(
            partial(reopen, at(office, OLGA, case_id), decision_commands.Reopening(why="Changed.")),
            partial(reopen, at(office, OMAR, case_id), decision_commands.Reopening(why="Changed.")),
            partial(file_until_accepted, office, person(number, requester=SISTER)),
        )
        open_ones = [case for case in checked(office).cases.values() if case.status in {"in_line", "received"}]
        assert len(open_ones) == number + 1


def test_an_answer_and_the_end_of_the_wait_at_once_resume_a_case_once(office: System, tally: Tally) -> None:
    for number in rounds(tally):
        filed, case_id = matter(office, person(number))
        verifying(office, OLGA, filed)()
        claim(at(office, OMAR, case_id))
        by = rfc3339(office.time + timedelta(days=2))
        asked = commands.InformationRequest.model_validate(
            {"asked": [{"text": "Proof, please.", "language": "en"}], "answer_by": by}
        )
        ask(at(office, OMAR, case_id), asked)
        office.later(days=3)
        ranks = [partial(rank_case, office.prioritize, case_id)] * 3
        race(*ranks, requester(office, filed, update, Update(statement="Here it is.")))
        with suppress(StillChangingError):
            rank_case(office.prioritize, case_id)
        now = checked(office)
        assert kinds(now, case_id)["resumed"] == 1
        assert now.cases[case_id].status == ("in_review" if now.cases[case_id].answered_at else "in_line")
