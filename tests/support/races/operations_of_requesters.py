"""What requesters may do at any moment, and when it takes effect."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from casereview.cases.lifecycle import LIVE, OPEN
from casereview.schema.holder_commands import Escalation, Update, Withdrawal
from casereview.schema.submission import FactClaims
from casereview.usecases.file_request import file_request
from intake.commands import escalate, update
from intake.withdrawals import withdraw
from tests.support.races.history import Holds, Operation, State
from tests.support.races.linearizability import MOST_REQUESTS
from tests.support.races.matters import SISTER, Act, Matter, about
from tests.support.requester_commands import AnyBody, Command, run_command


def _never(_state: State) -> bool:
    return False


def _requester(  # noqa: PLR0913, PLR0917  # a name, who, where, when, and what
    command: Command[AnyBody], filed: dict[str, Any], case: Matter, may: Holds, sent: AnyBody, nothing: Holds = _never
) -> Act:
    operation = Operation(f"{command.__name__} by {filed['receipt'][:4]}", case.case_id, may, nothing=nothing)
    return operation, lambda own: run_command(own.desk, command, filed, sent)


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
    return _requester(escalate, case.opener, case, may, Escalation(statement="Look again."))


def filing(case: Matter, _chance: Random) -> Act:
    """Write about the person once more: joins the open case, or opens one."""
    joins: Holds = lambda state: state.status in OPEN and state.live < MOST_REQUESTS  # noqa: E731
    raw = json.dumps(about(case.number, requester=SISTER))
    return Operation("file", None, joins, person=case.number), lambda own: file_request(own.desk, raw, None)
