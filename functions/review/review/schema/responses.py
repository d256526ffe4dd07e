"""The responses of the staff API."""

from __future__ import annotations

from typing import Any, Literal

from casereview.schema.base import Instant, Lenient, Record
from casereview.schema.vocabulary import DecisionState, DutyKind, Outcome, Status
from review.schema.requester_responses import RequestRead


class DutyRead(Record):
    """Something that people at the office must do about a case."""

    duty: str
    """Its id."""
    kind: Lenient[DutyKind]
    receipt: str | None
    """The request whose holder it is about; null if it is about the case."""
    since: Instant
    due: Instant
    overdue: bool


class Me(Record):
    """The caller, and how many cases they hold."""

    user: str
    roles: tuple[str, ...]
    office: str | None
    held: int
    """How many cases the caller has claimed."""
    cap: int
    """How many cases an officer may claim, by the policy in force."""
    policy: str | None
    """The policy in force; null while none is."""
    restricted: bool
    """Whether the caller has access to restricted cases (8 USC 1367)."""


class Reason(Record):
    """A rule of the policy that determined the rank of a case."""

    rule: str
    text: str


class WorklistItem(Record):
    """A case in a worklist."""

    case_id: str
    position: int | None
    """Counted from 1 over the cases of the worklist that the caller sees, without filters; null beyond 500, and where
    it cannot be counted."""
    lane: str | None
    received_at: Instant
    target_by: Instant | None
    overdue: bool
    reasons: tuple[Reason, ...]
    flags: tuple[str, ...]
    status: Lenient[Status]
    status_since: Instant
    claimed_by: str | None
    lease_until: Instant | None
    removal_at: Instant | None
    facility: str | None
    other_office: str | None
    """The office that the facts name, where it is another one than the case's."""
    policy: str | None


class Worklist(Record):
    """A page of a worklist; ``next`` is the cursor of the next page, null on the last one.

    A page can have fewer cases than asked for although ``next`` is set.
    """

    items: tuple[WorklistItem, ...]
    next: str | None


class FactStatement(Record):
    """A fact as a requester stated it, or as an officer confirmed or refuted it."""

    value: Any
    source: Lenient[Literal["claim", "confirmed", "refuted"]]
    at: Instant
    receipt: str | None = None
    user: str | None = None


class Fact(Record):
    """A fact that the ranking uses, with every statement about it and its source."""

    fact: str
    value: Any
    verified: bool
    said: tuple[FactStatement, ...]
    """The newest five, oldest first."""


class NewWords(Record):
    """A request that said something since the case was claimed, or its decision proposed."""

    receipt: str
    at: Instant


class OtherCase(Record):
    """Another case, of the same person or about somebody of the same name and birth year."""

    case_id: str
    office: str
    status: Lenient[Status]
    received_at: Instant
    ended_at: Instant | None
    outcome: Lenient[Outcome] | None
    """Of the final decision."""
    linked_to: str | None


class QuestionRead(Record):
    """A question in free text."""

    text: str
    language: str | None
    """Null where an older release stored none."""


class ApprovalRead(Record):
    """An approval that a decision needs."""

    id: str
    role: str
    state: Literal["open", "given"]
    by: str | None
    """The user name of who gave it."""


class DecisionRead(Record):
    """A final decision of the case, and what became of it; its reasons are among the statements."""

    version: int
    outcome: Lenient[Outcome]
    decided_at: Instant
    by: Literal["field_office", "senior_official"]
    state: Lenient[DecisionState]
    carried_out_at: Instant | None


