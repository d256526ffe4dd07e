"""The cases that operations are about: each has a verified person and a sister who is not verified."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from prioritize.worker import rank_case
from review.authorization import caller_from_claims
from review.cases.requester_verification import verify_requester
from review.cases.session import CaseSession, open_session
from review.schema import commands
from tests.support.races.history import Operation, Own
from tests.support.system import Staff, System, body

OFFICERS = [Staff(f"officer{number}") for number in range(4)]
SUPERVISOR, ELSEWHERE = Staff("sue", "supervisor"), Staff("eli", "supervisor", "ELP")
OFFICIAL = Staff("sam", "sro", None)
SISTER = {"role": "family", "name": "Eva Example", "contact": {"email": "eva@example.org", "language": "es"}}
WHY = "Seen."

Act = tuple[Operation, Callable[[Own], object]]


@dataclass(frozen=True, slots=True)
class Matter:
    """A person's case, and who wrote about it: the person, who is verified, and a sister, who is not."""

    case_id: str
    number: int
    opener: dict[str, Any]
    sister: dict[str, Any]


def about(number: int, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any field
    return body(subject={"a_number": f"A{400_000_000 + number}"}, **changes)


def matter(system: System, number: int) -> Matter:
    """File for a person twice, verify the person, and rank the case."""
    opener, sister = system.file(about(number)), system.file(about(number, requester=SISTER))
    case_id = system.case_of(opener).case_id
    rank_case(system.prioritize, case_id)
    caller = caller_from_claims(OFFICERS[0].claims())
    session = open_session(system.intake, caller, caller.roles, case_id)
    given = {"identity": True, "verdict": "confirmed", "proof": "in_person", "why": WHY}
    body_of = commands.VerificationBody.model_validate({"receipt": opener["receipt"], **given})
    assert verify_requester(session, body_of, opener["receipt"]).rights
    rank_case(system.prioritize, case_id)
    return Matter(case_id, number, opener, sister)


def at(own: Own, user: Staff, case_id: str) -> CaseSession:
    caller = caller_from_claims(user.claims())
    return open_session(own.desk, caller, caller.roles, case_id)
