"""Give the holder of a request rights over its case, without the staff API."""

from __future__ import annotations

from collections.abc import Mapping

from casereview.cases.verification import pending_verifications
from casereview.schema.evidence import Claims
from casereview.schema.records import Case
from casereview.schema.request_records import OfficerCheck, Request
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
    verified = claims.evolve(verified=True, second=second, verify_by=None)
    case = system.read(Case, keys.case(request.case_id))
    others = [one for one in system.intake.table.evidence_of(case).claims if one.receipt != claims.receipt]
    pending = case.evolve(**pending_verifications(case, [*others, verified], system.time))
    system.intake.table.write(Put(known), Put(verified), Put(pending))
