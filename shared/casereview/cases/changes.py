"""What a history event says: the fields of a case that changed, before and after; never prose that code must parse."""

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
"""The fields whose changes a history shows; the others are clocks and duties."""


def changes_between(before: Case, after: Case) -> dict[str, Change]:
    """Return the fields of a case that differ."""
    old, new = _shown(before), _shown(after)
    return {name: Change(before=old[name], after=new[name]) for name in SHOWN_FIELDS if old[name] != new[name]}


def _shown(case: Case) -> dict[str, JsonValue]:
    values = ((name, getattr(case, name)) for name in SHOWN_FIELDS)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values}


def changes_of_new(case: Case) -> dict[str, Change]:
    """Return what a new case begins with: its state, its office, and what is not as in every new case."""
    every = Case(
        case_id=case.case_id,
        version=case.version,
        status=case.status,
        status_since=case.status_since,
        office=case.office,
        filed_at=case.filed_at,
    )
    return {"status": Change(after=case.status), "office": Change(after=case.office), **changes_between(every, case)}
