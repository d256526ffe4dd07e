"""The preview of a draft: every open case ranked under it and under the policy in force, and nothing of it written.

One message asks for one part of one office's report; the part done asks for the next. A part is counted under the
number of parts before it, so a message that comes twice counts nothing twice; one that is lost the sweep sends again.
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
from casereview.store.items import from_item
from casereview.store.table import Table
from casereview.store.transaction import RefusedError, Write, put_over
from casereview.store.worklist import WorklistPlace
from prioritize.services import Services

if TYPE_CHECKING:
    from casereview.schema.field_sets import PreviewFields

PART = 100
"""Cases that one message has ranked."""


def preview(services: Services, message: PreviewMessage) -> None:
    """Do the next part of an office's report, and ask for the one after it; nothing where the report is complete."""
    found = services.table.items(*keys.preview(message.preview, message.office))
    report = from_item(Preview, found[0]) if found else None
    if report is None or report.work_at is None:
        return
    draft = services.policies.drafted(report.policy_id, report.digest)
    after = _part(services, report, draft) if draft else report.evolve(work_at=None)
    try:
        services.table.write(_over(after, report))
    except RefusedError:
        return  # the same message came twice, or another preview was asked for
    if after.work_at:
        services.rank_queue.send(message, message.office)


def _part(services: Services, report: Preview, draft: CompiledPolicy) -> Preview:
    after = WorklistPlace(report.cursor.rank, report.cursor.case_id) if report.cursor else None
    places = list(islice(services.table.worklist.entries(report.office, after), PART))
    against = services.policies.compiled(report.against)
    found = [_case(services.table, keys.case_id_of(place["pk"]), report, against, draft) for place in places]
    more = with_cases(report, [each for each in found if each])
    over = len(places) < PART
    changes: PreviewFields = {
        "part": report.part + 1,
        "done": over,
        "work_at": None if over else to_milliseconds(services.now()),
        "attempts": 0,
        "stuck": False,
    }
    if places:
        changes["cursor"] = WorklistCursor(rank=places[-1]["rank"], case_id=keys.case_id_of(places[-1]["pk"]))
    return more.evolve(**changes)


def _case(
    table: Table, case_id: str, report: Preview, against: CompiledPolicy, draft: CompiledPolicy
) -> ComparedCase | None:
    file = table.case_file(case_id)
    stands = file is not None and file.case.status in QUEUED and file.case.office == report.office
    return compare(file, against, draft, report.at) if file and stands else None


def _over(after: Preview, before: Preview) -> Write:
    return put_over(after, run=before.run, part=before.part)
