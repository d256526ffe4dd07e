"""Preview a draft policy: rank open cases under it and under the policy in force, and store only the counts.

Restricted cases are left out, so that a preview is the same whether there are such cases or not.

Each message counts one part of an office's report, and each part sends the message for the next one. A conditional
write on the number of parts done makes a duplicate message harmless; the sweep sends a lost message again.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from casereview.cases.lifecycle import QUEUED
from casereview.cases.preview import ComparedCase, compare, with_cases
from casereview.policy.compiler import CompiledPolicy
from casereview.schema.base import to_milliseconds
from casereview.schema.messages import PreviewMessage
from casereview.schema.policy_records import Preview, WorklistCursor
from casereview.store import keys
from casereview.store.folding import read_file
from casereview.store.items import from_item
from casereview.store.table import Table
from casereview.store.transaction import RefusedError, put_over
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
    found = services.table.items(*keys.preview(message.preview, message.office))
    report = from_item(Preview, found[0]) if found else None
    if report is None or report.work_at is None:
        return
    draft = services.policies.policy_of_draft(report.policy_id, report.digest)
    after = _count_part(services, report, draft) if draft else report.evolve(work_at=None)
    try:
        services.table.write(put_over(after, run=report.run, part=report.part))
    except RefusedError:
        return  # a duplicate message, or a new preview was requested
    if after.work_at:
        services.rank_queue.send(message, message.office)


def _count_part(services: Services, report: Preview, draft: CompiledPolicy) -> Preview:
    after = WorklistPlace(report.cursor.rank, report.cursor.case_id) if report.cursor else None
    places = list(islice(services.table.worklist.entries(report.office, after), PART))
    against = services.policies.compiled(report.against)
    ids = dict.fromkeys(keys.case_id_of(place["pk"]) for place in places)  # the index can list a case twice
    found = [_compare_case(services.table, case_id, report, against, draft) for case_id in ids]
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
        changes["cursor"] = WorklistCursor(rank=places[-1]["rank"], case_id=keys.case_id_of(places[-1]["pk"]))
    return counted.evolve(**changes)


def _compare_case(
    table: Table, case_id: str, report: Preview, against: CompiledPolicy, draft: CompiledPolicy
) -> ComparedCase | None:
    file = read_file(table, case_id, against)
    is_queued = file is not None and file.case.status in QUEUED and file.case.office == report.office
    return compare(file, against, draft, report.at) if file and is_queued else None
