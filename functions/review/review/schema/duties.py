"""The bodies and responses of the routes about duties and approvals."""

from __future__ import annotations

from casereview.schema.base import Instant, Record
from casereview.schema.fields import LongText, Time
from casereview.schema.typed_text import Word
from casereview.schema.vocabulary import DutyResult, OutcomeSought, ReturnReason
from review.schema.case_responses import ApprovalRead, DutyRead, NewWords
from review.schema.responses import CaseChanged


class AwaitingApproval(Record):
    """A case whose decision awaits approval."""

    case_id: str
    approvals: tuple[ApprovalRead, ...]
    author: str | None
    since: Instant
    due: Instant
    overdue: bool
    news: tuple[NewWords, ...]
    """The requests that said something since the decision."""


class ApprovalPage(Record):
    """A page of cases whose decision awaits approval, the earliest time first; ``next`` is null on the last one."""

    items: tuple[AwaitingApproval, ...]
    next: str | None


class Approved(CaseChanged):
    """The case after an answer to a decision that awaits approval."""

    decided: bool
    """Whether the decision is final now."""
    returned: tuple[ReturnReason, ...]
    """What changed since the decision, which has therefore returned to its author."""


class DutyItem(DutyRead):
    """Something that people at an office must do, with its case."""

    case_id: str


class DutyPage(Record):
    """A page of duties, the earliest time first; ``next`` is the cursor of the next page, null on the last one."""

    items: tuple[DutyItem, ...]
    next: str | None


class DutyBody(Record):
    """What became of a duty."""

    what: Word[DutyResult]
    granted: Word[OutcomeSought] | None = None
    """What of the decision was carried out; required where ``other`` can stand for more than one of its grants."""
    note: LongText | None = None
    """What was done; required where ``other`` carries out a decision."""
    done_at: Time
    """Not in the future, and not before the minute of what the duty follows from: the decision, the notice, the attempt
    before."""
    why: LongText
