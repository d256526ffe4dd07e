"""The record of the draft of a decision, which goes with the claim of a case."""

from __future__ import annotations

from casereview.schema.base import Instant
from casereview.schema.records import Stored


class DecisionDraft(Stored):
    """What the officer with the claim has written of a decision so far, sealed; the decision deletes it."""

    case_id: str
    saved_at: Instant
    user: str
    """The user name of who saved it last."""
    user_id: str
    sealed: bytes
