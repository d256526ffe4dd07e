"""The matrix sees what is broken: each of these takes away what a death is survived by, and is told as a violation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import casereview.store.items
import casereview.usecases.file_request
import notify.delivery_events
import prioritize.policy_switch
import prioritize.sweep
from casereview.cases.due import due_attributes
from casereview.schema.identifiers import new_receipt
from casereview.schema.records import Case, Notice
from casereview.store.table import Table
from tests.support.crashes.flow import named
from tests.support.crashes.flows_public import PUBLIC
from tests.support.crashes.flows_staff import STAFF
from tests.support.crashes.flows_workers import WORK
from tests.support.crashes.matrix import prove
from tests.support.crashes.rig import Rig
from tests.support.proofs.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable

    from casereview.store.due_index import DueItem
    from casereview.store.transaction import Write
    from prioritize.services import Services

pytestmark = [pytest.mark.proof(1), pytest.mark.breaks]
FLOWS = [*PUBLIC, *STAFF, *WORK]


def violations(rig: Rig, flow: str, *only: int) -> list[str]:
    """Prove a flow, or some calls of it, with a tally of its own, and return what was violated."""
    tally = Tally()
    prove(rig, named(FLOWS, flow)[0], tally, *only)
    return tally.violations


def deaths(found: list[str]) -> list[str]:
    """Return where the process died when something was violated."""
    return [violation.split(": ")[1] for violation in found]


@pytest.mark.parametrize(("flow", "writes"), [("file", range(7, 12)), ("claim", range(4, 7))])
def test_one_transaction_in_parts(rigged: Rig, monkeypatch: pytest.MonkeyPatch, flow: str, writes: range) -> None:
    whole: Callable[..., None] = Table.write

    def in_parts(table: Table, *writes: Write) -> None:
        for write in writes:
            whole(table, write)

    monkeypatch.setattr(Table, "write", in_parts)
    found = deaths(violations(rigged, flow, *writes))
    assert f"dies after dynamodb.TransactWriteItems ({writes[0]})" in found


def test_a_sweep_that_asks_for_no_notices(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    send = prioritize.sweep._send

    def send_ranks(services: Services, due: DueItem) -> None:
        if due.key.sk == "CASE":
            send(services, due)

    monkeypatch.setattr(prioritize.sweep, "_send", send_ranks)
    assert deaths(violations(rigged, "file", 7, 8, 9)) == [
        "dies after dynamodb.TransactWriteItems (7)",
        "dies before sqs.SendMessage (8)",
        "dies after sqs.SendMessage (8)",
        "dies before sqs.SendMessage (9)",
    ]


def test_a_lease_that_nobody_ends(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(record: Case | Notice, pk: str, sk: str) -> dict[str, object]:
        return {} if isinstance(record, Notice) and record.state == "sending" else due_attributes(record, pk, sk)

    monkeypatch.setattr(casereview.store.items, "due_attributes", forgetful)
    assert "dies before sesv2.SendEmail (7)" in deaths(violations(rigged, "notify by mail", 6, 7))


def test_a_key_that_makes_no_receipt(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casereview.usecases.file_request, "_receipt", lambda _desk, _key: new_receipt())
    (found,) = violations(rigged, "file")
    assert "asked twice is not once" in found


def test_a_tick_that_brings_nothing_in_force(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prioritize.policy_switch, "bring_in_force", lambda *_: False)
    assert "dies after dynamodb.TransactWriteItems (2)" in deaths(violations(rigged, "approve a policy", 2))


def test_a_bounce_that_cannot_be_taken_twice(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    class _NoRefusal(Exception):  # noqa: N818  # nothing raises it
        """What a known address is told by, no more."""

    monkeypatch.setattr(notify.delivery_events, "RefusedError", _NoRefusal)
    assert deaths(violations(rigged, "bounce", 3))[0] == "dies before dynamodb.GetItem (3)"
