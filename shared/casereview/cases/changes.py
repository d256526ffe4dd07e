"""The changes that an event records: fields of the case before and after, as data instead of prose."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from casereview.cases.decisions import decisions_of
from casereview.cases.first_look import restarted_clock
from casereview.routing.offices import SENIOR_REVIEWING_OFFICIAL
from casereview.schema.event_records import Change
from casereview.schema.records import Case, ShownBefore

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import CaseFields

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


def next_version(case: Case) -> CaseFields:
    """Return the fields of the next version of a case, whose words are folded if those of this one are."""
    version = case.version + 1
    return {"version": version, "folded": version if case.folded == case.version else case.folded}


def restriction(case: Case, *, restricted: bool) -> CaseFields:
    """Return the fields that restrict a case, or lift its restriction (8 USC 1367).

    What verified requesters saw until then is kept: until a second officer confirms them, they see no more of it.
    """
    if restricted == case.restricted:
        return {}
    if not restricted:
        return {"restricted": False, "shown_before": None}
    shown = ShownBefore(
        version=case.version,
        status=case.status,
        since=case.shown_since or case.status_since,
        review_since=case.review_since,
        office=case.field_office or case.office,
        lane=case.lane,
        shown_lane=case.shown_lane,
        rank=case.rank,
        digest=case.digest,
        asked=case.asked,
        decision=case.decision,
        decisions=case.decisions,
    )
    return {"restricted": True, "shown_before": shown}


def escalated(case: Case, at: datetime) -> CaseFields:
    """Return the fields of a decided case that goes to the Senior Reviewing Official at an instant."""
    return {
        "status": "with_senior_official",
        "status_since": at,
        "decisions": decisions_of(case),  # while the time of one that an older release stored alone is known
        "first_look": restarted_clock(case, at),
        "field_office": case.office,
        "office": SENIOR_REVIEWING_OFFICIAL,
        "rank_at": at,
    }


def returned_to_field_office(case: Case, at: datetime) -> CaseFields:
    """Return the fields of a case that goes on at its field office at an instant, without a decision that stands."""
    return {
        "status": "in_line",
        "status_since": at,
        "first_look": restarted_clock(case, at),
        "office": case.field_office or case.office,
        "field_office": None,
        "decision": None,
        "rank_at": at,
    }


def as_shown_before(case: Case) -> Case:
    """Return a restricted case as it was when it became restricted, as far as requesters were shown it."""
    before = case.shown_before
    if before is None:
        return case
    return case.evolve(
        status=before.status,
        status_since=before.since,
        shown_since=None,
        review_since=before.review_since,
        office=before.office,
        field_office=None,
        lane=before.lane,
        shown_lane=before.shown_lane,
        rank=before.rank,
        digest=before.digest,
        asked=before.asked,
        decision=before.decision,
        decisions=before.decisions,
    )


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
