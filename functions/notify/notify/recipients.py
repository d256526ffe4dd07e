"""Where a notice goes, or why nowhere: asked anew at each sending, for all of it may have changed since."""

from __future__ import annotations

from typing import Literal, NamedTuple

from casereview.notices.catalog import OFFICE_VERSIONS
from casereview.schema.records import Case, Notice, Request
from casereview.schema.submission import Contact
from casereview.schema.vocabulary import Undelivered
from casereview.store import keys
from casereview.usecases.contacts import is_suppressed, open_contact
from notify.services import Services


class Target(NamedTuple):
    """A channel and an address, opened a moment ago and kept nowhere."""

    channel: Literal["email", "sms"]
    address: str


def find_target(services: Services, notice: Notice) -> Target | Undelivered:
    """Return where to write to, or why not. Raises as ``Seal.open`` does; nothing has been sent then."""
    to_office = notice.template in OFFICE_VERSIONS
    target = _office(services, notice) if to_office else _requester(services, notice)
    if isinstance(target, str):
        return target
    return "suppressed" if is_suppressed(services.table, services.macs, target.address) else target


def _office(services: Services, notice: Notice) -> Target | Undelivered:
    if not services.office_mail:
        return "no_channel"
    if forbidden := _nobody_calls(services, notice) if notice.template == "undelivered" else None:
        return forbidden
    return Target("email", services.office_mail.replace("{office}", notice.office.lower()))


def _nobody_calls(services: Services, notice: Notice) -> Undelivered | None:
    """Return why an office is not asked to telephone a requester any more."""
    request = services.table.get(Request, keys.request(notice.receipt))
    case = services.table.get(Case, keys.case(request.case_id)) if request else None
    if request is None or case is None or request.state != "live":
        return "no_channel"
    if case.restricted:
        return "restricted"
    contact = open_contact(services.seal, request)
    if contact.safe_to_contact is False:
        return "unsafe"
    return "no_channel" if contact.channel() == "none" else None


def _requester(services: Services, notice: Notice) -> Target | Undelivered:
    request = services.table.get(Request, keys.request(notice.receipt))
    if request is None:
        return "no_channel"
    if notice.template != "acknowledgement" and not _may_be_told(services, request):
        return "restricted"
    contact = open_contact(services.seal, request)
    if contact.safe_to_contact is False:
        return "unsafe"
    return _written_to(contact) or "no_channel"


def _may_be_told(services: Services, request: Request) -> bool:
    """Tell whether news may go to a requester: of a restricted case, only to the verified.

    An acknowledgement is never asked about: it tells nothing of the case that the request belongs to.
    """
    case = services.table.get(Case, keys.case(request.case_id))
    return case is not None and (request.verified or not case.restricted)


def _written_to(contact: Contact) -> Target | None:
    address = contact.address()
    return Target("email" if contact.channel() == "email" else "sms", address) if address else None
