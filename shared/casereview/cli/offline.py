"""Rank request bodies offline: the ranking that a request filed at one time would have at another."""

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
    """A policy in force, and until when; None means without end."""

    policy: CompiledPolicy
    until: datetime | None


class RankedRequest(NamedTuple):
    """The field office and the ranking of a request."""

    field_office: str
    ranking: Ranking


class PolicySource(NamedTuple):
    """A policy named on the command line: the id of a packaged policy, or the text of a document."""

    id: str | None
    text: str = ""

    @classmethod
    def resolve(cls, name: str) -> PolicySource:
        """Return the packaged policy with this id, else the document in the file with this name.

        Raises:
            OSError: if the file cannot be read.
            UnicodeError: if the file is not UTF-8.
        """
        if name in (*packaged.PACKAGED, packaged.DEFAULT):
            return cls(name)
        return cls(None, Path(name).read_text(encoding="utf-8"))

    def compile(self) -> CompiledPolicy:
        """Compile the policy.

        Raises:
            DocumentError: if the document is invalid.
        """
        if self.id is not None:
            return packaged.compiled(self.id)
        return compile_policy(packaged.read_policy(self.text), packaged.flags())


@dataclass(frozen=True, slots=True, eq=False)
class OfflineRanker:
    """Ranks requests filed at ``filed_at`` as of ``at``, under the policies in force or a single policy."""

    filed_at: datetime
    at: datetime
    spans: tuple[GoverningSpan, ...]
    """The policies in force from ``filed_at`` to ``at``, in order."""

    @classmethod
    @lru_cache(maxsize=4)
    def for_policy(cls, source: PolicySource | None, filed_at: datetime, at: datetime) -> OfflineRanker:
        """Create a ranker.

        Args:
            source: a policy that is used as if it were in force, or None for the policies in force.
            filed_at: when the requests are filed.
            at: the time of the ranking, not earlier than ``filed_at``.

        Returns:
            The ranker; cached, because compiling a policy is expensive.

        Raises:
            DocumentError: if the document of ``source`` is invalid.
        """
        policy = source and source.compile()
        spans = []
        moment: datetime | None = filed_at
        while moment is not None and moment <= at:
            span = (
                GoverningSpan(policy, _until(policy, moment)) if policy else GoverningSpan(*packaged.governing(moment))
            )
            spans.append(span)
            moment = span.until
        return cls(filed_at, at, tuple(spans))

    def rank_body(self, body: bytes) -> RankedRequest:
        """Rank one request body.

        Raises:
            ProblemError: if intake would reject the body.
        """
        case = read_case(body, self.filed_at)
        facts, on = case.facts, self.filed_at.astimezone(EASTERN).date()
        office = _office(facts.custody, facts.facility, facts.state, facts.county, on)
        return RankedRequest(office, self.rank_case(case))

    def rank_case(self, case: RankInput) -> Ranking:
        """Rank a case as the running system would, which ranks it again whenever its ranking changes.

        The clock of the lane therefore starts when the case enters the lane.
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
        raise AssertionError("the last span must extend beyond the time of the ranking")


def read_case(body: bytes, filed_at: datetime) -> RankInput:
    """Return the case that a request body filed at ``filed_at`` would open.

    Raises:
        ProblemError: if intake would reject the body.
    """
    submission = parse_submission(body, filed_at)
    facts = open_facts(submission, filed_at.astimezone(EASTERN).date())
    return RankInput(facts, _tie_break(facts), filed_at, marks=marks_of(submission))


def refusal_document(problem: ProblemError) -> dict[str, Any]:
    """Return a rejection for output: it names the invalid fields and never contains a value."""
    document = problem.document()
    return {"title": document["title"], "errors": document["errors"]}


def _until(policy: CompiledPolicy, moment: datetime) -> datetime | None:
    """Return when the policy's interval around ``moment`` ends; None outside its intervals."""
    within = (span for span in policy.document.in_force if span.from_ <= moment and not (span.to and span.to <= moment))
    return next((span.to for span in within), None)


def _tie_break(facts: Facts) -> str:
    """Return a substitute for the case id, from the open facts only: equal requests tie, no one is identified."""
    return sha256(facts.model_dump_json(exclude_none=True).encode()).hexdigest()[:12]


@lru_cache(maxsize=8192)
def _office(custody: Custody | None, facility: str | None, state: str | None, county: str | None, on: date) -> str:
    return route(Facts(custody=custody, facility=facility, state=state, county=county), on)


def read_bodies(stream: BinaryIO) -> Iterator[bytes]:
    """Read request bodies: a single JSON object over any number of lines, or one object per line.

    Blank lines are skipped. A line longer than the maximum body is truncated to little more than the maximum, which
    bounds the memory and still makes the body too large.

    Yields:
        The bodies.
    """
    lines = _lines(stream)
    first = next(lines, None)
    if first is None:
        return
    if _is_json(first):
        yield first
        yield from lines
        return
    lines_read = [first]
    size = len(first)
    for line in lines:
        lines_read.append(line)
        size += len(line)
        if size > MAX_BYTES:
            break
    yield from _one_or_many(lines_read)
    yield from lines


def _one_or_many(lines: list[bytes]) -> list[bytes]:
    """Return one body if the lines form a single object, else the lines as bodies of which at least one is invalid."""
    whole = _LINE_END.join(lines)
    others_begin = any(line.startswith(b"{") for line in lines[1:])
    return [whole] if _is_json(whole) or not others_begin else lines


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    first = True
    while line := stream.readline(MAX_BYTES + 2):
        beginning = line
        while not line.endswith(_LINE_END) and line:
            line = stream.readline(MAX_BYTES)
        beginning = beginning.removeprefix(_BYTE_ORDER_MARK) if first else beginning
        first = False
        if beginning.strip():
            yield beginning.rstrip(b"\r\n")


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
