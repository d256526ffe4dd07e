"""Move requests to another case: the request and its claims move, its events, texts and notices stay where they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from casereview.cases.duties import OF_A_REQUEST
from casereview.evidence.fold import folded_finding
from casereview.evidence.standing import established_values
from casereview.schema.duty_records import Duty
from casereview.schema.evidence import CaseFile, Claims, Finding, Findings
from casereview.schema.facts import Facts
from casereview.schema.person_records import NameCase
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.store.transaction import Put, Write, delete, put_over

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields


def moved(request: Request, claims: Claims, case_id: str, version: int, *, opened: bool) -> Iterator[Write]:
    """Yield the writes that move a request with its claims to another case.

    Args:
        request: The request, as it was read.
        claims: Its claims.
        case_id: The case that it moves to.
        version: The version of that case with the request.
        opened: Whether it opens that case, or joins it.
    """
    after = request.evolve(case_id=case_id, opened=opened, moved=version, escalated_at=request.escalation_asked)
    yield put_over(after, case_id=request.case_id, updates=request.updates)
    yield delete(keys.claims(claims.case_id, claims.receipt))
    yield Put(claims.evolve(case_id=case_id, filing=claims.filing.evolve(opened=opened)))


def named(requests: Iterable[Request], case_id: str) -> Iterator[Write]:
    """Yield the writes by which the names in requests find the case that they move to."""
    for name, mac_key in {one.name: one.mac_key for one in requests if one.name}.items():
        yield Put(NameCase(name=name, case=case_id, mac_key=mac_key))


def duties_of(duties: Iterable[Duty], receipts: Collection[str]) -> tuple[Duty, ...]:
    """Return those of the open duties of a case that move with requests."""
    return tuple(duty for duty in duties if duty.receipt in receipts and duty.kind in OF_A_REQUEST)


def translates(case: Case, duties: Iterable[Duty]) -> CaseFields:
    """Return the fields of a case to which duties come: whether a text is to be translated."""
    return {"to_translate": case.to_translate or any(duty.kind == "translate" for duty in duties)}


def merged_findings(target: CaseFile, source: CaseFile, linked: int) -> Findings:
    """Return the findings of both cases after a link, each marked with the case that it was made in.

    Those of the source count as found at the link: their versions number the history of another case.
    """
    found = target.findings
    for one in source.findings.found:
        brought = one.evolve(source_case=one.source_case or source.case.case_id, version=linked)
        found = folded_finding(found, brought)
    return found.evolve(linked=linked)


def findings_about(file: CaseFile, receipt: str, new_case: str) -> Findings:
    """Return the findings that go to a new case with a request: those that name it.

    An officer's protection mark (8 USC 1367) that names no request goes along as well: it is not known to which request
    it refers, so both cases keep it until an officer removes it.
    """
    taken = [_renumbered(one) for one in file.findings.found if one.receipt == receipt]
    marks = [one for one in file.findings.found if one.receipt is None and established_values(one).get("protected")]
    if marks and file.case.restricted:
        taken.append(_renumbered(marks[-1]).evolve(facts=Facts(protected=True)))
    return Findings(case_id=new_case, found=tuple(taken))


def _renumbered(finding: Finding) -> Finding:
    """Return a finding as one made in its new case, whose first version is 1."""
    return finding.evolve(version=1, source_case=None)
