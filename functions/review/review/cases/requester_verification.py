"""Verify the identity or authority of a requester, in every state of the case and without a claim.

A verified holder has rights over the case, and at once gets the news that was missed. A confirmation or refutation that
needs a second person is recorded, and takes effect with that person's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from casereview.cases.decisions import decisions_of
from casereview.cases.disclosure import is_asked, is_told
from casereview.cases.lifecycle import ENDED, LIVE, STATES
from casereview.cases.material import material_change
from casereview.cases.requester_checks import (
    Checked,
    claims_after,
    confirmed,
    confirming,
    look_by,
    needs_second,
    pending_refutation,
    proposed_reason,
    refuted,
)
from casereview.cases.verification import has_second, pending_verifications, required_kind
from casereview.evidence.fold import SECOND
from casereview.http.problems import ProblemError, forbidden, invalid, problem, wrong_state
from casereview.schema.base import Unrecognized
from casereview.schema.event_records import Verification
from casereview.schema.evidence import CaseFile, Claims
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case
from casereview.schema.request_records import OfficerCheck, Request
from casereview.store.kept_escalation import without_kept_escalation
from casereview.store.transaction import Put, Write, put_over
from casereview.store.transition import Transition
from casereview.usecases.questions import read_question
from review.cases.guard import guard_for_verified
from review.cases.lease import renewed_claim
from review.cases.requesters import notice_of, require_uninvolved
from review.cases.session import CaseSession, holds
from review.cases.untold import NOT_TO_BE_TOLD, to_be_told
from review.schema.commands import VerificationBody

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import CaseFields, EventFields


@dataclass(frozen=True, slots=True)
class VerifiedRequester:
    """The case after a verification of a requester, and what the requester has now."""

    case: Case
    rights: bool
    needs_second: bool


def verify_requester(session: CaseSession, body: VerificationBody, receipt: str) -> VerifiedRequester:
    """Confirm or refute the identity or authority of a requester.

    Raises:
        ProblemError: 404 without access to the case, or for a receipt that is not of this case; 403 for a request that
            another office verifies, or that the caller filed or gave a new code; 409 for the same person's second
            check where another person is needed, or for another reason than that of the first person who refuted; 422
            for a kind that does not fit the role, without a proof to confirm or without a reason to refute.
    """
    if body.verdict == "confirmed" and body.proof is None:
        raise invalid("/proof", "required", "is required to confirm an identity or authority")
    if body.verdict == "refuted" and body.reason is None:
        raise invalid("/reason", "required", "is required to refute an identity or authority")
    found: list[Checked] = []

    def plan(case: Case) -> Transition | None:
        request = session.request(receipt)
        _require_allowed(session, case, request, body)
        file = session.file(case)
        claims = next((one for one in file.claims if one.receipt == request.receipt), None)
        if claims is None:
            raise ProblemError("busy")
        checked = _checked(session, file, request, claims, body)
        found.append(checked)
        return None if checked.request == request else _Effect(session, body, file, request, claims, checked).step()

    case = session.act(plan)
    request = found[-1].request
    return VerifiedRequester(case, _has_rights(request, case), found[-1].needs_second)


def _has_rights(request: Request, case: Case) -> bool:
    return request.verified and (has_second(request) or not case.restricted)


def _require_allowed(session: CaseSession, case: Case, request: Request, body: VerificationBody) -> None:
    if case.status not in STATES:
        raise wrong_state("status_not_allowed", "The case cannot be worked on in its current state.")
    kind = required_kind(request.role)
    if body.kind != kind:
        pointer = "/identity" if body.identity else "/authority"
        raise invalid(pointer, "wrong_kind", f"the role of this requester requires {kind}")
    if not session.may_act_for(request, case):
        raise forbidden("other_office", "Another office, which the answer to this request named, verifies it.")
    require_uninvolved(session, request)


def _checked(session: CaseSession, file: CaseFile, request: Request, claims: Claims, body: VerificationBody) -> Checked:
    """Return the effect of the officer's check.

    Raises:
        ProblemError: 409 if a second person is needed, and the caller is the first, or refutes for another reason.
    """
    policy, _until = session.services.policies.governing(session.at)
    due = look_by(request, claims, policy, session.at)
    caller = session.caller
    check = OfficerCheck(
        by=caller.id,
        at=session.at,
        kind=body.kind,
        proof=body.proof,
        reason=body.reason if body.verdict == "refuted" else None,
        restricted=caller.restricted,
    )
    if body.verdict == "refuted":
        if request.refuted and request.verify_by is None:  # there is no new proof to look at
            return Checked(request, effective=True, needs_second=False)
        first = pending_refutation(request)
        if first and first.by == caller.id:
            raise problem("approver-twice", "Another person must agree to this refutation.")
        reason = proposed_reason(request)
        if reason not in {None, body.reason} and not isinstance(reason, Unrecognized):
            message = f"Another officer refuted this requester for {reason}: give that reason too, or confirm."
            raise wrong_state("refuted_otherwise", message, "/reason")
        return refuted(request, check, due)
    knows = caller.id in confirming(request, file)
    if knows and needs_second(request, file) and not _has_rights(request, file.case):
        raise problem("approver-twice", "Another person must confirm this requester.")
    if knows and _has_rights(request, file.case) and not request.verify_by:
        return Checked(request, effective=True, needs_second=False)
    return confirmed(request, check, file, due)


@dataclass(frozen=True, slots=True)
class _Effect:
    """What a check changes beside the request."""

    session: CaseSession
    body: VerificationBody
    file: CaseFile
    request: Request
    claims: Claims
    checked: Checked

    def step(self) -> Transition:
        """Return the transition; a kept escalation follows in the same transaction.

        Where a refuted holder was the only one who learnt of a decision, the office tells the person.
        """
        case, session = self.file.case, self.session
        after, escalates = without_kept_escalation(case, self.checked.request, session.at)
        claims = claims_after(self.claims, after)
        loses = self.request.verified and not after.verified
        told = to_be_told(session, case, after) if loses else NOT_TO_BE_TOLD
        event: EventFields = {"receipt": after.receipt, "details": {**self._details(), **told.details}}
        if self._is_established():
            about: Literal["identity", "authority"] = "identity" if self.body.identity else "authority"
            event["verification"] = Verification(verdict=self.body.verdict, about=about)
        guard, writes = self._guard()
        return Transition(
            "verified" if self._is_established() else "requester_checked",
            {**self._case_fields(claims), **guard},
            event,
            (_written(self.request, after), Put(claims), *writes, *told.also),
            self._notices(after),
            session.reason(self.body.why),
            escalates,
        )

    def _is_established(self) -> bool:
        """Return whether the check gives or ends rights, or completes a refutation."""
        had, has = (_has_rights(one, self.file.case) for one in (self.request, self.checked.request))
        return had != has or (self.checked.effective and self.body.verdict == "refuted")

    def _is_gained(self) -> bool:
        """Return whether the holder gets news of the case from now on, and did not before."""
        case = self.file.case
        return is_told(self.checked.request, case) and not is_told(self.request, case)

    def _details(self) -> dict[str, JsonValue]:
        ground = {"reason": self.body.reason} if self.body.verdict == "refuted" else {"proof": self.body.proof}
        second = {SECOND: True} if self._is_established() and has_second(self.checked.request) else {}
        return {"kind": self.body.kind, "verdict": self.body.verdict, **ground, **second}

    def _case_fields(self, claims: Claims) -> CaseFields:
        case, session = self.file.case, self.session
        others = [one for one in self.file.claims if one.receipt != claims.receipt]
        fields = pending_verifications(case, [*others, claims], session.at)
        if self._is_established():
            fields |= material_change(case, session.at)
        if holds(case, session.caller) and case.status in LIVE:
            fields |= renewed_claim(session, case)
        return fields

    def _guard(self) -> tuple[CaseFields, tuple[Write, ...]]:
        """Return what moves the person's guard to the case of a person who is verified now."""
        gained = self.checked.request.verified and not self.request.verified
        return guard_for_verified(self.session, self.file.case) if gained and self.body.identity else ({}, ())

    def _notices(self, after: Request) -> tuple[Notice, ...]:
        """Return the news that the holder missed, or that the proof was not accepted."""
        case, session = self.file.case, self.session
        if self._is_gained() and case.status == "information_needed" and is_asked(after, case):
            question = read_question(session.services, case)
            asked = question is not None and question.is_put_to(after.receipt)
            return (notice_of(session, case, "information_asked", after),) if asked else ()
        missed = self._is_gained() and (case.status in ENDED or bool(decisions_of(case)))
        short = self.checked.effective and self.body.verdict == "refuted" and after.state == "live"
        return (notice_of(session, case, "news", after),) if missed or short else ()


def _written(request: Request, after: Request) -> Write:
    return put_over(after, state=request.state, epoch=request.epoch)
