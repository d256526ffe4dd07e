"""The state of cases and requests as their histories tell it: plain data, without the code under test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from casereview.schema.event_records import Event, Filing
from casereview.schema.facts import Facts


def stated(facts: Facts | None) -> dict[str, Any]:
    """Return the stated facts by name; None where one was stated as unknown."""
    return {name: getattr(facts, name) for name in facts.model_fields_set} if facts else {}


class Found(NamedTuple):
    """What an officer's verification established, without what a later one established again."""

    facts: dict[str, Any]
    confirmed: bool
    at: datetime
    version: int
    receipt: str | None
    source: str | None
    """The case that a link brought it from."""

    def value(self, name: str) -> Any:  # noqa: ANN401  # the value of any fact
        """Return the value that it established for one of its facts; None if it refuted a claim."""
        return self.facts[name] if self.confirmed else None


class ShownBefore(NamedTuple):
    """The status of a case that requesters saw at an instant, and since when."""

    status: str
    since: datetime
    review_since: datetime | None
    decision_of: datetime | None
    """When the newest decision that requesters saw became final."""


class Link(NamedTuple):
    """A link that brought the requests of another case."""

    source: str
    receipts: list[str]
    before: int
    """The version of the link before it."""


class Decision(NamedTuple):
    """A step of a decision, with the state just before it."""

    event: Event
    citizenship_stands: bool | None
    """None if it is disputed."""
    outcome: object
    material: int
    """The version of the last change that it must have considered."""


@dataclass(slots=True)
class RequestState:
    """A request and what its holder said, wherever the events lie."""

    receipt: str
    case_id: str
    filing: Filing
    filed_at: datetime
    office: str
    opened: bool
    filed_by: str | None
    facts: dict[str, Any] = field(default_factory=dict)
    all_stated: dict[str, list[Any]] = field(default_factory=dict)
    """By fact: every value that was ever stated."""
    first_at: dict[str, datetime] = field(default_factory=dict)
    newest_at: dict[str, datetime] = field(default_factory=dict)
    said_at: datetime | None = None
    commands: int = 0
    """How many commands its holder sent after filing."""
    withdrawn: datetime | None = None
    withdrawal_waits: bool | None = False
    """Whether its withdrawal waits for a supervisor; None if the history does not tell."""
    ever_withdrawn: bool = False
    told_in: str | None = None
    """The case whose decisions its holder had been shown when it was withdrawn; None if there were none."""
    dropped: bool = False
    """Whether its words do not count, because an unverified holder withdrew it."""
    verified: bool = False
    refuted: bool = False
    confirmations: dict[str, bool] = field(default_factory=dict)
    """The officers who confirmed its holder, and whether each may open restricted cases."""
    refuter: str | None = None
    """The officer whose refutation waits for a second person's."""
    moved: int = 0
    """The version of its case in which a link or a split brought it there."""
    frozen: bool = False
    epoch: int = 0
    asked: list[str] = field(default_factory=list)
    """The questions of the catalogue that were put to it since it was verified."""
    escalation_kept: datetime | None = None
    to_phone: bool = False
    failed: set[str] = field(default_factory=set)
    """The texts of the notices that could not be delivered, and were not sent again."""
    may_be_called: bool = True
    unsafe: bool = False
    """Whether staff found that contact is not safe, and the holder has not said since that it is."""

    @property
    def live(self) -> bool:
        return self.withdrawn is None

    @property
    def second(self) -> bool:
        """Whether two officers who may open restricted cases have confirmed its holder."""
        return sum(self.confirmations.values()) > 1

    def has_rights(self, *, restricted: bool) -> bool:
        """Return whether its holder's words count as those of a verified one."""
        return self.verified and (self.second or not restricted)

    def is_told(self, *, restricted: bool) -> bool:
        """Return whether its holder gets to know the case: verified, not withdrawn, with a code that is not frozen."""
        return self.has_rights(restricted=restricted) and self.live and not self.frozen

    def still_knows(self, case: CaseState) -> bool:
        """Return whether its holder withdrew it, and is still shown the decisions of the case from before."""
        if self.live or not self.verified or self.frozen or self.told_in != case.case_id:
            return False
        return self.has_rights(restricted=case.restricted) or case.shown_before_to(self) is not None


