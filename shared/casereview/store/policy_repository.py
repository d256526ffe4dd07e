"""Reads the policy registry from a table and caches it; reads and compiles the text of a policy when it is needed.

The item ``IN_FORCE`` names the policy that cases are ranked under; it follows the registry within a minute
(``casereview.store.policy_in_force``). A stale copy of the registry never makes a ranking use another policy than
``IN_FORCE`` names. Drafts are read only by ``policy_of_draft``. A policy that cannot be read is left out, as if it were
not approved, and named in the log.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from casereview.policy import packaged
from casereview.policy.compiler import CompiledPolicy, compile_policy
from casereview.policy.loader import DocumentError
from casereview.schema.base import Clock, Unrecognized
from casereview.schema.errors import CaseReviewError
from casereview.schema.policy_records import PolicyHead, PolicyInForce, PolicyRecord, PolicyText
from casereview.store import keys
from casereview.store.backend import Between, Query
from casereview.store.older_policies import give_heads, older_documents
from casereview.store.policy_registry import (
    REGISTRY,
    ApprovedHead,
    PolicyRegistry,
    head_taking_effect,
)
from casereview.store.table import Table, read_or_none
from casereview.store.unreadable import report_left_out

if TYPE_CHECKING:
    from casereview.policy.document import Head

FRESH: Final = timedelta(seconds=10)
"""The maximum age of a copy of the registry."""
_OLDER_EVERY: Final = timedelta(hours=1)
"""How often a process looks for documents of older releases."""
_LAST: Final = "~"
"""Sorts after every id."""
_MOST_COMPILED: Final = 50
"""How many documents are kept compiled: those compiled last."""


class UnreadablePolicyError(CaseReviewError):
    """The text of a policy is missing, or this release cannot read it."""


class PolicyRepository:
    """Reads the registry from a table and caches it for ten seconds; each document is read and compiled once."""

    def __init__(self, table: Table, clock: Clock) -> None:
        """Keep the table; makes no request."""
        self._table = table
        self._clock = clock
        self._registry = PolicyRegistry(())
        self._read_at: datetime | None = None
        self._older_read_at: datetime | None = None
        self._left_out: set[str] = set()
        """The ids of approved policies whose texts this release cannot read."""
        self._compiled: dict[str, CompiledPolicy] = {}

    def registry(self, *, fresh: bool = False, older: bool = False) -> PolicyRegistry:
        """Return the registry, at most ten seconds old.

        Args:
            fresh: Read it again.
            older: Read the documents of older releases too, if this copy was made without them.
        """
        now = self._clock()
        stale = self._read_at is None or not timedelta(0) <= now - self._read_at < FRESH
        if fresh or stale or (older and self._registry.older is None):
            self._registry = self._read(older=older)
            self._read_at, self._left_out = now, set()
        return self._registry

    def _read(self, *, older: bool) -> PolicyRegistry:
        items = self._table.query(REGISTRY)
        if older:
            found = PolicyRegistry(items, older_documents(self._table))
            if found.has_older:
                self._older_read_at = None
            return found
        found = PolicyRegistry(items)
        return self._read(older=True) if found.names_unknown else found

    def take_over(self, *, drafts: bool = False) -> None:
        """Give the documents of older releases heads and texts of their own; hourly in a process, or if one is met.

        Args:
            drafts: Whether drafts are moved too.
        """
        now = self._clock()
        if self._older_read_at is not None and timedelta(0) <= now - self._older_read_at < _OLDER_EVERY:
            return
        registry = self.registry(fresh=True, older=True)
        known = {name for name, record in registry.records.items() if isinstance(record, PolicyHead)}
        give_heads(self._table, registry.older or (), known | registry.unreadable, drafts=drafts)
        self._older_read_at = now

    def heads(self) -> tuple[Head, ...]:
        """Return the heads of the approved policies that this release can read, as far as their texts were needed."""
        return tuple(head for head in self.registry().heads if head.id not in self._left_out)

    def governing_head(self, at: datetime) -> tuple[Head | None, datetime | None]:
        """Return the head of the policy that governs at an instant, and until when; None if no policy does."""
        while True:
            head, until = packaged.in_force(self.heads(), at)
            if head is None or self.find(head.id):
                return head, until

    def governing(self, at: datetime) -> tuple[CompiledPolicy, datetime | None]:
        """Return the policy that governs at an instant, and until when; the default lanes if no policy does."""
        head, until = self.governing_head(at)
        return self.compiled(head.id if head else None), until

    def last_known(self, at: datetime) -> CompiledPolicy:
        """Return the policy that governs at an instant by the registry as it was last read; makes no request.

        A policy whose text was not read yet is left out.
        """
        records = self._registry.records
        heads = [
            head for head in self._registry.heads if head.id not in records or records[head.id].digest in self._compiled
        ]
        head, _until = packaged.in_force(heads, at)
        if head is None or head.id not in records:
            return packaged.compiled(head.id if head else packaged.DEFAULT)
        return self._compiled[records[head.id].digest]

    def compiled(self, policy_id: str | None) -> CompiledPolicy:
        """Return an approved policy, compiled; the default lanes for None.

        Raises:
            KeyError: No such policy is approved, or this release cannot read it.
        """
        found = self.find(policy_id)
        if found is None:
            raise KeyError(policy_id)
        return found

    def find(self, policy_id: str | None) -> CompiledPolicy | None:
        """Return an approved policy, compiled; the default lanes for None.

        Returns:
            None if no such policy is approved, or this release cannot read it, which is logged.
        """
        if policy_id is None or policy_id in packaged.PACKAGED:
            return packaged.compiled(policy_id or packaged.DEFAULT)
        record = self.registry().approved(policy_id) or self.registry(older=True).approved(policy_id)
        if record is None or policy_id in self._left_out:
            return None
        try:
            return self.of_head(record)
        except (UnreadablePolicyError, DocumentError) as error:
            self._left_out.add(policy_id)
            report_left_out("PolicyText", keys.policy_text(policy_id, record.digest), error)
            return None

    def compiled_policies(self) -> tuple[CompiledPolicy, ...]:
        """Return every policy that a case can be ranked under: all approved ones, and the default lanes."""
        found = (self.find(head.id) for head in self.registry().heads)
        return self.compiled(None), *(policy for policy in found if policy)

    def of_head(self, head: ApprovedHead) -> CompiledPolicy:
        """Return the policy of a document, approved or not, compiled; its text is read once.

        Raises:
            UnreadablePolicyError: The text is missing or unreadable.
            DocumentError: The text is not a valid policy document.
        """
        found = self._compiled.get(head.digest)
        return found or self.of_text(head.digest, self.text_of(head))

    def text_of(self, head: ApprovedHead) -> str:
        """Return the text of a document or an amendment.

        Raises:
            UnreadablePolicyError: It is missing or unreadable.
        """
        if isinstance(head, PolicyRecord):
            return head.text
        text = self._table.find(PolicyText, keys.policy_text(head.policy_id, head.digest))
        if text is None:
            raise UnreadablePolicyError
        return text.text

    def of_text(self, digest: str, text: str) -> CompiledPolicy:
        """Return the compiled policy of a document.

        Raises:
            DocumentError: The text is not a valid policy document.
        """
        if digest not in self._compiled:
            self._compiled[digest] = compile_policy(packaged.read_policy(text), packaged.flags())
            if len(self._compiled) > _MOST_COMPILED:
                del self._compiled[next(iter(self._compiled))]
        return self._compiled[digest]

    def draft(self, policy_id: str) -> PolicyHead | None:
        """Read the head of a draft, or of what was refused; None if there is none or it cannot be read."""
        return self._table.find(PolicyHead, keys.policy_draft(policy_id))

    def drafts(self, after: str, limit: int) -> Iterator[tuple[str, PolicyHead | None]]:
        """Yield the drafts, and what was refused, by id: each id with its head, or None if that cannot be read.

        Args:
            after: The id after which to begin; empty for the first.
            limit: How many are read at once.
        """
        first, last = keys.policy_draft(f"{after}\0" if after else ""), keys.policy_draft(_LAST)
        query = Query(first.pk, sort_key=Between(first.sk, last.sk), limit=limit)
        for item in self._table.query(query):
            yield item["sk"]["S"].removeprefix(keys.HEADS), read_or_none(PolicyHead, item)

    def policy_of_draft(self, policy_id: str, digest: str) -> CompiledPolicy | None:
        """Return the policy that takes effect if a draft is approved: the one to preview.

        Returns:
            The policy of a document; for an amendment, the policy that governs at the first instant at which the
            amendment changes which one does. None if the draft no longer has this digest, or cannot be read.
        """
        record = self.draft(policy_id) or self.registry().records.get(policy_id)
        if record is None:
            shipped = self.find(policy_id) if policy_id in packaged.PACKAGED else None
            return shipped if shipped and shipped.digest == digest else None
        if record.digest != digest or isinstance(record.kind, Unrecognized):
            return None
        try:
            return self._previewed(record)
        except (UnreadablePolicyError, DocumentError) as error:
            report_left_out("PolicyText", keys.policy_text(policy_id, digest), error)
            return None

    def _previewed(self, record: ApprovedHead) -> CompiledPolicy | None:
        if record.kind == "document":
            return self.of_head(record)
        registry = self.registry()
        head = head_taking_effect(registry.heads, registry.heads_if(record, self._clock()), self._clock())
        return self.find(head.id if head else None)

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
        if self._table.find(PolicyInForce, keys.IN_FORCE) != self._registry.named:
            self.registry(fresh=True)
        return self._named(now)

    def _named(self, now: datetime) -> CompiledPolicy:
        named = self.registry().named
        return (self.find(named.policy) if named else None) or self.governing(now)[0]

    def texts(self, policy_id: str | None) -> Mapping[str, str]:
        """Return the text of each lane and credit of a policy by its id; of the default lanes for None.

        There are none if no such policy is approved or it cannot be read.
        """
        policy = self.find(policy_id)
        return dict(_texts(policy)) if policy else {}


def _texts(policy: CompiledPolicy) -> Iterator[tuple[str, str]]:
    for rule in (*policy.document.lanes, *policy.document.credits):
        yield rule.id, rule.text
