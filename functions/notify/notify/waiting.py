"""Which notices wait for the limit of an address, and for which of them one message stands.

A notice beyond the limit waits. When the limit allows another message, the newest waiting notice of its group is sent,
with a sentence that it stands for the others; these then need no message of their own. The notices of a group say the
same: they have one class of holders, one template and one language.

Everything here computes from the counter of the address; nothing reads or writes the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple

from casereview.schema.addresses import AddressSends, CoveredNotice, NoticeGroup, NoticePointer
from casereview.schema.notice_records import Notice
from notify.limits import KEPT, LIMITS, LONGEST, Holder, opens_at

LIFE: Final = 3 * LONGEST
"""How long the counter and what it says about a group are kept after their last change. A notice waits for less."""
LEASE: Final = timedelta(seconds=45)
"""The lease of a send attempt, longer than the function's timeout of 30 seconds."""
COVERED: Final = timedelta(days=14)
"""How long it is kept for which notices a message stood: longer than any event says that the message did not arrive."""
OVERDUE: Final = timedelta(hours=1)
"""A group whose newest notice could have been sent this long ago no longer delays others: its notices have ended."""


class Place(NamedTuple):
    """Where the messages of a notice are counted.

    Attributes:
        address: The MAC of the address.
        holder: The class of the holder.
        group: The name of the group of notices that say the same.
    """

    address: str
    holder: Holder
    group: str


class Attempt(NamedTuple):
    """An attempt to send a message.

    Attributes:
        at: When its lease was taken.
        others: How many waiting notices the message stands for, beside its own.
    """

    at: datetime
    others: int

    @property
    def until(self) -> datetime:
        """When the lease expires."""
        return self.at + LEASE


class Allowed(NamedTuple):
    """The notice can be sent now, and its message stands for so many others."""

    others: int


class Wait(NamedTuple):
    """The limit is reached until this time."""

    until: datetime


class Behind(NamedTuple):
    """A newer notice waits, which is to be sent instead of this one."""

    newest: NoticePointer


class Covered(NamedTuple):
    """A message has been sent that stands for the notice: that of another one, if it is known which."""

    by: NoticePointer | None


Decision = Allowed | Wait | Behind | Covered


def place_of(notice: Notice, address: str, *, verified: bool) -> Place:
    """Return where the messages of a notice to an address are counted.

    Args:
        notice: The notice.
        address: The MAC of the address.
        verified: Whether the holder of its request is verified.
    """
    holder: Holder = "verified" if verified else "unverified"
    return Place(address, holder, f"{holder}.{notice.template}.{notice.language}")


def mark_of(notice: Notice, place: Place) -> str:
    """Return the digest by which a notice remembers where it waits; it names no address and links no two notices."""
    return sha256(f"{place.address}|{place.group}|{notice.notice_id}".encode()).hexdigest()[:32]


def new_counter(place: Place, mac_key: str, now: datetime) -> AddressSends:
    """Return the counter of an address that no message was sent to; its first write makes it version 1."""
    return AddressSends(address=place.address, mac_key=mac_key, version=0, expires_at=_expiry(now))


