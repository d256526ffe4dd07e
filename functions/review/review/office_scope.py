"""Which offices a list or a count is about: the one named, the caller's own, or all of them for headquarters."""

from __future__ import annotations

from casereview.http.problems import forbidden, malformed
from casereview.routing.offices import HEADQUARTERS, queues
from review.authorization import Caller


def is_headquarters(caller: Caller) -> bool:
    """Return whether a caller is a supervisor of headquarters, who sees all offices."""
    return caller.office == HEADQUARTERS and "supervisor" in caller.roles


def offices_for(office: str, own: str | None, *, sees_all: bool) -> tuple[str, ...]:
    """Return the offices that a list or a count is about.

    Args:
        office: The office that is named; empty for the caller's own, or for all where the caller sees all.
        own: The caller's own office, for this list; None without one.
        sees_all: Whether the caller sees those of all offices.

    Raises:
        ProblemError: 403 for an office that is not the caller's; 400 for one that does not exist, where the caller sees
            all.
    """
    if sees_all:
        if office and office not in queues():
            raise malformed("office", "unknown_office", "is not the code of an office")
        return (office,) if office else queues()
    if own is None or office not in {"", own}:
        raise forbidden("other_office", "This office is not yours.")
    return (own,)
