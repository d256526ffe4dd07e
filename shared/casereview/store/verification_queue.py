"""Keep the queue of requesters to verify in step with their case: whether it is restricted, and its lane.

When a case becomes restricted, its verified requesters must be confirmed by two persons of the group; when that ends, a
single confirmation is enough. The ranking, which follows every such change of a case that is worked on, puts them into
the queue or takes them out. When a case enters a top lane as time passes or the policy changes, those whose own words
reach it are to be verified sooner.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from casereview.cases.own_words import reaches_top_lane
from casereview.cases.requester_checks import look_by, must_be_confirmed_again, pending_refutation
from casereview.cases.verification import URGENT
from casereview.policy.compiler import CompiledPolicy
from casereview.schema.evidence import CaseFile, Claims
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.store.table import Table
from casereview.store.transaction import Put, Write, put_over


class Requeued(NamedTuple):
    """The claims of all requests of a case, some with another time to look at them, and the writes of those."""

    claims: tuple[Claims, ...]
    writes: tuple[Write, ...]


def requeued(
    table: Table, file: CaseFile, policy: CompiledPolicy, at: datetime, *, enters_top_lane: bool = False
) -> Requeued:
    """Return what puts the verified requesters of a case into the queue, takes them out, or brings others forward.

    Args:
        table: The table.
        file: The case as it is from now on, with its claims.
        policy: The policy in use.
        at: The time.
        enters_top_lane: Whether the words of requesters put the case into a top lane now, and did not before.
    """
    claims: list[Claims] = []
    writes: list[Write] = []
    for one in file.claims:
        after: Request | None = None
        if _may_change(one, restricted=file.case.restricted):
            after = _after(table, file, one, policy, at)
        elif enters_top_lane and _is_urgent(one, policy, at):
            after = _brought_forward(table, file, one, at)
        changed = one.evolve(verify_by=after.verify_by) if after else one
        if after:
            writes += [put_over(after, state=after.state, epoch=after.epoch), Put(changed)]
        claims.append(changed)
    return Requeued(tuple(claims), tuple(writes))


def _may_change(claims: Claims, *, restricted: bool) -> bool:
    is_waiting = claims.verify_by is not None
    return claims.verified and (is_waiting != (restricted and not claims.second))


def _is_urgent(claims: Claims, policy: CompiledPolicy, at: datetime) -> bool:
    """Return whether the own words of an unverified holder reach a top lane, and more time is left than that allows."""
    if not claims.live or claims.verified or claims.verify_by is None or claims.verify_by <= at + URGENT:
        return False
    return reaches_top_lane(claims, policy, at)


def _brought_forward(table: Table, file: CaseFile, claims: Claims, at: datetime) -> Request | None:
    request = _live_request(table, file, claims)
    return request.evolve(verify_by=at + URGENT) if request else None


def _live_request(table: Table, file: CaseFile, claims: Claims) -> Request | None:
    request = table.get(Request, keys.request(claims.receipt))
    if request is None or request.case_id != file.case.case_id or request.state != "live":
        return None
    return request


def _after(table: Table, file: CaseFile, claims: Claims, policy: CompiledPolicy, at: datetime) -> Request | None:
    """Return a request with its new time; None if it does not change."""
    request = _live_request(table, file, claims)
    if request is None:
        return None
    if claims.verify_by is None:
        again = must_be_confirmed_again(request, restricted=file.case.restricted)
        return request.evolve(verify_by=look_by(request, claims, policy, at)) if again else None
    return request.evolve(verify_by=None) if pending_refutation(request) is None else None
