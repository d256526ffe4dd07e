"""How a requester can be reached now: what was filed, or what the newest update made of it."""

from __future__ import annotations

import json

from casereview.records import Request
from casereview.sealing import Seal
from casereview.submission import Contact


def open_contact(seal: Seal, request: Request) -> Contact:
    """Open the contact of a request: one KMS Decrypt. Raises as ``Seal.open`` does."""
    if request.contact:
        stated = json.loads(seal.open("contact", request.receipt, request.contact))
    else:
        stated = json.loads(seal.open("request", request.receipt, request.sealed))["requester"].get("contact")
    return Contact.model_validate(stated or {})


def seal_contact(seal: Seal, request: Request, stated: Contact) -> bytes:
    """Seal the contact with what an update states: absent is unchanged, null is unknown again."""
    merged = open_contact(seal, request).model_copy(
        update={name: getattr(stated, name) for name in stated.model_fields_set}
    )
    return seal.close("contact", request.receipt, merged.model_dump_json(exclude_none=True).encode())
