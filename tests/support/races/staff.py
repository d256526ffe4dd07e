"""What staff do at the same moment, as calls that a thread can make.

They are the functions below the handlers: the resolver of the routes keeps what it works on to itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

from casereview.http.problems import ProblemError
from prioritize.worker import StillChangingError, rank_case
from review.authorization import caller_from_claims
from review.cases.approval import approve
from review.cases.decision import decide
from review.cases.requester_verification import VerifiedRequester, verify_requester
from review.cases.session import CaseSession, open_session
from review.cases.transfer import transfer
from review.next_case import take_next
from review.schema import commands, decision_commands
from review.schema.responses import WorklistItem
from tests.support.bodies import granted, reasons
from tests.support.controlled_system import Snapshot, look_at
from tests.support.invariants import check
from tests.support.races.threads import at_once
from tests.support.requester_commands import AnyBody, Command, run_command
from tests.support.system import Staff, System, body

CAP = 20
"""Cases that one officer may hold, by the policies' number."""
OMAR, OLGA = Staff("omar"), Staff("olga")
CLEO, CORA = Staff("cleo", "officer,restricted"), Staff("cora", "officer,restricted")
SUE, SID = Staff("sue", "supervisor"), Staff("sid", "supervisor")
BEFORE_THE_SWITCH = timedelta(days=-1987)
"""From the tests' day to one on which the interim guidance asks for approvals."""
SISTER = {"role": "family", "name": "Eva Example", "contact": {"email": "eva@example.org", "language": "es"}}
MOST = 60

Try = Callable[[], object]


def person(number: int, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any field
    return body(subject={"a_number": f"A{300_000_000 + number}"}, **changes)


def matter(system: System, sent: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """File a request and rank it; return what its holder got, and the case."""
    filed = system.file(sent)
    case_id = system.case_of(filed).case_id
    rank_case(system.prioritize, case_id)
    return filed, case_id


def at(system: System, user: Staff, case_id: str) -> CaseSession:
    caller = caller_from_claims(user.claims())
    if caller.restricted:
        system.cleared |= {caller.id}
    return open_session(system.intake, caller, caller.roles, case_id, access="verify")


def try_out(action: Try) -> object:
    """Return what an action returns, or the status that refused it; 503 asks for the same again."""
    for _ in range(MOST):
        try:
            return action()
        except StillChangingError:
            continue
        except ProblemError as problem:
            if problem.status != HTTPStatus.SERVICE_UNAVAILABLE:
                return int(problem.status)
    raise AssertionError("never answered")


def race(*actions: Try) -> list[object]:
    return at_once([partial(try_out, action) for action in actions])


def next_of(system: System, user: Staff) -> WorklistItem | None:
    caller = caller_from_claims(user.claims())
    return take_next(system.intake, caller, caller.roles)


def requester(system: System, filed: dict[str, Any], command: Command[AnyBody], sent: AnyBody) -> Try:
    return partial(run_command, system.intake, command, filed, sent)


def deciding(system: System, user: Staff, case_id: str, outcome: str) -> Try:
    case = next(case for case in system.cases if case.case_id == case_id)
    words = {**reasons("For you.", case.policy), "internal_reasons": "For us.", "factors": []}
    sent = {
        "outcome": outcome,
        "granted": granted(outcome),
        "policy": case.policy,
        "case_version": case.version,
        **words,
    }
    return partial(decide, at(system, user, case_id), decision_commands.Decision.model_validate(sent))


def approving(system: System, user: Staff, case_id: str, *, yes: bool) -> Try:
    session, body = at(system, user, case_id), decision_commands.Approval(approve=yes, why="Seen.")
    return lambda: approve(session, body).case


def verifying(
    system: System, user: Staff, filed: Mapping[str, Any], *, verdict: str = "confirmed", **kind: object
) -> Callable[[], VerifiedRequester]:
    """Return the check of a requester by an officer, of the identity unless another kind is given."""
    about = {"proof": "document"} if verdict == "confirmed" else {"reason": "details_differ"}
    given = {**(kind or {"identity": True}), **about, "verdict": verdict, "why": "Seen."}
    sent = commands.VerificationBody.model_validate({"receipt": filed["receipt"], **given})
    session = at(system, user, system.case_of(filed).case_id)
    return partial(verify_requester, session, sent, filed["receipt"])


def moving(system: System, user: Staff, case_id: str, office: str) -> Try:
    return partial(transfer, at(system, user, case_id), commands.Transfer(office=office, why="Moved."))


def kinds(now: Snapshot, case_id: str) -> Counter[str]:
    return Counter(event.kind for event in now.history(case_id))


def checked(system: System) -> Snapshot:
    now = look_at(system)
    check(now, now)
    return now


def comes_to_rest(system: System) -> None:
    """Whatever raced, the table is whole, and still is when every case has been ranked."""
    checked(system)
    for case in system.cases:
        rank_case(system.prioritize, case.case_id)
    checked(system)
