"""Policy drafts for tests, derived from the packaged documents, and the author and approver of a policy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from casereview.policy import packaged
from casereview.schema.messages import PreviewMessage
from casereview.schema.policy_records import Preview
from casereview.store import keys
from casereview.store.policy_repository import PolicyRepository
from prioritize.policy_preview import preview as compute_part
from review.policies.previews import stored_reports
from review.policies.publication import ask_for_preview
from tests.support.system import Staff, System

if TYPE_CHECKING:
    from casereview.runtime.queue import Queue

AUTHOR, APPROVER = Staff("paula", "policy", None), Staff("peter", "policy", None)
ORDER = packaged.PACKAGED[2]
DETAINED = "    when: {custody: {is: detained}}\n"


def draft(name: str, *changes: tuple[str, str], since: str = "2026-11-24T15:00:00Z", of: str = ORDER) -> str:
    """Return a packaged document with another id and interval, and with the given replacements of text."""
    head, _, rest = packaged.text_of(of).partition("\nlanes:")
    head = head.replace(f"id: {of}", f"id: {name}").partition("in_force:")[0]
    text = f"{head}in_force:\n  - {{from: {since}}}\n\nlanes:{rest}"
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


EARLIER = draft(
    "earlier", ("first_look: 14d", "first_look: 7d"), (DETAINED, "    when: {removal_order: {is: final}}\n")
)
"""A draft whose lane ``detained`` has the condition of a final order of removal."""


def amendment(name: str, amends: str, *intervals: str) -> str:
    """Return an amendment that sets the intervals of a policy; each interval is ``from`` or ``from/to``."""
    spans = [interval.partition("/")[::2] for interval in intervals]
    listed = ", ".join(f"{{from: {since}{f', to: {until}' if until else ''}}}" for since, until in spans)
    reason = "text: A court has spoken.\nsource: A court, by order of that day.\n"
    return f"id: {name}\namends: {amends}\ntitle: An amendment\nin_force: [{listed}]\n{reason}"


def send(system: System, text: str, staff: Staff = AUTHOR) -> dict[str, Any]:
    """Send a draft and check that it is accepted."""
    answer = system.staff(staff, "POST", "/staff/policies", {"document": text})
    assert answer.status == 201, answer.body
    found: dict[str, Any] = answer.json()
    return found


def approve(system: System, policy_id: str, staff: Staff = APPROVER, **more: object) -> dict[str, Any]:
    """Approve a draft and check that the approval is accepted."""
    body = {"approve": True, "why": "Read and agreed.", **more}
    answer = system.staff(staff, "POST", f"/staff/policies/{policy_id}/approval", body)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json()
    return found


def publish(system: System, text: str) -> dict[str, Any]:
    """Send a draft, preview it without a message, and approve it."""
    policy_id: str = send(system, text)["policy_id"]
    preview_silently(system, policy_id)
    return approve(system, policy_id)


class _NoQueue:
    """A queue that loses every message."""

    def send(self, *_: object) -> None:
        pass


def preview_silently(system: System, policy_id: str) -> None:
    """Preview a policy in other processes and without a message: queues and copies of the registry stay as they are."""
    queue, table = cast("Queue", _NoQueue()), system.intake.table
    policies = PolicyRepository(table, system.clock)
    ask_for_preview(replace(system.intake, rank_queue=queue, policies=policies), policy_id)
    worker = replace(system.prioritize, rank_queue=queue, policies=policies)
    for report in stored_reports(system.intake, policy_id):
        while system.read(Preview, keys.preview(policy_id, report.office)).work_at:
            compute_part(worker, PreviewMessage(preview=policy_id, office=report.office))


def read(system: System, policy_id: str, staff: Staff = AUTHOR) -> dict[str, Any]:
    """Read a policy."""
    answer = system.staff(staff, "GET", f"/staff/policies/{policy_id}")
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json()
    return found


def ask(system: System, policy_id: str) -> None:
    answer = system.staff(AUTHOR, "POST", f"/staff/policies/{policy_id}/preview", {})
    assert answer.status == 202, answer.body


def preview(system: System, policy_id: str) -> dict[str, Any]:
    ask(system, policy_id)
    system.pump()
    found: dict[str, Any] = read(system, policy_id)["preview"]
    return found
