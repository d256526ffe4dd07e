"""Texts that their readers cannot read yet: each reader with another language has a duty of the office to translate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from casereview.cases.duties import new_duty
from casereview.policy.compiler import CompiledPolicy
from casereview.schema.languages import DEFAULT
from casereview.schema.records import Case
from casereview.store.open_duties import open_duties, opened
from casereview.store.transition import Transition
from casereview.usecases.contacts import open_contact
from review.cases.session import CaseSession


def with_translations(
    session: CaseSession, case: Case, step: Transition, languages: Iterable[str], policy: CompiledPolicy
) -> Transition:
    """Return a transition with the translations that the readers of its text need: those who get its notices.

    Args:
        session: The caller and the case.
        case: The case, as it was read.
        step: The transition that asks a question or makes a decision final.
        languages: The languages that the text is written in.
        policy: The policy in force, whose times the duties have.
    """
    written = {_primary(language) for language in languages}
    receipts = [notice.receipt for notice in step.notices if _language_of(session, notice.receipt) not in written]
    if not receipts or not written:
        return step
    known = open_duties(session.services.table, case.case_id)
    times = policy.document.duties
    duties = (new_duty("translate", case, session.at, times, receipt=receipt) for receipt in receipts)
    also = (*step.also, *(opened(known, duty) for duty in duties))
    return replace(step, case={**step.case, "to_translate": True}, also=also)


def _language_of(session: CaseSession, receipt: str) -> str:
    """Return the primary subtag of the language of the holder of a request."""
    return _primary(open_contact(session.services.seal, session.request(receipt)).language or DEFAULT)


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()
