"""The policy registry: the packaged documents, then the documents and amendments approved in the table.

The policy that governs at an instant is a pure function of the registry. The item ``IN_FORCE`` names the policy that
cases are ranked under; it follows the registry within a minute (``casereview.store.policy_in_force``). A stale copy of
the registry never makes a ranking use another policy than ``IN_FORCE`` names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from casereview.policy import packaged
from casereview.policy.compiler import CompiledPolicy, compile_policy
from casereview.policy.document import Head, Interval
from casereview.schema.base import Clock, Unrecognized
from casereview.schema.policy_records import PolicyInForce, PolicyRecord, Span, Switch
from casereview.store import keys
from casereview.store.items import from_item
from casereview.store.table import Table

if TYPE_CHECKING:
    from casereview.store.items import Item

FRESH = timedelta(seconds=10)
"""The maximum age of a copy of the registry."""


def approved_heads(records: Iterable[PolicyRecord]) -> tuple[Head, ...]:
    """Return the heads of all approved policies, each with the intervals of its newest amendment. Pure."""
    approved = sorted(
        (record for record in records if record.state == "approved"),
        key=lambda record: (record.decided_at or record.created_at, record.policy_id),
    )
    heads = {head.id: head for head in packaged.heads()}
    for record in approved:
        if record.kind == "document":
            heads[record.policy_id] = Head(
                id=record.policy_id, title=record.title, issued=record.issued, in_force=_intervals(record)
            )
    for record in approved:
        if record.kind == "amendment" and record.amends in heads:
            heads[record.amends] = heads[record.amends].with_intervals(_intervals(record))
    return tuple(heads.values())


def _intervals(record: PolicyRecord) -> tuple[Interval, ...]:
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
    """One copy of the registry: every record of the partition ``POLICY``."""

    def __init__(self, items: Iterable[Item]) -> None:
        """Read the records from their items."""
        self.records: dict[str, PolicyRecord] = {}
        self.named: PolicyInForce | None = None
        self.switch: Switch | None = None
        for item in items:
            kind = item["sk"]["S"].partition("#")[0]
            if kind == "DOCUMENT":
                record = from_item(PolicyRecord, item)
                self.records[record.policy_id] = record
            elif kind == "IN_FORCE":
                self.named = from_item(PolicyInForce, item)
            elif kind == "SWITCH":
                self.switch = from_item(Switch, item)

    @cached_property
    def heads(self) -> tuple[Head, ...]:
        """The heads of all approved policies."""
        return approved_heads(self.records.values())

    def approved(self, policy_id: str) -> PolicyRecord | None:
        """Return the record of an approved document; None if there is none."""
        record = self.records.get(policy_id)
        return record if record and record.state == "approved" and record.kind == "document" else None


class PolicyRepository:
    """Reads the registry from a table and caches it for ten seconds; each document is compiled once."""

    def __init__(self, table: Table, clock: Clock) -> None:
        """Keep the table; makes no request."""
        self._table = table
        self._clock = clock
        self._registry = PolicyRegistry(())
        self._read_at: datetime | None = None
        self._compiled: dict[str, CompiledPolicy] = {}

    def registry(self, *, fresh: bool = False) -> PolicyRegistry:
        """Return the registry, at most ten seconds old; with ``fresh``, read it again."""
        now = self._clock()
        if fresh or self._read_at is None or not timedelta(0) <= now - self._read_at < FRESH:
            self._registry = PolicyRegistry(self._table.items(keys.POLICIES))
            self._read_at = now
        return self._registry

    def governing(self, at: datetime) -> tuple[CompiledPolicy, datetime | None]:
        """Return the policy that governs at an instant, and until when; the default lanes if no policy does."""
        head, until = packaged.in_force(self.registry().heads, at)
        return self.compiled(head.id if head else None), until

    def last_known(self, at: datetime) -> CompiledPolicy:
        """Return the policy that governs at an instant by the registry as it was last read; makes no request."""
        head, _until = packaged.in_force(self._registry.heads, at)
        record = self._registry.approved(head.id) if head else None
        return (
            self.of_text(record.digest, record.text)
            if record
            else packaged.compiled(head.id if head else packaged.DEFAULT)
        )

    def compiled(self, policy_id: str | None) -> CompiledPolicy:
        """Return an approved policy, compiled; the default lanes for None.

        Raises:
            KeyError: No such policy is approved.
        """
        record = self.registry().approved(policy_id) if policy_id else None
        if record is None:
            return packaged.compiled(policy_id or packaged.DEFAULT)
        return self.of_text(record.digest, record.text)

    def compiled_policies(self) -> tuple[CompiledPolicy, ...]:
        """Return every policy that a case can be ranked under: all approved ones, and the default lanes."""
        return self.compiled(None), *(self.compiled(head.id) for head in self.registry().heads)

    def of_text(self, digest: str, text: str) -> CompiledPolicy:
        """Return the compiled policy of a document.

        Raises:
            DocumentError: The text is not a valid policy document.
        """
        if digest not in self._compiled:
            self._compiled[digest] = compile_policy(packaged.read_policy(text), packaged.flags())
        return self._compiled[digest]

    def policy_of_draft(self, policy_id: str, digest: str) -> CompiledPolicy | None:
        """Return the policy that takes effect if a draft is approved: the one to preview.

        Returns:
            The policy of a document; for an amendment, the policy that governs at the first instant at which the
            amendment changes which one does. None if the draft no longer has this digest.
        """
        record = self.registry().records.get(policy_id)
        if record is None or record.digest != digest:
            record = self.registry(fresh=True).records.get(policy_id)
        if record is None or record.digest != digest:
            shipped = self.compiled(policy_id) if record is None and policy_id in packaged.PACKAGED else None
            return shipped if shipped and shipped.digest == digest else None
        if record.kind == "document":
            return self.of_text(digest, record.text)
        if isinstance(record.kind, Unrecognized):
            return None
        approved = record.evolve(state="approved", decided_at=self._clock())
        before, after = self._registry.heads, approved_heads([*self._registry.records.values(), approved])
        head = head_taking_effect(before, after, self._clock())
        return self.compiled(head.id if head else None)

    def in_force(self, digest: str | None, now: datetime) -> CompiledPolicy:
        """Return the policy to rank a case under: the one that ``IN_FORCE`` names.

        If it differs from the policy of the last ranking, or from the one that governs by the clock, the cached copy
        may be stale; then ``IN_FORCE`` is read, and the registry if ``IN_FORCE`` has changed.

        Args:
            digest: That of the policy under which the case was last ranked; None if it never was.
            now: The present time.
        """
        policy = self._named(now)
        if policy.digest == self.governing(now)[0].digest and digest in {None, policy.digest}:
            return policy
        named = [from_item(PolicyInForce, item) for item in self._table.items(*keys.IN_FORCE)]
        if named != [self._registry.named]:
            self.registry(fresh=True)
        return self._named(now)

    def _named(self, now: datetime) -> CompiledPolicy:
        named = self.registry().named
        return self.governing(now)[0] if named is None else self.compiled(named.policy)

    def texts(self, policy_id: str | None) -> Mapping[str, str]:
        """Return the text of each lane and credit of a policy by its id; of the default lanes for None."""
        return dict(_texts(self.compiled(policy_id)))


def _texts(policy: CompiledPolicy) -> Iterator[tuple[str, str]]:
    for rule in (*policy.document.lanes, *policy.document.credits):
        yield rule.id, rule.text
