"""Read a case with its folded words, and fold what another release has added to its history without folding it.

This release rewrites the folded records in every transaction that adds words. A release that does not know them adds
events only: ``Case.folded`` then lags behind ``Case.version``, and the events after it are folded here.
"""

from __future__ import annotations

from contextlib import suppress
from typing import NoReturn

from casereview.cases.assessment import placement_of
from casereview.evidence.fold import Folded, LaneOf, fold
from casereview.policy.compiler import CompiledPolicy
from casereview.schema.errors import CaseChangedError
from casereview.schema.evidence import CaseFile, in_order
from casereview.schema.records import Case
from casereview.store.table import Table
from casereview.store.transaction import Put, RefusedError, put_over


def lane_of(case: Case, policy: CompiledPolicy) -> LaneOf:
    """Return the function that gives the lane of facts of this case under a policy."""
    placement = placement_of(case, policy)
    return lambda facts, at: placement.of(facts, at).lane_index


def file_of(table: Table, case: Case, policy: CompiledPolicy) -> CaseFile:
    """Read the folded words of a case; its ``folded`` stays, by which a writer sees whether any was missing."""
    file = table.evidence_of(case)
    if case.folded >= case.version:
        return file
    before = Folded({one.receipt: one for one in file.claims}, file.findings)
    claims, findings = fold(before, table.events_after(case.case_id, case.folded), lane_of(case, policy))
    known = [one if one.office else one.evolve(office=case.office) for one in claims.values()]
    return CaseFile(case, in_order(known), findings)


def store_folded(table: Table, case: Case, policy: CompiledPolicy) -> NoReturn:
    """Store the folded words of a case, which does not change otherwise.

    Raises:
        CaseChangedError: Always: the case is to be read again.
    """
    file = file_of(table, case, policy)
    folded = put_over(case.evolve(folded=case.version), version=case.version)
    with suppress(RefusedError):
        table.write(folded, *map(Put, file.claims), Put(file.findings))
    raise CaseChangedError
