"""Outages of a service: only the work that needs it is delayed, and all pending work is done afterwards."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

import prioritize.app
import prioritize.sweep
from casereview.schema.policy_records import PolicyInForce
from casereview.store import keys
from prioritize.app import FailedError, UnsentError
from tests.support.aws_faults import Forward, Responder, refuses
from tests.support.crashes.botocore_hook import ChooseFault
from tests.support.crashes.flows_workers import ORDER_ONLY
from tests.support.crashes.matrix import settle
from tests.support.crashes.rig import Rig
from tests.support.crashes.table_shape import check_complete
from tests.support.faults.kinds import service_of
from tests.support.policy.drafts import DETAINED, draft, publish
from tests.support.proofs.tally import Tally
from tests.support.staff import person

if TYPE_CHECKING:
    from types import ModuleType
    from typing import Self

    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

    from casereview.store.due_index import DueItem
    from prioritize.services import Services

pytestmark = [pytest.mark.proof(1), pytest.mark.timeout(300)]
PEOPLE = range(11, 17)
SERVICES = ["dynamodb", "kms", "sqs", "sesv2"]


def _docket(rig: Rig) -> None:
    """Prepare some requests just filed, whose messages are lost, and a policy that takes effect in two minutes."""
    rig.reset()
    rig.sweep()
    publish(rig, draft("next", (DETAINED, ORDER_ONLY), since="2026-11-24T15:02:00Z"))
    for number in PEOPLE:
        contact = {"email": f"ana{number}@example.org", "language": "es"}
        rig.file(person(number, requester={"contact": contact}))
    rig.messages = []


def _run_with_fault(rig: Rig, choose: ChooseFault, minutes: int) -> None:
    """Advance the clock, with ticks and messages, while a service fails."""
    until = rig.time + timedelta(minutes=minutes)
    with rig.hook.observe(choose):
        while rig.time < until:
            rig.later(minutes=2)
            rig.messages, rig.failed_messages = rig.messages + rig.failed_messages, []
            with suppress(ClientError, FailedError, UnsentError):
                rig.sweep()
            rig.pump()


def _service_unavailable(service: str) -> ChooseFault:
    unavailable = refuses("InternalServerError", status=500)
    return lambda _number, operation: unavailable if service_of(operation) == service else None


def _queue_rejects(name: str) -> Responder:
    rejected = refuses("AccessDenied", status=403)

    def act(request: AWSPreparedRequest, perform: Forward) -> AWSResponse:
        body: bytes = request.body  # type: ignore[assignment]
        return rejected(request, perform) if f"/{name}".encode() in body else perform()

    return act


def prove_independence(rig: Rig, name: str, tally: Tally) -> None:
    """Have one queue reject messages for ten minutes, and check that the other work is done meanwhile."""
    _docket(rig)
    rejects = _queue_rejects(name)
    _run_with_fault(rig, lambda _number, operation: rejects if service_of(operation) == "sqs" else None, 10)
    with tally.case(f"the {name} queue rejects messages: the policy comes into force"):
        assert rig.read(PolicyInForce, keys.IN_FORCE).policy == "next"
    with tally.case(f"the {name} queue rejects messages: the work of the other queue is done"):
        done = [notice.state == "sent" for notice in rig.notices]
        if name == "notice":
            done = [case.status == "in_line" for case in rig.cases]
        assert len(done) == len(PEOPLE)
        assert all(done)
    with tally.case(f"the {name} queue rejects messages: all work is done afterwards"):
        settle(rig)
        check_complete(rig, rig.read_table())


@pytest.mark.parametrize("service", SERVICES)
def test_pending_work_is_done_after_an_outage(rigged: Rig, service: str, tally: Tally) -> None:
    _docket(rigged)
    _run_with_fault(rigged, _service_unavailable(service), 60)
    with tally.case(f"{service} was unavailable"):
        settle(rigged)
        check_complete(rigged, rigged.read_table())
        assert {notice.state for notice in rigged.notices} == {"sent"}
        assert {case.policy for case in rigged.cases} == {"next"}


@pytest.mark.parametrize("name", ["rank", "notice"])
def test_a_queue_that_rejects_messages_delays_no_other_work(rigged: Rig, name: str, tally: Tally) -> None:
    prove_independence(rigged, name, tally)


class _Raise:
    """Replaces ``SuppressAndLog``: an error ends what is going on."""

    failed = False

    def __init__(self, *_args: object, **_more: str) -> None:
        """Take what the original takes."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Let the error through."""


def _violations_with_errors_raised(rig: Rig, monkeypatch: pytest.MonkeyPatch, *modules: ModuleType) -> list[str]:
    """Have the rank queue, whose items a sweep handles first, reject messages, where no error is suppressed."""

    def send_without_handling_errors(services: Services, due: DueItem) -> bool:
        prioritize.sweep._send(services, due)
        return True

    monkeypatch.setattr(prioritize.sweep, "_try_send", send_without_handling_errors)
    for module in modules:
        monkeypatch.setattr(module, "SuppressAndLog", _Raise)
    tally = Tally()
    prove_independence(rig, "rank", tally)
    return [violation.split(": ")[1] for violation in tally.violations]


@pytest.mark.breaks
def test_a_sweep_that_stops_at_the_first_error_is_detected(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    found = _violations_with_errors_raised(rigged, monkeypatch, prioritize.sweep)
    assert found == ["the work of the other queue is done"]


@pytest.mark.breaks
def test_a_tick_that_stops_at_the_first_error_is_detected(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    found = _violations_with_errors_raised(rigged, monkeypatch, prioritize.sweep, prioritize.app)
    assert found == ["the policy comes into force", "the work of the other queue is done"]
