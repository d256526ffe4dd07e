"""The guard of a person: the item that names the open case which the person's next request joins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casereview.http.problems import wrong_state
from casereview.schema.records import Case, Guard
from casereview.store import keys
from casereview.store.transaction import Write, delete, put_new
from review.cases.session import CaseSession

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields


def release_guard(case: Case) -> tuple[Write, ...]:
    """Return the write that deletes a person's guard, so that the person's next request opens a new case."""
    return (delete(keys.guard(case.person), case=case.case_id),) if case.person else ()


def retake_guard(session: CaseSession, case: Case) -> tuple[Write, ...]:
    """Return the write that stores the person's guard again.

    Raises:
        ProblemError: 409 if the person has a newer open case.
    """
    if case.person is None:
        return ()
    if session.services.table.get(Guard, keys.guard(case.person)):
        raise wrong_state("newer_case_open", "The person has a newer open case: record there what has changed.")
    return (put_new(Guard(person=case.person, case=case.case_id, mac_key=session.services.macs.key)),)


def guard_for_remand(session: CaseSession, case: Case) -> tuple[CaseFields, tuple[Write, ...]]:
    """Return the write that stores the person's guard again; if a newer case has it, the fields of a case without."""
    if case.person is None:
        return {}, ()
    if session.services.table.get(Guard, keys.guard(case.person)):
        return {"person": None, "over_limit": True}, ()
    return {}, (put_new(Guard(person=case.person, case=case.case_id, mac_key=session.services.macs.key)),)
