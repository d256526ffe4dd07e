"""One winner at the office: checks of requesters, codes and withdrawals at the same moment, on a true engine.

After each race the whole table is checked as after each step of a random life.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from casereview.schema.holder_commands import Update, Withdrawal
from casereview.schema.records import Case
from casereview.schema.submission import Contact
from intake.commands import update
from intake.withdrawals import withdraw
from review.cases.access_code import reissue
from review.cases.requester_verification import VerifiedRequester
from review.cases.withdrawals import answer_withdrawal
from review.schema import commands
from tests.support.proofs.tally import Tally
from tests.support.races.staff import (
    CLEO,
    CORA,
    OLGA,
    OMAR,
    SID,
    SISTER,
    SUE,
    at,
    checked,
    comes_to_rest,
    kinds,
    matter,
    person,
    race,
    requester,
    verifying,
)
from tests.support.races.threads import file_until_accepted, rounds
from tests.support.staff import AT_HOME
from tests.support.system import System

pytestmark = [pytest.mark.dynamodb_local, pytest.mark.proof(2), pytest.mark.timeout(600)]


@pytest.fixture
def office(system: System) -> Iterator[System]:
    """The system; whatever raced in it, the table must be whole, and come to rest."""
    yield system
    comes_to_rest(system)


def test_a_verification_and_a_new_contact_at_once_undo_nothing_of_each_other(office: System, tally: Tally) -> None:
    for number in rounds(tally):
        filed, _case_id = matter(office, person(number, requester=SISTER))
        race(
            verifying(office, OMAR, filed, authority="form_60_001"),
            *[requester(office, filed, update, Update(contact=Contact(phone=f"+1 404 555 010{n}"))) for n in range(3)],
        )
        request = checked(office).requests[filed["receipt"]]
        assert request.verified
        assert request.contact is not None


def test_two_persons_who_confirm_at_once_are_both_counted(office: System, tally: Tally) -> None:
    """In a restricted case it takes two of the group; a third, and the same ones again, change nothing."""
    for number in rounds(tally):
        filed, case_id = matter(office, person(number, facts={"relief_pending": ["vawa"]}))
        found = race(*[verifying(office, user, filed) for user in (CLEO, CORA, CLEO, CORA)])
        assert any(isinstance(each, VerifiedRequester) and each.rights for each in found)
        now = checked(office)
        request = now.requests[filed["receipt"]]
        assert (request.verified, {check.by for check in request.confirmed_by}) == (True, {CLEO.id, CORA.id})
        happened = kinds(now, case_id)
        assert (happened["requester_checked"], happened["verified"]) == (1, 1)


def test_one_person_who_confirms_twice_at_once_is_one_person(office: System, tally: Tally) -> None:
    for number in rounds(tally):
        filed, case_id = matter(office, person(number))
        office.file(person(number))
        found = race(*[verifying(office, OMAR, filed)] * 4)
        assert [isinstance(each, VerifiedRequester) for each in found].count(True) == 1
        now = checked(office)
        assert not now.requests[filed["receipt"]].verified
        assert kinds(now, case_id)["requester_checked"] == 1


def test_a_confirmation_and_a_refutation_at_once_never_both_hold(office: System, tally: Tally) -> None:
    for number in rounds(tally):
        filed, _case_id = matter(office, person(number))
        race(
            verifying(office, OMAR, filed, verdict="refuted"),
            verifying(office, OLGA, filed, verdict="refuted"),
            verifying(office, CLEO, filed),
            requester(office, filed, update, Update(statement="It is me.")),
        )
        now = checked(office)
        request = now.requests[filed["receipt"]]
        assert not (request.verified and request.refuted)
        told = [notice for notice in now.notices.values() if notice.receipt == filed["receipt"]]
        assert len({notice.notice_id for notice in told}) == len(told)


def test_the_guard_of_a_person_moves_once(office: System, tally: Tally) -> None:
    """Two requests of the person, each in a case of its own beside that of strangers, are verified at once."""
    for number in rounds(tally, 2, 8):
        strangers, _case_id = matter(office, person(number, requester=SISTER))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("casereview.usecases.file_request.MAX_LIVE", 1)
            apart = [matter(office, person(number)) for _ in range(2)]
        race(
            *[verifying(office, OMAR, filed) for filed, _ in apart],
            partial(file_until_accepted, office, person(number, requester=SISTER)),
        )
        now = checked(office)
        moved = [case_id for _, case_id in apart if now.cases[case_id].person]
        assert len(moved) == 1
        assert now.cases[now.requests[strangers["receipt"]].case_id].person is None


def test_a_withdrawal_is_confirmed_or_taken_back_but_not_both(office: System, tally: Tally) -> None:
    for number in rounds(tally):
        filed, case_id = matter(office, person(number, facts=AT_HOME))
        sent = commands.Reissue(receipt=filed["receipt"], proof="document", why="Lost.")
        filed = {**filed, **reissue(at(office, OMAR, case_id), sent).model_dump()}
        requester(office, filed, withdraw, Withdrawal())()
        yes = commands.WithdrawalAnswer(receipt=filed["receipt"], confirm=True, why="By telephone.")
        confirmed, again, undone = race(
            partial(answer_withdrawal, at(office, SUE, case_id), yes),
            partial(answer_withdrawal, at(office, SID, case_id), yes),
            requester(office, filed, withdraw, Withdrawal(undo=True)),
        )
        now = checked(office)
        assert not isinstance(undone, int)
        happened = kinds(now, case_id)
        won = sum(isinstance(each, Case) for each in (confirmed, again))
        assert (happened["withdrawn"], happened["withdrawal_undone"]) == (won, won)
        assert happened["withdrawal_cancelled"] == 1 - won
        assert now.requests[filed["receipt"]].state == "live"
