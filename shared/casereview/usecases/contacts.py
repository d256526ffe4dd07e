"""The current contact data of a requester: as filed, with the changes of later updates."""

from __future__ import annotations

import json
from typing import NamedTuple

from casereview.crypto.macs import Macs
from casereview.crypto.sealing import Seal
from casereview.schema.base import read_leniently
from casereview.schema.records import Request, Suppression
from casereview.schema.submission import Contact
from casereview.store import keys
from casereview.store.table import Table


def open_contact(seal: Seal, request: Request) -> Contact:
    """Return the current contact of a request, by one KMS Decrypt.

    Raises:
        SealBrokenError: The sealed contact cannot be opened.
    """
    if request.contact:
        stated = json.loads(seal.open("contact", request.receipt, request.contact))
    else:
        stated = json.loads(seal.open("request", request.receipt, request.sealed))["requester"].get("contact")
    return read_leniently(Contact, stated or {})


def is_suppressed(table: Table, macs: Macs, address: str) -> bool:
    """Return whether an address is on the suppression list, by one KMS MAC and one read.

    Raises:
        ClientError: AWS refused a call.
        BotoCoreError: A call did not reach AWS.
    """
    return table.get(Suppression, keys.suppression(macs.address(address))) is not None


class ContactChange(NamedTuple):
    """The effect of an update on the contact of a request."""

    sealed: bytes
    """The new contact, sealed for storage."""
    may_be_called: bool
    """False where contact is unsafe, is not wanted, or no address was given."""
    new_address: str | None
    """The address that notices are sent to, if the request did not have it before."""


def change_contact(seal: Seal, request: Request, stated: Contact) -> ContactChange:
    """Apply the contact of an update, and seal the result.

    Args:
        seal: Opens the current contact and seals the new one.
        request: The request whose contact changes.
        stated: The contact in the update; an absent field is unchanged, null deletes its value.

    Returns:
        The sealed contact, and what it changes.
    """
    before = open_contact(seal, request)
    after = before.merged(stated)
    address = after.merged(Contact(safe_to_contact=None)).address()
    kept = {**after.unknown_attributes, **after.model_dump(mode="json", exclude_none=True)}
    return ContactChange(
        seal.close("contact", request.receipt, json.dumps(kept, ensure_ascii=False).encode()),
        may_be_called=after.channel() != "none",
        new_address=address if address not in {before.email, before.phone} else None,
    )
