"""What may be done to a case at any moment, and when it takes effect: said anew, from the history alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

from casereview.cases.lifecycle import ENDED, OPEN
from casereview.schema.base import rfc3339
from casereview.schema.records import Case
from casereview.store import keys
from prioritize.sweep import sweep
from prioritize.worker import rank_case
from review.authorization import caller_from_claims
from review.cases.approval import approve
from review.cases.decision import decide
from review.cases.information import ask
from review.cases.lease import claim, release
from review.cases.reopening import reopen
from review.cases.session import CaseSession
from review.cases.transfer import record_removal, transfer
from review.cases.views import read_case
from review.next_case import take_next
from review.schema import commands, decision_commands
from tests.support.bodies import granted, reasons
from tests.support.races.history import Holds, Operation, Recorder, State
from tests.support.races.matters import ELSEWHERE, OFFICERS, OFFICIAL, SUPERVISOR, WHY, Act, Matter, at
from tests.support.races.operations_of_requesters import escalating, filing, undoing, updating, withdrawing
from tests.support.system import Staff, System


def _staff(name: str, user: Staff, case: Matter, may: Holds, act: Callable[[CaseSession], object], **more: Any) -> Act:  # noqa: ANN401
    operation = Operation(f"{name} by {user.user}", case.case_id, may, **more)
    return operation, lambda own: act(at(own, user, case.case_id))


# ---- what staff do


def _holds(user: Staff) -> Holds:
    return lambda state: state.holder == user.user and state.status == "in_review" and state.office == user.office


def _free_for(user: Staff) -> Holds:
    def free(state: State) -> bool:
        return state.status == "in_line" and state.holder is None and state.office == "ATL"

    return lambda state: free(state) and user.user not in state.excluded


def claiming(case: Matter, chance: Random) -> Act:
    user = chance.choice(OFFICERS)
    mine: Holds = lambda state: state.holder == user.user and state.office == "ATL"  # noqa: E731
    return _staff("claim", user, case, _free_for(user), claim, nothing=mine)


def taking_next(_case: Matter, chance: Random) -> Act:
    user = chance.choice(OFFICERS)
    caller = caller_from_claims(user.claims())
    operation = Operation(f"next by {user.user}", None, _free_for(user), takes=True)
    return operation, lambda own: take_next(own.desk, caller, caller.roles)


def releasing(case: Matter, chance: Random) -> Act:
    user = chance.choice(OFFICERS)
    return _staff("release", user, case, _holds(user), release)


def asking(case: Matter, chance: Random) -> Act:
    user = chance.choice(OFFICERS)

    def act(open_session: CaseSession) -> object:
        by = rfc3339(open_session.at + timedelta(hours=5))
        return ask(
            open_session,
            commands.InformationRequest.model_validate(
                {"asked": [{"text": "Proof.", "language": "en"}], "answer_by": by}
            ),
        )

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


def _decision(seen: Case, outcome: str) -> decision_commands.Decision:
    words = {**reasons("For you.", seen.policy), "internal_reasons": "For us.", "factors": []}
    sent = {
        "outcome": outcome,
        "granted": granted(outcome),
        "policy": seen.policy,
        "case_version": seen.version,
        **words,
    }
    return decision_commands.Decision.model_validate(sent)


def official_claiming(case: Matter, _chance: Random) -> Act:
    free: Holds = lambda s: s.office == "SRO" and s.status == "with_senior_official" and s.holder is None  # noqa: E731
    mine: Holds = lambda state: state.holder == OFFICIAL.user and state.office == "SRO"  # noqa: E731
    return _staff("claim", OFFICIAL, case, free, claim, nothing=mine)


def approving(case: Matter, chance: Random) -> Act:
    waits: Holds = lambda state: state.status == "awaiting_approval" and state.office == "ATL"  # noqa: E731
    word = decision_commands.Approval(approve=chance.random() < 0.7, why=WHY)
    went_back: Holds = lambda state: state.status == "in_review" and state.returned and state.office == "ATL"  # noqa: E731
    return _staff("approve", SUPERVISOR, case, waits, partial(approve, body=word), nothing=went_back)


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
    user = chance.choice(OFFICERS)

    def may(state: State) -> bool:
        return state.status in ENDED and state.opens("ATL") and user.user not in state.overruled

    act = partial(reopen, body=decision_commands.Reopening(why=WHY, changed_facts=("custody",)))
    return _staff("reopen", user, case, may, act, person=case.number)


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
