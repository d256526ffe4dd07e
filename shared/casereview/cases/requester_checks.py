"""Officers' checks of a requester's identity or authority: when a second person is needed, and what a check changes.

A confirmation takes effect at once, or with that of a second person where one is needed. A refutation always takes
effect with that of a second person. Until then the request stays in the queue of its office.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from casereview.cases.own_words import reaches_top_lane
from casereview.cases.verification import SECOND_WITHIN, has_second, required_kind, verify_by
from casereview.evidence.settle import has_birth_year_mismatch
from casereview.policy.compiler import CompiledPolicy
from casereview.schema.evidence import CaseFile, Claims
from casereview.schema.request_records import OfficerCheck, Request
from casereview.schema.vocabulary import RefutationReason

if TYPE_CHECKING:
    from casereview.schema.field_sets import ClaimsFields, RequestFields

REISSUED_WITHIN: Final = timedelta(days=30)
"""How long who reissued an access code does not verify its holder, nor confirm the holder's withdrawal."""
_PERSONS: Final = 2
"""How many persons confirm a requester where one is not enough."""
_KEPT: Final = 6
"""How many of the newest checks of each kind a request keeps, and one more if their number is odd."""


class Checked(NamedTuple):
    """The effect of a check."""

    request: Request
    effective: bool
    """Whether the verification or refutation holds now."""
    needs_second: bool
    """Whether a second person must make the same check."""


def is_involved(request: Request, officer: str, at: datetime) -> bool:
    """Return whether an officer filed the request for its holder, or reissued its code within 30 days.

    Such an officer could have made up the holder, and therefore does not verify them.
    """
    reissued = request.reissued_at is not None and at < request.reissued_at + REISSUED_WITHIN
    return request.filed_by == officer or (reissued and request.reissued_by == officer)


def needs_second(request: Request, file: CaseFile) -> bool:
    """Return whether a second person must confirm a requester.

    That is so in a restricted case, and for an identity where another request says that it comes from the person, or
    where the requests of the case give different birth years.
    """
    if file.case.restricted:
        return True
    if required_kind(request.role) != "identity":
        return False
    rivals = (one.filing.role == "self" and not one.refuted for one in file.claims if one.receipt != request.receipt)
    return any(rivals) or has_birth_year_mismatch(file.claims, file.findings)


def confirming(request: Request, file: CaseFile) -> frozenset[str]:
    """Return the officers whose confirmations count: in a restricted case only of those with access to such cases."""
    return frozenset(check.by for check in request.confirmed_by if check.restricted or not file.case.restricted)


def confirmed(request: Request, check: OfficerCheck, file: CaseFile, due: datetime) -> Checked:
    """Return the effect of a confirmation.

    A refutation that no second person agreed to is dropped: the two officers do not agree.

    Args:
        request: The request before it.
        check: The confirmation.
        file: The case of the request.
        due: By when a second person is to look, where the request has no such time yet.
    """
    after = request.evolve(confirmed_by=_newest(*request.confirmed_by, check), refuted_by=settled_refutations(request))
    if needs_second(request, file) and len(confirming(after, file)) < _PERSONS:
        soon = check.at + SECOND_WITHIN if check.kind == "g28" else due
        waiting = _queued(after, min(request.verify_by or soon, soon))
        return Checked(waiting, effective=False, needs_second=True)
    known: RequestFields = {"verified": True, "refuted": False, "verify_by": None, "asks": ()}
    return Checked(after.evolve(**known), effective=True, needs_second=False)


def refuted(request: Request, check: OfficerCheck, due: datetime) -> Checked:
    """Return the effect of a refutation; the arguments are those of ``confirmed``."""
    after = request.evolve(refuted_by=_newest(*request.refuted_by, check))
    if pending_refutation(after):
        return Checked(_queued(after, request.verify_by or due), effective=False, needs_second=True)
    ended: RequestFields = {"verified": False, "refuted": True, "verify_by": None, "confirmed_by": ()}
    return Checked(after.evolve(**ended), effective=True, needs_second=False)


def _queued(request: Request, due: datetime) -> Request:
    """Return a request that waits for a second person's check; one that was withdrawn waits for nothing."""
    return request.evolve(verify_by=due if request.state == "live" else None)


def _newest(*checks: OfficerCheck) -> tuple[OfficerCheck, ...]:
    return checks[-(_KEPT + len(checks) % 2) :]


def pending_refutation(request: Request) -> OfficerCheck | None:
    """Return the refutation that waits for a second person's; each two of a request are a pair that took effect."""
    return request.refuted_by[-1] if len(request.refuted_by) % 2 else None


def proposed_reason(request: Request) -> RefutationReason | None:
    """Return the reason of the refutation that waits for a second person's; None without one."""
    first = pending_refutation(request)
    return first.reason if first else None


def settled_refutations(request: Request) -> tuple[OfficerCheck, ...]:
    """Return the refutations that took effect."""
    return request.refuted_by[:-1] if pending_refutation(request) else request.refuted_by


def waits_for_second(request: Request) -> bool:
    """Return whether one officer has made a check that a second one must make too."""
    confirmations = [check for check in request.confirmed_by if check.restricted or not request.verified]
    return pending_refutation(request) is not None or bool(confirmations)


def claims_after(claims: Claims, request: Request) -> Claims:
    """Return the claims of a request after a check; the words of a verified holder count even after a withdrawal."""
    known: ClaimsFields = {
        "live": claims.live or request.verified,
        "verified": request.verified,
        "second": has_second(request),
        "refuted": request.refuted,
        "verify_by": request.verify_by,
    }
    return claims.evolve(**known)


def look_by(request: Request, claims: Claims, policy: CompiledPolicy, at: datetime) -> datetime:
    """Return by when a request that enters the queue now is to be looked at; the second look at a G-28 has a day."""
    if request.verified and required_kind(request.role) == "g28":
        return at + SECOND_WITHIN
    return verify_by(at, top=reaches_top_lane(claims, policy, at))


def looked_at_by(request: Request, claims: Claims, policy: CompiledPolicy, at: datetime) -> datetime | None:
    """Return by when a requester is to be looked at after new words: a time that is set only moves forward.

    Args:
        request: The request before them.
        claims: Its claims with them.
        policy: The policy in use.
        at: When they were said.
    """
    if request.verified and request.verify_by is None:
        return None
    due = look_by(request, claims, policy, at)
    return min(request.verify_by or due, due)


def must_be_confirmed_again(request: Request, *, restricted: bool) -> bool:
    """Return whether a holder was verified before the case became restricted, and not by two of the group since."""
    return request.verified and request.state == "live" and restricted and not has_second(request)
