"""The identity that a request states: in its body, in what its holder added, and as staff corrected it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from casereview.crypto.macs import Macs
from casereview.crypto.sealing import Seal
from casereview.schema.names import comparable_name
from casereview.schema.request_records import Request
from casereview.usecases.contacts import open_filed

NAMED_BY: Final = frozenset({"given_name", "family_name", "one_name", "born_on"})
"""The parts of an identity by which a name is compared."""


class Identity(NamedTuple):
    """The parts of the identity in one request, by name, each as JSON."""

    body: Mapping[str, Any]
    completed: Mapping[str, Any]
    """What the holder added after filing."""
    corrected: Mapping[str, Any]
    """What staff corrected."""

    @property
    def known(self) -> Mapping[str, Any]:
        """Return the identity as staff corrected it, else as the request states it."""
        return {**self.body, **self.completed, **self.corrected}


def open_identity(seal: Seal, request: Request) -> Identity:
    """Open the identity of a request: one KMS call, and one each for what was added and corrected.

    Raises:
        SealBrokenError: A part was changed, or was sealed for another request.
    """
    body = open_filed(seal, request)
    return Identity(
        body["subject"],
        open_part(seal, "completed", request.receipt, request.completed),
        open_part(seal, "corrected", request.receipt, request.corrected),
    )


def open_part(
    seal: Seal, part: Literal["completed", "corrected"], receipt: str, sealed: bytes | None
) -> dict[str, Any]:
    """Open what was added to an identity, or corrected of it; empty if nothing was."""
    found: dict[str, Any] = json.loads(seal.open(part, receipt, sealed)) if sealed else {}
    return found


def seal_part(seal: Seal, part: Literal["completed", "corrected"], receipt: str, values: Mapping[str, Any]) -> bytes:
    """Seal what was added to an identity, or corrected of it, by one KMS call."""
    return seal.close(part, receipt, json.dumps(values, ensure_ascii=False).encode())


def name_of(macs: Macs, known: Mapping[str, Any]) -> str | None:
    """Return the MAC of the name with the birth year of an identity; None while one of them is unknown."""
    born = known.get("born_on")
    name = comparable_name(
        known.get("given_name"),
        known.get("family_name"),
        int(born[:4]) if born else None,
        is_only=bool(known.get("one_name")),
    )
    return macs.name(name) if name else None
