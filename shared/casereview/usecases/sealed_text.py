"""Sealed texts in the history of a case: questions to the requester, officers' reasons, the reasons of a decision."""

from __future__ import annotations

import json
from typing import Any

from casereview.crypto.sealing import Part, Seal
from casereview.schema.records import Event
from casereview.store import keys
from casereview.store.table import Table


def seal_text(seal: Seal, part: Part, case_id: str, texts: dict[str, Any]) -> bytes:
    """Seal texts for an event of a case, by one KMS call."""
    return seal.close(part, case_id, json.dumps(texts, ensure_ascii=False).encode())


def open_text(seal: Seal, part: Part, case_id: str, sealed: bytes) -> dict[str, Any]:
    """Open the sealed texts of an event, by one KMS call.

    Raises:
        SealBrokenError: They were changed, or were sealed for another case or part.
    """
    found: dict[str, Any] = json.loads(seal.open(part, case_id, sealed))
    return found


def text_of_event(table: Table, seal: Seal, part: Part, case_id: str, version: int | None) -> dict[str, Any]:
    """Read an event of a case and open its texts; empty if there is no event or it has no sealed text."""
    event = table.get(Event, keys.event(case_id, version)) if version else None
    return open_text(seal, part, case_id, event.sealed) if event and event.sealed else {}
