"""Large dockets in one process: moto with the local run's fixes for speed, and cases put in at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from moto.backends import get_backend
from moto.core.common_models import BaseModel
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table as MotoTable

from casereview.evidence.open_facts import marks_of, open_facts
from casereview.routing.offices import route
from casereview.schema.base import EASTERN
from casereview.schema.records import Case, Event, Filing, Stored
from casereview.schema.submission import Submission
from casereview.store.items import from_item, to_item
from infra.local.emulators.moto import dynamodb, patches
from tests.support.environment import REGION
from tests.support.system import System, running

if TYPE_CHECKING:
    from datetime import datetime

_RECORD = TypeVar("_RECORD", bound=Stored)
PATCHED = (BaseModel, DynamoDBBackend, MotoTable, BaseJSONSerializer, Item, DynamoType)
APART = timedelta(seconds=1)
"""Between two filings."""


@contextmanager
def quick() -> Iterator[System]:
    """Start a system of one's own whose table stays quick with many thousand items."""
    kept = [(owner, dict(vars(owner))) for owner in PATCHED]
    dynamodb.apply()
    BaseModel.__new__ = patches.new_untracked  # type: ignore[method-assign]
    try:
        with running() as system:
            yield system
    finally:
        for owner, before in kept:
            for name in vars(owner).keys() & before.keys():
                if vars(owner)[name] is not before[name]:
                    setattr(owner, name, before[name])


def everything(system: System, model: type[_RECORD], sort_key: str) -> list[_RECORD]:
    """Return the records whose sort keys begin so, straight from the emulator, whose scan is slow."""
    backend: Any = get_backend("dynamodb")["123456789012"][REGION]
    items = (item.to_json()["Attributes"] for item in backend.get_table(system.table).all_items())
    return [from_item(model, item) for item in items if item["sk"]["S"].startswith(sort_key)]


def fill(system: System, bodies: Iterable[dict[str, Any]]) -> int:
    """Put the cases into the table that these requests open, as just filed, without their sealed parts."""
    number = 0
    records: list[Stored] = []
    for number, body in enumerate(bodies, 1):
        records += _opened(body, f"C{number:06d}", system.time - APART * number)
    for start in range(0, len(records), 25):
        items = map(to_item, records[start : start + 25])
        requests: Any = {system.table: [{"PutRequest": {"Item": item}} for item in items]}
        system.dynamodb.batch_write_item(RequestItems=requests)
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
