"""The current contact data of a requester: as filed, with the changes of later updates, and what it permits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from casereview.cases.disclosure import stays_as_last_shown
from casereview.crypto.sealing import Seal, SealBrokenError
from casereview.notices import phone_numbers
from casereview.schema.base import read_leniently
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.schema.submission import PROTECTED, Contact
from casereview.schema.vocabulary import Undelivered

ACCEPTED_LANGUAGE: Final = "accepted_language"
"""Key in a sealed contact: the language that the header of the filing preferred, where its body names none. It is no
field of the contact, because nobody states it there."""


def open_filed(seal: Seal, request: Request) -> dict[str, Any]:
    """Return the body of a request as it was filed, by one KMS Decrypt.

    Raises:
        SealBrokenError: The sealed body cannot be opened.
    """
    filed: dict[str, Any] = json.loads(seal.open("request", request.receipt, request.sealed))
    return filed


def open_contact(seal: Seal, request: Request, filed: Mapping[str, Any] | None = None) -> Contact:
    """Return the current contact of a request, by at most one KMS Decrypt.

    Its language is the one stated, else the one that the filing was sent in.
    Where the request's own words state protected relief, contact is unsafe unless its holder said that it is safe.

    Args:
        seal: The sealing key.
        request: The request.
        filed: The body of the request as it was filed, if it is open already.

    Raises:
        SealBrokenError: The sealed contact cannot be opened, or is lost.
    """
    stated, protected = _stated(seal, request, filed)
    return _with_language(_with_default(stated, protected=protected))


def _with_language(stated: Contact) -> Contact:
    """Return a contact with the language that the header of the filing preferred, where it names none."""
    accepted = accepted_at_filing(stated) if stated.language is None else None
    return stated.merged(Contact(language=accepted)) if accepted else stated


def accepted_at_filing(contact: Contact) -> str | None:
    """Return the language that the header of a filing preferred whose body named none."""
    found = contact.unknown_attributes.get(ACCEPTED_LANGUAGE)
    return found if isinstance(found, str) else None


def language_of_filing(seal: Seal, request: Request) -> str | None:
    """Return the language in which a filing was answered, by one KMS Decrypt; None where it named none.

    Raises:
        SealBrokenError: The sealed body cannot be opened.
    """
    contact = open_filed(seal, request)["requester"].get("contact") or {}
    return _with_language(read_leniently(Contact, contact)).language


def _stated(seal: Seal, request: Request, filed: Mapping[str, Any] | None = None) -> tuple[Contact, bool]:
    """Return the contact as it was stated, and whether the request's own words state protected relief."""
    if request.contact:
        stated = json.loads(seal.open("contact", request.receipt, request.contact))
        return read_leniently(Contact, stated), request.protected
    if request.contact_changed_at:  # the contact as it was filed is not what the holder wants any more
        raise SealBrokenError("contact", request.receipt, b"")
    filed = filed or open_filed(seal, request)
    relief = (filed.get("facts") or {}).get("relief_pending") or ()
    contact = filed["requester"].get("contact") or {}
    return read_leniently(Contact, contact), request.protected or not PROTECTED.isdisjoint(relief)


def _with_default(stated: Contact, *, protected: bool) -> Contact:
    """Return a contact that counts as unsafe where protected relief was stated and nothing was said of safety."""
    unsaid = stated.safe_to_contact is None
    return stated.merged(Contact(safe_to_contact=False)) if unsaid and protected else stated


def may_receive_news(case: Case, request: Request, contact: Contact) -> bool:
    """Return whether a requester may receive news of a case.

    If the case is restricted, two officers must have verified the holder, who must have said that contact is safe. This
    does not apply to acknowledgements, which contain nothing about the case that the request belongs to.

    Args:
        case: The case of the request.
        request: The request.
        contact: Its contact, as ``open_contact`` returns it.
    """
    if contact.safe_to_contact is False:
        return False
    if not case.restricted:
        return True
    return request.verified and not stays_as_last_shown(request, case) and contact.safe_to_contact is True


def reason_not_to_call(case: Case, request: Request, contact: Contact) -> Undelivered | None:
    """Return why an office must neither call a requester nor leave a message; None if it may.

    Args:
        case: The case of the request.
        request: The request.
        contact: Its contact, as ``open_contact`` returns it.
    """
    if reason := _reason_without_case(contact):
        return reason
    return None if may_receive_news(case, request, contact) else "restricted"


