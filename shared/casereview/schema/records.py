"""Records of the table: cases, their history, requests, notices, and the guard of one open case per person."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import ConfigDict, Field, JsonValue

from casereview.schema.base import SCHEMA, Instant, Lenient, Record
from casereview.schema.facts import Facts
from casereview.schema.vocabulary import (
    AskCode,
    Authority,
    EventKind,
    OfficeTemplateId,
    Outcome,
    ProofKind,
    RefutationReason,
    Role,
    Status,
    TemplateId,
    Undelivered,
    VerificationKind,
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
    """A version newer than this release is read and kept."""


class Hold(Record):
    """An officer's claim of a case."""

    by: str
    """The officer's user name, which is shown."""
    by_id: str | None = None
    """The officer's id, by which they are known; None in a claim of an older release."""
    since: Instant | None = None
    """When the lease began. A claim counts as a first look too, but only while it lasts."""
    lease_until: Instant | None = None
    """When the claim expires unless work renews it; None while a decision awaits approval."""

    def evolve(self, **changes: Unpack[HoldFields]) -> Self:
        """Return a copy of the claim with some fields changed.

        Raises:
            ValidationError: A name is not a field, or a value is not valid for it.
        """
        return self._evolved(changes)


class FirstLookClock(Record):
    """The clock of a case's first look in its lane."""

    lane_since: Instant | None = None
    stopped_since: Instant | None = None
    """When the clock stopped; None while it runs."""
    stopped_ms: int = 0
    """Total milliseconds of earlier stops."""
    looked_at: Instant | None = None
    """When an officer last worked on the case, which meets the target of this lane even if the claim ends."""
    target_at: Instant | None = None
    missed: bool = False
    """Whether the target has passed and this was reported."""

    def evolve(self, **changes: Unpack[FirstLookFields]) -> Self:
        """Return a copy of the clock with some fields changed.

        Raises:
            ValidationError: A name is not a field, or a value is not valid for it.
        """
        return self._evolved(changes)


class DecisionRef(Record):
    """A reference to a decision, proposed or final: the version of its event, its author and its outcome."""

    version: int
    by: str
    by_id: str | None = None
    """The author's id; None in a decision of an older release."""
    outcome: Lenient[Outcome]
    """Shown to requesters only if the state of the case says that the decision is final."""
    text: str | None = None
    """The id of the text with its reasons; None in a decision of an older release, whose event holds them."""


class ShownBefore(Record):
    """What verified requesters saw of a case when it became restricted: they see no more, and no mark of it."""

    version: int = 0
    """The version of the case; to a request that moved to it later, nothing was shown."""
    status: Lenient[Status]
    since: Instant
    review_since: Instant | None = None
    office: str
    lane: str | None = None
    rank: str | None = None
    asked: str | None = None
    """The id of the text of the question that was open."""
    decision: DecisionRef | None = None


