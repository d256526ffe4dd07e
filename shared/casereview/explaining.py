"""What the history keeps of a ranking: the ids of the rules behind it, whose texts are in the policy of its digest."""

from __future__ import annotations

from datetime import datetime

from casereview.policy.ranking import Ranking
from casereview.records import Explanation


def explanation_of(ranking: Ranking, at: datetime) -> Explanation:
    """Return a ranking made at an instant as it is stored."""
    return Explanation(
        at=at,
        policy=ranking.policy,
        digest=ranking.digest,
        lane=ranking.lane,
        sort_at=ranking.sort_at,
        reasons=tuple(reason.rule for reason in ranking.reasons),
        matched=ranking.matched,
        categories=tuple(category.id for category in ranking.categories),
        approvals=ranking.approvals,
        factors=tuple(factor.id for factor in ranking.factors),
        flags=ranking.flags,
    )
