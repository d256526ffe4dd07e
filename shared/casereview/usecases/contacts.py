"""How a requester can be reached now: what was filed, or what the newest update made of it."""

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
    """Open the contact of a request: one KMS Decrypt. Raises as ``Seal.open`` does."""
    if request.contact:
        stated = json.loads(seal.open("contact", request.receipt, request.contact))
    else:
        stated = json.loads(seal.open("request", request.receipt, request.sealed))["requester"].get("contact")
    return read_leniently(Contact, stated or {})


def is_suppressed(table: Table, macs: Macs, address: str) -> bool:
    """Tell whether an address is not written to any more: one MAC, one read. Raises botocore's errors."""
    return table.get(Suppression, keys.suppression(macs.address(address))) is not None


class ContactChange(NamedTuple):
    """What an update makes of a contact: sealed, to be kept, and opened a moment ago."""

    sealed: bytes
    may_be_called: bool
    """Nobody calls where contact is unsafe, none is wanted, or none was given."""
    new_address: str | None
    """The address to write to, where it was not known before."""


def change_contact(seal: Seal, request: Request, stated: Contact) -> ContactChange:
    """Seal the contact with what an update states: absent is unchanged, null is unknown again."""
    before = open_contact(seal, request)
    after = before.merged(stated)
    address = after.merged(Contact(safe_to_contact=None)).address()
    kept = {**after.unknown_attributes, **after.model_dump(mode="json", exclude_none=True)}
    return ContactChange(
        seal.close("contact", request.receipt, json.dumps(kept, ensure_ascii=False).encode()),
        may_be_called=after.channel() != "none",
        new_address=address if address not in {before.email, before.phone} else None,
    )
