"""The changes that an event records: fields of the case before and after, as data instead of prose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casereview.schema.records import Case, Change

if TYPE_CHECKING:
    from pydantic import JsonValue

SHOWN_FIELDS = (
    "status",
    "office",
    "requests",
    "live",
    "restricted",
    "lane",
    "rank",
    "reasons",
    "flags",
    "policy",
    "missed",
)
"""The fields whose changes the history shows; the others are clocks, due work, or could identify a person."""


def changes_between(before: Case, after: Case) -> dict[str, Change]:
    """Return the changes of the shown fields that differ between two versions of a case."""
    old, new = _shown(before), _shown(after)
    return {name: Change(before=old[name], after=new[name]) for name in SHOWN_FIELDS if old[name] != new[name]}


def _shown(case: Case) -> dict[str, JsonValue]:
    values = ((name, getattr(case, name)) for name in SHOWN_FIELDS)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values}


def changes_of_new(case: Case) -> dict[str, Change]:
    """Return the changes that a new case records: its state, its office, and shown fields without their default."""
    default = Case(
        case_id=case.case_id,
        version=case.version,
        status=case.status,
        status_since=case.status_since,
        office=case.office,
        filed_at=case.filed_at,
    )
    return {"status": Change(after=case.status), "office": Change(after=case.office), **changes_between(default, case)}
