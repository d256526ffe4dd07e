"""How many messages one address gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

Holder = Literal["unverified", "verified"]
"""The class of the holder of a request."""


class Limit(NamedTuple):
    """At most so many messages in any period of this length."""

    sends: int
    period: timedelta


LIMITS: Final[Mapping[Holder, tuple[Limit, ...]]] = {
    "unverified": (Limit(5, timedelta(hours=1)), Limit(20, timedelta(days=1))),
    "verified": (Limit(20, timedelta(days=1)),),
}
"""The limits of each class of holders. Source: house rule. Verified holders have limits of their own, so that strangers
who give their address never use them up."""
KEPT: Final = max(limit.sends for limits in LIMITS.values() for limit in limits)
"""How many send times the counter keeps of each class."""
LONGEST: Final = max(limit.period for limits in LIMITS.values() for limit in limits)
"""How long the counter keeps them."""


def opens_at(times: Sequence[datetime], limits: Sequence[Limit], now: datetime, needed: int = 1) -> datetime:
    """Return the earliest time, from now on, at which so many more messages are within all limits.

    Args:
        times: When messages were sent, oldest first.
        limits: The limits.
        now: The current time.
        needed: How many messages; not more than each limit allows are considered.
    """
    earliest = now
    for limit in limits:
        left = limit.sends - min(needed, limit.sends)
        if len(times) > left:
            earliest = max(earliest, times[-left - 1] + limit.period)
    return earliest
