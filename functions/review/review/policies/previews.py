"""Read the preview of a policy: rounded numbers, and those cases to which the caller has access.

A preview names no case to callers without access to it. The numbers are rounded so that neither one of them nor the
difference of two shows whether a certain case exists, and there is none before every office is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from casereview.cases.preview import totals_of
from casereview.cases.rounding import Rounding
from casereview.routing.offices import queues
from casereview.schema.base import EASTERN, to_milliseconds
from casereview.schema.policy_records import Counts, Preview
from casereview.store import keys
from casereview.store.backend import Query
from casereview.store.items import plain_fields
from casereview.store.table import readable
from casereview.store.transaction import Write, check, put_new
from casereview.usecases.services import CaseServices
from review.authorization import REVIEWER_ROLES, Caller
from review.reads import read_by
from review.schema.policies import OfficeReport, PreviewRead, RoundedCounts, Totals

_WRITES: Final = 100
"""The maximum number of writes of a transaction."""
_STATE: Final = ("office", "done", "digest", "without_restricted", "part")


def stored_reports(services: CaseServices, policy_id: str) -> list[Preview]:
    """Return the reports of a policy's newest preview, one for each office; none if one of them cannot be read."""
    items = services.table.items(keys.preview_partition(policy_id))
    found = list(readable(Preview, items))
    return found if len(found) == len(items) else []


def is_previewed(reports: Iterable[Preview], digest: str) -> bool:
    """Return whether a preview of a draft with this digest is complete: every office is done."""
    done = {report.office for report in reports if report.done and report.digest == digest and _is_shown(report)}
    return done.issuperset(queues())


def is_draft_previewed(services: CaseServices, policy_id: str, digest: str) -> bool:
    """Return whether a preview of a draft with this digest is complete; reads of the reports only what says so."""
    query = Query(keys.preview_partition(policy_id), projection=("sk", *_STATE))
    rows = [plain_fields(item) for item in services.table.query(query)]
    done = {row.get("office") for row in rows if row.get("done") is True and row.get("digest") == digest}
    shown = all(row.get("without_restricted") is True or row.get("part", 0) == 0 for row in rows)
    return shown and done.issuperset(queues())


def check_previewed(policy_id: str, digest: str) -> list[Write]:
    """Return the condition of an approval: the preview of this digest is still complete at every office."""
    return [check(keys.preview(policy_id, office), digest=digest, done=True) for office in queues()]


def _is_shown(report: Preview) -> bool:
    """Return whether a report leaves out restricted cases; one that is not begun has no cases yet."""
    return report.without_restricted or report.part == 0


def read_preview(services: CaseServices, caller: Caller, reports: Sequence[Preview], digest: str) -> PreviewRead | None:
    """Return a preview as the caller may see it; None if there is none.

    Args:
        services: The table, and the secret of the rounding.
        caller: The caller; each case that is shown is recorded as read by them.
        reports: The stored reports, one for each office.
        digest: The digest of the document as it is now.
    """
    if not reports or not all(map(_is_shown, reports)):
        return None
    first, done = reports[0], all(report.done for report in reports)
    shown = _open_cases(services, caller, reports) if done else frozenset()
    return PreviewRead(
        run=first.run,
        at=first.at,
        against=first.against,
        stale=first.digest != digest,
        done=done,
        totals=_totals(totals_of(reports), _rounding(services, first, "")) if done else Totals(),
        offices=tuple(
            _office(report, _rounding(services, report, report.office), shown)
            if done
            else OfficeReport(office=report.office, done=report.done)
            for report in reports
        ),
    )


def _rounding(services: CaseServices, report: Preview, office: str) -> Rounding:
    """Return the rounding of an office's numbers: the same on one day (Eastern time) for the same draft."""
    day = report.at.astimezone(EASTERN).date().isoformat()
    return Rounding(services.macs.secret("preview"), (report.digest, report.against or "", office, day))


def _totals(exact: Mapping[str, int], rounding: Rounding) -> Totals:
    return Totals.model_validate({name: rounding.count(number, name) for name, number in exact.items()})


def _office(report: Preview, rounding: Rounding, shown: frozenset[str]) -> OfficeReport:
    return OfficeReport(
        **_totals(totals_of([report]), rounding).model_dump(),
        office=report.office,
        done=report.done,
        before=_counts(report.before, rounding, "before"),
        after=_counts(report.after, rounding, "after"),
        flows=dict(_flows(report.flows, rounding)),
        moves=tuple(each for each in report.moves if each.case_id in shown),
        late=tuple(each for each in report.late if each.case_id in shown),
        sample=tuple(each for each in report.sample if each.case_id in shown),
    )


def _counts(exact: Counts, rounding: Rounding, side: str) -> RoundedCounts:
    rows: dict[str, dict[str, int]] = exact.model_dump()
    return RoundedCounts.model_validate({name: rounding.counts(row, side, name) for name, row in rows.items()})


def _flows(exact: Mapping[str, Mapping[str, int]], rounding: Rounding) -> Iterator[tuple[str, dict[str, int]]]:
    for lane, into in exact.items():
        if rounded := rounding.counts(into, "flows", lane):
            yield lane, rounded


def _open_cases(services: CaseServices, caller: Caller, reports: Iterable[Preview]) -> frozenset[str]:
    """Return the ids of the listed cases that the caller may open, and record that the caller read them.

    Only the reports of the caller's own queues are considered.
    """
    own = [report for report in reports if report.office in caller.queues()]
    listed = sorted({case_id for report in own for case_id in _listed_ids(report)})
    cases, now = services.table.cases(listed), to_milliseconds(services.now())
    found = [case_id for case_id, case in cases.items() if caller.has_access(case, REVIEWER_ROLES)]
    for start in range(0, len(found), _WRITES):
        some = found[start : start + _WRITES]
        services.table.write(*(put_new(read_by(caller, case_id, "preview", now)) for case_id in some))
    return frozenset(found)


def _listed_ids(report: Preview) -> Iterator[str]:
    yield from (move.case_id for move in report.moves)
    yield from (late.case_id for late in report.late)
    yield from (sample.case_id for sample in report.sample)
