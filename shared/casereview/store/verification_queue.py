"""Keep the queue of requesters to verify in step with whether their case is restricted.

When a case becomes restricted, its verified requesters must be confirmed by two persons of the group; when that ends, a
single confirmation is enough. The ranking, which follows every such change of a case that is worked on, puts them into
the queue or takes them out.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from casereview.cases.requester_checks import look_by, must_be_confirmed_again, pending_refutation
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


def requeued(table: Table, file: CaseFile, policy: CompiledPolicy, at: datetime) -> Requeued:
    """Return what puts the verified requesters of a case into the queue, or takes them out.

    Args:
        table: The table.
        file: The case as it is from now on, with its claims.
        policy: The policy in use.
        at: The time.
    """
    claims: list[Claims] = []
    writes: list[Write] = []
    for one in file.claims:
        after = _after(table, file, one, policy, at) if _may_change(one, restricted=file.case.restricted) else None
        changed = one.evolve(verify_by=after.verify_by) if after else one
        if after:
            writes += [put_over(after, state=after.state, epoch=after.epoch), Put(changed)]
        claims.append(changed)
    return Requeued(tuple(claims), tuple(writes))


def _may_change(claims: Claims, *, restricted: bool) -> bool:
    is_waiting = claims.verify_by is not None
    return claims.verified and (is_waiting != (restricted and not claims.second))


def _after(table: Table, file: CaseFile, claims: Claims, policy: CompiledPolicy, at: datetime) -> Request | None:
    """Return a request with its new time; None if it does not change."""
    request = table.get(Request, keys.request(claims.receipt))
    if request is None or request.case_id != file.case.case_id or request.state != "live":
        return None
    if claims.verify_by is None:
        again = must_be_confirmed_again(request, restricted=file.case.restricted)
        return request.evolve(verify_by=look_by(request, claims, policy, at)) if again else None
    return request.evolve(verify_by=None) if pending_refutation(request) is None else None