ByHand = Literal["call", "letter"]
"""How people at an office reach a requester: by telephone, or by letter."""


def preferred_by_hand(contact: Contact) -> ByHand | None:
    """Return how the office reaches a requester who wants a call or a letter; None where it cannot, and for others."""
    channel = contact.channel()
    if channel == "letter":
        return "letter" if contact.postal else None
    return "call" if channel == "phone" and may_be_phoned(contact) else None


def by_hand_after_failure(contact: Contact, *, had_address: bool) -> ByHand | None:
    """Return how the office reaches a requester who got no message; None if it must not, or has no way.

    Whoever was to be reached by telephone is called first, others get a letter first. Without a number the office looks
    for one in the agency's own records, if the requester had given an address that may be used.

    Args:
        contact: The contact, as ``open_contact`` returns it.
        had_address: Whether the requester had given an address for messages.
    """
    channel = contact.channel()
    if channel == "none":
        return None
    has_number = may_be_phoned(contact)
    if contact.postal and not (has_number and channel in {"sms", "phone"}):
        return "letter"
    return "call" if has_number or (had_address and contact.phone is None) else None


def has_a_way(contact: Contact) -> bool:
    """Return whether a message, a call or a letter can go to a contact, as it was stated."""
    has_address = contact.email is not None and contact.address() is not None
    return has_address or by_hand_after_failure(contact, had_address=False) is not None


def may_be_phoned(contact: Contact) -> bool:
    """Return whether a contact has a number that is called."""
    return contact.phone is not None and phone_numbers.may_be_called(contact.phone)


def _reason_without_case(contact: Contact) -> Undelivered | None:
    """Return why a contact forbids calls, whatever the case is."""
    if contact.safe_to_contact is False:
        return "unsafe"
    if contact.phone and contact.postal is None and not phone_numbers.may_be_called(contact.phone):
        return "not_callable"
    return "no_channel" if contact.channel() == "none" else None


class ContactChange(NamedTuple):
    """The effect of an update on the contact of a request."""

    sealed: bytes
    """The new contact, sealed for storage."""
    may_be_called: bool
    """False where contact is unsafe or not wanted, no address was given, or all there is is a number that is not
    called."""
    new_address: str | None
    """The address that notices are sent to now, if they went elsewhere, or nowhere, before."""
    goes_elsewhere: bool
    """Whether notices go to another address, number or postal address now, or in another way."""
    was_reached: bool
    """Whether notices were sent to an address before."""
    is_missing: bool
    """Whether there is no way to reach the requester, who did not say that none is wanted."""
    has_address: bool
    """Whether there would be a way if contact were safe."""
    is_unsaid: bool
    """Whether contact counts as unsafe only because the requester has not said that it is safe."""
    language: str | None
    """The language tag of the requester's language."""


def change_contact(seal: Seal, request: Request, stated: Contact) -> ContactChange:
    """Apply the contact of an update, and seal the result.

    Args:
        seal: Opens the current contact and seals the new one.
        request: The request whose contact changes.
        stated: The contact in the update; an absent field is unchanged, null deletes its value. Only true or false
            change ``safe_to_contact``: null does not.

    Returns:
        The sealed contact, and what it changes.
    """
    before, protected = _stated(seal, request)
    safe = before.safe_to_contact if stated.safe_to_contact is None else stated.safe_to_contact
    after = _with_default(before.merged(stated).merged(Contact(safe_to_contact=safe)), protected=protected)
    earlier = _with_default(before, protected=protected)
    is_new = after.destination() not in {None, earlier.destination()}
    kept = {**after.unknown_attributes, **after.model_dump(mode="json", exclude_none=True)}
    return ContactChange(
        seal.close("contact", request.receipt, json.dumps(kept, ensure_ascii=False).encode()),
        may_be_called=_reason_without_case(after) is None,
        new_address=after.address() if is_new else None,
        goes_elsewhere=is_new,
        was_reached=earlier.address() is not None,
        is_missing=after.is_missing(),
        has_address=after.merged(Contact(safe_to_contact=None)).destination() is not None,
        is_unsaid=protected and safe is None,
        language=_with_language(after).language,
    )
