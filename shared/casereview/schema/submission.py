"""Request bodies of the requester API: ``POST /requests``, updates, escalations and withdrawals."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, StrictBool, StrictInt, model_validator

from casereview.schema.base import Lenient, Record, Unrecognized
from casereview.schema.error_codes import invalid_value
from casereview.schema.facts import ConvictionKind
from casereview.schema.fields import (
    AddressLine,
    Day,
    Email,
    LanguageTag,
    LongText,
    PastDate,
    Phone,
    RemovalTime,
    Text,
    ZipCode,
    has_value,
)
from casereview.schema.identifiers import ANumber, canonical_uscis_receipt
from casereview.schema.lists import Items
from casereview.schema.phone_numbers import has_extension
from casereview.schema.typed_text import Word
from casereview.schema.vocabulary import Authority, Channel, OutcomeSought, Preferred, ProofKind, ReliefKind, Role

PROTECTED = frozenset({"vawa", "t_visa", "u_visa"})
"""Kinds of relief that 8 USC 1367 protects: that one is pending must not be disclosed."""

YesNo = StrictBool | None
UscisReceipt = Annotated[Text, AfterValidator(canonical_uscis_receipt)]
OwnReference = Annotated[Text, Field(max_length=64)]
Number = Annotated[StrictInt, Field(ge=0, le=99)]


class PostalAddress(Record):
    """Where a letter is sent."""

    lines: Annotated[tuple[AddressLine, ...], Items(5, least=1)]
    """The name of who receives it where it is another one, street, apartment: one to five lines."""
    city: Text | None = None
    state: Text | None = None
    zip: ZipCode | None = None


class Contact(Record):
    """How the requester can be reached, and in which language."""

    email: Email | None = None
    phone: Phone | None = None
    postal: PostalAddress | None = None
    preferred: Word[Lenient[Preferred]] | None = None
    """By default what the contact has: `email`, else `sms` (`phone` where the number has an extension), else `letter`,
    else `none`. With `phone` the office calls, with `letter` it writes a letter, with `none` nobody writes or calls."""
    leave_message: YesNo = None
    """Whether the office may leave a message where nobody answers the telephone; by default it does not."""
    call_times: Text | None = None
    """When it is good to call, in the requester's words."""
    language: LanguageTag | None = None
    """In which we write; where we have no text in it, in the nearest that we have, at last English."""
    spoken_language: Text | None = None
    """The language spoken, where it is another one: a tag such as `quc`, or its name."""
    safe_to_contact: YesNo = None
    """False: no message and no call, ever. By default true where an address was given."""
    interpreter: YesNo = None

    def channel(self) -> Preferred:
        """Return the channel for messages: the preferred one, else one with an address; ``none`` if unsafe."""
        if self.safe_to_contact is False or isinstance(self.preferred, Unrecognized):
            return "none"
        if self.preferred:
            return self.preferred
        by_phone: Preferred = "phone" if self.phone and has_extension(self.phone) else "sms"
        return "email" if self.email else by_phone if self.phone else "letter" if self.postal else "none"

    def address(self) -> str | None:
        """Return the e-mail address or telephone number that messages are sent to; None for another channel."""
        return {"email": self.email, "sms": self.phone}.get(self.channel())

    def destination(self) -> str | None:
        """Return the channel with its address, number or postal address; None if it is missing, or none is wanted."""
        postal = self.postal.model_dump_json() if self.postal else None
        channel = self.channel()
        found = {"email": self.email, "sms": self.phone, "phone": self.phone, "letter": postal}.get(channel)
        return f"{channel} {found}" if found else None

    def is_missing(self) -> bool:
        """Return whether there is no way to reach the requester, who did not say that none is wanted."""
        if self.preferred is None:
            return self.channel() == "none"
        return self.channel() != "none" and self.destination() is None


class PreparedBy(Record):
    """Who typed for the requester, without any rights."""

    name: Text | None = None
    organization: Text | None = None
    language: Text | None = None
    """The language from which they translated, if they did."""


class RequesterParts(Record):
    """Who writes, as far as it is known."""

    role: Word[Role] | None = None
    name: Text | None = None
    organization: Text | None = None
    relationship: Text | None = None
    """To the person, such as mother."""
    own_reference: OwnReference | None = None
    """The requester's own name for the request, such as a file number; the look-up repeats it. 64 characters."""
    prepared_by: PreparedBy | None = None
    authority: Word[Authority] | None = None
    """G-28 for attorneys and accredited representatives, ICE Form 60-001 for others; by default `none`."""
    contact: Contact | None = None


class Requester(RequesterParts):
    """Who writes. The role is a claim until an officer has verified it."""

    role: Word[Role]


