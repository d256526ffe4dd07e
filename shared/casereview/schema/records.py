"""What the table holds: cases, their history, requests, notices, and the guard of one open case per person."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, Self

from pydantic import ConfigDict, Field, JsonValue

from casereview.schema.base import SCHEMA, Instant, Lenient, Record
from casereview.schema.facts import Facts
from casereview.schema.vocabulary import (
    Authority,
    EventKind,
    OfficeTemplateId,
    Outcome,
    Role,
    Status,
    TemplateId,
    Undelivered,
)

if TYPE_CHECKING:
    from typing import Unpack

    from casereview.schema.field_sets import (
        CaseFields,
        EventFields,
        FilingFields,
        FirstLookFields,
        HoldFields,
        NoticeFields,
        RequestFields,
    )


class Stored(Record):
    """A record of the table, with the version of its schema."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    schema_version: Annotated[int, Field(alias="schema", ge=1)] = SCHEMA
    """A newer number than this release's is read and kept."""


class Hold(Record):
    """An officer's claim of a case."""

    by: str
    """The officer's user name."""
    since: Instant | None = None
    """Since when the case is held under a lease: a first look too, but only while the claim lasts."""
    lease_until: Instant | None = None
    """When the claim ends unless work renews it; None while a decision waits for its approval."""

    def evolve(self, **changes: Unpack[HoldFields]) -> Self:
        """Return the claim with some fields changed. Raises ValidationError."""
        return self._evolved(changes)


class FirstLookClock(Record):
    """The clock of a case's first look in its lane."""

    lane_since: Instant | None = None
    stopped_since: Instant | None = None
    """Since when the clock is stopped."""
    stopped_ms: int = 0
    """Milliseconds for which the clock was stopped before."""
    looked_at: Instant | None = None
    """When an officer last worked on the case: a target of this lane is then met, whatever becomes of the claim."""
    target_at: Instant | None = None
    missed: bool = False
    """The target passed, and this was reported."""

    def evolve(self, **changes: Unpack[FirstLookFields]) -> Self:
        """Return the clock with some fields changed. Raises ValidationError."""
        return self._evolved(changes)


class DecisionRef(Record):
    """A decision, proposed or made: the event that holds it, its author and its outcome."""

    version: int
    by: str
    outcome: Lenient[Outcome]
    """Shown to requesters only once the state of the case says that the decision is final."""


class Case(Stored):
    """One person's matter before one office; each ``version`` is one event of its history."""

    case_id: str
    version: int
    status: Lenient[Status]
    status_since: Instant
    shown_since: Instant | None = None
    """Since when the state that requesters are shown has held, where that is longer than ``status_since``."""
    office: str
    filed_at: Instant
    """The earliest filing among its requests; no transfer, join or update moves it."""
    facts: Facts = Facts()
    restricted: bool = False
    person: str | None = None
    """The MAC under which the guard of the person is kept; None without an A-number."""
    requests: int = 1
    live: int = 1
    """Requests not withdrawn."""
    over_limit: bool = False
    """The person's open case had as many requests as one case may hold, so this one is apart."""
    lane: str | None = None
    shown_lane: str | None = None
    """The lane by requesters' claims alone, which is what a requester is shown."""
    rank: str | None = None
    sort_at: Instant | None = None
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    policy: str | None = None
    digest: str | None = None
    rank_at: Instant | None = None
    """When the case is to be ranked next."""
    answer_by: Instant | None = None
    """Until when a requester's answer is awaited."""
    attempts: int = 0
    """How often the sweep has asked for the work that is due now."""
    stuck: bool = False
    first_look: FirstLookClock = FirstLookClock()
    hold: Hold | None = None
    """The claim of the officer who works on the case; None while it is unclaimed."""
    reviewers: tuple[str, ...] = ()
    """Who took part in the field office's review: none of them reviews it again as Senior Reviewing Official."""
    asked: int | None = None
    """The version of the event that holds, sealed, what the requester is asked."""
    decision: DecisionRef | None = None
    field_office: str | None = None
    """The office that decided, while the case is with the Senior Reviewing Official."""
    safety: bool = False
    """A removal was recorded although a request had been received before it."""
    linked_to: str | None = None
    """The case that this one was joined to."""

    def evolve(self, **changes: Unpack[CaseFields]) -> Self:
        """Return the case with some fields changed. Raises ValidationError."""
        return self._evolved(changes)

    @property
    def claimed_by(self) -> str | None:
        """The user name of the officer who holds the case."""
        return self.hold.by if self.hold else None

    @property
    def lease_until(self) -> datetime | None:
        """When the claim ends by itself."""
        return self.hold.lease_until if self.hold else None

    @property
    def target_at(self) -> datetime | None:
        """When the first look is due; None without a target, and while the clock is stopped."""
        return self.first_look.target_at

    @property
    def missed(self) -> bool:
        """Whether the target passed and this was reported."""
        return self.first_look.missed

    @property
    def decided_by(self) -> str | None:
        """The author of the decision, proposed or made."""
        return self.decision.by if self.decision else None

    @property
    def outcome(self) -> Outcome | None:
        """The outcome decided on; not for requesters before the state says that it is final."""
        return self.decision.outcome if self.decision else None


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
        """Return the filing with some fields changed. Raises ValidationError."""
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
    """One entry of a case's history; its number is the version of the case that it made."""

    case_id: str
    version: int
    at: Instant
    kind: Lenient[EventKind]
    actor: Lenient[Literal["requester", "officer", "system"]]
    user: str | None = None
    """The staff member's user name; None for requesters and the system."""
    details: dict[str, JsonValue] = Field(default_factory=dict)
    """What else is to be known of it and may lie open; words of people are in the sealed part."""
    changes: dict[str, Change] = Field(default_factory=dict)
    receipt: str | None = None
    filing: Filing | None = None
    claims: Facts | None = None
    """The open facts stated; only the fields that were stated are set."""
    verification: Verification | None = None
    said_in: str | None = None
    """The case in whose history it was said first, where a link brought it to this one."""
    ranking: Explanation | None = None
    sealed: bytes | None = None

    def evolve(self, **changes: Unpack[EventFields]) -> Self:
        """Return the event with some fields changed. Raises ValidationError."""
        return self._evolved(changes)


