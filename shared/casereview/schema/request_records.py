"""Records of requests: one submission and its requester each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from casereview.schema.base import Instant, Lenient, Record
from casereview.schema.records import Stored
from casereview.schema.vocabulary import AskCode, Authority, ProofKind, RefutationReason, Role, VerificationKind

if TYPE_CHECKING:
    from typing import Unpack

    from casereview.schema.field_sets import RequestFields


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
    contact_changes: int = 0
    """How many of these changed the contact alone."""
    said_bytes: int = 0
    """The size of the bodies of these commands, in bytes."""
    contact_changed_at: Instant | None = None
    withdrawal_by: Instant | None = None
    """By when a supervisor must confirm a withdrawal; None where none waits for it."""
    escalation_asked: Instant | None = None
    """When the holder asked for the Senior Reviewing Official; it takes effect when the holder is verified."""
    escalated_at: Instant | None = None
    """When the holder last asked for the Senior Reviewing Official, which the holder is shown until there is an answer;
    None where it had no effect."""
    told: tuple[str, ...] = ()
    """The ids of the texts of the decisions that the holder had been shown when the request was withdrawn."""
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
    """What it lacks now."""
    lacked: tuple[str, ...] | None = None
    """What it lacked when it was filed, which the same request sent again is answered; None of an older release."""
    sealed: bytes
    completed: bytes | None = None
    """What the holder added to the identity in the body, encrypted."""
    corrected: bytes | None = None
    """What staff corrected of the identity, encrypted; body and additions stay as they were sent."""
    name: str | None = None
    """The MAC of the name with the birth year; None while one of them is unknown."""
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
