"""Large dockets in one process: cases put in at once, on a backend that stays quick with many thousand items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from casereview.evidence.open_facts import marks_of, open_facts
from casereview.routing.offices import route
from casereview.schema.base import EASTERN
from casereview.schema.records import Case, Event, Filing, Stored
from casereview.schema.submission import Submission
from casereview.store.items import to_item
from tests.support.clouds import BackendName, chosen_backend
from tests.support.moto_speed import fast_moto
from tests.support.system import System, running

if TYPE_CHECKING:
    from datetime import datetime

_RECORD = TypeVar("_RECORD", bound=Stored)
APART = timedelta(seconds=1)
"""Between two filings."""


@contextmanager
def quick(backend: BackendName | None = None) -> Iterator[System]:
    """Start a system of one's own whose table stays quick with many thousand items."""
    with fast_moto() if (backend or chosen_backend()) == "moto" else nullcontext(), running(backend) as system:
        yield system


def everything(system: System, model: type[_RECORD], sort_key: str) -> list[_RECORD]:
    """Return the records whose sort keys begin so."""
    return system.all(model, sort_key)


def fill(system: System, bodies: Iterable[dict[str, Any]]) -> int:
    """Put the cases into the table that these requests open, as just filed, without their sealed parts."""
    number = 0
    for number, body in enumerate(bodies, 1):
        for record in _opened(body, f"C{number:06d}", system.time - APART * number):
            system.cloud.backend.put(to_item(record))
    return number


def _opened(body: dict[str, Any], case_id: str, at: datetime) -> tuple[Case, Event]:
    submission = Submission.model_validate(body)
    facts = open_facts(submission, at.astimezone(EASTERN).date())
    office = route(facts, at.astimezone(EASTERN).date())
    case = Case(case_id=case_id, version=1, status="received", status_since=at, office=office, filed_at=at, rank_at=at)
    marks = tuple(sorted(marks_of(submission)))
    requester = submission.requester
    filing = Filing(role=requester.role, authority=requester.authority or "none", opened=True, marks=marks)
    event = Event(
        case_id=case_id,
        version=1,
        at=at,
        kind="filed",
        actor="requester",
        receipt=f"R{case_id}",
        filing=filing,
        claims=facts,
    )
    return case, event
