"""Read the policy registry: the list of policies with their states, and one policy with its document and preview."""

from __future__ import annotations

from datetime import datetime

from casereview.http.problems import Fault, ProblemError
from casereview.policy.document import Head
from casereview.policy.packaged import PACKAGED, compiled, in_force, text_of
from casereview.policy.warnings import warnings_of
from casereview.schema.base import to_milliseconds
from casereview.schema.office_records import Snapshot
from casereview.schema.policy_records import PolicyRecord, Switch
from casereview.store import keys
from casereview.store.items import from_item
from casereview.store.policy_repository import PolicyRegistry, approved_heads
from casereview.usecases.services import CaseServices
from review.authorization import Caller
from review.policies.previews import is_previewed, read_preview, stored_reports
from review.schema.policies import (
    GoverningInterval,
    PolicyItem,
    PolicyList,
    PolicyRead,
    PolicyState,
    SwitchRead,
    WarningRead,
)
from review.summary import counts_for


def list_policies(services: CaseServices, caller: Caller) -> PolicyList:
    """Return all policies and drafts: first the packaged ones, then the others by creation time."""
    registry, now = services.policies.registry(fresh=True), to_milliseconds(services.now())
    governing, _until = in_force(registry.heads, now)
    packaged = [_packaged_item(registry, name, now) for name in PACKAGED if name not in registry.records]
    sent = sorted(registry.records.values(), key=lambda record: (record.created_at, record.policy_id))
    items = [*packaged, *(_stored_item(services, registry, record, now) for record in sent)]
    in_force_now = governing.id if governing else None
    switch = _switch(services, caller, registry.switch) if registry.switch else None
    return PolicyList(in_force=in_force_now, policies=tuple(items), switch=switch)


def read_policy(services: CaseServices, caller: Caller, policy_id: str) -> PolicyRead:
    """Return one policy with its document, amendments, preview and switch.

    The cases that the preview shows to the caller are recorded as read.

    Raises:
        ProblemError: 404 for an unknown policy.
    """
    registry, now = services.policies.registry(fresh=True), to_milliseconds(services.now())
    record = registry.records.get(policy_id)
    if record is None and policy_id not in PACKAGED:
        raise no_such_policy()
    item = _stored_item(services, registry, record, now) if record else _packaged_item(registry, policy_id, now)
    amending = sorted(
        (each for each in registry.records.values() if each.amends == policy_id), key=lambda each: each.created_at
    )
    switch = registry.switch if registry.switch and registry.switch.policy == policy_id else None
    return PolicyRead(
        **item.model_dump(exclude={"in_force"}),
        in_force=item.in_force,
        document=record.text if record else text_of(policy_id),
        warnings=shown_warnings(services, policy_id, record),
        acknowledged=record.acknowledged if record else (),
        why=record.why if record else None,
        amendments=tuple(_stored_item(services, registry, each, now) for each in amending),
        preview=read_preview(services, caller, stored_reports(services, policy_id), item.digest),
        switch=_switch(services, caller, switch) if switch else None,
    )


def shown_warnings(services: CaseServices, policy_id: str, record: PolicyRecord | None) -> tuple[WarningRead, ...]:
    """Return what the approver of a policy must acknowledge; nothing of an amendment.

    Args:
        services: The policies.
        policy_id: The policy.
        record: The stored document; None for a packaged one.

    Raises:
        DocumentError: This release cannot read the document.
    """
    if record and record.kind != "document":
        return ()
    policy = services.policies.of_text(record.digest, record.text) if record else compiled(policy_id)
    return tuple(WarningRead(code=one.code, message=one.message) for one in warnings_of(policy))


def no_such_policy() -> ProblemError:
    """Return a problem of status 404: there is neither a policy nor a draft with this id."""
    return ProblemError("not-found", Fault("", "no_such_policy", "There is no policy and no draft with this id."))


def _packaged_item(registry: PolicyRegistry, name: str, now: datetime) -> PolicyItem:
    head = next(head for head in registry.heads if head.id == name)
    return PolicyItem(
        policy_id=name,
        kind="document",
        amends=None,
        title=head.title,
        issued=head.issued,
        state=_state(registry, name, head, now),
        packaged=True,
        digest=compiled(name).digest,
        governs=_governs(registry, name, now),
        in_force=_intervals(head),
        author=None,
        created_at=None,
        approver=None,
        decided_at=None,
    )


def _stored_item(services: CaseServices, registry: PolicyRegistry, record: PolicyRecord, now: datetime) -> PolicyItem:
    name = record.policy_id
    approved = record.evolve(state="approved", decided_at=record.decided_at or now)
    heads = registry.heads if record.state == "approved" else approved_heads([*registry.records.values(), approved])
    head = next((head for head in heads if head.id == (record.amends or name)), None)
    state: PolicyState = record.state
    if head and record.state == "approved" and record.kind == "document":
        state = _state(registry, name, head, now)
    elif record.state == "draft" and is_previewed(stored_reports(services, name), record.digest):
        state = "previewed"
    governs = record.kind == "document" and record.state == "approved" and _governs(registry, name, now)
    shared = {"policy_id", "kind", "amends", "title", "issued", "digest", "author", "created_at", "approver"}
    fields = record.model_dump(include={*shared, "decided_at"})
    return PolicyItem(**fields, state=state, packaged=False, governs=governs, in_force=_intervals(head) if head else ())


def _state(registry: PolicyRegistry, name: str, head: Head, now: datetime) -> PolicyState:
    if _governs(registry, name, now):
        return "in_force"
    if any(interval.from_ > now for interval in head.in_force):
        return "approved"
    amendments = [
        record for record in registry.records.values() if record.kind == "amendment" and record.amends == name
    ]
    amended = any(record.state == "approved" for record in amendments)
    return "vacated" if amended else "superseded"


def _governs(registry: PolicyRegistry, name: str, now: datetime) -> bool:
    governing, _until = in_force(registry.heads, now)
    return governing is not None and governing.id == name


def _intervals(head: Head) -> tuple[GoverningInterval, ...]:
    return tuple(GoverningInterval(since=interval.from_, until=interval.to) for interval in head.in_force)


def _switch(services: CaseServices, caller: Caller, switch: Switch) -> SwitchRead:
    """Return the progress of a switch, as the caller may see it: cases without access are in no number."""
    snapshots = [from_item(Snapshot, item) for item in services.table.items(keys.SNAPSHOTS)]
    counts = [(snapshot.at, own.policies) for snapshot in snapshots if (own := counts_for(caller, snapshot))]
    others = (sum(policies.values()) - policies.get(switch.digest, 0) for _at, policies in counts)
    return SwitchRead(
        policy=switch.policy,
        started_at=switch.started_at,
        ended_at=switch.ended_at,
        round=switch.round,
        sent=switch.sent if caller.restricted else switch.sent_unrestricted,
        remaining=sum(others) if switch.ended_at is None else 0,
        counted_at=min((at for at, _policies in counts), default=None),
    )
