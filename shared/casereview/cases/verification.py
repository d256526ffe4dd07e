"""The verification of requesters: what is verified, by when, and when a second person is needed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from casereview.evidence.standing import has_standing
from casereview.schema.base import EASTERN
from casereview.schema.evidence import Claims
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.schema.vocabulary import Role, VerificationKind

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields

URGENT: Final = timedelta(hours=4)
"""How long the verification may take where the request's own words reach a top lane (house rule)."""
WORKING_DAYS: Final = 2
"""How many working days it may take otherwise (house rule)."""
SECOND_WITHIN: Final = timedelta(days=1)
"""How long the second person may take for a representative with a Form G-28 (house rule)."""

_REPRESENTATIVES: Final = frozenset({"attorney", "accredited_representative"})


def required_kind(role: Role) -> VerificationKind:
    """Return what must be verified of a requester: the identity of ``self``, the form of any other.

    Attorneys and accredited representatives file a Form G-28; everyone else who writes for another person needs the
    ICE Form 60-001, the person's privacy waiver.
    """
    if role == "self":
        return "identity"
    return "g28" if role in _REPRESENTATIVES else "form_60_001"


def sees_the_case(role: Role) -> bool:
    """Return whether a verified requester of this role sees the case, and not the decision alone."""
    return required_kind(role) in {"identity", "g28"}


def verify_by(at: datetime, *, top: bool) -> datetime:
    """Return by when a requester is to be verified: after four hours in a top lane, else after two working days.

    A period that would begin on a day off begins with the next working day, Eastern time.
    """
    if top:
        return at + URGENT
    local = at.astimezone(EASTERN)
    day, left = local.date(), WORKING_DAYS
    if not _is_working_day(day):
        local = datetime.combine(day, time(0), EASTERN)
        left += 1
    while left:
        day += timedelta(days=1)
        left -= _is_working_day(day)
    return datetime.combine(day, local.timetz())


def _is_working_day(day: date) -> bool:
    """Return whether a day is one from Monday to Friday; federal holidays are not known here."""
    return day.isoweekday() not in {6, 7}


def has_second(request: Request) -> bool:
    """Return whether two different officers with access to restricted cases have confirmed the requester."""
    return len({check.by for check in request.confirmed_by if check.restricted}) > 1


def is_to_be_verified(claims: Claims, *, restricted: bool) -> bool:
    """Return whether officers have to look at the holder of a request: no rights yet, or a second look is due."""
    return claims.live and (claims.verify_by is not None or not has_standing(claims, restricted=restricted))


def pending_verifications(case: Case, claims: Iterable[Claims], at: datetime) -> CaseFields:
    """Return the fields of a case that follow from which of its requesters are not verified yet.

    These are the other offices that may open it for that, which the answers to the requests named, and the earliest
    time by which one is to be verified and that was not reported as missed.
    """
    pending = [one for one in claims if is_to_be_verified(one, restricted=case.restricted)]
    return {
        "asking": tuple(sorted({one.office for one in pending} - {case.office})),
        "verify_by": _earliest(case, (one.verify_by for one in pending), at),
    }


def with_pending(case: Case, claims: Claims, at: datetime) -> CaseFields:
    """Return the same fields of a case after one of its requests was added, or said something new."""
    if not is_to_be_verified(claims, restricted=case.restricted):
        return {}
    return {
        "asking": tuple(sorted({*case.asking, claims.office} - {case.office})),
        "verify_by": _earliest(case, (case.verify_by, claims.verify_by), at),
    }


def _earliest(case: Case, deadlines: Iterable[datetime | None], at: datetime) -> datetime | None:
    """Return the earliest deadline; one that has passed was reported as missed, unless the case still waits for it."""
    waits_for = case.verify_by
    open_ones = (one for one in deadlines if one and (one > at or (waits_for is not None and one >= waits_for)))
    return min(open_ones, default=None)
