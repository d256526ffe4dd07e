"""Partial batch operations: what was not done is requested again, and a partial result never counts as complete."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pytest

import prioritize.policy_switch
from casereview.schema.policy_records import Switch
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.items import from_item
from casereview.store.table import Table
from prioritize.app import UnsentError
from tests.support.aws_faults import Responder
from tests.support.crashes.botocore_hook import ChooseFault
from tests.support.crashes.flow import named
from tests.support.crashes.flows_public import empty_docket
from tests.support.crashes.flows_staff import STAFF
from tests.support.crashes.flows_workers import WORK
from tests.support.crashes.matrix import settle
from tests.support.crashes.rig import Rig
from tests.support.faults import injection
from tests.support.faults.kinds import BATCH_GET, BATCH_SEND, partially_done
from tests.support.policy.drafts import EARLIER, publish
from tests.support.proofs.tally import Tally
from tests.support.staff import OFFICER, person
from tests.support.system import Answer
from tests.support.writes import dynamodb_of

pytestmark = [pytest.mark.proof(1), pytest.mark.timeout(300)]
PEOPLE = range(11, 16)
FLOWS = {BATCH_GET: "next", BATCH_SEND: "walk of a switch"}
"""A flow that calls the operation, by operation."""


@pytest.mark.parametrize("operation", FLOWS)
def test_the_rest_of_a_partial_batch_is_requested_again(rigged: Rig, operation: str, tally: Tally) -> None:
    flow = named([*STAFF, *WORK], FLOWS[operation])[0]
    for fault in ("partially done, once", "partially done, repeatedly"):
        injection.prove(rigged, flow, tally, fault)
    assert tally.tried == 2


def _docket(rig: Rig) -> None:
    rig.reset()
    empty_docket(rig)
    for number in PEOPLE:
        rig.file(person(number))
    rig.pump()


def _partial_at_first(times: int) -> ChooseFault:
    """Perform the first batches in part."""
    remaining = [True] * times

    def choose(_number: int, operation: str) -> Responder | None:
        act = partially_done(operation)
        return act if act and remaining and remaining.pop() else None

    return choose


def _page(rig: Rig, times: int) -> Answer:
    with rig.hook.observe(_partial_at_first(times)):
        return rig.staff(OFFICER, "GET", "/staff/worklist?office=ATL")


def prove_pages(rig: Rig, tally: Tally) -> None:
    """Read a page of the worklist while batch reads are partial, and check that it is complete or refused."""
    _docket(rig)
    complete = _page(rig, 0)
    assert len(complete.json()["items"]) == len(PEOPLE)
    for times in (1, 2, 4):
        with tally.case(f"a page, {times} partial batches"):
            assert _page(rig, times) == complete
    with tally.case("a page, all batches partial"):
        answer = _page(rig, 100)
        assert (answer.status, answer.content_type) == (503, "application/problem+json")


def test_a_page_of_the_worklist_is_complete_or_refused(rigged: Rig, tally: Tally) -> None:
    prove_pages(rigged, tally)


def test_a_switch_counts_sent_messages_and_sends_the_others_again(rigged: Rig, tally: Tally) -> None:
    _docket(rigged)
    publish(rigged, EARLIER)
    rigged.later(seconds=11)
    with rigged.hook.observe(_partial_at_first(1)), pytest.raises(UnsentError):
        rigged.sweep()
    with tally.case("a message that was not sent is not counted"):
        assert rigged.read(Switch, keys.SWITCH).sent == len(rigged.messages) == len(PEOPLE) - 1
    with tally.case("its case is found by the next round"):
        settle(rigged)
        walk = rigged.read(Switch, keys.SWITCH)
        assert walk.ended_at
        assert {case.policy for case in rigged.cases} == {walk.policy}


# ---- deliberate defects


def _without_unprocessed_keys(table: Table, case_ids: Sequence[str]) -> dict[str, Case]:
    """Read cases in one batch, and ignore the unprocessed keys."""
    wanted = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in map(keys.case, dict.fromkeys(case_ids))]
    if not wanted:
        return {}
    backend = dynamodb_of(table)
    answer = backend.client.batch_get_item(RequestItems={backend.name: {"Keys": wanted, "ConsistentRead": True}})
    found = [from_item(Case, item) for item in answer["Responses"][backend.name]]
    return {case.case_id: case for case in found}


@pytest.mark.breaks
def test_a_partial_response_that_counts_as_complete_is_detected(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Table, "cases", _without_unprocessed_keys)
    tally = Tally()
    prove_pages(rigged, tally)
    assert len(tally.violations) == tally.tried


@pytest.mark.breaks
def test_a_switch_that_assumes_that_all_messages_were_sent_is_detected(
    rigged: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(switch: Switch, now: datetime) -> Switch:
        return switch.evolve(cursors={}, ended_at=now)

    monkeypatch.setattr(prioritize.policy_switch, "_next_round", ended)
    tally = Tally()
    injection.prove(rigged, named(WORK, "walk of a switch")[0], tally, "partially done, once")
    (violation,) = tally.violations
    assert violation.startswith("walk of a switch: sqs.SendMessageBatch")
