"""The place that the words of one request would get by themselves, whatever else is known about the case."""

from __future__ import annotations

from datetime import datetime

from casereview.evidence.placement import Placement
from casereview.evidence.settle import settle
from casereview.policy.compiler import CompiledPolicy
from casereview.policy.engine import rank
from casereview.policy.ranking import Ranking, RankInput
from casereview.schema.evidence import Claims, Findings


def ranking_of_own_words(claims: Claims, policy: CompiledPolicy, at: datetime) -> Ranking:
    """Rank the words of one request alone, as if it had opened the case, at an instant."""
    placement = Placement(policy, claims.receipt, claims.filed_at)
    opened = claims.evolve(filing=claims.filing.evolve(opened=True), verified=False, refuted=False, live=True)
    settled = settle([opened], Findings(case_id=claims.case_id), placement, at)
    return rank(RankInput(settled.placed, claims.receipt, claims.filed_at), policy, at, None)


def reaches_top_lane(claims: Claims, policy: CompiledPolicy, at: datetime) -> bool:
    """Return whether the words of one request alone reach a top lane."""
    return policy.lanes[ranking_of_own_words(claims, policy, at).lane_index].top
