"""Large dockets in one process: many cases stored directly, on a backend that stays fast with thousands of items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from casereview.evidence.open_facts import marks_of, open_facts
from casereview.routing.offices import route
from casereview.schema.base import EASTERN
from casereview.schema.event_records import Event, Filing
from casereview.schema.records import Case, Stored
from casereview.schema.submission import Submission
from casereview.store.items import to_item
from tests.support.clouds import BackendName, chosen_backend
from tests.support.moto_speed import fast_moto
from tests.support.system import System, running

if TYPE_CHECKING:
    from datetime import datetime

_RECORD = TypeVar("_RECORD", bound=Stored)
INTERVAL = timedelta(seconds=1)
"""The time between two filings."""


@contextmanager
def fast_system(backend: BackendName | None = None) -> Iterator[System]:
    """Start a new system whose table stays fast with thousands of items."""
    with fast_moto() if (backend or chosen_backend()) == "moto" else nullcontext(), running(backend) as system:
        yield system


def read_all(system: System, model: type[_RECORD], sort_key: str) -> list[_RECORD]:
    """Return the records whose sort keys start with ``sort_key``."""
    return system.all(model, sort_key)


def store_docket(system: System, bodies: Iterable[dict[str, Any]]) -> int:
    """Store the cases of request bodies, as just filed, without their sealed parts; return the number of cases."""
    number = 0
    for number, body in enumerate(bodies, 1):
        for record in _case_and_event(body, f"C{number:06d}", system.time - INTERVAL * number):
            system.cloud.backend.put(to_item(record))
    return number


def _case_and_event(body: dict[str, Any], case_id: str, at: datetime) -> tuple[Case, Event]:
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
