"""Find the recipient of a notice, or why it must not be sent; looked up for each attempt, because it can change."""

from __future__ import annotations

from hashlib import sha256
from typing import Literal, NamedTuple

from casereview.notices.catalog import OFFICE_VERSIONS
from casereview.notices.phone_numbers import may_be_called, may_be_texted
from casereview.schema.errors import CaseReviewError
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.schema.submission import Contact
from casereview.schema.vocabulary import Undelivered
from casereview.store import keys
from casereview.usecases import contacts
from casereview.usecases.suppressions import suppression_of
from notify.services import Services
from notify.waiting import Place, place_of


class Target(NamedTuple):
    """A channel and an address, just decrypted; it is not stored."""

    channel: Literal["email", "sms"]
    address: str
    mark: str = ""
    """The digest by which the notice remembers the address."""
    place: Place | None = None
    """Where the messages to the address are counted; None for an office, whose mail has no limit."""


class UnreadableCaseError(CaseReviewError):
    """A record of the case cannot be read: whether its requesters may receive news is unknown until it is repaired."""


class ByOffice(NamedTuple):
    """The office calls or writes, because the requester prefers that."""

    way: contacts.ByHand


def find_target(services: Services, notice: Notice) -> Target | ByOffice | Undelivered:
    """Return the channel and address of a notice; how the office delivers it; or why it must not be sent.

    An address at which the notice failed, or that is suppressed, is left out; the requester's other one is used then.

    Args:
        services: The table, the keys, and the offices' mailbox.
        notice: The notice.

    Raises:
        SealBrokenError: The contact could not be decrypted.
        UnreadableError: The request, its case or the suppression list cannot be read.
        UnreadableCaseError: Another record of the case cannot be read.
        botocore.exceptions.ClientError: DynamoDB or KMS rejected a call.
        botocore.exceptions.BotoCoreError: DynamoDB or KMS could not be reached.
    """
    request = services.table.get(Request, keys.request(notice.receipt)) if notice.receipt else None
    to_office = notice.template in OFFICE_VERSIONS
    found = _office(services, notice, request) if to_office else _requester(services, notice, request)
    return _first_usable(services, notice, found, request) if isinstance(found, list) else found


def _first_usable(
    services: Services, notice: Notice, targets: list[Target], request: Request | None
) -> Target | Undelivered:
    why: Undelivered = "no_channel"
    for target in targets:
        address = services.macs.address(target.address)
        mark = mark_of_address(notice, address)
        if mark in notice.failed_at:
            why = "bounced"
        elif suppression_of(services.table, address):
            why = "suppressed"
        elif request is None or notice.template in OFFICE_VERSIONS:
            return target._replace(mark=mark)
        else:
            return target._replace(mark=mark, place=place_of(notice, address, verified=request.verified))
    return why


def mark_of_address(notice: Notice, address: str) -> str:
    """Return the digest by which a notice remembers an address, by its MAC; it links no two notices."""
    return sha256(f"{address}|{notice.notice_id}".encode()).hexdigest()[:32]


def _office(services: Services, notice: Notice, request: Request | None) -> list[Target] | Undelivered:
    if not services.office_mail:
        return "no_channel"
    if notice.template == "undelivered" and (reason := _reason_not_to_call(services, request)):
        return reason
    return [Target("email", services.office_mail.replace("{office}", notice.office.lower()))]


def _reason_not_to_call(services: Services, request: Request | None) -> Undelivered | None:
    """Return why the duty mailbox of an office must not be asked for a call; None if it can be.

    All officers read it: it never names a restricted case.
    """
    case = services.table.get(Case, keys.case(request.case_id)) if request else None
    if request is None or case is None or request.state != "live":
        return "no_channel"
    if case.unreadable:
        raise UnreadableCaseError
    if case.restricted:
        return "restricted"
    return contacts.reason_not_to_call(case, request, contacts.open_contact(services.seal, request))


def _requester(services: Services, notice: Notice, request: Request | None) -> list[Target] | ByOffice | Undelivered:
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
        if case and case.unreadable:
            raise UnreadableCaseError
        if case is None or not contacts.may_receive_news(case, request, contact):
            return "restricted"
    return ByOffice(way) if way else _targets_of(contact, services.sms_countries)


def _targets_of(contact: Contact, sms_countries: frozenset[str]) -> list[Target] | Undelivered:
    """Return the addresses for messages, that of the preferred channel first."""
    address = contact.address()
    if not address:
        return "not_callable" if contact.channel() == "phone" and contact.phone else "no_channel"
    by_mail = [Target("email", contact.email)] if contact.email else []
    by_text = [Target("sms", contact.phone)] if contact.phone and may_be_texted(contact.phone, sms_countries) else []
    if found := [*by_mail, *by_text] if contact.channel() == "email" else [*by_text, *by_mail]:
        return found
    return "refused" if may_be_called(address) else "not_callable"
