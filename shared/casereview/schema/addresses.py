"""What is stored about one address, by its MAC: when it got messages, which notices wait, which a message covers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pydantic import Field

from casereview.schema.base import Instant, Record
from casereview.schema.records import Stored

if TYPE_CHECKING:
    from typing import Unpack

    from casereview.schema.field_sets import AddressSendsFields, NoticeGroupFields


class NoticePointer(Record):
    """The key of a notice, and when it was created, or became pending again."""

    case_id: str
    notice_id: str
    created_at: Instant


class NoticeGroup(Record):
    """Notices to one address that say the same: one class of holders, one template, one language."""

    newest: NoticePointer | None = None
    """The newest notice that waits for the limit, or the one that is being sent for all that wait."""
    since: Instant | None = None
    """Since when notices of the group wait; None if none waits."""
    until: Instant | None = None
    """When the newest one can be sent."""
    waiting: int = 0
    """How many notices wait."""
    covers: Instant | None = None
    """When the last message was sent that stood for all waiting ones: those created until then need none of their own.
    """
    covered_by: NoticePointer | None = None
    """The notice of that message; None for one that a release sent which did not note it."""

    def evolve(self, **changes: Unpack[NoticeGroupFields]) -> Self:
        """Return a copy of the group with some fields changed.

        Raises:
            ValidationError: A name is not a field, or a value is not valid for it.
        """
        return self._evolved(changes)


class AddressSends(Stored):
    """The newest messages to requesters at one address. Messages to offices are not counted."""

    address: str
    """The MAC of the address."""
    mac_key: str
    version: int = 1
    """The condition of the next write."""
    unverified: tuple[Instant, ...] = ()
    """When the newest messages to holders who are not verified were sent, oldest first; at most 20."""
    verified: tuple[Instant, ...] = ()
    """The same for verified holders."""
    groups: dict[str, NoticeGroup] = Field(default_factory=dict)
    """The notices that wait, by group; at most one for each class of holders, template and language."""
    expires_at: int
    """When DynamoDB may delete the item (TTL), in epoch seconds."""

    def evolve(self, **changes: Unpack[AddressSendsFields]) -> Self:
        """Return a copy of the counter with some fields changed.

        Raises:
            ValidationError: A name is not a field, or a value is not valid for it.
        """
        return self._evolved(changes)


class CoveredNotice(Stored):
    """A notice for which the message of another one stood, until it is certain that this one arrived."""

    address: str
    """The MAC of the address of the message."""
    by_case: str
    by_notice: str
    """The notice that was sent, in its case."""
    case: str
    notice: str
    """The notice that it stood for, in its case."""
    expires_at: int
    """When DynamoDB may delete the item (TTL), in epoch seconds."""
