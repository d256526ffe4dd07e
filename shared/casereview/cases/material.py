"""What is material to a decision: it must have been considered, so a decision made without it does not stand.

Verifications, removals, links, splits and words of verified holders are recorded as ``Case.material`` when they happen.
Words of others are material only if they lift the case into a higher lane, which shows when the case is assessed.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from casereview.cases.assessment import Assessment
from casereview.cases.lifecycle import LIVE
from casereview.policy.compiler import CompiledPolicy
from casereview.schema.records import Case

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields


def material_change(case: Case, at: datetime) -> CaseFields:
    """Return the fields of a change that a decision must consider: ranking a live case returns one that did not."""
    changes: CaseFields = {"material": case.version + 1}
    return {**changes, "rank_at": at} if case.status in LIVE else changes


def is_lifted_by_words(case: Case, found: Assessment, policy: CompiledPolicy) -> bool:
    """Return whether words that no ranking has weighed yet lift a case into a higher lane.

    Args:
        case: The case, as it was last ranked.
        found: Its assessment now.
        policy: The policy of the assessment.
    """
    if case.words_at is None or case.rank_at is None or case.rank_at > case.words_at:
        return False
    before = next((index for index, lane in enumerate(policy.lanes) if lane.id == case.lane), None)
    return before is not None and found.ranking.lane_index < before
