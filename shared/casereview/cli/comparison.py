"""Two policies over the same requests: what each says of them, and how many would fare otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple

from casereview.cli.offline import Docket, Named, read_case, refusal_document
from casereview.cli.parallel import in_order
from casereview.http.problems import ProblemError
from casereview.policy.compiler import CompiledPolicy
from casereview.policy.ranking import Ranking


class PolicyResult(NamedTuple):
    """What a policy says of a request, by ids."""

    lane: str
    categories: tuple[str, ...]
    approvals: tuple[str, ...]
    factors: tuple[str, ...]


class ComparedRequest(NamedTuple):
    """What both policies say of a request, and how far the second moves it."""

    a: PolicyResult
    b: PolicyResult
    steps: int
    """Lanes up (negative) or down."""
    earlier: int
    """Whole days that it sorts earlier, where it stays in its lane; negative for later."""


@dataclass(slots=True)
class Side:
    """One policy's counts over all requests."""

    policy: CompiledPolicy
    lanes: Counter[str] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)
    approvals: Counter[str] = field(default_factory=Counter)

    def count(self, said: PolicyResult) -> None:
        """Add one request."""
        self.lanes[said.lane] += 1
        self.categories.update(said.categories)
        self.approvals.update(said.approvals)

    def document(self) -> dict[str, Any]:
        """Every rule's count by id, in the document's order, zeros included."""
        written = self.policy.document
        return {
            "policy": self.policy.id,
            "lanes": {lane.id: self.lanes[lane.id] for lane in written.lanes},
            "categories": {category.id: self.categories[category.id] for category in written.categories},
            "approvals": {approval.id: self.approvals[approval.id] for approval in written.approvals},
        }


class Refused(NamedTuple):
    """A request that intake would refuse: its place in the file, from 1, and why."""

    request: int
    error: dict[str, Any]


@dataclass(slots=True)
class Comparison:
    """The counts of both sides, and of the requests whose lane, categories, approvals or factors differ."""

    a: Side
    b: Side
    changes: Counter[str] = field(default_factory=Counter)
    flows: dict[str, Counter[str]] = field(default_factory=dict)
    """Requests by their lane under a, and under b."""
    moves: Counter[int] = field(default_factory=Counter)
    """Requests by the lanes that they move up (negative) or down."""
    shifts: Counter[int] = field(default_factory=Counter)
    """Of those that stay in their lane, by the days that they sort earlier."""
    requests: int = 0
    refused: list[Refused] = field(default_factory=list)
    """The first hundred requests that intake would refuse."""
    refusals: int = 0

    def document(self) -> dict[str, Any]:
        """The comparison as JSON; a category that only changes its mode is no change."""
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
        """Count one request that intake would refuse."""
        self.requests += 1
        self.refusals += 1
        if len(self.refused) < most:
            self.refused.append(Refused(self.requests, error))

    def rows(self) -> Iterator[tuple[str, str, str, str]]:
        """The comparison as a table of name, a, b and how many differ; its head first."""
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


def compare(a: Named, b: Named, bodies: Iterable[bytes], at: datetime) -> Comparison:
    """Rank every request at ``at``, filed then, under both policies. Raises DocumentError."""
    found = Comparison(Side(a.compile()), Side(b.compile()))
    for both in in_order(partial(_said, a, b, at), bodies):
        if isinstance(both, dict):
            found.refuse(both)
        else:
            found.count(both)
    return found


def _said(a: Named, b: Named, at: datetime, bodies: list[bytes]) -> list[ComparedRequest | dict[str, Any]]:
    dockets = Docket.under(a, at, at), Docket.under(b, at, at)
    found: list[ComparedRequest | dict[str, Any]] = []
    for body in bodies:
        try:
            case = read_case(body, at)
        except ProblemError as problem:
            found.append(refusal_document(problem))
        else:
            one, other = (docket.rank(case) for docket in dockets)
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
