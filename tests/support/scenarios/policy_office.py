"""The policy office's part of a full day: drafts, previews, a switch, and decisions that require an approval."""

from __future__ import annotations

from typing import Any

from casereview.schema.base import rfc3339
from tests.support.policy.drafts import AUTHOR, approve, draft, read, send
from tests.support.scenarios.full_day import OFFICER, SUPERVISOR, CanaryWords, case_id_of, decision, filing
from tests.support.system import System

REQUIRES_APPROVALS = "2021-02-18-interim"


def publish_policies(system: System, words: CanaryWords) -> None:
    """Refuse one draft, preview and approve another, and decide cases under it."""
    since = rfc3339(system.time)
    send(system, draft("day-refused", since=since, of=REQUIRES_APPROVALS))
    approve(system, "day-refused", approve=False)
    send(system, draft("day-deleted", since=since, of=REQUIRES_APPROVALS))
    assert system.staff(AUTHOR, "DELETE", "/staff/policies/day-deleted").status == 204
    send(system, draft("day", since=since, of=REQUIRES_APPROVALS))
    _preview(system)
    system.later(seconds=1)
    approve(system, "day")
    assert system.staff(AUTHOR, "GET", "/staff/policies").json()["in_force"] == "day"
    system.settle(6)
    assert read(system, "day")["switch"]["ended_at"]
    for number, yes in ((1031, True), (1032, False)):
        _approved(system, words, system.file(filing(words, number)), yes=yes)
    system.pump()
    assert system.duty("snapshot")
    assert system.staff(SUPERVISOR, "GET", "/staff/summary?office=ATL").status == 200


def _preview(system: System) -> None:
    """Make a preview, and make it again after its messages were lost."""
    for lost in (False, True):
        assert system.staff(AUTHOR, "POST", "/staff/policies/day/preview", {}).status == 202
        while lost and (taken := system.sqs.receive_message(QueueUrl=system.queues["rank"]).get("Messages")):
            for message in taken:
                system.sqs.delete_message(QueueUrl=system.queues["rank"], ReceiptHandle=message["ReceiptHandle"])
        system.pump()
        system.settle(3)
        assert read(system, "day")["preview"]["done"]


def _approved(system: System, words: CanaryWords, filed: dict[str, Any], *, yes: bool) -> None:
    system.pump()
    case_id = case_id_of(system, filed)
    system.work(OFFICER, case_id, "claim")
    system.work(OFFICER, case_id, "decision", decision(system, words, OFFICER, case_id, "declined"))
    word = {"approve": yes, "why": words.word("approval")}
    status = system.work(SUPERVISOR, case_id, "approval", word)["status"]
    assert status == ("decided" if yes else "in_review")
