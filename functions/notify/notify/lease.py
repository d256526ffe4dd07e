"""The lease on a notice: taken and counted in one transaction, within the limits of its address.

A notice beyond the limits waits instead, or ends because a message to the same address stands for it.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from random import SystemRandom
from typing import NamedTuple

from aws_lambda_powertools.metrics import MetricUnit

from casereview.runtime.backoff import attempts
from casereview.schema.addresses import AddressSends, NoticePointer
from casereview.schema.errors import ConcurrentChangeError
from casereview.schema.notice_records import Notice
from casereview.store import keys
from casereview.store.transaction import (
    ContentionError,
    Put,
    RefusedError,
    Write,
    key_written,
    put_new,
    put_over,
)
from casereview.store.unreadable import UnreadableError
from notify.services import Services, metrics
from notify.waiting import (
    LEASE,
    Allowed,
    Attempt,
    Behind,
    Counter,
    Covered,
    Place,
    Wait,
    covered_notice,
    mark_of,
    new_counter,
    without_cover,
)

_TRIES = 5
"""How often a counter is read again while other notices to the same address change it."""
RANDOM = SystemRandom()
"""The operating system's generator; one with a state would repeat itself in every environment restored by SnapStart."""


class Lease(NamedTuple):
    """A lease on a notice.

    Attributes:
        notice: The notice with the lease.
        place: Where its message is counted; None for a notice to an office, which has no limit.
        attempt: The attempt.
    """

    notice: Notice
    place: Place | None
    attempt: Attempt


def unanswered(notice: Notice) -> int:
    """Return the number of attempts without a response, including one whose process died."""
    return notice.unanswered + (notice.state == "sending")


def waited(notice: Notice, now: datetime) -> timedelta:
    """Return how long a notice has waited until now: for limits, for the service, or for an unreadable record."""
    waits = now - notice.waits_since if notice.waits_since else timedelta(0)
    return timedelta(milliseconds=notice.waited_ms) + waits


def take_lease(
    services: Services, notice: Notice, place: Place | None, now: datetime, *, defer: bool
) -> Lease | Behind | None:
    """Take the lease on a notice that is due, if the limits of its address allow a message.

    Args:
        services: The table and the keys.
        notice: The notice.
        place: Where its messages are counted; None for a notice to an office.
        now: The current time.
        defer: Whether a newer notice that waits for the same limit is to be sent instead.

    Returns:
        The lease; the newer notice that is to be sent first; or None if nothing is to be sent: the notice waits, it has
        ended because another message stands for it, or another process took it.

    Raises:
        ConcurrentChangeError: Other notices changed the counter at each try.
    """
    if place is None:
        lease = Lease(_leased(notice, now), None, Attempt(now, 0))
        return lease if _write(services, _over(notice, lease.notice)) else None
    for _ in attempts(_TRIES):
        counter = Counter(_read_counter(services, place, now), notice, place)
        with suppress(RefusedError):
            match counter.decide(now, defer=defer):
                case Behind() as behind:
                    return behind
                case Covered(by):
                    _coalesce(services, counter, by, now)
                    return None
                case Wait(until):
                    _wait(services, counter, now, until)
                    return None
                case Allowed(others):
                    return _lease(services, counter, Attempt(now, others))
    raise ConcurrentChangeError


def _coalesce(services: Services, counter: Counter, by: NoticePointer | None, now: datetime) -> None:
    """End a notice because a message to the same address stands for it, unless that is known not to have arrived."""
    notice, sends = counter.notice, counter.sends
    ended = _pending(notice).evolve(state="coalesced", waits_since=None, waits_for=None)
    kept = (Put(covered_notice(notice, sends.address, by, now)),) if by else ()
    still = put_over(sends.evolve(version=sends.version + 1), version=sends.version)
    if _write(services, _over(notice, ended), *kept, still):
        metrics.add_metric("Coalesced", MetricUnit.Count, 1)


def _wait(services: Services, counter: Counter, now: datetime, until: datetime) -> None:
    """Have a notice wait until a time."""
    notice, mark = counter.notice, mark_of(counter.notice, counter.place)
    since = notice.waits_since or now
    waiting = _pending(notice).evolve(state="owed", send_at=until, waits_since=since, waits_for=mark)
    written = _write(services, _over(notice, waiting), *_replace(counter.sends, counter.after_wait(now, until)))
    if written and notice.waits_since is None:
        metrics.add_metric("Limited", MetricUnit.Count, 1)


