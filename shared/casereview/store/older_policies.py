"""The policy documents of the release before this one: one item each, with the text in it.

They are read here alone. An approved one gets a head and a text of its own, and stays for a process of that release; a
draft is moved. Every write has the condition that nobody did so before.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from casereview.runtime.error_logging import SuppressAndLog
from casereview.schema.policy_records import PolicyAuthor, PolicyHead, PolicyReason, PolicyRecord, PolicyText
from casereview.store import keys
from casereview.store.backend import BeginsWith, Query
from casereview.store.items import from_item, to_item
from casereview.store.transaction import Put, RefusedError, Write, add, delete, put_new
from casereview.store.unreadable import logger

if TYPE_CHECKING:
    from casereview.store.table import Table

_APART = frozenset({"text", "why"})
"""The attributes of a document that its head does not have."""


def older_documents(table: Table) -> list[PolicyRecord]:
    """Read all documents of older releases that can be read, with their texts."""
    return list(table.records(PolicyRecord, Query(keys.POLICIES, sort_key=BeginsWith(keys.DOCUMENTS))))


def parts_of(record: PolicyRecord) -> tuple[PolicyHead, PolicyText, PolicyReason | None]:
    """Return the head, the text and the reason of a document of an older release; what is unknown stays on the head."""
    item = to_item(record)
    size = len(record.text.encode())
    apart = {name: value for name, value in item.items() if name not in _APART}
    head = from_item(PolicyHead, {**apart, "size": {"N": str(size)}})
    text = PolicyText(policy_id=record.policy_id, digest=record.digest, text=record.text)
    return head, text, PolicyReason(policy_id=record.policy_id, why=record.why) if record.why else None


def older_form(head: PolicyHead, text: str) -> PolicyRecord:
    """Return an approved document in the form that the release before this one reads, without its reason."""
    fields = {name: value for name, value in head if name != "size"}
    return PolicyRecord.model_validate({**fields, "text": text})


def give_heads(table: Table, records: Iterable[PolicyRecord], known: Container[str], *, drafts: bool = False) -> None:
    """Give each approved document of an older release that has none a head and a text; leave what fails, and log it.

    Args:
        table: The table.
        records: The documents of older releases.
        known: The ids of the approved policies that have heads.
        drafts: Whether drafts, and what was refused, are moved too.
    """
    for record in records:
        if (record.policy_id not in known) if record.state == "approved" else drafts:
            with SuppressAndLog(logger, "a policy of an older release was left as it is", policy=record.policy_id):
                _give_head(table, record)


def _give_head(table: Table, record: PolicyRecord) -> None:
    with suppress(RefusedError):  # another process gave it one, or the id is taken
        table.write(*_writes(record))


def _writes(record: PolicyRecord) -> Iterator[Write]:
    head, text, reason = parts_of(record)
    yield put_new(head)
    yield Put(text)
    if reason:
        yield Put(reason)
    if record.state != "approved":
        yield delete(keys.policy(record.policy_id), state=record.state, digest=record.digest)
    if record.state == "draft" and record.author_id:
        yield add(PolicyAuthor(author=record.author_id, drafts=1, size=head.size))
