"""What a delivery event says about one message, whichever service it comes from."""

from __future__ import annotations

from typing import Literal, NamedTuple

from casereview.schema.vocabulary import Undelivered

Outcome = Literal["none", "retry", "failed", "not_sent"]
"""What follows for the notice.

``none``: nothing, the message arrived or is on its way. ``retry``: the service has given up; the address may take
another message later. ``failed``: the address takes no such message. ``not_sent``: the service did not try, because
of its set-up.
"""
WhySuppressed = Literal["bounce", "complaint"]


class Report(NamedTuple):
    """What an event says.

    Attributes:
        outcome: What follows for the notice.
        addresses: The addresses that the event is about, of those that the message was sent to.
        suppress: Why these get no more messages; None if they do.
        why: Why the notice is undeliverable, if no other address takes it.
        is_set_up_fault: Whether somebody must change the set-up of the service.
    """

    outcome: Outcome
    addresses: tuple[str, ...] = ()
    suppress: WhySuppressed | None = None
    why: Undelivered = "bounced"
    is_set_up_fault: bool = False


class Reference(NamedTuple):
    """The message that an event is about, as the tags given when it was sent say.

    Attributes:
        case_id: The case of the notice, as the notice is stored.
        notice_id: The notice.
        attempt: Which of the notice's attempts it was; None for a message of a release that did not say it.
        message_id: The id that the service gave to the message.
    """

    case_id: str
    notice_id: str
    attempt: int | None
    message_id: str | None


NOTHING = Report("none")
