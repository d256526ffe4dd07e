"""Records of a case's history: its events, and the reads of staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import ConfigDict, Field, JsonValue

from casereview.schema.base import Instant, Lenient, Record
from casereview.schema.facts import Facts
from casereview.schema.records import Stored
from casereview.schema.vocabulary import Authority, EventKind, Role

if TYPE_CHECKING:
    from typing import Unpack

    from casereview.schema.field_sets import EventFields, FilingFields


class Change(Record):
    """A field of a case before and after."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    before: Annotated[JsonValue, Field(alias="from")] = None
    after: Annotated[JsonValue, Field(alias="to")] = None


class Filing(Record):
    """What a request brought to its case, beside its facts."""

    role: Lenient[Role]
    authority: Lenient[Authority]
    opened: bool
    marks: tuple[str, ...] = ()

    def evolve(self, **changes: Unpack[FilingFields]) -> Self:
        """Return a copy of the filing with some fields changed.

        Raises:
            ValidationError: A name is not a field, or a value is not valid for it.
        """
        return self._evolved(changes)


class Explanation(Record):
    """Why a case got its place: ids of rules, whose texts are in the policy of this digest."""

    at: Instant
    policy: str | None = None
    digest: str | None = None
    lane: str
    sort_at: Instant
    reasons: tuple[str, ...] = ()
    matched: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    approvals: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


class Verification(Record):
    """What an officer established: facts, or a requester's identity or authority."""

    verdict: Lenient[Literal["confirmed", "refuted"]]
    about: Lenient[Literal["facts", "identity", "authority"]]


class Event(Stored):
    """One event of a case's history; its version is that of the case after the event."""

    case_id: str
    version: int
    at: Instant
    kind: Lenient[EventKind]
    actor: Lenient[Literal["requester", "officer", "system"]]
    user: str | None = None
    """The staff member's user name, which is shown; None for requesters and the system."""
    user_id: str | None = None
    """The staff member's id; None in an event of an older release."""
    details: dict[str, JsonValue] = Field(default_factory=dict)
    """Further details that need no encryption; what people wrote is in ``sealed``."""
    changes: dict[str, Change] = Field(default_factory=dict)
    receipt: str | None = None
    filing: Filing | None = None
    claims: Facts | None = None
    """The open facts that the event states; only stated fields are set."""
    verification: Verification | None = None
    said_in: str | None = None
    """The case in whose history the event was first recorded, if a link copied it to this one."""
    ranking: Explanation | None = None
    text: str | None = None
    """The id of the text that belongs to the event."""
    sealed: bytes | None = None
    """The sealed text of an event of an older release."""

    def evolve(self, **changes: Unpack[EventFields]) -> Self:
        """Return a copy of the event with some fields changed.

        Raises:
            ValidationError: A name is not a field, or a value is not valid for it.
        """
        return self._evolved(changes)


class Correction(Stored):
    """Marks an event as corrected by a later one of the same case; events themselves never change."""

    case_id: str
    event: int
    """The version of the corrected event."""
    by: int
    """The version of the event that corrects it."""


class Read(Stored):
    """A log entry of a staff member who read a case: who, when, what, and the encrypted reason."""

    case_id: str
    read_id: str
    at: Instant
    user: str
    """The staff member's user name, which is shown."""
    user_id: str | None = None
    """The staff member's id; None in an entry of an older release."""
    what: Lenient[Literal["case", "contacts", "ranking", "history", "preview", "lookup", "view", "draft"]]
    sealed: bytes | None = None
