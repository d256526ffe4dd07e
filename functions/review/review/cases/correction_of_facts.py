"""Undo a verification of facts, a protection mark among them, or a removal that was recorded by mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casereview.cases.changes import restriction
from casereview.cases.material import material_change
from casereview.cases.verification import pending_verifications
from casereview.evidence.fold import all_made, without_finding
from casereview.evidence.standing import is_restricted
from casereview.http.problems import not_correctable
from casereview.schema.event_records import Event
from casereview.schema.evidence import CaseFile
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case
from casereview.store.transaction import Put, Write
from casereview.store.transition import Transition
from review.cases.reaching import calls_that_waited
from review.cases.requesters import missed_news
from review.cases.session import CaseSession
from review.cases.untold import NOT_TO_BE_TOLD, to_be_told

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields, EventFields


def without_facts(session: CaseSession, case: Case, event: Event) -> Transition:
    """Return the transition after which the facts settle as if an officer had not verified some of them.

    A protection mark, or its removal, is taken out too: what requesters said of protection, and what other officers
    found, then decides whether the case is restricted.

    Raises:
        ProblemError: 409 if the finding is not in this case any more.
    """
    file = session.file(case)
    if not any(one.version == event.version and one.source_case is None for one in all_made(file.findings)):
        raise not_correctable("What the event established went to another case with its request.")
    findings = without_finding(file.findings, event.version)
    changes = material_change(case, session.at)
    notices: tuple[Notice, ...] = ()
    calls: tuple[Write, ...] = ()
    told = NOT_TO_BE_TOLD
    if event.claims is not None and "protected" in event.claims.model_fields_set:
        after = file._replace(findings=findings)
        changes |= _restriction(session, after)
        lifted = case.evolve(**changes)
        notices = missed_news(session, case, lifted)
        if case.restricted and not lifted.restricted:
            calls = calls_that_waited(session, file, case.office)
        elif lifted.restricted and not case.restricted:
            told = to_be_told(session, lifted)
    fields: EventFields = {"receipt": event.receipt, "details": {**told.details}}
    return Transition("corrected", changes, fields, (Put(findings), *calls, *told.also), notices)


def _restriction(session: CaseSession, file: CaseFile) -> CaseFields:
    restricted = is_restricted(file.claims, file.findings)
    pending = pending_verifications(file.case.evolve(restricted=restricted), file.claims, session.at)
    return {**restriction(file.case, restricted=restricted), **pending}


def without_removal(session: CaseSession, case: Case, event: Event) -> Transition:
    """Return the transition after which a removal counts as not recorded; others of the case still count.

    The whole history is read for those.
    """
    table = session.services.table
    corrected = {*table.corrections(case.case_id), event.version}
    left = (one for one in table.events_of_kind(case.case_id, "removal_recorded") if one.version not in corrected)
    safety = any(one.details.get("safety") is True for one in left)
    return Transition("corrected", {"safety": safety, **material_change(case, session.at)})
