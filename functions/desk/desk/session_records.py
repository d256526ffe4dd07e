"""What a session's item holds in its sealed part."""

from __future__ import annotations

from datetime import datetime

from pydantic import AwareDatetime
from typing_extensions import TypedDict, Unpack

from casereview.schema.base import Record


class SavedForm(Record):
    """What was typed into a form that could not be sent, because the session had ended."""

    user: str
    """The ``sub`` of whom it belongs to."""
    path: str
    """The path of the page, below the root of the desk."""
    fields: dict[str, str]
    at: AwareDatetime


class Pending(Record):
    """A sign-in that was begun: what its answer is compared with."""

    state: str
    nonce: str
    verifier: str
    """The secret of which the sign-in was sent the digest (PKCE)."""
    to: str
    """The page to show afterwards: a path below the root of the desk."""
    saved: SavedForm | None = None


class SessionFields(TypedDict, total=False):
    """Fields of ``Session``."""

    sub: str
    user: str
    id_token: str
    token_ends_at: int
    refresh_token: str
    saved: SavedForm | None


class Session(Record):
    """A user who signed in."""

    sub: str
    user: str
    id_token: str
    token_ends_at: int
    """When the ID token ends, in seconds of the epoch; in real time, as tokens are."""
    refresh_token: str
    saved: SavedForm | None = None

    def evolve(self, **changes: Unpack[SessionFields]) -> Session:
        """Return a copy of the session with some fields changed.

        Raises:
            ValidationError: A name is not a field, or a value is not valid for it.
        """
        return self._evolved(changes)


class Held(Record):
    """What the table holds for a cookie."""

    value: Pending | Session
    version: int
    idle_until: AwareDatetime
    ends_at: AwareDatetime

    def lives(self, at: datetime) -> bool:
        """Return whether it has not ended."""
        return at < min(self.idle_until, self.ends_at)
