"""The responses of the staff API."""

from __future__ import annotations

from casereview.schema.base import Instant, Lenient, Record
from casereview.schema.vocabulary import Status


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


class FoundCase(Record):
    """A case that was looked up; of one that only another office may open, which office that is."""

    case_id: str | None
    office: str
    status: Lenient[Status] | None


class FoundCases(Record):
    """The cases that were looked up, the latest filing first."""

    cases: tuple[FoundCase, ...]


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
    """The numbers of one lane of an office, or of all offices."""

    lane: str
    open: int
    claimed: int
    overdue: int
    median_wait_hours: float | None
    """Null for all offices together: each office has its own."""


class OfficeSummary(Record):
    """The numbers of an office at the time of its last snapshot."""

    office: str
    at: Instant
    age_seconds: int
    lanes: tuple[LaneSummary, ...]
    oldest_case: Instant | None
    undeliverable: int


class Summary(Record):
    """The numbers of an office at the time of its last snapshot, or for headquarters those of all offices together."""

    office: str | None
    """Null for all offices."""
    at: Instant
    """Of all offices, the time of the oldest snapshot."""
    age_seconds: int
    lanes: tuple[LaneSummary, ...]
    oldest_case: Instant | None
    undeliverable: int
    offices: tuple[OfficeSummary, ...] = ()
    """Where it is of all offices, each of them that was counted."""
