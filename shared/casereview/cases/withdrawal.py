"""What the withdrawal of a request does to its case."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from casereview.cases.decisions import WITHOUT_PROPOSED
from casereview.cases.due import without_due_work
from casereview.cases.lease import is_top_lane
from casereview.cases.lifecycle import LIVE
from casereview.cases.own_words import reaches_top_lane
from casereview.cases.verification import verify_by
from casereview.policy.compiler import CompiledPolicy
from casereview.schema.evidence import Claims
from casereview.schema.records import Case

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields

UNDO_WITHIN: Final = timedelta(hours=72)
"""How long a withdrawal can be taken back."""
SUPERVISOR_WITHIN: Final = timedelta(days=3)
"""How long a supervisor may take to confirm a withdrawal (house rule)."""


class Withdrawn(NamedTuple):
    """The effect of a withdrawal."""

    case: CaseFields
    claims: Claims
    """Of the request: what an unverified holder said no longer counts while other requests are live."""
    closes: bool


def withdrawn(case: Case, claims: Claims, policy: CompiledPolicy, at: datetime) -> Withdrawn:
    """Return the effect of a withdrawal on a case.

    A case with other requests goes on. One without a live request closes at once if no other ever joined it, it is in
    no top lane and the person is not detained; otherwise its end waits for an officer, and what was said still counts.
    """
    live = case.live - 1
    ended = claims.evolve(withdrawal_by=None, verify_by=None, to_phone=False, live=claims.verified or not live)
    if case.status not in LIVE:
        return Withdrawn({"live": live}, ended, closes=False)
    if live or case.requests > 1 or _needs_officer(case, policy, at):
        return Withdrawn({"live": live, "rank_at": at}, ended, closes=False)
    closed: CaseFields = {
        **without_due_work(case),
        "live": 0,
        "status": "withdrawn",
        "status_since": at,
        **(WITHOUT_PROPOSED if case.status == "awaiting_approval" else {}),
    }
    return Withdrawn(closed, ended, closes=True)


def _needs_officer(case: Case, policy: CompiledPolicy, at: datetime) -> bool:
    """Return whether an officer must confirm the end of a case; also where its newest words were not ranked yet."""
    unranked = case.unreadable or case.lane is None or (case.rank_at is not None and case.rank_at <= at)
    return unranked or is_top_lane(policy, case.lane) or case.facts.custody == "detained"


def without_withdrawal(claims: Claims, policy: CompiledPolicy, at: datetime) -> Claims:
    """Return the claims of a request whose withdrawal was taken back; an unverified holder is to be verified again."""
    deadline = None if claims.verified else verify_by(at, top=reaches_top_lane(claims, policy, at))
    return claims.evolve(withdrawal_by=None, verify_by=deadline, live=True)
