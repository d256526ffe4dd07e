"""The models of policy documents, amendments and house flags.

A document is immutable once published. Every rule has an id, a text in plain language and a source: a section of a
memorandum, or ``house rule``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from casereview.policy.calendar import Duration, InForceTime, write_duration
from casereview.policy.errors import UnlocatedFault, raise_faults, value_fault
from casereview.policy.predicates import Condition
from casereview.schema.base import Record

RuleId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
PolicyId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Text = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]


class Interval(Record):
    """The time from one instant up to, but not including, another; open-ended if ``to`` is absent."""

    model_config = ConfigDict(serialize_by_alias=True, defer_build=True)

    from_: InForceTime = Field(alias="from")
    to: InForceTime | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.to is not None and self.to <= self.from_:
            raise value_fault("interval_order", "an interval must end after it begins")
        return self


class Rule(Record):
    """The fields that every rule has.

    The validator of a document includes those of its rules; the validator of a rule alone is built on first use.
    """

    model_config = ConfigDict(defer_build=True)

    id: RuleId
    when: Condition
    text: Text
    source: Text


class Lane(Rule):
    """A review urgency: a case is in the first lane whose condition holds."""

    order_by: Literal["filed_at", "removal_at"]
    first_look: Duration | None = None
    """The time within which a human must look at the case, counted from its entry into the lane."""
    top: bool = False
    """Whether the clock never stops in this lane, and an unverified claim that leads to it raises ``verify``."""


class Credit(Rule):
    """Sorts a case as if filed earlier, in a lane ordered by filing time; the largest credit applies, not the sum."""

    earlier_by: Duration


class Category(Rule):
    """An enforcement priority for a human to judge: a presumption, or an assessment of the totality of the facts."""

    mode: Literal["presumption", "totality"]


class Approval(Rule):
    """The role whose approval a decision needs."""

    role: Text
    only_if_nothing_presumed: bool = False


class Factor(Rule):
    """A factor that a human must weigh; the engine assigns it no weight."""

    polarity: Literal["mitigating", "aggravating"]


class Overlay(Interval):
    """A court order that affects the policy for a time; it changes no lane and no category."""

    id: RuleId
    text: Text
    source: Text
    when: Condition | None = None
    """The cases that it affects: they carry its id as a flag while it lasts. None raises no flag."""


def _within(least: timedelta, most: timedelta) -> AfterValidator:
    def check(value: timedelta) -> timedelta:
        if not least <= value <= most:
            bounds = f"{write_duration(least)} and {write_duration(most)}"
            raise value_fault("number_bound", f"the duration must be between {bounds}")
        return value

    return AfterValidator(check)


class Numbers(Record):
    """The numbers of a policy, each a house rule, with unit and bounds."""

    largest_credit: Annotated[Duration, _within(timedelta(0), timedelta(days=90))] = timedelta(days=30)
    """The maximum credit: a case filed later by more than this never sorts before an earlier one of its lane."""
    lease: Annotated[Duration, _within(timedelta(minutes=15), timedelta(days=7))] = timedelta(hours=8)
    """How long a claim lasts without work on the case; in a top lane at most 50% of the first-look time."""
    cap: Annotated[int, Field(strict=True, ge=1, le=500)] = 20
    """The maximum number of cases that one officer can hold."""
    every_kth_next: Annotated[int, Field(strict=True, ge=2, le=1000)] = 5
    """Every k-th ``next`` takes the most overdue case below the top lanes, so that every lane is served."""
    information_days: Annotated[int, Field(strict=True, ge=1, le=365)] = 14
    """Days after which the clock resumes if an information request is not answered."""
    waiting_days: Annotated[int, Field(strict=True, ge=1, le=365)] = 60
    """Days after which a case without a target counts as overdue, when a ``next`` serves the lower lanes."""
    switch_rate: Annotated[int, Field(strict=True, ge=1, le=100_000)] = 2000
    """Cases per minute that a policy switch enqueues for ranking."""


_HOURS = _within(timedelta(hours=1), timedelta(days=90))


class DutyTimes(Record):
    """How long the people of an office have for each duty (house rules)."""

    approval: Annotated[Duration, _HOURS] = timedelta(hours=72)
    """To approve or return a decision."""
    approval_in_top_lanes: Annotated[Duration, _HOURS] = timedelta(hours=8)
    carry_out: Annotated[Duration, _HOURS] = timedelta(hours=24)
    """To carry out what was granted."""
    tell: Annotated[Duration, _HOURS] = timedelta(hours=24)
    """To tell a person of a decision that reaches no requester."""
    call: Annotated[Duration, _HOURS] = timedelta(hours=24)
    """To telephone a requester."""
    call_again: Annotated[Duration, _HOURS] = timedelta(hours=24)
    """To telephone once more after nobody answered."""
    calls: Annotated[int, Field(strict=True, ge=1, le=20)] = 3
    """How many calls without an answer are made about one message."""
    letter: Annotated[Duration, _HOURS] = timedelta(days=2)
    """To print and send a letter."""
    translate: Annotated[Duration, _HOURS] = timedelta(days=3)
    """To translate words for their reader."""


class Head(Record):
    """The head of a document: its id, its title, and the intervals in which it is in force."""

    id: PolicyId
    title: Text
    issued: date | None = None
    in_force: tuple[Interval, ...] = ()

    @model_validator(mode="after")
    def _has_no_faults(self) -> Self:
        raise_faults(self._faults())
        return self

    def _faults(self) -> Iterator[UnlocatedFault]:
        """Find faults that concern more than one value."""
        for index, (earlier, later) in enumerate(zip(self.in_force, self.in_force[1:], strict=False), 1):
            if earlier.to is None or later.from_ < earlier.to:
                message = "the intervals of in_force must be in order and must not overlap"
                yield UnlocatedFault(("in_force", index), "intervals_overlap", message)

    def with_intervals(self, intervals: tuple[Interval, ...]) -> Self:
        """Return the document as it governs in other intervals. Raises pydantic's ValidationError."""
        return self._evolved({"in_force": intervals})


