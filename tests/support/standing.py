"""Give the holder of a request rights over its case, without the staff API."""

from __future__ import annotations

from collections.abc import Mapping

from casereview.schema.evidence import Claims
from casereview.schema.records import OfficerCheck, Request
from casereview.store import keys
from casereview.store.transaction import Put
from tests.support.system import System


def recognized(system: System, filed: Mapping[str, str], *, second: bool = False) -> None:
    """Record that officers verified the holder; ``second``: two who may open restricted cases."""
    request = system.read(Request, keys.request(filed["receipt"]))
    claims = system.read(Claims, keys.claims(request.case_id, request.receipt))
    by = ("rita", "rolf") if second else ()
    checks = tuple(OfficerCheck(by=one, at=system.time, kind="identity", restricted=True) for one in by)
    known = request.evolve(verified=True, confirmed_by=checks, verify_by=None)
    system.intake.table.write(Put(known), Put(claims.evolve(verified=True, second=second, verify_by=None)))
