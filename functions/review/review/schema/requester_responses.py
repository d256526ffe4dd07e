"""The responses of the staff API about the requesters of a case."""

from __future__ import annotations

from typing import Any, Literal

from casereview.schema.base import Instant, Lenient, Record
from casereview.schema.request_records import Seen
from casereview.schema.vocabulary import AskCode, Authority, RefutationReason, Role


class AskRead(Record):
    """Questions of the catalog that were put to a request."""

    codes: tuple[Lenient[AskCode], ...]
    asked_at: Instant
    answer_by: Instant | None


class RequestRead(Record):
    """A request without its body."""

    receipt: str
    received_at: Instant
    office: str
    """The office that the answer to the request named; it verifies the requester."""
    role: Lenient[Role]
    authority: Lenient[Authority]
    opened: bool
    verified: bool
    refuted: bool
    refutation_proposed: Lenient[RefutationReason] | None
    """Why one officer refuted the requester; the refutation holds when a second one agrees with that reason."""
    verify_by: Instant | None
    frozen: bool
    contact_changed_at: Instant | None
    withdrawal_by: Instant | None
    """By when a supervisor must confirm a withdrawal; null where none waits for it."""
    escalation_asked: Instant | None
    """When the requester asked for the Senior Reviewing Official; it takes effect at the verification."""
    state: Lenient[Literal["live", "withdrawn"]]
    deficiencies: tuple[str, ...]
    asked: tuple[AskRead, ...]
    """The newest questions of the catalog; a verified holder is shown none of them."""


class RequestBody(RequestRead):
    """A request with its body as it was sent, without contact data."""

    body: dict[str, Any]
    completed: dict[str, Any]
    """What the requester added to the identity after filing."""
    corrected: dict[str, Any]
    """What staff corrected of the identity."""


class Contacts(Record):
    """The contact data of the requesters, by receipt."""

    case_id: str
    contacts: dict[str, dict[str, Any]]


class ToVerify(Record):
    """A requester whose identity or authority an officer has to look at."""

    case_id: str
    receipt: str
    role: Lenient[Role]
    authority: Lenient[Authority]
    """As the request states it."""
    received_at: Instant
    verify_by: Instant
    """By when an officer must look."""
    lane: str | None
    """The lane that the words of this request alone would get."""
    second: bool
    """Whether one officer has made a check that a second one must make too."""
    refuted_before: bool
    """Whether an earlier proof was not accepted."""
    refutation_proposed: Lenient[RefutationReason] | None
    """Why one officer refuted the requester; a second one agrees with that reason, or confirms."""
    contact_changed_at: Instant | None
    seen: Seen | None
    """What the officer saw who filed the request for its holder."""


class ToVerifyPage(Record):
    """A page of the requesters to verify, the earliest time first; ``next`` is null on the last page."""

    items: tuple[ToVerify, ...]
    next: str | None


class CodeReissued(Record):
    """A new access code, which is shown only once; the old one is no longer valid."""

    receipt: str
    access_code: str
