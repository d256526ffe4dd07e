"""Words of people at the office, sealed into the history: what is asked, why, and the reasons of a decision."""

from __future__ import annotations

import json
from typing import Any

from casereview.crypto.sealing import Part, Seal
from casereview.schema.records import Event
from casereview.store import keys
from casereview.store.table import Table


def seal_text(seal: Seal, part: Part, case_id: str, words: dict[str, Any]) -> bytes:
    """Seal words for the history of a case: one KMS call."""
    return seal.close(part, case_id, json.dumps(words, ensure_ascii=False).encode())


def open_text(seal: Seal, part: Part, case_id: str, sealed: bytes) -> dict[str, Any]:
    """Open words from the history of a case: one KMS call. Raises SealBrokenError."""
    found: dict[str, Any] = json.loads(seal.open(part, case_id, sealed))
    return found


def text_of_event(table: Table, seal: Seal, part: Part, case_id: str, version: int | None) -> dict[str, Any]:
    """Read an event of a case and open its words; empty where there is none."""
    event = table.get(Event, keys.event(case_id, version)) if version else None
    return open_text(seal, part, case_id, event.sealed) if event and event.sealed else {}