class SubjectParts(Record):
    """Parts of the identity of the person that a request is about. All of it is sealed."""

    a_number: ANumber | None = None
    given_name: Text | None = None
    family_name: Text | None = None
    one_name: YesNo = None
    """True for a person who has one name only; it is written as either of the two."""
    born_on: PastDate | None = None
    citizenship: Text | None = None
    """The country, as its code or name."""
    uscis_receipt: UscisReceipt | None = None


class Subject(SubjectParts):
    """The person that the request is about: at least an A-number or a name. All of it is sealed."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [*map(has_value, ("a_number", "given_name", "family_name"))]})

    @model_validator(mode="after")
    def _someone(self) -> Subject:
        if not (self.a_number or self.given_name or self.family_name):
            raise invalid_value("a_number_or_name_required")
        return self


class Residence(Record):
    """Where the person lives, or lived before detention. The county decides, else the ZIP code, else the city."""

    state: Text | None = None
    """The two-letter code or the name."""
    county: Text | None = None
    """Its name, or that of a borough of New York City."""
    city: Text | None = None
    zip: ZipCode | None = None


class ConvictionClaim(Record):
    """One conviction as stated; the offense is sealed."""

    offense: Text | None = None
    """Its name, in the requester's words."""
    kind: Word[ConvictionKind]
    """`unknown` where the requester cannot tell: it satisfies no test of kinds."""
    convicted_on: PastDate | None = None
    sentence_months: Annotated[StrictInt, Field(ge=0, le=2400)] | None = None
    vacated: YesNo = None
    """For a legal or procedural defect; such a conviction does not stand."""
    expunged: YesNo = None


class FactClaims(Record):
    """The facts as stated. Absent, null and ``unknown`` all mean unknown."""

    custody: Word[Literal["detained", "not_detained", "unknown"]] | None = None
    detained_on: PastDate | None = None
    facility: Text | None = None
    """Where the person is detained: the facility's code, or its name."""
    residence: Residence | None = None
    removal_order: Word[Literal["final", "none", "unknown"]] | None = None
    removal_at: RemovalTime | None = None
    """When removal is planned."""
    removal_soon: YesNo = None
    """Removal is said to be near, at an unknown time."""
    check_in_on: Day | None = None
    entered_on: PastDate | None = None
    """The first arrival."""
    last_entry_on: PastDate | None = None
    """The latest arrival, where it is not the first."""
    entry: Word[Literal["unlawful", "admitted", "paroled", "apprehended_at_border", "unknown"]] | None = None
    convictions: Annotated[tuple[ConvictionClaim, ...], Items(50)] | None = None
    """An empty list says that there are none."""
    gang_participation_age: Annotated[StrictInt, Field(ge=0, le=120)] | None = None
    """The age in years at the participation."""
    national_security_concern: YesNo = None
    serious_illness: YesNo = None
    pregnant: YesNo = None
    disability: YesNo = None
    mental_condition: YesNo = None
    minor_children: Number | None = None
    us_citizen_children: Number | None = None
    sole_caregiver: YesNo = None
    family_hardship: YesNo = None
    relief_pending: Annotated[tuple[Word[ReliefKind], ...], Items(20)] | None = None
    military_service: Word[Literal["self", "immediate_family", "none"]] | None = None
    victim_or_witness: YesNo = None
    rehabilitation: YesNo = None
    former_unaccompanied_child: YesNo = None
    claims_us_citizenship: YesNo = None


class SubmissionParts(Record):
    """The body of ``POST /requests/checks``: that of ``POST /requests``, of which nothing is required."""

    requester: RequesterParts | None = None
    subject: SubjectParts | None = None
    facts: FactClaims | None = None
    grounds: LongText | None = None
    """Why the case does not fit the priorities, in the requester's words."""
    outcome_sought: Annotated[tuple[Word[OutcomeSought], ...], Items(20)] | None = None
    prior_contact: Text | None = None
    channel: Word[Channel] | None = None
    """How the request came; by default `web`."""

    @property
    def contact(self) -> Contact:
        """The contact, empty if none was given."""
        return (self.requester and self.requester.contact) or Contact()

    @property
    def claims(self) -> FactClaims:
        """The facts as stated, all unknown if none were given."""
        return self.facts or FactClaims()


class Submission(SubmissionParts):
    """The body of ``POST /requests``: only a role, grounds and somebody are required."""

    requester: Requester
    subject: Subject
    grounds: LongText


class SeenProof(Record):
    """What an officer saw of a requester while filing for them: evidence for the officer who verifies them."""

    identity: Literal[True] | None = None
    authority: Word[Literal["g28", "form_60_001"]] | None = None
    proof: Word[ProofKind]

    @model_validator(mode="after")
    def _one_kind(self) -> SeenProof:
        if (self.identity is None) == (self.authority is None):
            raise invalid_value("exactly_one_required", "needs exactly one of identity and authority")
        return self


class StaffSubmission(Submission):
    """The body of ``POST /staff/requests``: a request that an officer files for a requester."""

    seen: SeenProof | None = None
