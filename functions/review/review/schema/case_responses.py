"""The responses of the staff API about one case: what it is, where it stands, and why."""

from __future__ import annotations

from typing import Any, Literal

from casereview.schema.base import Instant, Lenient, Record
from casereview.schema.vocabulary import DecisionState, DutyKind, Outcome, OutcomeSought, ReturnReason, Status
from review.schema.requester_responses import RequestRead
from review.schema.responses import Reason


class DutyRead(Record):
    """Something that people at the office must do about a case."""

    duty: str
    """Its id."""
    kind: Lenient[DutyKind]
    receipt: str | None
    """The request whose holder it is about; null if it is about the case."""
    granted: tuple[Lenient[OutcomeSought], ...]
    """What of the decision is still to be carried out, each by a record of its own; empty for another kind of duty."""
    since: Instant
    due: Instant
    overdue: bool


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
    """The newest five, oldest first; the one that the value comes from is among them."""


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
    case_id: str | None
    """The case that was linked to this one, in whose history it is; null for this one's own."""
    outcome: Lenient[Outcome]
    decided_at: Instant
    by: Literal["field_office", "senior_official"]
    state: Lenient[DecisionState]
    carried_out_at: Instant | None


class OpenQuestion(Record):
    """What requesters are asked in free text while the case waits for the answer."""

    asked: tuple[QuestionRead, ...]
    asked_at: Instant
    asked_by: str | None
    answer_by: Instant | None
    """By when an answer is expected, as requesters are shown it."""
    to: tuple[str, ...]
    """The receipts of the requests whose holders see the questions."""


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
    returned: tuple[Lenient[ReturnReason], ...]
    """Why the last decision that awaited approval returned to its author; empty once another one is made."""
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
