"""The policy document: data that a policy office writes, lawyers read and the engine runs.

A document is immutable once published. Every rule has an id, a text in plain language and a source:
the memo's section, or ``house rule``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from casereview.policy.calendar import Duration, write_duration
from casereview.policy.errors import Found, refusal, refuse
from casereview.policy.predicates import Condition
from casereview.schema.base import Instant, Record

RuleId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
PolicyId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Text = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]
HOUSE_RULE: Final = "house rule"


class Interval(Record):
    """From an instant on, up to but not including another; open where ``to`` is absent."""

    model_config = ConfigDict(serialize_by_alias=True, defer_build=True)

    from_: Instant = Field(alias="from")
    to: Instant | None = None

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.to is not None and self.to <= self.from_:
            raise refusal("interval_order", "an interval ends after it begins")
        return self


class Rule(Record):
    """What every rule has. A document's own validator holds those of its rules; on its own each is built on use."""

    model_config = ConfigDict(defer_build=True)

    id: RuleId
    when: Condition
    text: Text
    source: Text


class Lane(Rule):
    """How soon a human must look: the first lane whose condition holds is the case's."""

    order_by: Literal["filed_at", "removal_at"]
    first_look: Duration | None = None
    """How long after the case came into the lane a human looks at it."""
    top: bool = False
    """A top lane's clock never stops, and an unverified claim that leads there raises ``verify``."""


class Credit(Rule):
    """In a lane ordered by filing time, the case counts as filed this much earlier; the largest counts, no sum."""

    earlier_by: Duration


class Category(Rule):
    """An enforcement priority, for a human: a presumption, or a matter to assess by the totality of facts."""

    mode: Literal["presumption", "totality"]


class Approval(Rule):
    """Whose approval a decision needs."""

    role: Text
    only_if_nothing_presumed: bool = False


class Factor(Rule):
    """What a human must weigh; it has no weight here."""

    polarity: Literal["mitigating", "aggravating"]


class Overlay(Interval):
    """A court's order that bears on the policy for a time; it changes no lane and no category."""

    id: RuleId
    text: Text
    source: Text
    when: Condition | None = None
    """Whom it touches: their cases carry its id as a flag while it lasts; None only tells its readers."""


def _between(least: timedelta, most: timedelta) -> AfterValidator:
    def check(value: timedelta) -> timedelta:
        if not least <= value <= most:
            bounds = f"{write_duration(least)} and {write_duration(most)}"
            raise refusal("number_bound", f"the duration lies between {bounds}")
        return value

    return AfterValidator(check)


class Numbers(Record):
    """The policy's numbers, each a house rule, with its unit and bounds."""

    largest_credit: Annotated[Duration, _between(timedelta(0), timedelta(days=90))] = timedelta(days=30)
    """No credit is larger: nobody is overtaken by a case filed later than this."""
    lease: Annotated[Duration, _between(timedelta(minutes=15), timedelta(days=7))] = timedelta(hours=8)
    """How long a claim lasts without work on the case; in a top lane at most half the first-look time."""
    cap: Annotated[int, Field(strict=True, ge=1, le=500)] = 20
    """How many cases one officer may hold."""
    every_kth_next: Annotated[int, Field(strict=True, ge=2, le=1000)] = 5
    """Each k-th ``next`` takes the most overdue case below the top lanes, so that no lane starves."""
    information_days: Annotated[int, Field(strict=True, ge=1, le=365)] = 14
    """Days that the clock stops for an answer to a question, before it resumes by itself."""
    waiting_days: Annotated[int, Field(strict=True, ge=1, le=365)] = 60
    """Days after which a case without a target counts as overdue when a ``next`` goes to the lower lanes."""
    switch_rate: Annotated[int, Field(strict=True, ge=1, le=100_000)] = 2000
    """Cases per minute that a policy switch enqueues for ranking."""


