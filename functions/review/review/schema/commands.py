"""What staff send: the bodies of the staff API."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt, model_validator

from casereview.schema.base import Record
from casereview.schema.error_codes import invalid_value
from casereview.schema.fields import LongText, RemovalTime, Text, TimeOrDay
from casereview.schema.submission import FactClaims, YesNo
from casereview.schema.vocabulary import Outcome

_Id = Annotated[str, Field(max_length=64)]


class OfficerFacts(FactClaims):
    """Facts as an officer establishes them; only an officer may mark a case as protected, or unmark it."""

    protected: YesNo = None
    birth_year: Annotated[StrictInt, Field(ge=1900, le=2199)] | None = None


class VerificationBody(Record):
    """What was checked, and what came of it: facts of the case, or a requester's identity or authority."""

    receipt: _Id | None = None
    facts: OfficerFacts | None = None
    identity: Literal[True] | None = None
    authority: Literal[True, "g28", "form_60_001"] | None = None
    verdict: Literal["confirmed", "refuted"]
    why: LongText

    @model_validator(mode="after")
    def _one_matter(self) -> VerificationBody:
        if sum((self.facts is not None, self.identity is not None, self.authority is not None)) != 1:
            raise invalid_value("exactly_one_required", "needs exactly one of facts, identity and authority")
        if self.facts is None and self.receipt is None:
            raise invalid_value("required", "needs a receipt to verify an identity or authority")
        if self.facts is not None and not self.facts.model_fields_set:
            raise invalid_value("nothing_to_change", "names no fact")
        return self


class InformationRequest(Record):
    """What a requester is asked, and until when the clock stands still at most."""

    asked: Annotated[tuple[LongText, ...], Field(min_length=1, max_length=20)]
    answer_by: RemovalTime


class Transfer(Record):
    """The office that the case goes to."""

    office: Text
    why: LongText


class Removal(Record):
    """That the person was removed."""

    removed_at: TimeOrDay
    why: LongText


class Link(Record):
    """The open case that this one, which has no A-number, belongs to."""

    case_id: _Id
    why: LongText


class Split(Record):
    """The request that was wrongly joined."""

    receipt: _Id
    why: LongText


class Reissue(Record):
    """The request whose access code is lost."""

    receipt: _Id


class Why(Record):
    """A reason, in words."""

    why: LongText


class Decision(Record):
    """A decision: its reasons for the requester and for the office apart, and what it rests on."""

    outcome: Outcome
    reasons_for_requester: LongText
    internal_reasons: LongText
    factors: Annotated[tuple[Text, ...], Field(max_length=50)]
    policy: Text | None
    case_version: StrictInt


class Approval(Record):
    """A supervisor's word on a decision that waits for it."""

    approve: StrictBool
    why: LongText
