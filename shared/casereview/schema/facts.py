"""The open facts: what the ranking may know about a person, without anything that identifies them.

An absent fact (``None``) is unknown. Names, A-number, date of birth, citizenship, language, contact, narrative and
the kind of a protected relief are stored encrypted elsewhere and have no field here.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field

from casereview.schema.base import Instant, Lenient, Record
from casereview.schema.partial_dates import FactDate

if TYPE_CHECKING:
    from typing import Unpack

    from casereview.schema.field_sets import FactsFields

Custody = Literal["detained", "not_detained"]
RemovalOrder = Literal["final", "none"]
Entry = Literal["unlawful", "admitted", "paroled", "apprehended_at_border"]
KnownConvictionKind = Literal["aggravated_felony", "gang_element", "felony", "misdemeanor"]
ConvictionKind = Literal[KnownConvictionKind, "unknown"]
"""``unknown`` is a conviction, and satisfies no test of kinds."""
Service = Literal["self", "immediate_family", "none"]
Relief = Literal["petition_for_review", "first_motion_to_reopen", "asylum", "protected", "other"]
"""``protected`` stands for VAWA, T and U relief, whose kind is sealed (8 USC 1367)."""

Months = Annotated[int, Field(ge=0, le=2400)]
Count = Annotated[int, Field(ge=0, le=99)]


class Conviction(Record):
    """One conviction without its offense, which is stored encrypted."""

    kind: Lenient[ConvictionKind]
    convicted_on: FactDate | None = None
    sentence_months: Months | None = None
    vacated: bool | None = None
    expunged: bool | None = None

    @property
    def stands(self) -> bool:
        """Whether the conviction stands: it does unless vacated for a legal or procedural defect, even if expunged."""
        return self.vacated is not True


class Facts(Record):
    """The facts that a policy can test.

    Dates are calendar days, or years and months that count as their first day; ``removal_at`` is an instant.
    """

    custody: Lenient[Custody] | None = None
    detained_on: FactDate | None = None
    facility: str | None = None
    state: str | None = None
    county: str | None = None
    removal_order: Lenient[RemovalOrder] | None = None
    removal_at: Instant | None = None
    removal_soon: bool | None = None
    check_in_on: date | None = None
    birth_year: int | None = None
    entered_on: FactDate | None = None
    last_entry_on: FactDate | None = None
    entry: Lenient[Entry] | None = None
    convictions: tuple[Conviction, ...] | None = None
    gang_participation_age: Annotated[int, Field(ge=0, le=120)] | None = None
    national_security_concern: bool | None = None
    serious_illness: bool | None = None
    pregnant: bool | None = None
    disability: bool | None = None
    mental_condition: bool | None = None
    minor_children: Count | None = None
    us_citizen_children: Count | None = None
    sole_caregiver: bool | None = None
    family_hardship: bool | None = None
    relief_pending: tuple[Lenient[Relief], ...] | None = None
    protected: bool | None = None
    military_service: Lenient[Service] | None = None
    victim_or_witness: bool | None = None
    rehabilitation: bool | None = None
    former_unaccompanied_child: bool | None = None
    claims_us_citizenship: bool | None = None

    def evolve(self, **changes: Unpack[FactsFields]) -> Self:
        """Return a copy with some facts changed, which then count as stated.

        Raises:
            ValidationError: A name is not a fact, or a value is not valid for it.
        """
        return self._evolved(changes)
