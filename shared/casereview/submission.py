"""What a requester sends: the body of ``POST /requests`` and of an update, and the open facts in it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, ValidationError, model_validator

from casereview.facts import Conviction, Facts, Relief
from casereview.fields import BegunDate, Day, Email, LanguageTag, LongText, PastDate, Phone, RemovalTime, Text, given
from casereview.identifiers import ANumber
from casereview.jsontext import Json, canonical, escape, read_object
from casereview.model import Record
from casereview.problems import Fault, unprocessable
from casereview.routing import find_county, find_facility, find_state

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Role = Literal["self", "attorney", "accredited_representative", "family", "advocate", "other"]
Authority = Literal["g28", "form_60_001", "none"]
Preferred = Literal["email", "sms", "phone", "letter", "none"]
Channel = Literal["web", "email", "phone", "letter", "fax", "in_person"]
ReliefKind = Literal["petition_for_review", "first_motion_to_reopen", "asylum", "vawa", "t_visa", "u_visa", "other"]
Outcome = Literal["release", "stay_of_removal", "no_arrest", "cancel_nta", "deferred_action", "other"]
PROTECTED = frozenset({"vawa", "t_visa", "u_visa"})
"""Relief that 8 USC 1367 protects: that it is pending may not be disclosed."""

YesNo = StrictBool | None
Number = Annotated[StrictInt, Field(ge=0, le=99)]


class Contact(Record):
    """How the requester can be reached, and in which language."""

    email: Email | None = None
    phone: Phone | None = None
    preferred: Preferred | None = None
    """By default what the contact has: `email`, else `sms`, else `none`; with `none` nobody writes or calls."""
    language: LanguageTag | None = None
    """In which we write; where we have no text in it, in the nearest that we have, at last English."""
    spoken_language: Text | None = None
    """The language spoken, where it is another one: a tag such as `quc`, or its name."""
    safe_to_contact: YesNo = None
    """False: no message and no call, ever. By default true where an address was given."""
    interpreter: YesNo = None

    def channel(self) -> Preferred:
        """Return the way to write to them: what they prefer, else what they gave, else none; none if unsafe."""
        if self.safe_to_contact is False:
            return "none"
        return self.preferred or ("email" if self.email else "sms" if self.phone else "none")

    def address(self) -> str | None:
        """Return the e-mail address or number that we write to; None where we do not write."""
        return {"email": self.email, "sms": self.phone}.get(self.channel())


class Requester(Record):
    """Who writes. The role is a claim until an officer has verified it."""

    role: Role
    name: Text | None = None
    organization: Text | None = None
    relationship: Text | None = None
    """To the person, such as mother."""
    authority: Authority | None = None
    """G-28 for attorneys and accredited representatives, ICE Form 60-001 for others; by default `none`."""
    contact: Contact | None = None


class Subject(Record):
    """Whom the request is about: an A-number or a name at least. All of it is sealed."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [*map(given, ("a_number", "given_name", "family_name"))]})
    a_number: ANumber | None = None
    given_name: Text | None = None
    family_name: Text | None = None
    born_on: PastDate | None = None
    citizenship: Text | None = None
    """The country, as its code or name."""
    uscis_receipt: Text | None = None

    @model_validator(mode="after")
    def _someone(self) -> Subject:
        if not (self.a_number or self.given_name or self.family_name):
            message = "needs an a_number or a name"
            raise ValueError(message)
        return self


class Residence(Record):
    """Where the person lives, or lived before detention."""

    state: Text | None = None
    county: Text | None = None


class ConvictionClaim(Record):
    """One conviction as stated; the offense is sealed."""

    offense: Text | None = None
    """Its name, in the requester's words."""
    kind: Literal["aggravated_felony", "gang_element", "felony", "misdemeanor"]
    convicted_on: PastDate | None = None
    sentence_months: Annotated[StrictInt, Field(ge=0, le=2400)] | None = None
    vacated: YesNo = None
    """For a legal or procedural defect; such a conviction does not stand."""
    expunged: YesNo = None


class FactClaims(Record):
    """The facts as stated. Absent, null and ``unknown`` all mean unknown."""

    custody: Literal["detained", "not_detained", "unknown"] | None = None
    detained_on: BegunDate | None = None
    facility: Text | None = None
    """Where the person is detained: the facility's code, or its name."""
    residence: Residence | None = None
    removal_order: Literal["final", "none", "unknown"] | None = None
    removal_at: RemovalTime | None = None
    """When removal is planned."""
    removal_soon: YesNo = None
    """Removal is said to be near, at an unknown time."""
    check_in_on: Day | None = None
    entered_on: PastDate | None = None
    """The first arrival."""
    last_entry_on: PastDate | None = None
    """The latest arrival, where it is not the first."""
    entry: Literal["unlawful", "admitted", "paroled", "apprehended_at_border", "unknown"] | None = None
    convictions: Annotated[tuple[ConvictionClaim, ...], Field(max_length=50)] | None = None
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
    relief_pending: Annotated[tuple[ReliefKind, ...], Field(max_length=20)] | None = None
    military_service: Literal["self", "immediate_family", "none"] | None = None
    victim_or_witness: YesNo = None
    rehabilitation: YesNo = None
    former_unaccompanied_child: YesNo = None
    claims_us_citizenship: YesNo = None


