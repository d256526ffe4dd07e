"""Ranking request bodies without a system: what a request would get, were it filed and looked at at given times."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from casereview.evidence.open_facts import marks_of, open_facts
from casereview.http.json_body import MAX_BYTES
from casereview.http.problems import ProblemError
from casereview.http.validation import parse_submission
from casereview.policy import packaged
from casereview.policy.compiler import CompiledPolicy, compile_policy
from casereview.policy.engine import rank
from casereview.policy.ranking import Ranking, RankInput
from casereview.routing.offices import route
from casereview.schema.base import EASTERN
from casereview.schema.facts import Custody, Facts

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_LINE_END: Final = b"\n"


class GoverningSpan(NamedTuple):
    """What governs until an instant, or for good."""

    policy: CompiledPolicy
    until: datetime | None


class RankedRequest(NamedTuple):
    """A request's field office and its ranking."""

    field_office: str
    ranking: Ranking


class Named(NamedTuple):
    """A policy that was asked for: a packaged one, or the text of a document."""

    id: str | None
    text: str = ""

    @classmethod
    def find(cls, name: str) -> Named:
        """A packaged policy by id, else the document in the file of that name. Raises OSError, UnicodeError."""
        if name in (*packaged.PACKAGED, packaged.DEFAULT):
            return cls(name)
        return cls(None, Path(name).read_text(encoding="utf-8"))

    def compile(self) -> CompiledPolicy:
        """The policy ready to run. Raises DocumentError."""
        if self.id is not None:
            return packaged.compiled(self.id)
        return compile_policy(packaged.read_policy(self.text), packaged.flags())


@dataclass(frozen=True, slots=True, eq=False)
class Docket:
    """Requests filed at one instant and looked at at another, under the policies in force or a named one."""

    filed_at: datetime
    at: datetime
    spans: tuple[GoverningSpan, ...]
    """What governs from the filing to the look, in order."""

    @classmethod
    @lru_cache(maxsize=4)
    def under(cls, named: Named | None, filed_at: datetime, at: datetime) -> Docket:
        """A docket under a named policy as if it were in force, or under those in force then. Raises DocumentError."""
        policy = named and named.compile()
        spans = []
        moment: datetime | None = filed_at
        while moment is not None and moment <= at:
            span = (
                GoverningSpan(policy, _until(policy, moment)) if policy else GoverningSpan(*packaged.governing(moment))
            )
            spans.append(span)
            moment = span.until
        return cls(filed_at, at, tuple(spans))

    def place(self, body: bytes) -> RankedRequest:
        """Rank one request body. Raises ProblemError where intake would refuse it."""
        case = read_case(body, self.filed_at)
        facts, on = case.facts, self.filed_at.astimezone(EASTERN).date()
        office = _office(facts.custody, facts.facility, facts.state, facts.county, on)
        return RankedRequest(office, self.rank(case))

    def rank(self, case: RankInput) -> Ranking:
        """Rank a case as the running system would, which looks again whenever its ranking changes.

        So the lane's clock runs from the instant at which the case came into its lane.
        """
        moment, since, lane = self.filed_at, self.filed_at, None
        for span in self.spans:
            while moment <= self.at and (span.until is None or moment < span.until):
                found = rank(case, span.policy, moment, span.until)
                since = moment if lane not in {None, found.lane} else since
                lane = found.lane
                if found.changes_at is None or self.at < found.changes_at:
                    return rank(replace(case, lane_since=since), span.policy, self.at, span.until)
                moment = found.changes_at
        raise AssertionError("the last span reaches beyond the look")


def read_case(body: bytes, filed_at: datetime) -> RankInput:
    """The case that a request body filed at an instant would open. Raises ProblemError where intake would refuse it."""
    submission = parse_submission(body, filed_at)
    facts = open_facts(submission, filed_at.astimezone(EASTERN).date())
    return RankInput(facts, _tie_break(facts), filed_at, marks=marks_of(submission))


def refusal_document(problem: ProblemError) -> dict[str, Any]:
    """A refusal as it is printed: the fields at fault, never a value."""
    document = problem.document()
    return {"title": document["title"], "errors": document["errors"]}


def _until(policy: CompiledPolicy, moment: datetime) -> datetime | None:
    """When a named policy's own interval ends; outside its intervals it is taken as if open."""
    within = (span for span in policy.document.in_force if span.from_ <= moment and not (span.to and span.to <= moment))
    return next((span.to for span in within), None)


def _tie_break(facts: Facts) -> str:
    """In place of a case id: from the open facts alone, so that equal requests tie and nothing says who it is."""
    return sha256(facts.model_dump_json(exclude_none=True).encode()).hexdigest()[:12]


@lru_cache(maxsize=8192)
def _office(custody: Custody | None, facility: str | None, state: str | None, county: str | None, on: date) -> str:
    return route(Facts(custody=custody, facility=facility, state=state, county=county), on)


def read_bodies(stream: BinaryIO) -> Iterator[bytes]:
    """Give each request body: one JSON object over any number of lines, or one per line; blank lines are none.

    Never holds more than a body may have, and a little; of a longer line only its beginning is given.
    """
    lines = _lines(stream)
    first = next(lines, None)
    if first is None:
        return
    if _is_json(first):
        yield first
        yield from lines
        return
    held = [first]
    size = len(first)
    for line in lines:
        held.append(line)
        size += len(line)
        if size > MAX_BYTES:
            break
    yield from _one_or_many(held)
    yield from lines


def _one_or_many(held: list[bytes]) -> list[bytes]:
    """Whether a text whose first line is no JSON is one object over several lines, or lines of which one is bad."""
    whole = _LINE_END.join(held)
    others_begin = any(line.startswith(b"{") for line in held[1:])
    return [whole] if _is_json(whole) or not others_begin else held


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    first = True
    while line := stream.readline(MAX_BYTES + 2):
        kept = line
        while not line.endswith(_LINE_END) and line:
            line = stream.readline(MAX_BYTES)
        kept = kept.removeprefix(_BYTE_ORDER_MARK) if first else kept
        first = False
        if kept.strip():
            yield kept.rstrip(b"\r\n")


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