class Request(Stored):
    """One submission and its requester; everything that says who is sealed."""

    receipt: str
    case_id: str
    received_at: Instant
    role: Lenient[Role]
    authority: Lenient[Authority]
    opened: bool
    verified: bool = False
    """An officer has verified the requester's identity or authority."""
    refuted: bool = False
    """An officer has found that identity or authority are not what was stated."""
    state: Lenient[Literal["live", "withdrawn"]] = "live"
    state_since: Instant
    epoch: int = 0
    """Raised when staff reissue the access code."""
    mac_key: str
    """The id of the key with which receipt and code were made."""
    digest: bytes
    """HMAC of the body under the access code: whether a repeated key carries the same body."""
    office: str
    """The office named in the answer, which stays what it was."""
    deficiencies: tuple[str, ...] = ()
    sealed: bytes
    contact: bytes | None = None
    """The sealed contact of the newest update that gave one."""

    def evolve(self, **changes: Unpack[RequestFields]) -> Self:
        """Return the request with some fields changed. Raises ValidationError."""
        return self._evolved(changes)


class Notice(Stored):
    """A message owed to one requester or office: which text, in which language, how far it got; never an address."""

    case_id: str
    notice_id: str
    office: str
    receipt: str
    """The request that it is to, or, where it is for an office, of; empty where it is of no request."""
    template: Lenient[TemplateId | OfficeTemplateId]
    version: int
    """The version of the text."""
    language: str
    created_at: Instant
    state: Lenient[Literal["owed", "sending", "sent", "undeliverable"]] = "owed"
    sends: int = 0
    """Attempts to send it."""
    unanswered: int = 0
    """Attempts that ended without an answer, since the process died: whether it was sent is not known."""
    send_at: Instant | None = None
    lease_until: Instant | None = None
    provider_id: str | None = None
    why: Lenient[Undelivered] | None = None
    stuck: bool = False
    attempts: int = 0

    def evolve(self, **changes: Unpack[NoticeFields]) -> Self:
        """Return the notice with some fields changed. Raises ValidationError."""
        return self._evolved(changes)


class Officer(Stored):
    """How many cases an officer holds, and how often they asked for the next one."""

    user: str
    claims: int = 0
    nexts: int = 0


class Read(Stored):
    """That someone read a case: who, when, what, and, sealed, why."""

    case_id: str
    read_id: str
    at: Instant
    user: str
    what: Lenient[Literal["case", "contacts", "ranking", "history"]]
    sealed: bytes | None = None


class LaneCount(Record):
    """One lane of an office at a snapshot: cases, and the median wait in milliseconds since filing."""

    lane: str
    open: int
    claimed: int
    overdue: int
    median_wait_ms: int


class Snapshot(Stored):
    """An office's worklist in numbers, counted every five minutes."""

    office: str
    at: Instant
    lanes: tuple[LaneCount, ...]
    oldest: Instant | None = None
    undeliverable: int = 0
    policies: dict[str, int] = Field(default_factory=dict)
    """Cases under each policy, by its digest."""


class Guard(Stored):
    """The one open case of a person, under the MAC of the A-number."""

    person: str
    case: str
    mac_key: str


class Suppression(Stored):
    """An address not to be written to any more, under its MAC."""

    address: str
    mac_key: str
    since: Instant
    why: Lenient[Literal["bounce", "complaint"]]


class CaseFile(NamedTuple):
    """A case with its history, oldest first, and its notices."""

    case: Case
    events: tuple[Event, ...]
    notices: tuple[Notice, ...]