class Case(Stored):
    """The case of one person at one office. Each ``version`` is one event of its history."""

    case_id: str
    version: int
    status: Lenient[Status]
    status_since: Instant
    shown_since: Instant | None = None
    """When the state that requesters see began, if that is earlier than ``status_since``."""
    review_since: Instant | None = None
    """When the review began that verified third parties see, if that is earlier than ``status_since``: they are not
    shown when a question was put or a decision proposed."""
    office: str
    filed_at: Instant
    """The earliest filing among its requests; transfers, joins and updates do not change it."""
    facts: Facts = Facts()
    restricted: bool = False
    person: str | None = None
    """The MAC of the A-number, which keys the person's guard; None without an A-number."""
    requests: int = 1
    live: int = 1
    """Number of requests that are not withdrawn."""
    apart_from: str | None = None
    """The person of a case that is separate because another case holds the person's guard."""
    over_limit: bool = False
    """Whether this case is separate because the person's open case had as many requests as one case may hold."""
    lane: str | None = None
    shown_lane: str | None = None
    """The lane by requesters' claims alone, which is the one that requesters see."""
    rank: str | None = None
    sort_at: Instant | None = None
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    policy: str | None = None
    digest: str | None = None
    rank_at: Instant | None = None
    """When the case is to be ranked next."""
    answer_by: Instant | None = None
    """When the time for the requester's answer ends."""
    attempts: int = 0
    """How many times the sweep has sent a message for the work that is due now."""
    stuck: bool = False
    first_look: FirstLookClock = FirstLookClock()
    hold: Hold | None = None
    """The claim of an officer; None while the case is unclaimed."""
    reviewers: tuple[str, ...] = ()
    """The ids of the officers of the field office's review; they cannot review the case again as Senior Reviewing
    Official. An older release wrote user names."""
    asked: str | None = None
    """The id of the text with the question to the requester."""
    decision: DecisionRef | None = None
    field_office: str | None = None
    """The office that decided, while the case is with the Senior Reviewing Official."""
    safety: bool = False
    """Whether a removal was recorded although a request had been received before it."""
    linked_to: str | None = None
    """The case that this one was linked to, where it goes on."""
    folded: int = 0
    """The version up to which the items of ``CLAIMS#`` hold what the history says; 0 in a case of an older release."""
    material: int = 0
    """The version of the last change that a decision must have considered: a verification, the words of a verified
    holder, a move of requests, or an unverified word that lifted the lane."""
    words_at: Instant | None = None
    """When a requester last said something about the case after filing opened it."""
    routed: str | None = None
    """The office that the facts named when the case was last transferred."""
    asking: tuple[str, ...] = ()
    """Other offices that the answers to its requests named: they may open the case to verify their requesters."""
    verify_by: Instant | None = None
    """The earliest time by which a requester of the case is to be verified."""
    shown_before: ShownBefore | None = None
    """What verified requesters saw when the case became restricted, until a second person confirms them."""

    def evolve(self, **changes: Unpack[CaseFields]) -> Self:
        """Return a copy of the case with some fields changed.

        Raises:
            ValidationError: A name is not a field, or a value is not valid for it.
        """
        return self._evolved(changes)

    @property
    def claimed_by(self) -> str | None:
        """The user name of the officer with the claim."""
        return self.hold.by if self.hold else None

    @property
    def lease_until(self) -> datetime | None:
        """When the claim expires."""
        return self.hold.lease_until if self.hold else None

    @property
    def target_at(self) -> datetime | None:
        """When the first look is due; None without a target and while the clock is stopped."""
        return self.first_look.target_at

    @property
    def missed(self) -> bool:
        """Whether the target of the first look has passed and this was reported."""
        return self.first_look.missed

    @property
    def decided_by(self) -> str | None:
        """The author of the decision, proposed or final."""
        return self.decision.by if self.decision else None

    @property
    def outcome(self) -> Outcome | None:
        """The outcome of the decision, proposed or final; requesters see it only if it is final."""
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


class OfficerCheck(Record):
    """One officer's check of a requester's identity or authority."""

    by: str
    """The officer's id."""
    at: Instant
    kind: Lenient[VerificationKind]
    proof: Lenient[ProofKind] | None = None
    reason: Lenient[RefutationReason] | None = None
    """Why the proof was not accepted."""
    restricted: bool = False
    """Whether the officer may open restricted cases; only two such confirm a requester of one."""


class Seen(Record):
    """Evidence that an officer saw when filing for a requester; the verification is another officer's."""

    kind: Lenient[VerificationKind]
    proof: Lenient[ProofKind]


class Ask(Record):
    """Questions of the catalogue to one requester."""

    codes: tuple[Lenient[AskCode], ...]
    at: Instant
    answer_by: Instant | None = None


class Request(Stored):
    """One submission and its requester; everything that identifies a person is encrypted."""

    receipt: str
    case_id: str
    received_at: Instant
    role: Lenient[Role]
    authority: Lenient[Authority]
    opened: bool
    verified: bool = False
    """Whether the holder has rights: the identity of ``self``, or the authority of any other, is verified."""
    refuted: bool = False
    """Whether two officers have found that identity or authority are not as stated."""
    confirmed_by: tuple[OfficerCheck, ...] = ()
    """The officers who confirmed the identity or authority: a second one where two are needed."""
    refuted_by: tuple[OfficerCheck, ...] = ()
    """The officers who refuted it, with their reasons; the refutation holds when a second one agrees."""
    verify_by: Instant | None = None
    """By when an officer must look at the identity or authority; None where nothing is to be looked at."""
    seen: Seen | None = None
    """The evidence that an officer saw who filed for the requester."""
    filed_by: str | None = None
    """The officer who filed for the requester, and never verifies them."""
    reissued_by: str | None = None
    """The officer who last reissued the access code."""
    reissued_at: Instant | None = None
    moved: int = 0
    """The version of its case that brought it there by a link or a split; 0 if it opened or joined the case."""
    frozen: bool = False
    """Whether the access code opens only the limited view, until it is reissued."""
    updates: int = 0
    """How many commands the holder has sent after filing; the condition of the next one."""
    said_bytes: int = 0
    """The size of the bodies of these commands, in bytes."""
    contact_changed_at: Instant | None = None
    withdrawal_by: Instant | None = None
    """By when a supervisor must confirm a withdrawal; None where none waits for it."""
    escalation_asked: Instant | None = None
    """When the holder asked for the Senior Reviewing Official; it takes effect when the holder is verified."""
    asks: tuple[Ask, ...] = ()
    """The newest questions of the catalogue that an officer has put to this request."""
    state: Lenient[Literal["live", "withdrawn"]] = "live"
    state_since: Instant
    epoch: int = 0
    """Incremented when staff reissue the access code."""
    mac_key: str
    """The id of the MAC key that receipt and access code were derived with."""
    digest: bytes
    """HMAC of the body under the access code, to compare the bodies of requests with the same Idempotency-Key."""
    office: str
    """The office that the response named; it does not change afterwards."""
    deficiencies: tuple[str, ...] = ()
    sealed: bytes
    protected: bool = False
    """Whether its own words state relief that 8 USC 1367 protects. Contact is then unsafe unless its holder says that
    it is safe; no later word unsets it."""
    contact: bytes | None = None
    """The encrypted contact of the newest update with a contact."""

    def evolve(self, **changes: Unpack[RequestFields]) -> Self:
        """Return a copy of the request with some fields changed.

        Raises:
            ValidationError: A name is not a field, or a value is not valid for it.
        """
        return self._evolved(changes)


