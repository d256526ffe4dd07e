"""A service that is down for an hour stops only what needs it; when it is back, all that was owed is done."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import BotoCoreError, ClientError

import prioritize.sweep
from casereview.schema.policy_records import PolicyInForce
from casereview.store import keys
from prioritize.app import UnsentError
from tests.support.aws_faults import Forward, Responder, refuses
from tests.support.crashes.botocore_hook import Choose
from tests.support.crashes.flows_workers import EARLIER_WHEN
from tests.support.crashes.matrix import to_rest
from tests.support.crashes.rig import Rig
from tests.support.crashes.table_shape import whole
from tests.support.faults.kinds import service_of
from tests.support.policy.drafts import DETAINED, draft, publish
from tests.support.proofs.tally import Tally
from tests.support.staff import person

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

    from casereview.store.due_index import DueItem
    from prioritize.services import Services

pytestmark = [pytest.mark.proof(1), pytest.mark.timeout(300)]
PEOPLE = range(11, 17)
SERVICES = ["dynamodb", "kms", "sqs", "sesv2"]


def _docket(rig: Rig) -> None:
    """Some people who filed just before, and a policy whose time comes in two minutes; all messages were lost."""
    rig.begin()
    rig.sweep()
    publish(rig, draft("next", (DETAINED, EARLIER_WHEN), since="2026-11-24T15:02:00Z"))
    for number in PEOPLE:
        rig.file(person(number))
    rig.letters = []


def _pass(rig: Rig, choose: Choose, minutes: int) -> None:
    """Let time pass, with ticks and messages, while a service fails."""
    until = rig.time + timedelta(minutes=minutes)
    with rig.wire.watching(choose):
        while rig.time < until:
            rig.later(minutes=2)
            rig.letters, rig.given_back = rig.letters + rig.given_back, []
            with suppress(ClientError, BotoCoreError, UnsentError):
                rig.sweep()
            rig.pump()


def _whole_service(service: str) -> Choose:
    down = refuses("InternalServerError", status=500)
    return lambda _number, operation: down if service_of(operation) == service else None


def _one_queue(name: str) -> Responder:
    refused = refuses("AccessDenied", status=403)

    def act(request: AWSPreparedRequest, perform: Forward) -> AWSResponse:
        asked: bytes = request.body  # type: ignore[assignment]
        return refused(request, perform) if f"/{name}".encode() in asked else perform()

    return act


def only_that_waits(rig: Rig, name: str, tally: Tally) -> None:
    """Have one queue refuse for ten minutes: the other's work is done meanwhile, and the policy in force follows."""
    _docket(rig)
    act = _one_queue(name)
    _pass(rig, lambda _number, operation: act if service_of(operation) == "sqs" else None, 10)
    with tally.case(f"the {name} queue refuses: the policy in force follows"):
        assert rig.read(PolicyInForce, keys.IN_FORCE).policy == "next"
    with tally.case(f"the {name} queue refuses: the other's work is done"):
        done = [notice.state == "sent" for notice in rig.notices]
        if name == "notice":
            done = [case.status == "in_line" for case in rig.cases]
        assert len(done) == len(PEOPLE)
        assert all(done)
    with tally.case(f"the {name} queue refuses: all is done in the end"):
        to_rest(rig)
        whole(rig, rig.look())


@pytest.mark.parametrize("service", SERVICES)
def test_what_was_owed_through_an_outage_is_done(rigged: Rig, service: str, tally: Tally) -> None:
    _docket(rigged)
    _pass(rigged, _whole_service(service), 60)
    with tally.case(f"{service} was down"):
        to_rest(rigged)
        whole(rigged, rigged.look())
        assert {notice.state for notice in rigged.notices} == {"sent"}
        assert {case.policy for case in rigged.cases} == {"next"}


@pytest.mark.parametrize("name", ["rank", "notice"])
def test_a_queue_that_refuses_stops_nothing_else(rigged: Rig, name: str, tally: Tally) -> None:
    only_that_waits(rigged, name, tally)


@pytest.mark.breaks
def test_a_sweep_that_stops_at_the_first_refusal_is_seen(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def sent(services: Services, due: DueItem) -> bool:
        prioritize.sweep._send(services, due)
        return True

    monkeypatch.setattr(prioritize.sweep, "_try_send", sent)
    tally = Tally()
    only_that_waits(rigged, "notice", tally)
    first, *others = [violation.split(": ")[1] for violation in tally.violations]
    assert first == "the policy in force follows"
    assert set(others) <= {"the other's work is done"}  # of which some lies in shards before the first refusal