class Amendment(Head):
    """Replaces the intervals in which another policy is in force, for example because a court vacated it."""

    model_config = ConfigDict(defer_build=True)

    amends: PolicyId
    text: Text
    """The reason for the amendment, in plain language."""
    source: Text


class Policy(Head):
    """A policy document."""

    lanes: Annotated[tuple[Lane, ...], Field(min_length=1, max_length=100)]
    credits: tuple[Credit, ...] = ()
    categories: tuple[Category, ...] = ()
    approvals: tuple[Approval, ...] = ()
    factors: tuple[Factor, ...] = ()
    withhold: Rule | None = None
    """While this rule holds, no category and no approval is asserted."""
    numbers: Numbers = Numbers()
    duties: DutyTimes = DutyTimes()
    overlays: tuple[Overlay, ...] = ()

    def _faults(self) -> Iterator[UnlocatedFault]:
        yield from super()._faults()
        for section in ("lanes", "credits", "categories", "approvals", "factors", "overlays"):
            yield from _duplicate_ids(section, [rule.id for rule in getattr(self, section)])
        yield from self._shared_names()
        yield from self._faulty_lanes()
        for index, credit in enumerate(self.credits):
            if not timedelta(0) < credit.earlier_by <= self.numbers.largest_credit:
                message = f"credit {credit.id} must be more than 0 and at most numbers.largest_credit"
                yield UnlocatedFault(("credits", index, "earlier_by"), "credit_bound", message)

    def _shared_names(self) -> Iterator[UnlocatedFault]:
        lanes = {lane.id for lane in self.lanes}
        for index, category in enumerate(self.categories):
            if category.id in lanes:
                message = f"a lane and a category must not share the id {category.id}"
                yield UnlocatedFault(("categories", index, "id"), "names_shared", message)

    def _faulty_lanes(self) -> Iterator[UnlocatedFault]:
        last = len(self.lanes) - 1
        if self.lanes[last].when != "always" or self.lanes[last].order_by != "filed_at":
            message = "the last lane must take every case (when: always) and order them by filed_at"
            yield UnlocatedFault(("lanes", last), "not_total", message)
        for index, (above, lane) in enumerate(zip(self.lanes, self.lanes[1:], strict=False), 1):
            if lane.top and not above.top:
                yield UnlocatedFault(
                    ("lanes", index, "top"), "tops_first", "a top lane must come before all other lanes"
                )


class Flag(Rule):
    """A house rule that raises a flag under every policy; it has dates because statutes change."""

    model_config = ConfigDict(serialize_by_alias=True)

    from_: InForceTime | None = Field(default=None, alias="from")
    to: InForceTime | None = None


class Flags(Record):
    """The house rules that raise flags."""

    title: Text
    flags: tuple[Flag, ...]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        raise_faults(_duplicate_ids("flags", [flag.id for flag in self.flags]))
        return self


def digest(document: Record) -> str:
    """Return the SHA-256 of a document's canonical JSON, in hexadecimal.

    The canonical JSON holds the values as written, without defaults, with sorted keys and times in UTC.
    """
    written = document.model_dump(mode="json", by_alias=True, exclude_unset=True)
    text = json.dumps(written, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _duplicate_ids(section: str, ids: Sequence[str]) -> Iterator[UnlocatedFault]:
    for index, name in enumerate(ids):
        if name in ids[:index]:
            yield UnlocatedFault((section, index, "id"), "id_twice", f"{section}: the id {name} is not unique")