class Notice(Stored):
    """A message to one requester or office: its text, language and state of delivery, but no address."""

    case_id: str
    notice_id: str
    office: str
    receipt: str
    """The request whose requester gets the message, or which a message to an office is about; may be empty."""
    template: Lenient[TemplateId | OfficeTemplateId]
    version: int
    """The version of the text."""
    language: str
    created_at: Instant
    state: Lenient[Literal["owed", "sending", "sent", "undeliverable", "coalesced"]] = "owed"
    """``coalesced``: another message to the same address stood for this one, too."""
    sends: int = 0
    """Number of attempts to send the message."""
    unanswered: int = 0
    """Number of attempts of which the outcome is unknown, because the process ended before it recorded one."""
    send_at: Instant | None = None
    lease_until: Instant | None = None
    waits_since: Instant | None = None
    """Since when it waits because the limit of its address is reached; None if it does not."""
    waits_for: str | None = None
    """A digest of the notice and of the limit that it waits for; it identifies no address."""
    waited_ms: int = 0
    """How long it has waited for limits before, in milliseconds."""
    counted_at: Instant | None = None
    """When the counter of its address counted an attempt that was certainly not sent; the next one replaces it."""
    renewed_at: Instant | None = None
    """When it became pending again after it could not be delivered."""
    provider_id: str | None = None
    why: Lenient[Undelivered] | None = None
    stuck: bool = False
    attempts: int = 0

    def evolve(self, **changes: Unpack[NoticeFields]) -> Self:
        """Return a copy of the notice with some fields changed.

        Raises:
            ValidationError: A name is not a field, or a value is not valid for it.
        """
        return self._evolved(changes)


class Officer(Stored):
    """Counters of an officer: claimed cases, and requests for the next case."""

    user: str
    """The officer's id."""
    claims: int = 0
    nexts: int = 0


class Read(Stored):
    """A log entry of a staff member who read a case: who, when, what, and the encrypted reason."""

    case_id: str
    read_id: str
    at: Instant
    user: str
    """The staff member's user name, which is shown."""
    user_id: str | None = None
    """The staff member's id; None in an entry of an older release."""
    what: Lenient[Literal["case", "contacts", "ranking", "history", "preview"]]
    sealed: bytes | None = None


class LaneCount(Record):
    """Numbers of cases in one lane of an office at a snapshot, and the median wait since filing in milliseconds."""

    lane: str
    open: int
    claimed: int
    overdue: int
    median_wait_ms: int


class OfficeCounts(Record):
    """Counts of those cases of an office that are not restricted; the fields are those of ``Snapshot``."""

    lanes: tuple[LaneCount, ...]
    oldest: Instant | None = None
    undeliverable: int = 0
    policies: dict[str, int] = Field(default_factory=dict)


class Snapshot(Stored):
    """Counts of an office's worklist, taken every five minutes: of all cases, and of those that are not restricted."""

    office: str
    at: Instant
    lanes: tuple[LaneCount, ...]
    oldest: Instant | None = None
    """The earliest filing among the cases."""
    undeliverable: int = 0
    policies: dict[str, int] = Field(default_factory=dict)
    """Number of cases under each policy, by its digest."""
    unrestricted: OfficeCounts | None = None
    """The counts without restricted cases, for staff who have no access to those; None in a snapshot of an older
    release, which these staff are not shown."""


class Guard(Stored):
    """A pointer to the one open case of a person, keyed by the MAC of the A-number."""

    person: str
    case: str
    mac_key: str


class Suppression(Stored):
    """An address that must not be used any more, keyed by its MAC."""

    address: str
    mac_key: str
    since: Instant
    why: Lenient[Literal["bounce", "complaint"]]
