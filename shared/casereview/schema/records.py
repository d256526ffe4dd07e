"""What the table holds: cases, their history, requests, notices, and the guard of one open case per person."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from pydantic import ConfigDict, Field, JsonValue

from casereview.schema.base import SCHEMA, Instant, Record
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


class Stored(Record):
    """A record of the table, with the version of its schema."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    schema_version: Annotated[Literal[1], Field(alias="schema")] = SCHEMA


class Case(Stored):
    """One person's matter before one office; each ``version`` is one event of its history."""

    case_id: str
    version: int
    status: Status
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
    """The lane by requesters' claims alone: all that a requester is told."""
    rank: str | None = None
    sort_at: Instant | None = None
    lane_since: Instant | None = None
    stopped_ms: int = 0
    """Milliseconds for which the clock of the first look was stopped."""
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    policy: str | None = None
    digest: str | None = None
    stuck: bool = False
    missed: bool = False
    """Its target passed, and this was reported."""
    rank_at: Instant | None = None
    lease_until: Instant | None = None
    target_at: Instant | None = None
    answer_by: Instant | None = None
    attempts: int = 0
    """How often the sweep has asked for the work that is due now."""
    looked_at: Instant | None = None
    """When a human last worked on the case: a target of this lane is then met, whatever becomes of the claim."""
    held_since: Instant | None = None
    """Since when its holder has had it under a lease: a look at it too, but only while the claim lasts."""
    claimed_by: str | None = None
    """The user name of the officer who holds the case, until ``lease_until``."""
    reviewers: tuple[str, ...] = ()
    """Who took part in the field office's review: none of them reviews it again as Senior Reviewing Official."""
    stopped_since: Instant | None = None
    """Since when the clock of the first look stands still."""
    asked: int | None = None
    """The version of the event that holds, sealed, what the requester is asked."""
    decision: int | None = None
    """The version of the event that holds the decision, proposed or made."""
    decided_by: str | None = None
    outcome: Outcome | None = None
    """The outcome decided on; nobody outside learns of it before the state says that it is final."""
    field_office: str | None = None
    """The office that decided, while the case is with the Senior Reviewing Official."""
    safety: bool = False
    """A removal was recorded although a request had been received before it."""
    linked_to: str | None = None
    """The case that this one was joined to."""


class Change(Record):
    """A field of a case before and after."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    before: Annotated[JsonValue, Field(alias="from")] = None
    after: Annotated[JsonValue, Field(alias="to")] = None


class Filing(Record):
    """What a request brought to its case, beside its facts."""

    role: Role
    authority: Authority
    opened: bool
    marks: tuple[str, ...] = ()


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

    verdict: Literal["confirmed", "refuted"]
    about: Literal["facts", "identity", "authority"]


class Event(Stored):
    """One entry of a case's history; its number is the version of the case that it made."""

    case_id: str
    version: int
    at: Instant
    kind: EventKind
    actor: Literal["requester", "officer", "system"]
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


class Request(Stored):
    """One submission and its requester; everything that says who is sealed."""

    receipt: str
    case_id: str
    received_at: Instant
    role: Role
    authority: Authority
    opened: bool
    verified: bool = False
    """An officer has verified the requester's identity or authority."""
    refuted: bool = False
    """An officer has found that identity or authority are not what was stated."""
    state: Literal["live", "withdrawn"] = "live"
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


class Notice(Stored):
    """A message owed to one requester or office: which text, in which language, how far it got; never an address."""

    case_id: str
    notice_id: str
    office: str
    receipt: str
    """The request that it is to, or, where it is for an office, of; empty where it is of no request."""
    template: TemplateId | OfficeTemplateId
    version: int
    """The version of the text."""
    language: str
    created_at: Instant
    state: Literal["owed", "sending", "sent", "undeliverable"] = "owed"
    sends: int = 0
    """Attempts to send it."""
    unanswered: int = 0
    """Attempts that ended without an answer, since the process died: whether it was sent is not known."""
    send_at: Instant | None = None
    lease_until: Instant | None = None
    provider_id: str | None = None
    why: Undelivered | None = None
    stuck: bool = False
    attempts: int = 0


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
    what: Literal["case", "contacts", "ranking", "history"]
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
    why: Literal["bounce", "complaint"]


class CaseFile(NamedTuple):
    """A case with its history, oldest first, and its notices."""

    case: Case
    events: tuple[Event, ...]
    notices: tuple[Notice, ...]
