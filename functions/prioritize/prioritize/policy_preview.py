"""Preview a draft policy: rank open cases under it and under the policy in force, and store only the counts.

Restricted cases are left out, so that a preview is the same whether there are such cases or not.

Each message counts one part of an office's report, and each part sends the message for the next one. A conditional
write on the number of parts done makes a duplicate message harmless; the sweep sends a lost message again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from casereview.cases.lifecycle import QUEUED
from casereview.cases.preview import compare, with_cases
from casereview.policy.compiler import CompiledPolicy
from casereview.schema.base import to_milliseconds
from casereview.schema.evidence import CaseFile
from casereview.schema.messages import PreviewMessage
from casereview.schema.policy_records import Preview, WorklistCursor
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.folding import file_of
from casereview.store.transaction import RefusedError, put_over
from casereview.store.unreadable import UnreadableError
from casereview.store.worklist import WorklistPlace
from prioritize.services import Services

if TYPE_CHECKING:
    from casereview.schema.field_sets import PreviewFields

PART = 100
"""The number of cases that one message ranks."""


def preview(services: Services, message: PreviewMessage) -> None:
    """Count the next part of an office's report, and send the message for the part after it.

    Does nothing if the report does not exist or is complete.

    Args:
        services: The table, the policies and the rank queue.
        message: Names the preview and the office.
    """
    report = services.table.get(Preview, keys.preview(message.preview, message.office))
    if report is None or report.work_at is None:
        return
    draft = services.policies.policy_of_draft(report.policy_id, report.digest)
    against = services.policies.find(report.against)
    after = _count_part(services, report, against, draft) if draft and against else report.evolve(work_at=None)
    try:
        services.table.write(put_over(after, run=report.run, part=report.part))
    except RefusedError:
        return  # a duplicate message, or a new preview was requested
    if after.work_at:
        services.rank_queue.send(message, message.office)


def _count_part(services: Services, report: Preview, against: CompiledPolicy, draft: CompiledPolicy) -> Preview:
    after = WorklistPlace(report.cursor.rank, report.cursor.case_id) if report.cursor else None
    places = services.table.worklist.places(report.office, limit=PART, after=after)
    cases = services.table.cases([place.case_id for place in places]).values()
    shown = [case for case in cases if case.status in QUEUED and case.office == report.office]
    found = [compare(file, against, draft, report.at) for file in _files(services, shown, against)]
    counted = with_cases(report, [compared for compared in found if compared])
    done = len(places) < PART
    changes: PreviewFields = {
        "part": report.part + 1,
        "done": done,
        "work_at": None if done else to_milliseconds(services.now()),
        "attempts": 0,
        "stuck": False,
        "without_restricted": report.part == 0 or report.without_restricted,
    }
    if places:
        changes["cursor"] = WorklistCursor(rank=places[-1].rank, case_id=places[-1].case_id)
    return counted.evolve(**changes)


def _files(services: Services, cases: Iterable[Case], policy: CompiledPolicy) -> Iterator[CaseFile]:
    """Yield cases with what was stated and found about them; one of which that cannot be read is left out."""
    for case in cases:
        with suppress(UnreadableError):
            yield file_of(services.table, case, policy)
