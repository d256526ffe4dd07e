"""The request bodies of the staff API."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StrictBool, StrictInt, field_validator, model_validator

from casereview.schema.base import Record
from casereview.schema.error_codes import invalid_value
from casereview.schema.fields import (
    Deadline,
    LanguageTag,
    LongText,
    PastDate,
    Text,
    TimeOrDay,
)
from casereview.schema.identifiers import ANumber, canonical_case_id, canonical_receipt
from casereview.schema.lists import Items
from casereview.schema.submission import FactClaims, YesNo
from casereview.schema.typed_text import Word, fold
from casereview.schema.vocabulary import (
    AskCode,
    NoteKind,
    ProofKind,
    RefutationReason,
    VerificationKind,
)

ShortId = Annotated[str, Field(max_length=64), AfterValidator(fold)]
_Receipt = Annotated[Text, AfterValidator(canonical_receipt)]
_CaseId = Annotated[Text, AfterValidator(canonical_case_id)]


class OfficerFacts(FactClaims):
    """Facts that an officer establishes; only an officer can mark a case as protected, or remove the mark."""

    protected: YesNo = None
    birth_year: Annotated[StrictInt, Field(ge=1900, le=2199)] | None = None

    @field_validator("protected")
    @classmethod
    def _is_marked_or_not(cls, value: YesNo) -> YesNo:
        """A mark that became unknown would lift the restriction of the case, and keep later claims from raising one."""
        if value is None:
            raise invalid_value("required", "must be true or false")
        return value


class VerificationBody(Record):
    """A check and its result: of facts, or of a requester's identity or authority."""

    receipt: _Receipt | None = None
    facts: OfficerFacts | None = None
    identity: Literal[True] | None = None
    authority: Word[Literal["g28", "form_60_001"]] | None = None
    verdict: Word[Literal["confirmed", "refuted"]]
    proof: Word[ProofKind] | None = None
    """What the officer saw; required to confirm an identity or authority."""
    reason: Word[RefutationReason] | None = None
    """Why the proof is not accepted, which the requester is shown; required to refute an identity or authority."""
    why: LongText

    @property
    def kind(self) -> VerificationKind:
        """What is verified of the requester."""
        return self.authority or "identity"

    @model_validator(mode="after")
    def _one_matter(self) -> VerificationBody:
        if sum((self.facts is not None, self.identity is not None, self.authority is not None)) != 1:
            raise invalid_value("exactly_one_required", "needs exactly one of facts, identity and authority")
        if self.facts is None and self.receipt is None:
            raise invalid_value("required", "needs a receipt to verify an identity or authority")
        if self.facts is not None and not self.facts.model_fields_set:
            raise invalid_value("nothing_to_change", "names no fact")
        return self


class Question(Record):
    """A question to requesters, in words that are shown as they are."""

    text: LongText
    language: LanguageTag
    """The language that the text is written in."""


class InformationRequest(Record):
    """Questions: in free text to verified requesters, or of the catalogue to those who are not verified."""

    to: Annotated[tuple[_Receipt, ...], Items(20, least=1)] | None = None
    """The receipts of the requests that are asked; by default all that can be."""
    asked: Annotated[tuple[Question, ...], Items(20, least=1)] | None = None
    """Questions in free text. The case waits for the answer, and its clock stops, except in the top lanes."""
    codes: Annotated[tuple[Word[AskCode], ...], Items(5, least=1)] | None = None
    """Questions of the catalogue: how to prove identity or authority. They change no status and stop no clock."""
    answer_by: Deadline | None = None
    """By when an answer is expected; required for questions in free text. A day counts to its end, Eastern time."""

    @model_validator(mode="after")
    def _one_form(self) -> InformationRequest:
        if (self.asked is None) == (self.codes is None):
            raise invalid_value("exactly_one_required", "needs exactly one of asked and codes")
        return self


class Note(Record):
    """What an officer records about a case; only staff read it."""

    kind: Word[NoteKind]
    with_: Annotated[Text | None, Field(alias="with")] = None
    """The other person, such as the one called."""
    text: LongText


MAX_DRAFT: Final = 65_536
"""The maximum size of a draft, in bytes of UTF-8."""


def _small(text: str) -> str:
    if len(text.encode()) > MAX_DRAFT:
        raise invalid_value("too_long", f"must be at most {MAX_DRAFT} bytes in UTF-8")
    return text


class DraftBody(Record):
    """The draft of a decision."""

    text: Annotated[str, Field(max_length=MAX_DRAFT), AfterValidator(_small)] | None = None
    """At most 64 KB in UTF-8. A blank one empties the draft."""


class Transfer(Record):
    """The office to which the case is transferred."""

    office: Annotated[Text, AfterValidator(fold)]
    why: LongText


class Assignment(Record):
    """The colleague who gets the case."""

    to: Annotated[Text, AfterValidator(fold)]
    """The user name."""
    why: LongText


class Removal(Record):
    """The removal of the noncitizen from the United States."""

    removed_at: TimeOrDay
    why: LongText


class Link(Record):
    """The open case to which a case is linked; between two with A-numbers only a supervisor may."""

    case_id: _CaseId
    why: LongText


class Split(Record):
    """The request that was joined to this case by mistake."""

    receipt: _Receipt
    why: LongText


class IdentityCorrection(Record):
    """What staff correct of the identity in a request, or in every live request of the case."""

    receipt: _Receipt | None = None
    a_number: ANumber | None = None
    given_name: Text | None = None
    family_name: Text | None = None
    one_name: YesNo = None
    born_on: PastDate | None = None
    why: LongText

    @property
    def parts(self) -> dict[str, str | bool]:
        """Return the parts of the identity that are corrected, by name."""
        found: dict[str, str | bool] = self.model_dump(mode="json", exclude_none=True, exclude={"receipt", "why"})
        return found

    @model_validator(mode="after")
    def _something(self) -> IdentityCorrection:
        if not self.parts:
            raise invalid_value("nothing_to_change")
        return self


class Reissue(Record):
    """The request that gets a new access code, and the proof that it goes to its holder."""

    receipt: _Receipt
    proof: Word[ProofKind]
    """What the officer saw of the holder."""
    why: LongText


class OnRequest(Record):
    """An act on one request of the case, and its reason."""

    receipt: _Receipt
    why: LongText


class WithdrawalAnswer(OnRequest):
    """A supervisor's answer to a withdrawal that waits for it."""

    confirm: StrictBool
    """False cancels the withdrawal; the request goes on."""


class Lookup(Record):
    """By what a case is looked up, and why; the reason is recorded."""

    receipt: _Receipt | None = None
    a_number: ANumber | None = None
    why: LongText

    @model_validator(mode="after")
    def _one_key(self) -> Lookup:
        if (self.receipt is None) == (self.a_number is None):
            raise invalid_value("exactly_one_required", "needs exactly one of receipt and a_number")
        return self


class Why(Record):
    """The reason for a recorded read."""

    why: LongText


class CorrectionBody(Record):
    """The act of staff that is undone: its event, by the version of the case that it made."""

    event: Annotated[StrictInt, Field(ge=1, le=999_999)]
    why: LongText
