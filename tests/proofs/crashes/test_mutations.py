"""The crash matrix detects deliberate defects: each test removes something that the recovery depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import casereview.store.index_attributes
import casereview.usecases.new_request
import notify.suppression
import prioritize.policy_switch
import prioritize.sweep
from casereview.cases.due import due_attributes
from casereview.schema.identifiers import new_receipt
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case
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
    """Run the proof of a flow, or of some of its calls, with a separate tally, and return the violations."""
    tally = Tally()
    prove(rig, named(FLOWS, flow)[0], tally, *only)
    return tally.violations


def crashes(found: list[str]) -> list[str]:
    """Return the crashes in which a violation was found."""
    return [violation.split(": ")[1] for violation in found]


@pytest.mark.parametrize(
    ("flow", "writes"),
    [
        ("file", range(8, 13)),
        ("claim", range(4, 7)),
        ("verify with a kept escalation", range(8, 11)),
        ("undo a withdrawal", range(8, 11)),
    ],
)
def test_a_transaction_that_is_written_in_parts_is_detected(
    rigged: Rig, monkeypatch: pytest.MonkeyPatch, flow: str, writes: range
) -> None:
    write_all: Callable[..., None] = Table.write

    def in_parts(table: Table, *writes: Write) -> None:
        for write in writes:
            write_all(table, write)

    monkeypatch.setattr(Table, "write", in_parts)
    found = crashes(violations(rigged, flow, *writes))
    assert f"dies after dynamodb.TransactWriteItems ({writes[0]})" in found


def test_a_sweep_that_ignores_notices_is_detected(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    send = prioritize.sweep._send

    def send_ranks(services: Services, due: DueItem) -> None:
        if due.key.sk == "CASE":
            send(services, due)

    monkeypatch.setattr(prioritize.sweep, "_send", send_ranks)
    assert crashes(violations(rigged, "file", 8, 9, 10)) == [
        "dies after dynamodb.TransactWriteItems (8)",
        "dies before sqs.SendMessage (9)",
        "dies after sqs.SendMessage (9)",
        "dies before sqs.SendMessage (10)",
    ]


def test_a_lease_that_never_expires_is_detected(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_lease(record: Case | Notice, pk: str, sk: str) -> dict[str, object]:
        return {} if isinstance(record, Notice) and record.state == "sending" else due_attributes(record, pk, sk)

    monkeypatch.setattr(casereview.store.index_attributes, "due_attributes", without_lease)
    assert "dies before sesv2.SendEmail (8)" in crashes(violations(rigged, "notify by mail", 7, 8))


def test_a_receipt_that_does_not_depend_on_the_idempotency_key_is_detected(
    rigged: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(casereview.usecases.new_request, "_receipt", lambda _desk, _key: new_receipt())
    (found,) = violations(rigged, "file")
    assert "not idempotent" in found


def test_a_tick_that_brings_no_policy_into_force_is_detected(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prioritize.policy_switch, "bring_in_force", lambda *_: False)
    assert "dies after dynamodb.TransactWriteItems (7)" in crashes(violations(rigged, "approve a policy", 7))


def test_a_bounce_that_cannot_be_processed_twice_is_detected(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    class _NoRefusal(Exception):  # noqa: N818  # nothing raises it
        """Replaces the error for an address that is already suppressed."""

    monkeypatch.setattr(notify.suppression, "RefusedError", _NoRefusal)
    assert crashes(violations(rigged, "bounce", 3))[0] == "dies after dynamodb.TransactWriteItems (3)"
