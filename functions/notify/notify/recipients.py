"""Find the recipient of a notice, or why it must not be sent; looked up for each attempt, because it can change."""

from __future__ import annotations

from typing import Literal, NamedTuple

from casereview.notices.catalog import OFFICE_VERSIONS
from casereview.notices.phone_numbers import may_be_called, may_be_texted
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.schema.submission import Contact
from casereview.schema.vocabulary import Undelivered
from casereview.store import keys
from casereview.usecases import contacts
from notify.services import Services
from notify.waiting import Place, place_of


class Target(NamedTuple):
    """A channel and an address, just decrypted; it is not stored."""

    channel: Literal["email", "sms"]
    address: str
    place: Place | None = None
    """Where the messages to the address are counted; None for an office, whose mail has no limit."""


class ByOffice(NamedTuple):
    """The office calls or writes, because the requester prefers that."""

    way: contacts.ByHand


def find_target(services: Services, notice: Notice) -> Target | ByOffice | Undelivered:
    """Return the channel and address of a notice; how the office delivers it; or why it must not be sent.

    Args:
        services: The table, the keys, and the offices' mailbox.
        notice: The notice.

    Raises:
        SealBrokenError: The contact could not be decrypted.
        botocore.exceptions.ClientError: DynamoDB or KMS rejected a call.
        botocore.exceptions.BotoCoreError: DynamoDB or KMS could not be reached.
    """
    request = services.table.get(Request, keys.request(notice.receipt)) if notice.receipt else None
    to_office = notice.template in OFFICE_VERSIONS
    target = _office(services, notice, request) if to_office else _requester(services, notice, request)
    if not isinstance(target, Target):
        return target
    address = services.macs.address(target.address)
    if contacts.suppression_of(services.table, address):
        return "suppressed"
    place = None if to_office or request is None else place_of(notice, address, verified=request.verified)
    return target._replace(place=place)


def _office(services: Services, notice: Notice, request: Request | None) -> Target | Undelivered:
    if not services.office_mail:
        return "no_channel"
    if notice.template == "undelivered" and (reason := _reason_not_to_call(services, request)):
        return reason
    return Target("email", services.office_mail.replace("{office}", notice.office.lower()))


def _reason_not_to_call(services: Services, request: Request | None) -> Undelivered | None:
    """Return why the duty mailbox of an office must not be asked for a call; None if it can be.

    All officers read it: it never names a restricted case.
    """
    case = services.table.get(Case, keys.case(request.case_id)) if request else None
    if request is None or case is None or request.state != "live":
        return "no_channel"
    if case.restricted:
        return "restricted"
    return contacts.reason_not_to_call(case, request, contacts.open_contact(services.seal, request))


def _requester(services: Services, notice: Notice, request: Request | None) -> Target | ByOffice | Undelivered:
    if request is None:
        return "no_channel"
    contact = contacts.open_contact(services.seal, request)
    if contact.safe_to_contact is False:
        return "unsafe"
    way = contacts.preferred_by_hand(contact)
    if way is not None and request.state != "live":
        return "no_channel"
    if way is not None or notice.template != "acknowledgement":
        case = services.table.get(Case, keys.case(request.case_id))
        if case is None or not contacts.may_receive_news(case, request, contact):
            return "restricted"
    return ByOffice(way) if way else _target_of(contact, services.sms_countries)


def _target_of(contact: Contact, sms_countries: frozenset[str]) -> Target | Undelivered:
    address = contact.address()
    if not address:
        return "not_callable" if contact.channel() == "phone" and contact.phone else "no_channel"
    if contact.channel() == "email":
        return Target("email", address)
    if may_be_texted(address, sms_countries):
        return Target("sms", address)
    return "refused" if may_be_called(address) else "not_callable"
