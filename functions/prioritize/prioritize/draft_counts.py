"""Count the open drafts of an author again: what an operator starts where their counter was damaged."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from casereview.runtime.backoff import attempts
from casereview.schema.errors import ConcurrentChangeError
from casereview.schema.policy_records import PolicyAuthor
from casereview.store import keys
from casereview.store.items import plain_fields
from casereview.store.transaction import RefusedError, Write, put_new, put_over
from prioritize.services import Services

if TYPE_CHECKING:
    from casereview.store.items import Item

TRIES = 3
"""How often the drafts are counted again while the author changes them."""
_PAGE = 100


def recount_drafts(services: Services, author: str) -> dict[str, int]:
    """Count the open drafts of an author, and store their number and the sum of their sizes.

    A draft that cannot be read is not counted: repair it first.

    Args:
        services: The table and the policies.
        author: The author's id.

    Returns:
        The number of drafts, the sum of their sizes in bytes, and how many drafts cannot be read.

    Raises:
        ConcurrentChangeError: The author changed drafts at each try.
    """
    for _ in attempts(TRIES):
        stored = services.table.backend.get(keys.policy_author(author))
        heads = [head for _policy, head in services.policies.drafts("", _PAGE)]
        own = [head for head in heads if head and head.state == "draft" and head.author_id == author]
        found = PolicyAuthor(author=author, drafts=len(own), size=sum(head.size for head in own))
        with suppress(RefusedError):
            services.table.write(_over(stored, found))
            return {"drafts": found.drafts, "bytes": found.size, "unreadable": heads.count(None)}
    raise ConcurrentChangeError


def _over(stored: Item | None, found: PolicyAuthor) -> Write:
    """Return the write of a counter, on condition that its numbers are as they were before the drafts were read."""
    if stored is None:
        return put_new(found)
    counted = {name: value for name, value in stored.items() if name in {"drafts", "size"}}
    return put_over(found, **plain_fields(counted))
