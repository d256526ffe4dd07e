"""Read one policy with its document and preview, and what the list of policies shows of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from casereview.http.problems import Fault, ProblemError
from casereview.policy.document import Head
from casereview.policy.loader import DocumentError
from casereview.policy.packaged import PACKAGED, compiled, text_of
from casereview.policy.warnings import warnings_of
from casereview.schema.base import to_milliseconds
from casereview.schema.office_records import Snapshot
from casereview.schema.policy_records import PolicyReason, PolicyRecord, Switch
from casereview.store import keys
from casereview.store.backend import Query
from casereview.store.policy_repository import UnreadablePolicyError
from casereview.usecases.services import CaseServices
from review.authorization import Caller
from review.policies.previews import is_draft_previewed, read_preview, stored_reports
from review.schema.policies import (
    GoverningInterval,
    PolicyItem,
    PolicyRead,
    PolicyState,
    SwitchRead,
    WarningRead,
)
from review.summary import counts_for

if TYPE_CHECKING:
    from casereview.store.policy_registry import ApprovedHead, PolicyRegistry


def read_policy(services: CaseServices, caller: Caller, policy_id: str) -> PolicyRead:
    """Return one policy with its document, approved amendments, preview and switch.

    The cases that the preview shows to the caller are recorded as read.

    Raises:
        ProblemError: 404 for an unknown policy.
    """
    services.policies.take_over(drafts=True)
    record = find_policy(services, policy_id)
    listing = listing_of(services)
    item = listing.stored(record) if record else listing.packaged(policy_id)
    amending = sorted(
        (each for each in listing.registry.records.values() if each.amends == policy_id),
        key=lambda each: each.created_at,
    )
    switch = listing.registry.switch
    return PolicyRead(
        **item.model_dump(exclude={"in_force"}),
        in_force=item.in_force,
        document=_document(services, record) if record else text_of(policy_id),
        warnings=shown_warnings(services, policy_id, record),
        acknowledged=record.acknowledged if record else (),
        why=_reason(services, record) if record else None,
        amendments=tuple(map(listing.stored, amending)),
        preview=read_preview(services, caller, stored_reports(services, policy_id), item.digest),
        switch=shown_switch(services, caller, switch) if switch and switch.policy == policy_id else None,
    )


def find_policy(services: CaseServices, policy_id: str) -> ApprovedHead | None:
    """Return the head of a policy, approved or not; None for a packaged policy.

    Raises:
        ProblemError: 404 if there is neither a policy nor a draft with this id that can be read.
    """
    if policy_id in PACKAGED:
        return None
    record = services.policies.registry(fresh=True).records.get(policy_id) or services.policies.draft(policy_id)
    if record is None:
        raise ProblemError("not-found", Fault("", "no_such_policy", "There is no policy and no draft with this id."))
    return record


def _document(services: CaseServices, record: ApprovedHead) -> str | None:
    try:
        return services.policies.text_of(record)
    except UnreadablePolicyError:
        return None


def _reason(services: CaseServices, record: ApprovedHead) -> str | None:
    if isinstance(record, PolicyRecord):
        return record.why
    if record.state == "draft":
        return None
    reason = services.table.find(PolicyReason, keys.policy_reason(record.policy_id))
    return reason.why if reason else None


def shown_warnings(services: CaseServices, policy_id: str, record: ApprovedHead | None) -> tuple[WarningRead, ...]:
    """Return what the approver of a policy must acknowledge; nothing of an amendment, or of a text that is unreadable.

    Args:
        services: The policies.
        policy_id: The policy.
        record: Its head; None for a packaged one.
    """
    if record and record.kind != "document":
        return ()
    try:
        policy = services.policies.of_head(record) if record else compiled(policy_id)
    except (UnreadablePolicyError, DocumentError):
        return ()
    return tuple(WarningRead(code=one.code, message=one.message) for one in warnings_of(policy))


def shown_switch(services: CaseServices, caller: Caller, switch: Switch) -> SwitchRead:
    """Return the progress of a switch, as the caller may see it: cases without access are in no number."""
    snapshots = list(services.table.records(Snapshot, Query(keys.SNAPSHOTS)))
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


def listing_of(services: CaseServices) -> Listing:
    """Return what shows the policies at this instant, by a fresh registry."""
    registry, now = services.policies.registry(fresh=True), to_milliseconds(services.now())
    governing, _until = services.policies.governing_head(now)
    return Listing(services, registry, now, governing.id if governing else None)


@dataclass(frozen=True, slots=True)
class Listing:
    """Shows policies as they stand at one instant."""

    services: CaseServices
    registry: PolicyRegistry
    now: datetime
    governing: str | None
    """The id of the policy that governs."""

    def packaged(self, name: str) -> PolicyItem:
        """Return what is shown of a packaged policy."""
        head = next(head for head in self.registry.heads if head.id == name)
        return PolicyItem(
            policy_id=name,
            kind="document",
            amends=None,
            title=head.title,
            issued=head.issued,
            state=self._state(head),
            packaged=True,
            digest=compiled(name).digest,
            governs=self.governing == name,
            in_force=_intervals(head),
            author=None,
            created_at=None,
            approver=None,
            decided_at=None,
        )

    def stored(self, record: ApprovedHead) -> PolicyItem:
        """Return what is shown of a stored policy, a draft or an amendment."""
        heads = self.registry.heads if record.state == "approved" else self.registry.heads_if(record, self.now)
        head = next((head for head in heads if head.id == (record.amends or record.policy_id)), None)
        is_policy = record.state == "approved" and record.kind == "document"
        shared = {"policy_id", "kind", "amends", "title", "issued", "digest", "author", "created_at", "approver"}
        return PolicyItem(
            **record.model_dump(include={*shared, "decided_at"}),
            state=self._state(head) if head and is_policy else self._state_of_draft(record),
            packaged=False,
            governs=is_policy and self.governing == record.policy_id,
            in_force=_intervals(head) if head else (),
        )

    def _state_of_draft(self, record: ApprovedHead) -> PolicyState:
        if record.state == "draft" and is_draft_previewed(self.services, record.policy_id, record.digest):
            return "previewed"
        state: PolicyState = record.state
        return state

    def _state(self, head: Head) -> PolicyState:
        if self.governing == head.id:
            return "in_force"
        if any(interval.from_ > self.now for interval in head.in_force):
            return "approved"
        amendments = (one for one in self.registry.records.values() if one.kind == "amendment")
        return "vacated" if any(one.amends == head.id for one in amendments) else "superseded"


def _intervals(head: Head) -> tuple[GoverningInterval, ...]:
    return tuple(GoverningInterval(since=interval.from_, until=interval.to) for interval in head.in_force)
