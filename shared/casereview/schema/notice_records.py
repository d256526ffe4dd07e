"""Records of notices, and of the addresses that must not be used any more."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, Self

from casereview.schema.base import Instant, Lenient
from casereview.schema.records import Stored
from casereview.schema.vocabulary import OfficeTemplateId, TemplateId, Undelivered

if TYPE_CHECKING:
    from typing import Unpack

    from casereview.schema.field_sets import NoticeFields


class Notice(Stored):
    """A message to one requester or office: its text, language and state of delivery, but no address."""

    case_id: str
    notice_id: str
    office: str
    receipt: str
    """The request whose requester gets the message, or which a message to an office is about; may be empty."""
    template: Lenient[TemplateId | OfficeTemplateId]
    version: int
    """The version of the text."""
    language: str
    created_at: Instant
    state: Lenient[Literal["owed", "sending", "sent", "undeliverable", "coalesced", "handed_over"]] = "owed"
    """``handed_over``: the office calls or writes instead, because the requester prefers that.
    ``coalesced``: another message to the same address stood for this one, too."""
    sends: int = 0
    """Number of attempts to send the message."""
    unanswered: int = 0
    """Number of attempts with an unknown outcome: no response came, or the process ended before it recorded one."""
    send_at: Instant | None = None
    lease_until: Instant | None = None
    waits_since: Instant | None = None
    """Since when it waits because the limit of its address is reached; None if it does not."""
    waits_for: str | None = None
    """A digest of the notice and of the limit that it waits for, or is being sent for others under; it identifies no
    address."""
    waited_ms: int = 0
    """How long it has waited for limits before, in milliseconds."""
    counted_at: Instant | None = None
    """When the counter of its address counted the last attempt; if nothing was sent, the next one replaces it."""
    renewed_at: Instant | None = None
    """When it became pending again after it could not be delivered."""
    bounces: int = 0
    """How often the address did not take it, although it may later."""
    sent_to: str | None = None
    """A digest of the notice and of the address of the last attempt; it identifies no address."""
    failed_at: tuple[str, ...] = ()
    """The same of the addresses at which it failed for good."""
    provider_id: str | None = None
    why: Lenient[Undelivered] | None = None
    stuck: bool = False
    attempts: int = 0

    @property
    def begun_at(self) -> datetime:
        """When it was created, or became pending again."""
        return self.renewed_at or self.created_at

    def evolve(self, **changes: Unpack[NoticeFields]) -> Self:
        """Return a copy of the notice with some fields changed.

        Raises:
            ValidationError: A name is not a field, or a value is not valid for it.
        """
        return self._evolved(changes)


class Suppression(Stored):
    """An address that must not be used any more, keyed by its MAC."""

    address: str
    mac_key: str
    since: Instant
    why: Lenient[Literal["bounce", "complaint"]]
