"""Find the recipient of a notice, or why it must not be sent; looked up for each attempt, because it can change."""

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
    """A channel and an address, just decrypted; it is not stored."""

    channel: Literal["email", "sms"]
    address: str


def find_target(services: Services, notice: Notice) -> Target | Undelivered:
    """Return the channel and address of a notice, or why it must not be sent.

    Args:
        services: The table, the keys, and the offices' mailbox.
        notice: The notice.

    Raises:
        SealBrokenError: The contact could not be decrypted.
        botocore.exceptions.ClientError: DynamoDB or KMS rejected a call.
        botocore.exceptions.BotoCoreError: DynamoDB or KMS could not be reached.
    """
    to_office = notice.template in OFFICE_VERSIONS
    target = _office(services, notice) if to_office else _requester(services, notice)
    if isinstance(target, str):
        return target
    return "suppressed" if is_suppressed(services.table, services.macs, target.address) else target


def _office(services: Services, notice: Notice) -> Target | Undelivered:
    if not services.office_mail:
        return "no_channel"
    if reason := _reason_not_to_call(services, notice) if notice.template == "undelivered" else None:
        return reason
    return Target("email", services.office_mail.replace("{office}", notice.office.lower()))


def _reason_not_to_call(services: Services, notice: Notice) -> Undelivered | None:
    """Return why the office must not be asked to call the requester; None if it can be."""
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
    if notice.template != "acknowledgement" and not _may_receive_news(services, request):
        return "restricted"
    contact = open_contact(services.seal, request)
    if contact.safe_to_contact is False:
        return "unsafe"
    return _target_of(contact) or "no_channel"


def _may_receive_news(services: Services, request: Request) -> bool:
    """Return whether a requester may receive news: if the case is restricted, only a verified requester.

    This does not apply to acknowledgements, which contain nothing about the case that the request belongs to.
    """
    case = services.table.get(Case, keys.case(request.case_id))
    return case is not None and (request.verified or not case.restricted)


def _target_of(contact: Contact) -> Target | None:
    address = contact.address()
    return Target("email" if contact.channel() == "email" else "sms", address) if address else None
