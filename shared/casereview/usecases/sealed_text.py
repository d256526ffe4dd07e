"""Sealed texts: what a request says after filing, questions, officers' reasons, the reasons of a decision.

Each text is an item of its own, keyed by the request or case that it belongs to, and is never read for a ranking.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NamedTuple

from casereview.crypto.sealing import Part, Seal, SealBrokenError
from casereview.schema.base import Unrecognized
from casereview.schema.evidence import Text, TextKind
from casereview.schema.identifiers import new_timed_id
from casereview.schema.vocabulary import EventKind
from casereview.store import keys
from casereview.store.altered import found_altered
from casereview.store.table import Table


class Words(NamedTuple):
    """Words of a requester or officer that are to be stored with an event."""

    part: TextKind
    owner: str
    """The receipt of the request that says them, or the case that an officer wrote them about."""
    sealed: bytes

    def text(self, kind: EventKind, at: datetime, *, user: str | None, receipt: str | None) -> Text:
        """Return the record of the words of an event."""
        return Text(
            owner=self.owner,
            text_id=new_timed_id(at),
            at=at,
            part=self.part,
            user=user,
            kind=kind,
            receipt=receipt,
            sealed=self.sealed,
        )


def seal_words(seal: Seal, part: TextKind, owner: str, words: dict[str, Any]) -> Words:
    """Seal words for a request or a case, by one KMS call."""
    return Words(part, owner, seal.close(part, owner, json.dumps(words, ensure_ascii=False).encode()))


def open_sealed(seal: Seal, part: Part, owner: str, sealed: bytes) -> dict[str, Any]:
    """Open sealed words, by one KMS call.

    Raises:
        SealBrokenError: They were changed, or were sealed for another owner or part.
        KmsRefusedError: KMS rejected the call.
        botocore.exceptions.BotoCoreError: KMS could not be reached.
    """
    found: dict[str, Any] = json.loads(seal.open(part, owner, sealed))
    return found


def open_if_whole(seal: Seal, part: Part, owner: str, sealed: bytes) -> dict[str, Any]:
    """Open sealed words, by one KMS call; empty, and reported, if they were altered or are of another owner or part.

    Raises:
        KmsRefusedError: KMS rejected the call.
        botocore.exceptions.BotoCoreError: KMS could not be reached.
    """
    try:
        return open_sealed(seal, part, owner, sealed)
    except SealBrokenError as error:
        found_altered(error.part, error.owner, error.sealed)
        return {}


def open_text(seal: Seal, text: Text) -> dict[str, Any]:
    """Open the words of a text, by one KMS call; empty if another release sealed them in a way unknown to this one.

    What was altered is empty too, and reported.

    Raises:
        KmsRefusedError: KMS rejected the call.
        botocore.exceptions.BotoCoreError: KMS could not be reached.
    """
    return {} if isinstance(text.part, Unrecognized) else open_if_whole(seal, text.part, text.owner, text.sealed)


def read_words(table: Table, seal: Seal, owner: str, text_id: str | None) -> dict[str, Any]:
    """Read a text by its id and open its words; empty if there is none, or it cannot be read."""
    text = table.find(Text, keys.text(owner, text_id)) if text_id else None
    return open_text(seal, text) if text else {}
