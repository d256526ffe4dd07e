"""Which requesters the office must phone, by what was folded of each request."""

from __future__ import annotations

import pytest

from casereview.cases.telephone import TELEPHONE, receipts_to_phone, with_phone_flag, without_phone_flag
from casereview.schema.facts import Facts
from tests.support.case_histories import file_of, filed, reached, undelivered, withdrawn

[ONE] = file_of([filed(1, "R1", "self", Facts())]).claims


@pytest.mark.parametrize(
    ("to_phone", "may_be_called", "called"),
    [(False, True, False), (True, True, True), (True, False, False), (False, False, False)],
)
def test_a_requester_is_phoned_who_may_be_called_and_could_not_be_reached(
    to_phone: bool,  # noqa: FBT001
    may_be_called: bool,  # noqa: FBT001
    called: bool,  # noqa: FBT001
) -> None:
    found = receipts_to_phone([ONE.evolve(to_phone=to_phone, may_be_called=may_be_called)])
    assert found == ({"R1"} if called else set())


def test_each_request_of_a_case_is_considered_by_itself() -> None:
    events = [
        filed(1, "R1", "self", Facts()),
        filed(2, "R2", "family", Facts()),
        undelivered(3, "R1"),
        undelivered(4, "R2"),
        reached(5, "R2", new_address=True),
    ]
    assert receipts_to_phone(file_of(events).claims) == {"R1"}


def test_a_notice_that_fails_again_after_a_new_address_requires_a_call() -> None:
    events = [filed(1, "R1", "self", Facts()), undelivered(2, "R1"), reached(3, "R1", new_address=True)]
    assert receipts_to_phone(file_of(events).claims) == set()
    assert receipts_to_phone(file_of([*events, undelivered(4, "R1")]).claims) == {"R1"}


def test_a_requester_who_withdrew_is_not_phoned_any_more() -> None:
    events = [filed(1, "R1", "self", Facts()), undelivered(2, "R1"), withdrawn(3, "R1")]
    assert receipts_to_phone(file_of(events).claims) == set()


def test_the_flag_is_added_once_and_removed() -> None:
    assert with_phone_flag(("verify",)) == ("verify", TELEPHONE)
    assert with_phone_flag(("verify", TELEPHONE)) == ("verify", TELEPHONE)
    assert without_phone_flag(("verify", TELEPHONE)) == ("verify",)
    assert without_phone_flag(()) == ()