class Submission(Record):
    """The body of ``POST /requests``: only a role, grounds and somebody are required."""

    requester: Requester
    subject: Subject
    facts: FactClaims | None = None
    grounds: LongText
    """Why the case does not fit the priorities, in the requester's words."""
    outcome_sought: Annotated[tuple[Outcome, ...], Field(max_length=20)] | None = None
    prior_contact: Text | None = None
    channel: Channel | None = None
    """How the request came; by default `web`."""

    @property
    def contact(self) -> Contact:
        """Return the contact, empty where none was given."""
        return self.requester.contact or Contact()

    @property
    def claims(self) -> FactClaims:
        """Return the facts as stated, all unknown where none were."""
        return self.facts or FactClaims()


class Update(Record):
    """The body of an update: absent is unchanged, null is unknown again, lists are replaced."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [*map(given, ("facts", "contact", "statement"))]})
    facts: FactClaims | None = None
    contact: Contact | None = None
    statement: LongText | None = None
    """More of the grounds."""

    @model_validator(mode="after")
    def _something(self) -> Update:
        stated = (part.model_fields_set for part in (self.facts, self.contact) if part)
        if self.statement is None and not any(stated):
            message = "changes nothing: give facts, contact or a statement"
            raise ValueError(message)
        return self


class Statement(Record):
    """The body of an escalation."""

    statement: LongText
    """Why the decision should be looked at again."""


class Nothing(Record):
    """The body of a withdrawal: an empty object."""


_Body = TypeVar("_Body", bound=BaseModel)


_WORDS = {"extra_forbidden": "is not a known field", "missing": "is required", "string_type": "must be a text"}


def _fault(error: ErrorDetails) -> Fault:
    message = _WORDS.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    return Fault("".join(f"/{escape(str(part))}" for part in error["loc"]), message[:1].lower() + message[1:])


def parse(body: type[_Body], raw: bytes | str, received_at: datetime) -> _Body:
    """Read one body. Raises ProblemError: 400, 413 (see ``read_object``), or 422 with a pointer for each bad field."""
    return validate(body, read_object(raw), received_at)


def validate(body: type[_Body], value: Json, received_at: datetime) -> _Body:
    """Validate a JSON value that was read; births, entries and convictions after the day it was received are refused.

    Raises ProblemError 422 with a pointer for each field at fault.
    """
    context = {"today": received_at.astimezone(UTC).date()}
    try:
        return body.model_validate_json(canonical(value), strict=True, context=context)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        raise unprocessable(*map(_fault, faults)) from None


def parse_submission(raw: bytes | str, received_at: datetime) -> Submission:
    """Read the body of ``POST /requests``. Raises ProblemError as ``parse`` does."""
    return parse(Submission, raw, received_at)


_OPEN_RELIEF: dict[ReliefKind, Relief] = {
    "petition_for_review": "petition_for_review",
    "first_motion_to_reopen": "first_motion_to_reopen",
    "asylum": "asylum",
    "vawa": "protected",
    "t_visa": "protected",
    "u_visa": "protected",
    "other": "other",
}


def _relief(kinds: tuple[ReliefKind, ...]) -> tuple[Relief, ...]:
    """Return the open form: protected relief without its kind, each once, in a fixed order."""
    return tuple(sorted({_OPEN_RELIEF[kind] for kind in kinds}))


def _conviction(claim: ConvictionClaim) -> Conviction:
    return Conviction.model_validate(claim.model_dump(exclude={"offense"}, exclude_none=True))


def _place(claims: FactClaims, on: date) -> dict[str, object]:
    """Return facility and residence where the tables know them: other words could say who it is."""
    given: dict[str, object] = {}
    if "facility" in claims.model_fields_set:
        facility = find_facility(claims.facility, on)
        given["facility"] = facility.code if facility else None
    if "residence" in claims.model_fields_set:
        residence = claims.residence or Residence()
        given["state"] = find_state(residence.state)
        given["county"] = find_county(find_state(residence.state), residence.county)
    return given


_ELSEWHERE = {"facility", "residence", "convictions", "relief_pending"}


def open_claims(claims: FactClaims, on: date) -> Facts:
    """Return the open facts among those stated; only fields that were stated are set (``model_fields_set``)."""
    stated = claims.model_fields_set
    given = {name: getattr(claims, name) for name in stated - _ELSEWHERE}
    given = {name: None if value == "unknown" else value for name, value in given.items()}
    given.update(_place(claims, on))
    if "convictions" in stated:
        given["convictions"] = claims.convictions and tuple(map(_conviction, claims.convictions))
    if claims.convictions == ():
        given["convictions"] = ()
    if "relief_pending" in stated:
        given["relief_pending"] = None if claims.relief_pending is None else _relief(claims.relief_pending)
        if PROTECTED & set(claims.relief_pending or ()):
            given["protected"] = True
    return Facts.model_validate(given)


def open_facts(submission: Submission, on: date) -> Facts:
    """Return the open facts of a request received on a day; of the date of birth only the year."""
    facts = open_claims(submission.claims, on)
    born = submission.subject.born_on
    return facts.model_copy(update={"birth_year": born.year}) if born else facts
