"""What staff and requesters do between two steps of somebody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.support.aws_faults import Perform, edge
from tests.support.staff import OFFICER, POLICY_A, SISTER, claimed, decide, post, read, verify
from tests.support.system import System, body

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse


@contextmanager
def just_before_the_case_is_read(act: Callable[[], object]) -> Iterator[None]:
    """Let somebody act after a requester was admitted, and before their case is read."""
    waiting = [act]

    def answer(request: AWSPreparedRequest, perform: Perform) -> AWSResponse:
        if waiting and "CASE#" in str(request.body):
            waiting.pop()()
        return perform()

    with edge("dynamodb.GetItem", answer):
        yield
    assert not waiting


def test_what_waits_for_its_approval_is_not_decided_again(system: System) -> None:
    system.time = POLICY_A
    held = claimed(system)
    decide(system, OFFICER, held.case_id, outcome="declined")
    found = read(system, OFFICER, held.case_id)
    again = {
        "outcome": "granted",
        "reasons_for_requester": "x",
        "internal_reasons": "x",
        "factors": [],
        "policy": found["policy"],
        "case_version": found["case_version"],
    }
    assert post(system, OFFICER, held.case_id, "decision", again).status == 409
    assert read(system, OFFICER, held.case_id)["status"] == "awaiting_approval"


def test_a_late_first_look_leaves_nothing_to_be_ranked(system: System) -> None:
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
def test_what_is_verified_while_a_requester_writes_stays_verified(
    system: System, what: str, sent: dict[str, object]
) -> None:
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
def test_what_is_split_off_while_its_requester_withdraws_is_withdrawn_where_it_went(system: System) -> None:
    held = claimed(system)
    joined = system.file(body(requester=SISTER, subject={"a_number": "A000-000-011"}))
    with just_before_the_case_is_read(
        lambda: system.work(OFFICER, held.case_id, "split", {"receipt": joined["receipt"], "why": "Another person."})
    ):
        assert system.on(joined, "POST", "/withdrawal", {}).status == 202
    left, apart = system.case_of(held.filed), system.case_of(joined)
    assert (left.case_id, left.requests, left.live) == (held.case_id, 1, 1)
    assert (apart.status, apart.live) == ("withdrawn", 0)


@pytest.mark.moto
def test_a_second_contact_sent_at_once_undoes_nothing_of_the_first(system: System) -> None:
    held = claimed(system)
    with just_before_the_case_is_read(lambda: system.on(held.filed, "POST", "/updates", CONTACT)):
        sent = {"contact": {"spoken_language": "quc"}}
        assert system.on(held.filed, "POST", "/updates", sent).status == 202
    reached = system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}/contacts?why=call").json()
    contact = reached["contacts"][held.receipt]
    assert (contact["phone"], contact["spoken_language"]) == ("+14045550100", "quc")