@dataclass(slots=True)
class CaseState:
    """A case: the fields that its history shows, its requests, and what officers found."""

    case_id: str
    shown: dict[str, Any]
    filed_at: datetime
    requests: dict[str, RequestState] = field(default_factory=dict)
    left: dict[str, RequestState] = field(default_factory=dict)
    """Requests that a link left behind, because they were withdrawn long before."""
    found: list[Found] = field(default_factory=list)
    made: list[Found] = field(default_factory=list)
    """What officers found, each as it was found, since a split or the beginning, without what was corrected."""
    removals: dict[int, bool] = field(default_factory=dict)
    """The removals that were recorded and not corrected, by version, and whether each was after a request."""
    links: dict[int, Link] = field(default_factory=dict)
    """The links that brought another case here, by version."""
    opener: str = ""
    """The receipt of the request that opened it."""
    linked: int = 0
    linked_to: str | None = None
    holder: str | None = None
    asker: str | None = None
    """Who asked the requesters last."""
    held_since: datetime | None = None
    looked_at: datetime | None = None
    material: int = 0
    """The version of the last change that a decision must have considered."""
    safety: bool = False
    seen_status: str | None = None
    """The status as requesters see it."""
    seen_since: datetime | None = None
    review_since: datetime | None = None
    """Since when the case has been in review as verified third parties see it; None if it is not."""
    reviewers: set[str] = field(default_factory=set)
    shown_before: ShownBefore | None = None
    """What requesters saw when the case became restricted."""
    restricted_after: int = 0
    """The last version before the case became restricted."""
    decided: int = 0
    """The version in which the last decision became final."""
    decision_of: datetime | None = None
    """When the newest decision became final, one that confirms a withdrawal apart."""
    finals: list[tuple[str | None, datetime]] = field(default_factory=list)
    """When each of these became final, and the case from which a link brought it."""
    outcome: object = None
    decisions: list[Decision] = field(default_factory=list)
    waits: list[tuple[str, datetime]] = field(default_factory=list)
    """The office and time of each final decision whose wait is published: not restricted, with a verified holder."""

    @property
    def restricted(self) -> bool:
        return bool(self.shown["restricted"])

    def seen(self) -> ShownBefore:
        """Return what requesters see of the case now."""
        assert self.seen_status is not None, self
        assert self.seen_since is not None, self
        return ShownBefore(self.seen_status, self.seen_since, self.review_since, self.decision_of)

    def shown_before_to(self, request: RequestState) -> ShownBefore | None:
        """Return what was shown of the case to a request before the restriction; None if it was moved there later."""
        return self.shown_before if request.moved <= self.restricted_after else None

    def all_requests(self) -> Iterator[RequestState]:
        """Yield all requests whose claims lie with this case."""
        yield from self.requests.values()
        yield from self.left.values()

    def request(self, receipt: str) -> RequestState:
        """Return a request whose claims lie with this case."""
        return self.requests[receipt] if receipt in self.requests else self.left[receipt]

    def findings_on(self, name: str) -> list[Found]:
        """Return what officers found about a fact, oldest first."""
        return [one for one in self.found if name in one.facts]

    def citizenship_stands(self) -> bool | None:
        """Return whether a claim of US citizenship stands; None where officers of two linked cases disagree.

        A verification decides. Else a claim stands if the person said it: who opened the case as ``self``, or a
        verified holder; a claim that was taken back stands until an officer settles it.
        """
        values = {one.value("claims_us_citizenship") for one in self.findings_on("claims_us_citizenship")}
        if values:
            return values == {True} if len(values) == 1 else None
        return any(
            True in one.all_stated.get("claims_us_citizenship", ())
            for one in self.all_requests()
            if not one.dropped and (one.verified or (one.filing.role == "self" and one.opened and not one.refuted))
        )

    def must_be_restricted(self) -> bool:
        """Return whether the case must be restricted: officers decide, unless a link brought another case after."""
        about = self.findings_on("protected")
        since = [one for one in about if one.version > self.linked]
        if since:
            return since[-1].value("protected") is True
        said = any(True in one.all_stated.get("protected", ()) for one in self.all_requests())
        return said or any(one.value("protected") is True for one in about)


@dataclass(slots=True)
class World:
    """All cases and requests."""

    cases: dict[str, CaseState] = field(default_factory=dict)
    requests: dict[str, RequestState] = field(default_factory=dict)
    stays: dict[str, set[str]] = field(default_factory=dict)
    """By receipt: the cases that the request has belonged to."""

    def case_of(self, receipt: str) -> CaseState:
        return self.cases[self.requests[receipt].case_id]

    def is_told(self, receipt: str) -> bool:
        """Return whether the holder of a request gets to know its case."""
        return self.requests[receipt].is_told(restricted=self.case_of(receipt).restricted)
