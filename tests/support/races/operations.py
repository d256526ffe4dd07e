"""What may be done to a case at any moment, and when it takes effect: said anew, from the history alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

from casereview.cases.lifecycle import ENDED, LIVE, OPEN
from casereview.schema.base import rfc3339
from casereview.schema.records import Case
from casereview.schema.submission import FactClaims, Statement, Update, Withdrawal
from casereview.store import keys
from casereview.usecases.file_request import file_request
from intake.commands import escalate, update
from intake.withdrawals import withdraw
from prioritize.sweep import sweep
from prioritize.worker import rank_case
from review.authorization import caller_from_claims
from review.cases.approval import approve
from review.cases.decision import decide
from review.cases.information import ask
from review.cases.lease import claim, release
from review.cases.requester_verification import verify_requester
from review.cases.session import CaseSession, open_session
from review.cases.transfer import record_removal, reopen, transfer
from review.cases.views import read_case
from review.next_case import take_next
from review.schema import commands
from tests.support.races.history import Holds, Operation, Own, Recorder, State
from tests.support.races.linearizability import MOST_REQUESTS
from tests.support.requester_commands import AnyBody, Command, run_command
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


def _staff(name: str, user: Staff, case: Matter, may: Holds, act: Callable[[CaseSession], object], **more: Any) -> Act:  # noqa: ANN401
    operation = Operation(f"{name} by {user.user}", case.case_id, may, **more)
    return operation, lambda own: act(at(own, user, case.case_id))


def _never(_state: State) -> bool:
    return False


def _requester(  # noqa: PLR0913, PLR0917  # a name, who, where, when, and what
    command: Command[AnyBody], filed: dict[str, Any], case: Matter, may: Holds, sent: AnyBody, nothing: Holds = _never
) -> Act:
    operation = Operation(f"{command.__name__} by {filed['receipt'][:4]}", case.case_id, may, nothing=nothing)
    return operation, lambda own: run_command(own.desk, command, filed, sent)


# ---- what requesters do


def updating(case: Matter, chance: Random) -> Act:
    filed = chance.choice([case.opener, case.sister])
    knows = filed is case.opener
    receipt = filed["receipt"]

    def may(state: State) -> bool:
        return receipt not in state.withdrawn and (state.status in LIVE or not knows)

    return _requester(update, filed, case, may, Update(facts=FactClaims(serious_illness=True)))


def withdrawing(case: Matter, chance: Random) -> Act:
    filed = chance.choice([case.opener, case.sister])
    receipt = filed["receipt"]
    again: Holds = lambda state: receipt in state.withdrawn  # noqa: E731
    return _requester(withdraw, filed, case, lambda state: not again(state), Withdrawal(), again)


def undoing(case: Matter, chance: Random) -> Act:
    """Take a withdrawal back; if there is none, that changes nothing."""
    filed = chance.choice([case.opener, case.sister])
    receipt = filed["receipt"]
    may: Holds = lambda state: receipt in state.withdrawn  # noqa: E731
    nothing: Holds = lambda state: receipt not in state.withdrawn  # noqa: E731
    return _requester(withdraw, filed, case, may, Withdrawal(undo=True), nothing)


def escalating(case: Matter, _chance: Random) -> Act:
    receipt = case.opener["receipt"]
    may: Holds = lambda state: state.status == "decided" and receipt not in state.withdrawn  # noqa: E731
    return _requester(escalate, case.opener, case, may, Statement(statement="Look again."))


def filing(case: Matter, _chance: Random) -> Act:
    """Write about the person once more: joins the open case, or opens one."""
    joins: Holds = lambda state: state.status in OPEN and state.live < MOST_REQUESTS  # noqa: E731
    raw = json.dumps(about(case.number, requester=SISTER))
    return Operation("file", None, joins, person=case.number), lambda own: file_request(own.desk, raw, None)


# ---- what staff do


def _holds(user: Staff) -> Holds:
    return lambda state: state.holder == user.user and state.status == "in_review" and state.office == user.office


def _free(state: State) -> bool:
    return state.status == "in_line" and state.holder is None and state.office == "ATL"


def claiming(case: Matter, chance: Random) -> Act:
    user = chance.choice(OFFICERS)
    mine: Holds = lambda state: state.holder == user.user and state.office == "ATL"  # noqa: E731
    return _staff("claim", user, case, _free, claim, nothing=mine)


def taking_next(_case: Matter, chance: Random) -> Act:
    user = chance.choice(OFFICERS)
    caller = caller_from_claims(user.claims())
    operation = Operation(f"next by {user.user}", None, _free, takes=True)
    return operation, lambda own: take_next(own.desk, caller, caller.roles)


def releasing(case: Matter, chance: Random) -> Act:
    user = chance.choice(OFFICERS)
    return _staff("release", user, case, _holds(user), release)


def asking(case: Matter, chance: Random) -> Act:
    user = chance.choice(OFFICERS)

    def act(open_session: CaseSession) -> object:
        by = rfc3339(open_session.at + timedelta(hours=5))
        return ask(open_session, commands.InformationRequest.model_validate({"asked": ["Proof."], "answer_by": by}))

    def may(state: State) -> bool:
        return _holds(user)(state) and case.opener["receipt"] not in state.withdrawn

    return _staff("ask", user, case, may, act)


def deciding(case: Matter, chance: Random, seen: Case) -> Act:
    user = Staff(seen.claimed_by) if seen.claimed_by and seen.office == "ATL" else chance.choice(OFFICERS)
    outcome = chance.choice(["granted", "declined", "declined"])

    def may(state: State) -> bool:
        return _holds(user)(state) and _considers(seen, state)

    return _staff("decide", user, case, may, partial(decide, body=_decision(seen, outcome)))


def official_deciding(case: Matter, chance: Random, seen: Case) -> Act:
    def may(state: State) -> bool:
        theirs = state.office == "SRO" and state.holder == OFFICIAL.user
        return theirs and _considers(seen, state)

    outcome = chance.choice(["uphold", "override", "remand"])
    return _staff("decide", OFFICIAL, case, may, partial(decide, body=_decision(seen, outcome)))


def _considers(seen: Case, state: State) -> bool:
    """Tell whether a decision on a version that was seen considers all that counts in a state."""
    return state.material <= seen.version <= state.version and state.policy == seen.policy


def _decision(seen: Case, outcome: str) -> commands.Decision:
    words = {"reasons_for_requester": "For you.", "internal_reasons": "For us.", "factors": []}
    sent = {"outcome": outcome, "policy": seen.policy, "case_version": seen.version, **words}
    return commands.Decision.model_validate(sent)


def official_claiming(case: Matter, _chance: Random) -> Act:
    free: Holds = lambda s: s.office == "SRO" and s.status == "with_senior_official" and s.holder is None  # noqa: E731
    mine: Holds = lambda state: state.holder == OFFICIAL.user and state.office == "SRO"  # noqa: E731
    return _staff("claim", OFFICIAL, case, free, claim, nothing=mine)


def approving(case: Matter, chance: Random) -> Act:
    waits: Holds = lambda state: state.status == "awaiting_approval" and state.office == "ATL"  # noqa: E731
    word = commands.Approval(approve=chance.random() < 0.7, why=WHY)
    return _staff("approve", SUPERVISOR, case, waits, partial(approve, body=word))


def moving(case: Matter, chance: Random) -> Act:
    user, to = chance.choice([(SUPERVISOR, "ELP"), (ELSEWHERE, "ATL"), (ELSEWHERE, "ATL")])

    def may(state: State) -> bool:
        return state.office == user.office and state.status in OPEN - {"awaiting_approval"}

    return _staff("transfer", user, case, may, partial(transfer, body=commands.Transfer(office=to, why=WHY)))


def recording_removal(case: Matter, chance: Random) -> Act:
    def act(open_session: CaseSession) -> object:
        return record_removal(
            open_session, commands.Removal.model_validate({"removed_at": rfc3339(open_session.at), "why": WHY})
        )

    return _staff("removal", chance.choice(OFFICERS), case, lambda state: state.opens("ATL"), act)


def reopening(case: Matter, chance: Random) -> Act:
    may: Holds = lambda state: state.status in ENDED and state.opens("ATL")  # noqa: E731
    act = partial(reopen, body=commands.Reopening(why=WHY))
    return _staff("reopen", chance.choice(OFFICERS), case, may, act, person=case.number)


def reading(case: Matter, chance: Random) -> Act:
    def act(open_session: CaseSession) -> object:
        return read_case(open_session).case_version

    never: Holds = lambda _state: False  # noqa: E731
    user = chance.choice(OFFICERS)
    hidden: Holds = lambda state: state.opens("ATL")  # noqa: E731
    return _staff("read", user, case, never, act, reads=True, nothing=hidden)


# ---- what happens by itself


def ranking(case: Matter, _chance: Random) -> Act:
    operation = Operation("rank", case.case_id, lambda _state: True, worker=True)
    return operation, lambda own: rank_case(own.services, case.case_id)


def sweeping(_case: Matter, _chance: Random) -> Act:
    return Operation("sweep", None, lambda _state: False, worker=True), lambda own: sweep(own.services)


ANYTIME = [
    updating,
    withdrawing,
    undoing,
    filing,
    filing,
    claiming,
    taking_next,
    releasing,
    moving,
    recording_removal,
    reading,
]
ANYTIME += [reading, ranking, ranking, sweeping, escalating, approving, reopening]
BY_STATUS: dict[str, list[Callable[[Matter, Random], Act]]] = {
    "received": [ranking],
    "in_line": [claiming, claiming, taking_next, ranking],
    "in_review": [releasing, asking, moving],
    "information_needed": [updating, ranking],
    "awaiting_approval": [approving],
    "decided": [escalating, reopening],
    "with_senior_official": [official_claiming],
    "withdrawn": [reopening, filing],
    "closed": [reopening],
}


def one_of(system: System, case: Matter, chance: Random) -> Act:
    """Choose what somebody does next: most often what the case, as it is just now, lets them do."""
    seen = system.read(Case, keys.case(case.case_id))
    if chance.random() < 0.3:
        return chance.choice(ANYTIME)(case, chance)
    if seen.claimed_by == OFFICIAL.user:
        return official_deciding(case, chance, seen)
    if seen.status == "in_review" and chance.random() < 0.5:
        return deciding(case, chance, seen)
    return chance.choice(BY_STATUS[seen.status])(case, chance)


def do(recorder: Recorder, case: Matter, chance: Random) -> Operation:
    """Have somebody do something; now and then their process dies of it."""
    operation, act = one_of(recorder.system, case, chance)
    dies = chance.choice(["before", "after"]) if chance.random() < 0.08 else None
    return recorder.do(operation, act, dies)  # type: ignore[arg-type]
