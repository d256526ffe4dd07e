"""The index of requests whose holders are to be verified, by office and by the time by which that must be done.

The index is eventually consistent: it is used to find requests, never to decide anything about one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from casereview.store import keys
from casereview.store.backend import Backend, Query

if TYPE_CHECKING:
    from casereview.store.items import Item


class VerifyPlace(NamedTuple):
    """A place in the queue of an office."""

    look_at: str
    """By when the holder is to be verified; RFC 3339."""
    receipt: str


class VerifyIndex:
    """Reads the queues of all offices."""

    def __init__(self, backend: Backend) -> None:
        """Keep the backend; makes no request."""
        self._backend = backend

    def places(self, office: str, *, limit: int, after: VerifyPlace | None = None) -> list[VerifyPlace]:
        """Return up to ``limit`` places of an office's queue, the earliest time first: one query.

        Args:
            office: The office that the answers to the requests named.
            limit: The maximum number of places.
            after: The place to start after; None for the beginning.
        """
        found = self._backend.query(Query(office, keys.VERIFY, limit=limit, after=_start(office, after)))
        return [VerifyPlace(item["look_at"]["S"], keys.receipt_of(item["pk"]["S"])) for item in found.items]


def _start(office: str, after: VerifyPlace | None) -> Item | None:
    if after is None:
        return None
    pk, sk = keys.request(after.receipt)
    return {"verify_office": {"S": office}, "look_at": {"S": after.look_at}, "pk": {"S": pk}, "sk": {"S": sk}}
