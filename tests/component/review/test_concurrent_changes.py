"""Concurrent changes of staff and requesters on the same case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.support.aws_faults import Forward, intercept
from tests.support.bodies import reasons
from tests.support.staff import OFFICER, POLICY_A, SISTER, claimed, contacts, decide, item, post, read, verify
from tests.support.system import System, body

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse


@contextmanager
def just_before_the_case_is_read(act: Callable[[], object]) -> Iterator[None]:
    """Run an action after a requester was authenticated, and before the case is read."""
    waiting = [act]

    def answer(request: AWSPreparedRequest, perform: Forward) -> AWSResponse:
        if waiting and "CASE#" in str(request.body):
            waiting.pop()()
        return perform()

    with intercept("dynamodb.GetItem", answer):
        yield
    assert not waiting


def test_a_decision_that_awaits_approval_cannot_be_decided_again(system: System) -> None:
    system.time = POLICY_A
    held = claimed(system)
    decide(system, OFFICER, held.case_id, outcome="declined")
    found = read(system, OFFICER, held.case_id)
    again = {
        "outcome": "granted",
        **reasons("x"),
        "internal_reasons": "x",
        "factors": [],
        "policy": found["policy"],
        "case_version": found["case_version"],
    }
    assert post(system, OFFICER, held.case_id, "decision", again).status == 409
    assert read(system, OFFICER, held.case_id)["status"] == "awaiting_approval"


def test_a_late_first_look_leaves_no_pending_ranking(system: System) -> None:
    filed = system.file(body())
    system.pump()
    system.later(days=15)
    system.settle(3)
    system.work(OFFICER, system.case_of(filed).case_id, "claim")
    before = system.case_of(filed)
    system.intake.hint_rank(before)
    system.pump()
    assert system.case_of(filed) == before


CONTACT = {"contact": {"phone": "+1 404 555 0100"}}


@pytest.mark.moto
@pytest.mark.parametrize(("what", "sent"), [("/withdrawal", {}), ("/updates", CONTACT)])
def test_an_update_does_not_undo_a_concurrent_verification(system: System, what: str, sent: dict[str, object]) -> None:
    held = claimed(system, requester=SISTER)
    claimed(system, 12)
    with just_before_the_case_is_read(
        lambda: verify(system, OFFICER, held.case_id, receipt=held.receipt, authority="form_60_001")
    ):
        assert system.on(held.filed, "POST", what, sent).status == 202
    (request,) = [request for request in system.requests if request.receipt == held.receipt]
    assert request.verified
    assert (request.state, request.contact is None) == (("withdrawn", True) if not sent else ("live", False))


@pytest.mark.moto
def test_a_request_that_is_split_off_during_its_withdrawal_is_withdrawn_in_the_new_case(system: System) -> None:
    """The new case was not ranked yet, so an officer confirms its end."""
    held = claimed(system)
    joined = system.file(body(requester=SISTER, subject={"a_number": "A000-000-011"}))
    with just_before_the_case_is_read(
        lambda: system.work(OFFICER, held.case_id, "split", {"receipt": joined["receipt"], "why": "Another person."})
    ):
        assert system.on(joined, "POST", "/withdrawal", {}).status == 202
    left, apart = system.case_of(held.filed), system.case_of(joined)
    assert (left.case_id, left.requests, left.live) == (held.case_id, 1, 1)
    assert (apart.status, apart.live) == ("received", 0)
    system.pump()
    found = item(system, apart.case_id)
    assert (found["status"], "withdrawal_to_confirm" in found["flags"]) == ("in_line", True)
    system.work(OFFICER, apart.case_id, "claim")
    assert decide(system, OFFICER, apart.case_id, outcome="withdrawn")["status"] == "withdrawn"


@pytest.mark.moto
def test_two_concurrent_contact_updates_are_both_kept(system: System) -> None:
    held = claimed(system)
    with just_before_the_case_is_read(lambda: system.on(held.filed, "POST", "/updates", CONTACT)):
        sent = {"contact": {"spoken_language": "quc"}}
        assert system.on(held.filed, "POST", "/updates", sent).status == 202
    contact = contacts(system, OFFICER, held.case_id)[held.receipt]
    assert (contact["phone"], contact["spoken_language"]) == ("+14045550100", "quc")
