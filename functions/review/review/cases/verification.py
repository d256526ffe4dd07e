"""Verify: what an officer establishes wins over every claim; a verified requester is told everything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from casereview.cases.lease import UNCLAIMED, back_in_line
from casereview.evidence.open_facts import open_claims
from casereview.http.problems import Fault, conflict, unprocessable
from casereview.schema.base import EASTERN
from casereview.schema.facts import Facts
from casereview.schema.records import Case, Verification
from casereview.schema.submission import FactClaims
from casereview.store.caseload import give_back
from casereview.store.transaction import Write, put_over
from casereview.store.transition import Step
from review.cases.lease import renewal, worked
from review.cases.session import Visit, must_hold
from review.schema.commands import Finding, OfficerFacts


def verify(visit: Visit, body: Finding) -> Case:
    """Record a verification and rank the case again.

    Raises ProblemError 404 for a case or receipt that is not the caller's, 409 without the claim; 422 where a claim of
    US citizenship would be neither confirmed nor refuted.
    """
    if body.facts is not None and _leaves_citizenship_open(body.facts, body.verdict):
        raise unprocessable(
            Fault("/facts/claims_us_citizenship", "must be confirmed or refuted as true, or confirmed as false")
        )

    def plan(case: Case) -> Step:
        must_hold(case, visit.caller)
        if body.facts is not None:
            return _facts(visit, case, body, body.facts)
        return _requester(visit, case, body)

    return visit.act(plan)


def _leaves_citizenship_open(stated: OfficerFacts, verdict: str) -> bool:
    """Tell whether a claim of US citizenship would be unknown again: no longer seen, and settled by nobody."""
    found = stated.claims_us_citizenship
    named = "claims_us_citizenship" in stated.model_fields_set
    return named and (found is None or (found is False and verdict == "refuted"))


def _facts(visit: Visit, case: Case, body: Finding, stated: OfficerFacts) -> Step:
    """Establish facts; an office that they point elsewhere to is a matter of a transfer."""
    established = _established(stated, visit)
    if stated.protected is not None and body.verdict == "refuted":
        raise conflict("to unmark a case, confirm that protected is false")
    if body.receipt is not None:
        visit.request(body.receipt)
    restricted = {} if established.protected is None else {"restricted": established.protected}
    event = {
        "receipt": body.receipt,
        "claims": established,
        "verification": Verification(verdict=body.verdict, about="facts"),
        "sealed": visit.why(body.why),
    }
    held = _held(visit, case, closes=established.protected is True and not visit.caller.restricted)
    return Step("verified", {"rank_at": visit.at, **restricted, **held.fields}, event, held.also)


def _established(stated: OfficerFacts, visit: Visit) -> Facts:
    own = {"protected", "birth_year"}
    claims = FactClaims.model_validate(stated.model_dump(exclude_unset=True, exclude=own))
    facts = open_claims(claims, visit.at.astimezone(EASTERN).date())
    return facts.model_copy(update={name: getattr(stated, name) for name in own & stated.model_fields_set})


def _requester(visit: Visit, case: Case, body: Finding) -> Step:
    request = visit.request(body.receipt or "")
    about: Literal["identity", "authority"] = "identity" if body.identity else "authority"
    event = {
        "receipt": request.receipt,
        "verification": Verification(verdict=body.verdict, about=about),
        "sealed": visit.why(body.why),
    }
    confirmed = body.verdict == "confirmed"
    verified = request.model_copy(update={"verified": confirmed, "refuted": not confirmed})
    write = put_over(verified, state=request.state, epoch=request.epoch)
    return Step("verified", {"rank_at": visit.at, **_held(visit, case).fields}, event, (write,))


class _Held(NamedTuple):
    """What becomes of the claim of who verifies."""

    fields: Mapping[str, object]
    also: tuple[Write, ...] = ()


def _held(visit: Visit, case: Case, *, closes: bool = False) -> _Held:
    """Renew the claim; end it where the case closes to its holder; what waits for its approval has no lease."""
    if case.status == "awaiting_approval":
        return _Held(worked(visit))
    if closes:
        return _Held({**worked(visit), **UNCLAIMED, **back_in_line(case, visit.at)}, give_back(case))
    return _Held(renewal(visit, case))
