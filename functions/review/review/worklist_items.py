"""A case as an item of a worklist, and whether a caller sees it there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from casereview.cases.assessment import responsible_office
from casereview.cases.first_look import is_overdue
from casereview.cases.flags import flags_of
from casereview.cases.lifecycle import QUEUED
from casereview.runtime.error_logging import SuppressAndLog
from casereview.schema.base import Unrecognized
from casereview.schema.records import Case, Guard
from casereview.store import keys
from casereview.store.table import readable
from casereview.usecases.services import CaseServices
from review.authorization import Caller
from review.schema.responses import Reason, WorklistItem
from review.services import logger


def is_visible(case: Case, caller: Caller, office: str) -> bool:
    """Return whether a case is still in this queue and the caller has access to it; the index may be out of date.

    A status that this release does not know counts as queued, because only the index can tell.
    """
    queued = case.status in QUEUED or isinstance(case.status, Unrecognized)
    return case.office == office and queued and (caller.restricted or not case.restricted)


def same_person(services: CaseServices, caller: Caller, cases: Iterable[Case]) -> frozenset[str]:
    """Return the ids of those cases beside which another one has the person's guard, as far as the caller may know."""
    apart = {case.case_id: case.apart_from for case in cases if case.apart_from}
    guarded = services.table.batch([keys.guard(person) for person in {*apart.values()}])
    guards = list(readable(Guard, guarded))
    holders = services.table.cases([guard.case for guard in guards])
    known = {one.case_id for one in holders.values() if caller.restricted or not one.restricted}
    persons = {guard.person for guard in guards if guard.case in known}
    if caller.restricted:  # a guard or its case that cannot be read counts as restricted, and is there
        persons |= {keys.person_of(item["pk"]["S"]) for item in guarded} - {guard.person for guard in guards}
        persons |= {guard.person for guard in guards if guard.case not in holders}
    return frozenset(case_id for case_id, person in apart.items() if person in persons)


def item_of(
    services: CaseServices, case: Case, position: int | None, now: datetime, *, same_person: bool
) -> WorklistItem:
    """Return a case as an item of the worklist.

    Args:
        services: The policies.
        case: The case.
        position: Its position, if it is known.
        now: The time.
        same_person: Whether another case has the person's guard, as far as the caller may know.
    """
    texts = _rule_texts(services, case)
    return WorklistItem(
        case_id=case.case_id,
        position=position,
        lane=case.lane,
        received_at=case.filed_at,
        target_by=case.target_at,
        overdue=is_overdue(case, now),
        reasons=tuple(Reason(rule=rule, text=texts.get(rule, "")) for rule in case.reasons),
        flags=flags_of(case, same_person=same_person),
        status=case.status,
        status_since=case.status_since,
        claimed_by=case.claimed_by,
        lease_until=case.lease_until,
        removal_at=case.facts.removal_at,
        facility=case.facts.facility,
        other_office=responsible_office(case, case.facts) if "office_differs" in case.flags else None,
        policy=case.policy,
    )


def _rule_texts(services: CaseServices, case: Case) -> Mapping[str, str]:
    """Return the texts of the rules of a case's policy; none if they cannot be read.

    A case may have been claimed already when its item is made, so this must not fail.
    """
    with SuppressAndLog(logger, "the texts of a policy were not read", case_id=case.case_id):
        return services.policies.texts(case.policy)
    return {}