class CaseRead(Record):
    """A case with its facts and requests, without contact data."""

    case_id: str
    case_version: int
    status: Lenient[Status]
    status_since: Instant
    office: str
    lane: str | None
    received_at: Instant
    target_by: Instant | None
    overdue: bool
    clock_stopped_since: Instant | None
    reasons: tuple[Reason, ...]
    flags: tuple[str, ...]
    policy: str | None
    claimed_by: str | None
    lease_until: Instant | None
    restricted: bool
    linked_to: str | None
    decided_by: str | None
    outcome: Lenient[Outcome] | None
    decisions: tuple[DecisionRead, ...]
    approvals: tuple[ApprovalRead, ...]
    """The approvals that a decision awaits; empty while none does."""
    approve_by: Instant | None
    facts: tuple[Fact, ...]
    requests: tuple[RequestRead, ...]
    new_words: tuple[NewWords, ...]
    duties: tuple[DutyRead, ...]
    """What people must do about the case, the earliest first."""
    earlier_cases: tuple[OtherCase, ...]
    """The other cases of the person, by the A-number, that the caller may open; the latest filing first."""
    same_name: tuple[OtherCase, ...]
    """Other cases about somebody of the same name and birth year that the caller may open: perhaps the same person."""
    question: OpenQuestion | None
    """Null while the case waits for no answer."""


class FoundCase(Record):
    """A case that was looked up; of one that only another office may open, which office that is."""

    case_id: str | None
    office: str
    status: Lenient[Status] | None


class FoundCases(Record):
    """The cases that were looked up, the latest filing first."""

    cases: tuple[FoundCase, ...]


class Rule(Record):
    """A rule of the policy that applies to the case, with its source and the facts that satisfied it."""

    section: str
    rule: str
    text: str
    source: str
    facts: tuple[str, ...]


class RankingRead(Record):
    """The rank of a case with its reasons, and the factors that the officer must weigh; it suggests no outcome."""

    case_id: str
    at: Instant
    policy: str | None
    digest: str | None
    lane: str
    sort_at: Instant
    target_by: Instant | None
    changes_at: Instant | None
    reasons: tuple[Reason, ...]
    matched: tuple[str, ...]
    categories: tuple[Reason, ...]
    approvals: tuple[Reason, ...]
    factors: tuple[Reason, ...]
    unknown_factors: tuple[Reason, ...]
    """The factors on which nothing is known."""
    flags: tuple[str, ...]
    rules: tuple[Rule, ...]


class CaseChanged(Record):
    """The case after the change."""

    case_id: str
    case_version: int
    status: Lenient[Status]
    office: str
    claimed_by: str | None
    lease_until: Instant | None


class Decided(CaseChanged):
    """The case after a decision, and which of its requesters learn of it when it is final, by receipt."""

    will_learn: tuple[str, ...]
    will_not_learn: tuple[str, ...]
    """Their identity or authority is not verified, or not by two people where the case is restricted."""
    used_before: tuple[int, ...]
    """How often each reason was given before, in any case."""


class InformationAsked(CaseChanged):
    """The case after questions to requesters."""

    answer_by: Instant | None
    """By when an answer is expected, as requesters are shown it; null for questions of the catalog without a time."""
    cut: bool
    """Whether that is earlier than was asked: the policy allows no more days."""
    seen_by: tuple[str, ...]
    """The receipts of the requests whose holders see the questions."""


class OpenQuestion(Record):
    """What requesters are asked in free text while the case waits for the answer."""

    asked: tuple[QuestionRead, ...]
    asked_at: Instant
    asked_by: str | None
    answer_by: Instant | None
    """By when an answer is expected, as requesters are shown it."""
    to: tuple[str, ...]
    """The receipts of the requests whose holders see the questions."""


class RequesterChecked(CaseChanged):
    """The case after a verification."""

    rights: bool
    """Whether the holder of the request has rights over the case now; false after a verification of facts."""
    needs_second: bool
    """Whether a second person must make the same check before it takes effect."""


class DraftSaved(Record):
    """The draft of a decision was saved."""

    saved_at: Instant


class DraftRead(Record):
    """The draft of a decision."""

    text: str | None
    """Null where none was saved, or it was emptied."""
    saved_at: Instant | None
    """Null where none was saved."""


class LaneSummary(Record):
    """The numbers of one lane of an office."""

    lane: str
    open: int
    claimed: int
    overdue: int
    median_wait_hours: float | None


class Summary(Record):
    """The numbers of an office at the time of its last snapshot."""

    office: str
    at: Instant
    age_seconds: int
    lanes: tuple[LaneSummary, ...]
    oldest_case: Instant | None
    undeliverable: int
