"""What requesters said about the facts of a case and what officers found, each folded to its newest state.

These records are all that a ranking reads beside the case: their number and size do not grow with the history.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

from pydantic import Field

from casereview.schema.base import Instant, Lenient, Record
from casereview.schema.event_records import Filing
from casereview.schema.facts import Facts
from casereview.schema.records import Case, Stored
from casereview.schema.vocabulary import EventKind, TemplateId

if TYPE_CHECKING:
    from typing import Unpack

    from casereview.schema.field_sets import ClaimsFields, FindingFields, FindingsFields


class Claims(Stored):
    """The newest open value of each fact that one request stated; rewritten in the transaction of each update."""

    case_id: str
    receipt: str
    filing: Filing
    filed_at: Instant
    office: str
    """The office that the answer to the request named; it verifies the requester."""
    live: bool = True
    """Whether the request's words count: False after an unverified holder withdrew it."""
    verified: bool = False
    """Whether officers verified the holder, whose words then win over those of unverified ones."""
    second: bool = False
    """Whether two officers with access to restricted cases verified the holder."""
    refuted: bool = False
    facts: Facts = Facts()
    """The newest value of each stated fact; None for one that was stated as unknown."""
    first_at: dict[str, Instant] = Field(default_factory=dict)
    """When a fact was first stated, if that was after filing."""
    newest_at: dict[str, Instant] = Field(default_factory=dict)
    """When a fact was last stated, if that was after filing."""
    counted: Facts = Facts()
    """Earlier values that still count, where the newest would put the request's own words into a lower lane."""
    said_at: Instant | None = None
    """When the request last said something after filing, in facts or other words."""
    to_phone: bool = False
    """Whether the office must telephone the requester, who could not be reached or wants to be called."""
    failed: tuple[Lenient[TemplateId], ...] = ()
    """The texts of the notices that did not reach the requester yet; a new address gets them."""
    may_be_called: bool = True
    """Whether the office may reach the requester by hand: by telephone or by letter."""
    unsafe: bool = False
    """Whether staff found that contact is not safe, and the holder has not said since that it is."""
    identity_waits: bool = False
    """Whether the request later stated another identity than at first, which waits for staff to correct it."""
    withdrawal_by: Instant | None = None
    """By when a supervisor must confirm a withdrawal; None where none waits for it."""
    verify_by: Instant | None = None
    """By when an officer must check the requester's identity or authority; None where nothing is to be checked."""

    def evolve(self, **changes: Unpack[ClaimsFields]) -> Self:
        """Return a copy of the claims with some fields changed.

        Raises:
            ValidationError: A name is not a field, or a value is not valid for it.
        """
        return self._evolved(changes)


class Finding(Record):
    """What one verification established, without facts that a later one established again."""

    facts: Facts
    verdict: Lenient[Literal["confirmed", "refuted"]]
    at: Instant
    version: int
    """The version of the case at the verification."""
    user: str | None = None
    receipt: str | None = None
    source_case: str | None = None
    """The case that a link or split brought the finding from; None for the case itself."""

    def evolve(self, **changes: Unpack[FindingFields]) -> Self:
        """Return a copy of the finding with some fields changed.

        Raises:
            ValidationError: A name is not a field, or a value is not valid for it.
        """
        return self._evolved(changes)


class Findings(Stored):
    """The verifications of facts of a case that none supersedes, oldest first."""

    case_id: str
    found: tuple[Finding, ...] = ()
    made: tuple[Finding, ...] = ()
    """Every verification as it was made, in order, where another superseded a part of it: a correction takes one out,
    and what it superseded counts again. Empty while ``found`` is the same; a split begins it again."""
    linked: int = 0
    """The version of the case at its last link; what was found about protection before it no longer lifts one."""

    def evolve(self, **changes: Unpack[FindingsFields]) -> Self:
        """Return a copy of the findings with some fields changed.

        Raises:
            ValidationError: A name is not a field, or a value is not valid for it.
        """
        return self._evolved(changes)


TextKind = Literal["update", "escalation", "asked", "decision", "why"]
"""The kinds of text; each is also the part as which it is sealed."""


class Text(Stored):
    """What a requester or staff wrote, sealed. Its key does not change when the request moves to another case."""

    owner: str
    """The receipt of the request that says it, or the case that staff wrote it about."""
    text_id: str
    """Sorts by time."""
    at: Instant
    part: Lenient[TextKind]
    user: str | None = None
    """The staff member's user name; None for a requester."""
    kind: Lenient[EventKind]
    """The kind of the event that it belongs to."""
    receipt: str | None = None
    """The request that the event is about."""
    sealed: bytes


def in_order(claims: Iterable[Claims]) -> tuple[Claims, ...]:
    """Return the claims of the requests of a case in order: the one that opened it, then by time of filing."""
    return tuple(sorted(claims, key=lambda one: (not one.filing.opened, one.filed_at, one.receipt)))


class CaseFile(NamedTuple):
    """A case with what requesters stated and officers found: all that a ranking reads."""

    case: Case
    claims: tuple[Claims, ...]
    """Of every request of the case, the opening one first, then by the time of filing."""
    findings: Findings
