"""The record of a read: which staff member saw what of a case, and when."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from casereview.schema.event_records import Read
from casereview.schema.identifiers import new_timed_id
from review.authorization import Caller

What = Literal["case", "contacts", "ranking", "history", "preview", "lookup", "view", "draft"]


def read_by(caller: Caller, case_id: str, what: What, at: datetime, sealed: bytes | None = None) -> Read:
    """Return the record of a read.

    Args:
        caller: Who read.
        case_id: The case.
        what: What was read of it.
        at: When.
        sealed: The sealed reason, where one is required.
    """
    return Read(
        case_id=case_id,
        read_id=new_timed_id(at),
        at=at,
        user=caller.user,
        user_id=caller.id,
        what=what,
        sealed=sealed,
    )
