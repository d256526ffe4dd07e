"""Where a notice goes, or why nowhere: asked anew at each sending, for all of it may have changed since."""

from __future__ import annotations

from typing import Literal, NamedTuple

from casereview import keys
from casereview.contacts import open_contact
from casereview.records import Case, Notice, Request, Suppression, Undelivered
from casereview.submission import Contact
from notify.services import Services


class Target(NamedTuple):
    """A channel and an address, opened a moment ago and kept nowhere."""

    channel: Literal["email", "sms"]
    address: str


def find_target(services: Services, notice: Notice) -> Target | Undelivered:
    """Return where to write to, or why not. Raises as ``Seal.open`` does; nothing has been sent then."""
    request = services.table.get(Request, keys.request(notice.receipt))
    case = services.table.get(Case, keys.case(request.case_id)) if request else None
    if request is None or case is None:
        return "no_channel"
    if case.restricted and notice.template != "acknowledgement" and not request.verified:
        return "restricted"
    contact = open_contact(services.seal, request)
    if contact.safe_to_contact is False:
        return "unsafe"
    target = _written_to(contact)
    if target is None:
        return "no_channel"
    suppressed = services.table.get(Suppression, keys.suppression(services.macs.address(target.address)))
    return "suppressed" if suppressed else target


def _written_to(contact: Contact) -> Target | None:
    channel = contact.channel()
    if channel == "email" and contact.email:
        return Target("email", contact.email)
    if channel == "sms" and contact.phone:
        return Target("sms", contact.phone)
    return None
