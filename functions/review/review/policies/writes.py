"""The writes that store, replace, delete, approve and refuse a draft, each with the condition that decides it.

Every transaction that opens or ends a draft counts it for its author, so that a bound per author needs no query.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from casereview.schema.policy_records import PolicyAuthor, PolicyHead, PolicyReason, PolicyText
from casereview.store import keys
from casereview.store.older_policies import older_form
from casereview.store.transaction import Check, Condition, Delete, Put, Replace, Write, add, put_new

if TYPE_CHECKING:
    from casereview.schema.field_sets import PolicyHeadFields
    from review.authorization import Caller
    from review.schema.policies import PolicyApproval

MAX_DRAFTS: Final = 20
"""The maximum number of open drafts of one author (a house rule)."""
MAX_BYTES: Final = 2_000_000
"""An author whose open drafts have this many bytes or more cannot add to them (a house rule)."""


def store_draft(head: PolicyHead, text: str) -> list[Write]:
    """Return the writes that store a new draft: the head, the count of its author's drafts, that its id is free.

    Args:
        head: The head of the draft.
        text: Its text.
    """
    return [
        put_new(head),
        _count_opened(head),
        Check(keys.approved_head(head.policy_id), Condition({"state": "draft"}, or_absent=True)),
        Put(_text(head, text)),
    ]


def replace_draft(before: PolicyHead, head: PolicyHead, text: str) -> list[Write]:
    """Return the writes that replace a draft of the same author: the head, the count of bytes, the text."""
    writes: list[Write] = [Replace(head, _unchanged(before)), *_count_replaced(before, head)]
    if before.digest != head.digest:
        writes.append(Delete(keys.policy_text(before.policy_id, before.digest), Condition()))
    return [*writes, Put(_text(head, text))]


def _count_replaced(before: PolicyHead, head: PolicyHead) -> Iterator[Write]:
    """Yield the write that counts the bytes of a replaced draft; one of an older release was not counted yet."""
    added = head.size - before.size
    if before.author_id is None:
        yield _count_opened(head)
    elif added > 0:
        yield add(PolicyAuthor(author=before.author_id, size=added), size=MAX_BYTES)
    elif added < 0:
        yield add(PolicyAuthor(author=before.author_id, size=added))


def _count_opened(head: PolicyHead) -> Write:
    counted = PolicyAuthor(author=head.author_id or head.author, drafts=1, size=head.size)
    return add(counted, drafts=MAX_DRAFTS, size=MAX_BYTES)


def delete_draft(head: PolicyHead) -> list[Write]:
    """Return the writes that delete a draft with its text."""
    removed = Delete(keys.policy_draft(head.policy_id), _unchanged(head))
    return [removed, *_ended(head), Delete(keys.policy_text(head.policy_id, head.digest), Condition())]


def refuse_draft(head: PolicyHead, caller: Caller, body: PolicyApproval, now: datetime) -> list[Write]:
    """Return the writes that refuse a draft of another author."""
    refused = _decided(head, caller, now).evolve(state="refused")
    return [Replace(refused, _unchanged(head, caller)), *_ended(head), Put(_reason(head, body))]


def approve_draft(head: PolicyHead, text: str, caller: Caller, body: PolicyApproval, now: datetime) -> list[Write]:
    """Return the writes that approve a draft of another author: it moves to the approved policies.

    Args:
        head: The head of the draft.
        text: Its text.
        caller: The approver.
        body: The approval.
        now: The present time.
    """
    acknowledged = tuple(sorted({*body.acknowledged}))
    approved = _decided(head, caller, now).evolve(state="approved", acknowledged=acknowledged)
    return [
        Delete(keys.policy_draft(head.policy_id), _unchanged(head, caller)),
        put_new(approved),
        put_new(older_form(approved, text)),
        *_ended(head),
        Put(_reason(head, body)),
    ]


def _unchanged(head: PolicyHead, approver: Caller | None = None) -> Condition:
    """Return the condition that a draft is the one that was read, and an approver not its author."""
    author, name = ("author", head.author) if head.author_id is None else ("author_id", head.author_id)
    read: Mapping[str, object] = {"state": "draft", "digest": head.digest, author: name}
    if approver is None:
        return Condition(read)
    return Condition(read, different={author: approver.user if author == "author" else approver.id})


def _decided(head: PolicyHead, caller: Caller, now: datetime) -> PolicyHead:
    decided: PolicyHeadFields = {"approver": caller.user, "approver_id": caller.id, "decided_at": now}
    return head.evolve(**decided)


def _ended(head: PolicyHead) -> Iterator[Write]:
    """Yield the write that counts one draft less for its author; none for a draft of an older release."""
    if head.author_id:
        yield add(PolicyAuthor(author=head.author_id, drafts=-1, size=-head.size))


def _reason(head: PolicyHead, body: PolicyApproval) -> PolicyReason:
    return PolicyReason(policy_id=head.policy_id, why=body.why)


def _text(head: PolicyHead, text: str) -> PolicyText:
    return PolicyText(policy_id=head.policy_id, digest=head.digest, text=text)
