"""A batch that is done in part: what was left is asked for again, and nobody takes a part for the whole."""

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
from tests.support.crashes.botocore_hook import Choose
from tests.support.crashes.flow import named
from tests.support.crashes.flows_public import nothing
from tests.support.crashes.flows_staff import STAFF
from tests.support.crashes.flows_workers import WORK
from tests.support.crashes.matrix import to_rest
from tests.support.crashes.rig import Rig
from tests.support.faults import injection
from tests.support.faults.kinds import BATCH_GET, BATCH_SEND, partly
from tests.support.policy.drafts import EARLIER, publish
from tests.support.proofs.tally import Tally
from tests.support.staff import OFFICER, person
from tests.support.system import Answer
from tests.support.writes import dynamodb_of

pytestmark = [pytest.mark.proof(1), pytest.mark.timeout(300)]
PEOPLE = range(11, 16)
FLOWS = {BATCH_GET: "next", BATCH_SEND: "walk of a switch"}
"""By operation: a flow that calls it."""


@pytest.mark.parametrize("operation", FLOWS)
def test_what_a_batch_left_is_asked_for_again(rigged: Rig, operation: str, tally: Tally) -> None:
    flow = named([*STAFF, *WORK], FLOWS[operation])[0]
    for fault in ("partly done, once", "partly done, on and on"):
        injection.prove(rigged, flow, tally, fault)
    assert tally.tried == 2


def _docket(rig: Rig) -> None:
    rig.begin()
    nothing(rig)
    for number in PEOPLE:
        rig.file(person(number))
    rig.pump()


def _left(times: int) -> Choose:
    """Do the first batches in part."""
    waiting = [True] * times

    def choose(_number: int, operation: str) -> Responder | None:
        act = partly(operation)
        return act if act and waiting and waiting.pop() else None

    return choose


def _page(rig: Rig, times: int) -> Answer:
    with rig.wire.watching(_left(times)):
        return rig.staff(OFFICER, "GET", "/staff/worklist?office=ATL")


def pages(rig: Rig, tally: Tally) -> None:
    """Read a page of the worklist while batches are done in part: it is whole, or refused."""
    _docket(rig)
    whole = _page(rig, 0)
    assert len(whole.json()["items"]) == len(PEOPLE)
    for times in (1, 2, 4):
        with tally.case(f"a page, {times} batches in part"):
            assert _page(rig, times) == whole
    with tally.case("a page, all batches in part"):
        answer = _page(rig, 100)
        assert (answer.status, answer.content_type) == (503, "application/problem+json")


def test_a_page_of_the_worklist_is_whole_or_refused(rigged: Rig, tally: Tally) -> None:
    pages(rigged, tally)


def test_a_walk_counts_what_was_sent_and_finds_what_was_not(rigged: Rig, tally: Tally) -> None:
    _docket(rigged)
    publish(rigged, EARLIER)
    rigged.later(seconds=11)
    with rigged.wire.watching(_left(1)), pytest.raises(UnsentError):
        rigged.sweep()
    with tally.case("what was not sent is not counted"):
        assert rigged.read(Switch, keys.SWITCH).sent == len(rigged.letters) == len(PEOPLE) - 1
    with tally.case("it is found"):
        to_rest(rigged)
        walk = rigged.read(Switch, keys.SWITCH)
        assert walk.ended_at
        assert {case.policy for case in rigged.cases} == {walk.policy}


# ---- the proofs are shown to fail


def _only_once(table: Table, case_ids: Sequence[str]) -> dict[str, Case]:
    """Take what a batch brings for all there is."""
    wanted = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in map(keys.case, case_ids)]
    backend = dynamodb_of(table)
    answer = backend.client.batch_get_item(RequestItems={backend.name: {"Keys": wanted, "ConsistentRead": True}})
    found = [from_item(Case, item) for item in answer["Responses"][backend.name]]
    return {case.case_id: case for case in found}


@pytest.mark.breaks
def test_a_part_that_is_taken_for_the_whole_is_found(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Table, "cases", _only_once)
    tally = Tally()
    pages(rigged, tally)
    assert len(tally.violations) == tally.tried


@pytest.mark.breaks
def test_a_walk_that_believes_that_all_was_sent_is_found(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(switch: Switch, now: datetime) -> Switch:
        return switch.evolve(cursors={}, ended_at=now)

    monkeypatch.setattr(prioritize.policy_switch, "_next_round", ended)
    tally = Tally()
    injection.prove(rigged, named(WORK, "walk of a switch")[0], tally, "partly done, once")
    (violation,) = tally.violations
    assert violation.startswith("walk of a switch: sqs.SendMessageBatch")