class Head(Record):
    """What a document is and when it governs; the first lines of its file."""

    id: PolicyId
    title: Text
    issued: date | None = None
    in_force: tuple[Interval, ...] = ()

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        refuse(self._faults())
        return self

    def _faults(self) -> Iterator[Found]:
        """Find what no single value shows."""
        for index, (earlier, later) in enumerate(zip(self.in_force, self.in_force[1:], strict=False), 1):
            if earlier.to is None or later.from_ < earlier.to:
                message = "in_force lists intervals in order, none inside another"
                yield Found(("in_force", index), "intervals_overlap", message)

    def with_intervals(self, intervals: tuple[Interval, ...]) -> Self:
        """Return the document as it governs in other intervals. Raises pydantic's ValidationError."""
        return self._evolved({"in_force": intervals})


class Amendment(Head):
    """When another policy governs: its intervals are replaced, since it was vacated, revived or delayed."""

    model_config = ConfigDict(defer_build=True)

    amends: PolicyId
    text: Text
    """What happened, in plain language."""
    source: Text


class Policy(Head):
    """A whole document. Raises pydantic's ValidationError where it contradicts itself."""

    lanes: Annotated[tuple[Lane, ...], Field(min_length=1, max_length=100)]
    credits: tuple[Credit, ...] = ()
    categories: tuple[Category, ...] = ()
    approvals: tuple[Approval, ...] = ()
    factors: tuple[Factor, ...] = ()
    withhold: Rule | None = None
    """While this holds, no category and no approval is asserted."""
    numbers: Numbers = Numbers()
    overlays: tuple[Overlay, ...] = ()

    def _faults(self) -> Iterator[Found]:
        yield from super()._faults()
        for section in ("lanes", "credits", "categories", "approvals", "factors", "overlays"):
            yield from _twice(section, [rule.id for rule in getattr(self, section)])
        yield from self._names_shared()
        yield from self._lanes_at_fault()
        for index, credit in enumerate(self.credits):
            if not timedelta(0) < credit.earlier_by <= self.numbers.largest_credit:
                message = f"credit {credit.id} is not within numbers.largest_credit"
                yield Found(("credits", index, "earlier_by"), "credit_bound", message)

    def _names_shared(self) -> Iterator[Found]:
        lanes = {lane.id for lane in self.lanes}
        for index, category in enumerate(self.categories):
            if category.id in lanes:
                message = f"review urgency and enforcement priority must not share a name: {category.id}"
                yield Found(("categories", index, "id"), "names_shared", message)

    def _lanes_at_fault(self) -> Iterator[Found]:
        last = len(self.lanes) - 1
        if self.lanes[last].when != "always" or self.lanes[last].order_by != "filed_at":
            message = "the last lane takes every case (when: always) in order of filing time"
            yield Found(("lanes", last), "not_total", message)
        for index, (above, lane) in enumerate(zip(self.lanes, self.lanes[1:], strict=False), 1):
            if lane.top and not above.top:
                yield Found(("lanes", index, "top"), "tops_first", "top lanes come first")


class Flag(Rule):
    """A duty that a fact brings with it, whatever the policy; dated, since statutes change."""

    model_config = ConfigDict(serialize_by_alias=True)

    from_: Instant | None = Field(default=None, alias="from")
    to: Instant | None = None


class Flags(Record):
    """The house rules that raise flags."""

    title: Text
    flags: tuple[Flag, ...]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        refuse(_twice("flags", [flag.id for flag in self.flags]))
        return self


def digest(document: Record) -> str:
    """The SHA-256 of the document's canonical JSON: as written, without defaults, keys sorted, times in UTC."""
    written = document.model_dump(mode="json", by_alias=True, exclude_unset=True)
    text = json.dumps(written, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _twice(section: str, ids: Sequence[str]) -> Iterator[Found]:
    for index, name in enumerate(ids):
        if name in ids[:index]:
            yield Found((section, index, "id"), "id_twice", f"{section}: the id {name} occurs twice")
