"""The request bodies of the staff API that decide, approve and reopen."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StrictBool, StrictInt, field_validator

from casereview.schema.base import Record
from casereview.schema.error_codes import invalid_value
from casereview.schema.fields import LanguageTag, LongText
from casereview.schema.lists import Items
from casereview.schema.typed_text import Word
from casereview.schema.vocabulary import Outcome, OutcomeSought
from review.schema.commands import ShortId


class Reopening(Record):
    """The reason why an ended case is reopened."""

    why: LongText
    changed_facts: Annotated[tuple[ShortId, ...], Items(20)] = ()
    """The facts that have changed; a supervisor names them to reopen what the Senior Reviewing Official decided."""


class ReasonGiven(Record):
    """A reason for the requester."""

    about: ShortId | None = None
    """The fact, or the factor of the policy, that it is about."""
    text: LongText


class Grant(Record):
    """One thing that a decision grants, and on which conditions."""

    what: Word[OutcomeSought]
    conditions: LongText | None = None


class UnknownFactor(Record):
    """A factor of the policy on which nothing is known, and how the officer dealt with that."""

    factor: ShortId
    how: Word[Literal["asked", "not_needed"]]
    why: LongText


class Decision(Record):
    """A decision, with separate reasons for the requester and the office, and the policy and case version it is for."""

    outcome: Word[Outcome]
    reasons: Annotated[tuple[ReasonGiven, ...], Items(20, least=1)]
    language: LanguageTag
    """The language of the reasons."""
    granted: Annotated[tuple[Grant, ...], Items(20)] = ()
    """What is granted: required with ``granted``, ``granted_in_part`` and ``override``, refused with other outcomes."""
    internal_reasons: LongText
    factors: Annotated[tuple[ShortId, ...], Items(50)]
    unknowns: Annotated[tuple[UnknownFactor, ...], Items(50)] = ()
    policy: ShortId | None
    case_version: StrictInt
    acknowledged: Annotated[tuple[Word[Literal["nobody_would_learn"]], ...], Items(1)] = ()

    @field_validator("granted")
    @classmethod
    def _grants_each_once(cls, value: tuple[Grant, ...]) -> tuple[Grant, ...]:
        """Two grants of the same kind could not be told apart when they are carried out; ``other`` may repeat."""
        named = [grant.what for grant in value if grant.what != "other"]
        if len(named) != len(set(named)):
            raise invalid_value("granted_twice", "must not grant the same thing twice, except other")
        return value


class DecisionWithdrawal(Record):
    """Why the author takes back a decision that awaits approval."""

    why: LongText


class Approval(Record):
    """The answer of a second person to a decision that awaits approval: a supervisor, or the SRO once it is overdue."""

    approval: ShortId | None = None
    """The approval of the policy that is given; required where more than one is open."""
    approve: StrictBool
    why: LongText