@dataclass(frozen=True, slots=True)
class Counter:
    """The counter of an address, for one notice.

    Attributes:
        sends: The counter as it was read.
        notice: The notice as it was read.
        place: Where its messages are counted.
    """

    sends: AddressSends
    notice: Notice
    place: Place

    def decide(self, now: datetime, *, defer: bool) -> Decision:
        """Return what to do with the notice, which is due.

        Args:
            now: The current time.
            defer: Whether a newer waiting notice is to be sent instead.
        """
        group = self._group
        if self._waits and group.covers is not None and self.notice.begun_at <= group.covers:
            return Covered(group.covered_by)
        times = self._times_without_own()
        has_own = len(times) < len(self._times)
        opens = opens_at(times, LIMITS[self.place.holder], now, 1 if has_own else 1 + self._ahead(now))
        if opens > now:
            return Wait(opens)
        if defer and self._waits and group.newest is not None and _age(group.newest) > _age(self.notice):
            return Behind(group.newest)
        return Allowed(max(0, group.waiting - self._waits))

    def after_lease(self, attempt: Attempt) -> AddressSends:
        """Return the counter after a lease: the message is counted.

        If the message stands for others, the group points to its notice, so that they wait for the result.
        """
        kept = (at for at in (*self._times_without_own(), attempt.at) if at > attempt.at - LONGEST)
        times = tuple(kept)[-KEPT:]
        group = self._group
        if attempt.others:
            group = group.evolve(newest=_pointer(self.notice), until=attempt.until)
        elif self._waits:
            group = NoticeGroup(covers=group.covers, covered_by=group.covered_by)
        after = self._with_group(group, attempt.at)
        return after.evolve(verified=times) if self.place.holder == "verified" else after.evolve(unverified=times)

    def after_wait(self, now: datetime, until: datetime) -> AddressSends:
        """Return the counter after the notice began to wait, or continued to, until a time."""
        group, own = self._group, _pointer(self.notice)
        newest = group.newest or own
        if self._waits and newest != own:
            return self.sends
        newest = max(newest, own, key=_age)
        number = group.waiting if self._waits and group.waiting else group.waiting + 1
        waiting = group.evolve(newest=newest, since=group.since or now, until=until, waiting=number)
        return self._with_group(waiting, now)

    def after_sent(self, attempt: Attempt) -> AddressSends:
        """Return the counter after a message was sent that stands for others."""
        group = self._group
        own = _pointer(self.notice)
        newest = group.newest or own
        if group.covers is None or group.covers <= attempt.at:
            group = group.evolve(covers=attempt.at, covered_by=own)
        if newest == own or newest.created_at <= attempt.at:
            return self._with_group(NoticeGroup(covers=group.covers, covered_by=group.covered_by), attempt.at)
        left = max(1, group.waiting - attempt.others)  # began to wait while the message was being sent
        return self._with_group(group.evolve(waiting=left), attempt.at)

    @property
    def _group(self) -> NoticeGroup:
        return self.sends.groups.get(self.place.group) or NoticeGroup()

    @property
    def _times(self) -> tuple[datetime, ...]:
        return self.sends.verified if self.place.holder == "verified" else self.sends.unverified

    def _times_without_own(self) -> list[datetime]:
        """Return the send times without that of the notice's last attempt, if that was certainly not sent."""
        times, own = list(self._times), self.notice.counted_at
        if self.notice.state == "owed" and own in times:
            times.remove(own)
        return times

    @property
    def _waits(self) -> bool:
        """Whether the notice waits for the limit of this place; it may still wait for that of an earlier address."""
        return self.notice.waits_since is not None and self.notice.waits_for == mark_of(self.notice, self.place)

    def _ahead(self, now: datetime) -> int:
        """Return how many other groups of the class have waited longer: each is sent one message first."""
        since = self._group.since or now
        return sum(
            name != self.place.group
            and name.startswith(f"{self.place.holder}.")
            and other.since is not None
            and other.since < since
            and other.until is not None
            and other.until + OVERDUE > now
            for name, other in self.sends.groups.items()
        )

    def _with_group(self, group: NoticeGroup, now: datetime) -> AddressSends:
        """Return the counter with a group; groups in which nothing has happened for long are dropped."""
        groups = {
            name: one
            for name, one in {**self.sends.groups, self.place.group: group}.items()
            if max((at for at in (one.until, one.covers) if at), default=now - LIFE) > now - LIFE
        }
        return self.sends.evolve(groups=groups, expires_at=_expiry(now))


def covered_notice(notice: Notice, address: str, by: NoticePointer, now: datetime) -> CoveredNotice:
    """Return the record of a notice for which the message of another one to an address stands."""
    return CoveredNotice(
        address=address,
        by_case=by.case_id,
        by_notice=by.notice_id,
        case=notice.case_id,
        notice=notice.notice_id,
        expires_at=int((now + COVERED).timestamp()),
    )


def without_cover(sends: AddressSends, notice: Notice) -> AddressSends:
    """Return the counter of an address at which a notice failed: its message stands for no other notice any more."""
    groups = {
        name: group.evolve(covers=None, covered_by=None) if _is_of(group.covered_by, notice) else group
        for name, group in sends.groups.items()
    }
    return sends.evolve(groups=groups)


def _is_of(pointer: NoticePointer | None, notice: Notice) -> bool:
    return pointer is not None and (pointer.case_id, pointer.notice_id) == (notice.case_id, notice.notice_id)


def _expiry(now: datetime) -> int:
    return int((now + LIFE).timestamp())


def _pointer(notice: Notice) -> NoticePointer:
    return NoticePointer(case_id=notice.case_id, notice_id=notice.notice_id, created_at=notice.begun_at)


def _age(notice: Notice | NoticePointer) -> tuple[datetime, str]:
    """Return what orders notices by age, the newest last."""
    return notice.begun_at if isinstance(notice, Notice) else notice.created_at, notice.notice_id