def _lease(services: Services, counter: Counter, attempt: Attempt) -> Lease | None:
    notice = counter.notice
    mark = mark_of(notice, counter.place) if attempt.others else None
    leased = _leased(notice, attempt.at).evolve(counted_at=attempt.at, waits_for=mark)
    written = _write(services, _over(notice, leased), *_replace(counter.sends, counter.after_lease(attempt)))
    return Lease(leased, counter.place, attempt) if written else None


def postpone(services: Services, notice: Notice, until: datetime) -> None:
    """Have a waiting notice wait until another time: that at which the notice before it is sent, or tried again."""
    _write(services, _over(notice, notice.evolve(send_at=until, attempts=0, stuck=False)))


def hold(services: Services, notice: Notice, now: datetime, until: datetime) -> None:
    """Have a notice wait until a time because a record cannot be read; its window does not run meanwhile.

    It no longer waits for the limit of its address, so that no other notice waits for it.
    """
    waits = _pending(notice).evolve(state="owed", send_at=until, waits_since=notice.waits_since or now, waits_for=None)
    _write(services, _over(notice, waits))


def write_result(services: Services, lease: Lease, after: Notice) -> None:
    """Write the result of an attempt; if the lease was lost, leave the notice to its new holder.

    If a message was sent that stands for others, the counter says so in the same transaction. If other notices change
    the counter at each try, only the notice is written: another message is then sent for those that wait.
    """
    write = _over(lease.notice, after)
    stands_for_others = lease.attempt.others > 0 and after.state == "sent"
    place = lease.place if stands_for_others else None
    if not (_write_covering(services, lease, place, write) if place else _write(services, write)):
        metrics.add_metric("LeaseLost", MetricUnit.Count, 1)


def _write_covering(services: Services, lease: Lease, place: Place, write: Write) -> bool:
    """Write that a message was sent which stands for others; return False if the lease was lost."""
    for _ in attempts(_TRIES):
        counter = Counter(_read_counter(services, place, lease.attempt.at), lease.notice, place)
        with suppress(RefusedError, ContentionError):
            return _write(services, write, *_replace(counter.sends, counter.after_sent(lease.attempt)))
    return _write(services, write)


def uncover(services: Services, notice: Notice, address: str, now: datetime) -> None:
    """Have the message of a notice that did not arrive stand for no notice any more that still waits.

    Args:
        services: The table and the keys.
        notice: The notice.
        address: The MAC of the address that did not take it.
        now: The current time.

    Raises:
        ConcurrentChangeError: Other notices changed the counter at each try.
    """
    for _ in attempts(_TRIES):
        sends = _read_counter(services, Place(address, "unverified", ""), now)
        writes = _replace(sends, without_cover(sends, notice))
        with suppress(RefusedError):
            if writes:
                services.table.write(*writes)
            return
    raise ConcurrentChangeError


def _read_counter(services: Services, place: Place, now: datetime) -> AddressSends:
    """Read the counter of an address; one that cannot be read begins again, so that it stops no other notice."""
    fresh = new_counter(place, services.macs.key, now)
    try:
        return services.table.get(AddressSends, keys.address_sends(place.address)) or fresh
    except UnreadableError:
        fresh = fresh.evolve(version=1)
        services.table.write(Put(fresh))
        return fresh


def _replace(before: AddressSends, after: AddressSends) -> tuple[Write, ...]:
    """Return the write of a counter, on the condition that it is as it was read; none if it does not change."""
    if after == before:
        return ()
    new = after.evolve(version=before.version + 1)
    return (put_over(new, version=before.version) if before.version else put_new(new),)


def _over(before: Notice, after: Notice) -> Write:
    return put_over(after, state=before.state, sends=before.sends)


def _write(services: Services, write: Write, *counter: Write) -> bool:
    """Write a notice, and the counter of its address with it; return False if another process took the notice.

    Raises:
        RefusedError: Another notice changed the counter.
    """
    try:
        services.table.write(write, *counter)
    except RefusedError as refusal:
        if key_written(write) not in refusal.failed:
            raise
        return False
    return True


def _leased(notice: Notice, now: datetime) -> Notice:
    """Return a notice with a lease from now on."""
    return _pending(notice).evolve(
        state="sending",
        sends=notice.sends + 1,
        lease_until=now + LEASE,
        waits_since=None,
        waited_ms=waited(notice, now) // timedelta(milliseconds=1),
    )


def _pending(notice: Notice) -> Notice:
    """Return a notice without a lease and without due work; an attempt whose process died is counted."""
    return notice.evolve(unanswered=unanswered(notice), lease_until=None, send_at=None, attempts=0, stuck=False)
