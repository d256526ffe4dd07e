"""Ask requesters who are not verified to prove their identity or authority, by questions of the catalogue.

Such a question changes no status and stops no clock, so that nobody learns from it what becomes of the case.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from casereview.cases.verification import required_kind
from casereview.http.problems import forbidden, invalid, wrong_state
from casereview.schema.records import Case
from casereview.schema.request_records import Ask, Request
from casereview.schema.vocabulary import AskCode
from casereview.store.transaction import put_over
from casereview.store.transition import Transition
from review.cases.requesters import notice_of, requests_of
from review.cases.session import CaseSession

MAX_ASKS: Final = 5
"""How many of the newest questions a request keeps."""


def ask_for_proof(
    session: CaseSession, codes: tuple[AskCode, ...], to: tuple[str, ...] | None, answer_by: datetime | None
) -> tuple[Case, tuple[str, ...]]:
    """Put questions of the catalogue to requests whose holders are not verified; it needs no claim.

    Args:
        session: The caller and the case.
        codes: The questions.
        to: The receipts of the requests; None for every live one that is not verified, and that a question fits.
        answer_by: By when an answer is expected, if at all.

    Returns:
        The case, and the receipts of the requests that were asked.

    Raises:
        ProblemError: 404 without access to the case, or for a receipt that is not of this case; 403 for a request that
            another office verifies; 409 if a requester is verified or withdrew, or if none is left to ask; 422 for a
            question that does not fit the role.
    """
    seen_by: tuple[str, ...] = ()

    def plan(case: Case) -> Transition:
        nonlocal seen_by
        asked = list(_named(session, case, codes, to) if to else _fitting(session, case, codes))
        if not asked:
            if any(_waiting(session, case)):
                raise invalid("/codes", "wrong_kind", "no question fits the role of a requester")
            raise wrong_state("already_verified", "No requester of this case is left to ask.", "/codes")
        seen_by = tuple(request.receipt for request in asked)
        after = [_with_ask(request, _codes_for(request, codes), session.at, answer_by) for request in asked]
        return Transition(
            "proof_asked",
            {},
            {"details": {"receipts": list(seen_by), "codes": list(codes)}},
            tuple(put_over(new, state=new.state, epoch=new.epoch) for new in after),
            tuple(notice_of(session, case, "news", new) for new in after),
        )

    return session.act(plan), seen_by


def _with_ask(request: Request, codes: tuple[AskCode, ...], at: datetime, answer_by: datetime | None) -> Request:
    return request.evolve(asks=(*request.asks, Ask(codes=codes, at=at, answer_by=answer_by))[-MAX_ASKS:])


def _codes_for(request: Request, codes: tuple[AskCode, ...]) -> tuple[AskCode, ...]:
    """Return the questions that fit the role of a requester."""
    fits: AskCode = "prove_identity" if required_kind(request.role) == "identity" else "prove_authority"
    return tuple(dict.fromkeys(code for code in codes if code == fits))


def _fitting(session: CaseSession, case: Case, codes: tuple[AskCode, ...]) -> Iterator[Request]:
    return (request for request in _waiting(session, case) if _codes_for(request, codes))


def _waiting(session: CaseSession, case: Case) -> Iterator[Request]:
    """Yield the live requests that the caller acts for, and whose holders are not verified."""
    for request in requests_of(session, session.file(case)):
        if request.state == "live" and not request.verified and session.may_act_for(request, case):
            yield request


def _named(session: CaseSession, case: Case, codes: tuple[AskCode, ...], to: tuple[str, ...]) -> Iterator[Request]:
    for number, receipt in enumerate(dict.fromkeys(to)):
        pointer = f"/to/{number}"
        request = session.request(receipt, pointer)
        if request.verified:
            raise wrong_state("already_verified", pointer=pointer)
        if request.state != "live":
            raise wrong_state("request_withdrawn", "The request was withdrawn.", pointer)
        if not session.may_act_for(request, case):
            raise forbidden("other_office", "Another office, which the answer to this request named, verifies it.")
        if not _codes_for(request, codes):
            raise invalid("/codes", "wrong_kind", "no question fits the role of a requester")
        yield request
