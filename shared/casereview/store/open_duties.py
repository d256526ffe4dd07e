"""The open duties of a case: read them, and the writes that open, end and move them.

Each write is part of a transaction that writes the next version of the case, so that no other one changes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from casereview.schema.duty_records import Duty
from casereview.schema.identifiers import new_duty_id
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.backend import Query
from casereview.store.table import Table
from casereview.store.transaction import Write, delete, put_new, put_over


def open_duties(table: Table, case_id: str) -> tuple[Duty, ...]:
    """Read the open duties of a case consistently, the first that is due first."""
    return tuple(sorted((one for one in duties_of(table, case_id) if one.state == "open"), key=lambda duty: duty.due))


def duties_of(table: Table, case_id: str) -> Iterator[Duty]:
    """Yield all duties of a case consistently, also those that are done or have ended."""
    return table.records(Duty, Query(keys.duties_partition(case_id)))


def about(duties: Iterable[Duty], receipt: str, kinds: Iterable[str]) -> tuple[Duty, ...]:
    """Return those of some duties that are about one request and of these kinds."""
    return tuple(duty for duty in duties if duty.receipt == receipt and duty.kind in kinds)


def opened(duties: Iterable[Duty], new: Duty) -> Write:
    """Return the write that opens a duty; one of its kind about the same request that is open does for both.

    Args:
        duties: The open duties of the case.
        new: The duty.
    """
    for duty in duties:
        if (duty.kind, duty.receipt) == (new.kind, new.receipt):
            both = duty.evolve(
                texts=tuple(sorted({*duty.texts, *new.texts})),
                allowed_if_restricted=duty.allowed_if_restricted or new.allowed_if_restricted,
                came_back=duty.came_back or new.came_back,
            )
            return put_over(both, state="open")
    return put_new(new)


def ended(duties: Iterable[Duty]) -> tuple[Write, ...]:
    """Return the writes that end open duties, because nothing is left to do."""
    return tuple(put_over(duty.evolve(state="ended"), state="open") for duty in duties)


def given_to(duties: Iterable[Duty], office: str) -> tuple[Write, ...]:
    """Return the writes that give open duties to the office that a case moves to."""
    return tuple(put_over(duty.evolve(office=office), state="open") for duty in duties)


def moved_to(duties: Iterable[Duty], case: Case) -> Iterator[Write]:
    """Yield the writes that move open duties to another case, two for each."""
    for duty in duties:
        yield delete(keys.duty(duty.case_id, duty.duty_id), state="open")
        moved_id = new_duty_id(str(duty.kind))
        yield put_new(duty.evolve(case_id=case.case_id, duty_id=moved_id, office=case.office))
