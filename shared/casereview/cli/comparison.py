"""Compare two policies on the same requests: the counts of each, and how many rankings differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple

from casereview.cli.offline import OfflineRanker, PolicySource, read_case, refusal_document
from casereview.cli.parallel import map_in_order
from casereview.http.problems import ProblemError
from casereview.policy.compiler import CompiledPolicy
from casereview.policy.ranking import Ranking


class PolicyResult(NamedTuple):
    """The ids of the lane, categories, approvals and factors that a policy assigns to a request."""

    lane: str
    categories: tuple[str, ...]
    approvals: tuple[str, ...]
    factors: tuple[str, ...]


class ComparedRequest(NamedTuple):
    """The results of both policies for one request, and how far it moves under the second policy."""

    a: PolicyResult
    b: PolicyResult
    steps: int
    """The number of lanes that it moves down; negative for up."""
    earlier: int
    """The number of whole days that it sorts earlier within its lane; negative for later."""


@dataclass(slots=True)
class PolicyCounts:
    """The counts of one policy over all requests."""

    policy: CompiledPolicy
    lanes: Counter[str] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)
    approvals: Counter[str] = field(default_factory=Counter)

    def count(self, result: PolicyResult) -> None:
        """Add one request."""
        self.lanes[result.lane] += 1
        self.categories.update(result.categories)
        self.approvals.update(result.approvals)

    def document(self) -> dict[str, Any]:
        """Return the count of every rule by id, in the document's order, zeros included."""
        written = self.policy.document
        return {
            "policy": self.policy.id,
            "lanes": {lane.id: self.lanes[lane.id] for lane in written.lanes},
            "categories": {category.id: self.categories[category.id] for category in written.categories},
            "approvals": {approval.id: self.approvals[approval.id] for approval in written.approvals},
        }


class RejectedRequest(NamedTuple):
    """A request that intake would reject: its position in the file, from 1, and the reason."""

    request: int
    error: dict[str, Any]


@dataclass(slots=True)
class Comparison:
    """The counts of both policies, and of the requests whose lane, categories, approvals or factors differ."""

    a: PolicyCounts
    b: PolicyCounts
    changes: Counter[str] = field(default_factory=Counter)
    flows: dict[str, Counter[str]] = field(default_factory=dict)
    """The number of requests by their lane under ``a``, then by their lane under ``b``."""
    moves: Counter[int] = field(default_factory=Counter)
    """The number of requests by the number of lanes that they move down (negative for up)."""
    shifts: Counter[int] = field(default_factory=Counter)
    """The number of requests that stay in their lane, by the days that they sort earlier."""
    requests: int = 0
    refused: list[RejectedRequest] = field(default_factory=list)
    """The first 100 requests that intake would reject."""
    refusals: int = 0
    """The number of all requests that intake would reject."""

    def document(self) -> dict[str, Any]:
        """Return the comparison as JSON; a category that changes only its mode does not count as a change."""
        return {
            "a": self.a.document(),
            "b": self.b.document(),
            "category_changes": self.changes["categories"],
            "lane_changes": self.changes["lane"],
            "approval_changes": self.changes["approvals"],
            "factor_changes": self.changes["factors"],
            "flows": {lane.id: dict(self.flows.get(lane.id, {})) for lane in self.a.policy.lanes},
            "moves": {str(steps): number for steps, number in sorted(self.moves.items())},
            "days_earlier": {str(days): number for days, number in sorted(self.shifts.items())},
            "requests": self.requests,
            "refused": self.refusals,
        }

    def count(self, both: ComparedRequest) -> None:
        """Add one request."""
        self.requests += 1
        self.a.count(both.a)
        self.b.count(both.b)
        self.flows.setdefault(both.a.lane, Counter())[both.b.lane] += 1
        self.moves[both.steps] += 1
        if both.a.lane == both.b.lane:
            self.shifts[both.earlier] += 1
        for name, one, other in zip(PolicyResult._fields, both.a, both.b, strict=True):
            self.changes[name] += set(one) != set(other) if name != "lane" else one != other

    def refuse(self, error: dict[str, Any], most: int = 100) -> None:
        """Add one request that intake would reject."""
        self.requests += 1
        self.refusals += 1
        if len(self.refused) < most:
            self.refused.append(RejectedRequest(self.requests, error))

    def rows(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield the rows of a table: name, count under a, count under b, number of differences; the header first."""
        document = self.document()
        a, b = document["a"], document["b"]
        yield "", a["policy"] or "none in force", b["policy"] or "none in force", "differ"
        for section, changes in _SECTIONS:
            yield section, "", "", str(document[changes])
            for name in dict.fromkeys([*a[section], *b[section]]):
                yield f"  {name}", str(a[section].get(name, "-")), str(b[section].get(name, "-")), ""
        yield "factors", "", "", str(document["factor_changes"])
        for name in ("requests", "refused"):
            yield name, str(document[name]), str(document[name]), ""


_SECTIONS: Final = (
    ("lanes", "lane_changes"),
    ("categories", "category_changes"),
    ("approvals", "approval_changes"),
)


def compare(a: PolicySource, b: PolicySource, bodies: Iterable[bytes], at: datetime) -> Comparison:
    """Rank every request, filed at ``at``, under both policies as of ``at``.

    Args:
        a: the first policy.
        b: the second policy.
        bodies: the request bodies.
        at: the time of filing and ranking.

    Returns:
        The comparison.

    Raises:
        DocumentError: if a document is invalid.
    """
    found = Comparison(PolicyCounts(a.compile()), PolicyCounts(b.compile()))
    for both in map_in_order(partial(_compare_bodies, a, b, at), bodies):
        if isinstance(both, dict):
            found.refuse(both)
        else:
            found.count(both)
    return found


def _compare_bodies(
    a: PolicySource, b: PolicySource, at: datetime, bodies: list[bytes]
) -> list[ComparedRequest | dict[str, Any]]:
    rankers = OfflineRanker.for_policy(a, at, at), OfflineRanker.for_policy(b, at, at)
    found: list[ComparedRequest | dict[str, Any]] = []
    for body in bodies:
        try:
            case = read_case(body, at)
        except ProblemError as problem:
            found.append(refusal_document(problem))
        else:
            one, other = (ranker.rank_case(case) for ranker in rankers)
            steps, earlier = other.lane_index - one.lane_index, (one.sort_at - other.sort_at) // timedelta(days=1)
            found.append(ComparedRequest(_ids(one), _ids(other), steps, earlier))
    return found


def _ids(ranking: Ranking) -> PolicyResult:
    return PolicyResult(
        ranking.lane,
        tuple(category.id for category in ranking.categories),
        ranking.approvals,
        tuple(factor.id for factor in ranking.factors),
    )
