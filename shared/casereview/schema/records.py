"""Records of cases, and the guard of one open case per person; what every record of the table has."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import ConfigDict, Field

from casereview.schema.base import SCHEMA, Instant, Lenient, Record
from casereview.schema.decision_records import CountedReasons, DecisionRef, FinalDecision, NeededApproval
from casereview.schema.facts import Facts
from casereview.schema.vocabulary import Outcome, ReturnReason, Status

if TYPE_CHECKING:
    from typing import Unpack

    from casereview.schema.field_sets import (
        CaseFields,
        FirstLookFields,
        HoldFields,
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


class Asker(Record):
    """The officer who asked the requesters a question: an answer brings the case back to them."""

    by: str
    """The officer's user name, which is shown."""
    by_id: str
    office: str | None = None
    """The officer's office when they asked."""
    restricted: bool = False
    """Whether the officer had access to restricted cases then."""


class ShownBefore(Record):
    """What verified requesters saw of a case when it became restricted: they see no more, and no mark of it."""

    version: int = 0
    """The version of the case; to a request that moved to it later, nothing was shown."""
    status: Lenient[Status]
    since: Instant
    review_since: Instant | None = None
    office: str
    lane: str | None = None
    shown_lane: str | None = None
    rank: str | None = None
    digest: str | None = None
    """The policy of the rank: ranks of different policies cannot be compared."""
    asked: str | None = None
    """The id of the text of the question that was open."""
    decision: DecisionRef | None = None
    decisions: tuple[FinalDecision, ...] = ()


class BeforeLink(Record):
    """The A-numbers of two cases, as MACs, before one was linked to the other; they return if the link is undone."""

    person: str | None = None
    apart_from: str | None = None
    over_limit: bool = False
    other_person: str | None = None
    """The A-number of the case that it was linked to."""
    other_apart_from: str | None = None
    other_over_limit: bool = False
    also_persons: tuple[str, ...] = ()
    """The A-numbers of cases that had been linked to it before."""
    other_also_persons: tuple[str, ...] = ()


class Case(Stored):
    """The case of one person at one office. Each ``version`` is one event of its history."""

    case_id: str
    version: Annotated[int, Field(ge=1)]
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
    also_persons: tuple[str, ...] = ()
    """The MACs of further A-numbers, which key guards of this case too: those of cases that were linked to it."""
    apart_from: str | None = None
    """The person of a case that is separate because another case holds the person's guard."""
    over_limit: bool = False
    """Whether this case goes on beside the one that holds the person's guard: that one was full, or had a verified
    requester."""
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
    recheck_at: Instant | None = None
    """When a record of the case that could not be read is to be read again; None if all of it could."""
    altered: tuple[str, ...] = ()
    """The sealed parts that were found altered: the receipt or case id of each, and a digest of its bytes."""
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
    asked_by: Asker | None = None
    """Who asked the question; None once the case goes on."""
    asked_of: tuple[str, ...] = ()
    """The receipts of the requests that are asked; empty if all verified holders who can be asked are."""
    answered_at: Instant | None = None
    """When the answer to the question arrived; None once an officer claims the case or works on it."""
    referral_at: Instant | None = None
    """When a note first recorded the referral of a claim of US citizenship."""
    decision: DecisionRef | None = None
    counted: CountedReasons | None = None
    """The reasons of the decision that awaits approval, which count no more once it is taken back."""
    decisions: tuple[FinalDecision, ...] = ()
    """The newest final decisions, the oldest first; at most ten."""
    approvals: tuple[NeededApproval, ...] = ()
    """The approvals of the decision that awaits approval."""
    approve_by: Instant | None = None
    """By when the decision that awaits approval is to be approved or returned; later it is overdue."""
    returned: tuple[Lenient[ReturnReason], ...] = ()
    """Why the decision that awaited approval last returned to its author; empty once another one is made."""
    excluded: tuple[str, ...] = ()
    """The ids of officers who must not review the case again, because the Senior Reviewing Official remanded their
    decision."""
    field_office: str | None = None
    """The office that decided, while the case is with the Senior Reviewing Official."""
    safety: bool = False
    """Whether a removal was recorded although a request had been received before it."""
    to_translate: bool = False
    """Whether a text is to be translated for its reader."""
    linked_to: str | None = None
    """The case that this one was linked to, where it goes on."""
    before_link: BeforeLink | None = None
    """The A-numbers of both cases before; None for a case that is not linked."""
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
    """The earliest time by which a requester of the case is to be verified, and that was not reported as missed."""
    shown_before: ShownBefore | None = None
    """What verified requesters saw when the case became restricted, until a second person confirms them."""

    def evolve(self, **changes: Unpack[CaseFields]) -> Self:
        """Return a copy of the case with some fields changed.

        Raises:
            ValidationError: A name is not a field, or a value is not valid for it.
        """
        return self._evolved(changes)

    @property
    def unreadable(self) -> bool:
        """Whether a record of the case could not be read: then it counts as restricted, and nobody as verified."""
        return self.recheck_at is not None

    @property
    def guarded(self) -> tuple[str, ...]:
        """The A-numbers, as MACs, whose guards the case has while it is open."""
        return ((self.person,) if self.person else ()) + self.also_persons

    @property
    def numbers(self) -> tuple[str, ...]:
        """The A-numbers of the case, as MACs: also the one whose guard another case has."""
        number = self.person or self.apart_from
        return ((number,) if number else ()) + self.also_persons

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


class Guard(Stored):
    """A pointer to the one open case of a person, keyed by the MAC of the A-number; a case can have several."""

    person: str
    case: str
    mac_key: str
