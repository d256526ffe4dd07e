"""The policy registry: the packaged documents, then the documents and amendments approved in the table.

The policy that governs at an instant is a pure function of the registry.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from casereview.policy import packaged
from casereview.policy.document import Head, Interval
from casereview.schema.policy_records import PolicyHead, PolicyInForce, PolicyRecord, Span, Switch
from casereview.store import keys
from casereview.store.backend import Between, Query
from casereview.store.table import read_or_none
from casereview.store.unreadable import report_left_out

if TYPE_CHECKING:
    from casereview.schema.field_sets import PolicyHeadFields
    from casereview.schema.records import Stored
    from casereview.store.items import Item

REGISTRY: Final = Query(keys.POLICIES, sort_key=Between(keys.HEADS, keys.SWITCH.sk))
"""Reads the heads of the approved policies, the policy in force and the switch, and no text."""
ApprovedHead = PolicyHead | PolicyRecord
"""The head of an approved policy; that of an older release has its text with it."""


def approved_heads(records: Iterable[ApprovedHead]) -> tuple[Head, ...]:
    """Return the heads of all approved policies, each with the intervals of its newest amendment. Pure.

    What this release cannot read is left out.
    """
    approved = sorted(
        (record for record in records if record.state == "approved"),
        key=lambda record: (record.decided_at or record.created_at, record.policy_id),
    )
    heads = {head.id: head for head in packaged.heads()}
    for record in approved:
        if record.kind == "document" and (head := _head(record)):
            heads[record.policy_id] = head
    for record in approved:
        if record.kind == "amendment" and record.amends in heads and (head := _head(record)):
            heads[record.amends] = heads[record.amends].with_intervals(head.in_force)
    return tuple(heads.values())


def _head(record: ApprovedHead) -> Head | None:
    try:
        return Head(id=record.policy_id, title=record.title, issued=record.issued, in_force=_intervals(record))
    except ValidationError as error:
        report_left_out("PolicyHead", keys.approved_head(record.policy_id), error)
        return None


def _intervals(record: ApprovedHead) -> tuple[Interval, ...]:
    spans = [{"from": span.since, "to": span.until} for span in record.intervals]
    return tuple(Interval.model_validate(span) for span in spans)


def spans_of(head: Head) -> tuple[Span, ...]:
    """Return the intervals of a document in their stored form."""
    return tuple(Span(since=interval.from_, until=interval.to) for interval in head.in_force)


def head_taking_effect(before: tuple[Head, ...], after: tuple[Head, ...], at: datetime) -> Head | None:
    """Return the policy that takes effect when a registry changes. Pure.

    Args:
        before: The registry without the change.
        after: The registry with the change.
        at: The instant from which on the two are compared.

    Returns:
        The policy that governs under ``after`` at the first instant at which the two differ; at ``at`` if they never
        do. None for the default lanes.
    """
    edges = {edge for head in after for span in head.in_force for edge in (span.from_, span.to) if edge and edge > at}
    for moment in (at, *sorted(edges)):
        old, new = packaged.in_force(before, moment)[0], packaged.in_force(after, moment)[0]
        if (old and old.id) != (new and new.id):
            return new
    return packaged.in_force(after, at)[0]


class PolicyRegistry:
    """One copy of the registry. What cannot be read is left out."""

    def __init__(self, items: Iterable[Item], older: Sequence[PolicyRecord] | None = None) -> None:
        """Read the records from their items.

        Args:
            items: The items that ``REGISTRY`` reads.
            older: The approved documents of older releases, of which those without a head count; None if they were not
                read.
        """
        self.records: dict[str, ApprovedHead] = {}
        """The approved policies and amendments, by id."""
        self.named: PolicyInForce | None = None
        self.switch: Switch | None = None
        self.unreadable: set[str] = set()
        """The ids of approved policies that this release cannot read; ``IN_FORCE`` and ``SWITCH`` of these items."""
        self.older = older
        for item in items:
            self._read(item)
        for record in older or ():
            if record.state == "approved" and self.records.setdefault(record.policy_id, record) is record:
                self.unreadable.discard(record.policy_id)

    def _read(self, item: Item) -> None:
        sort_key = item["sk"]["S"]
        found: Stored | None
        if sort_key == keys.IN_FORCE.sk:
            found = self.named = read_or_none(PolicyInForce, item)
        elif sort_key == keys.SWITCH.sk:
            found = self.switch = read_or_none(Switch, item)
        elif sort_key.startswith(keys.HEADS):
            found = self._read_head(item)
        else:
            return
        if found is None:
            self.unreadable.add(sort_key.removeprefix(keys.HEADS))

    def _read_head(self, item: Item) -> PolicyHead | None:
        head = read_or_none(PolicyHead, item)
        if head:
            self.records[head.policy_id] = head
        return head

    @cached_property
    def heads(self) -> tuple[Head, ...]:
        """The heads of all approved policies."""
        return approved_heads(self.records.values())

    def heads_if(self, record: ApprovedHead, at: datetime) -> tuple[Head, ...]:
        """Return the heads of all approved policies if another were approved at an instant."""
        approved: PolicyHeadFields = {"state": "approved", "decided_at": record.decided_at or at}
        after = record.evolve(**approved) if isinstance(record, PolicyHead) else record
        return approved_heads([*self.records.values(), after])

    @property
    def has_older(self) -> bool:
        """Return whether a policy has no head of this release."""
        return any(isinstance(record, PolicyRecord) for record in self.records.values())

    @property
    def names_unknown(self) -> bool:
        """Return whether ``IN_FORCE`` names a policy that has no head: an older release may have approved it."""
        return (
            self.named is not None
            and self.named.policy is not None
            and self.named.policy not in {head.id for head in self.heads}
        )

    def approved(self, policy_id: str) -> ApprovedHead | None:
        """Return the head of an approved document; None if there is none."""
        record = self.records.get(policy_id)
        return record if record and record.state == "approved" and record.kind == "document" else None
