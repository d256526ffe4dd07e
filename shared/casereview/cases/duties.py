"""Duties of an office: which there are, what their results can be, and how long people have for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from casereview.policy.document import DutyTimes
from casereview.schema.duty_records import Duty
from casereview.schema.identifiers import new_duty_id
from casereview.schema.records import Case
from casereview.schema.vocabulary import DutyKind, DutyResult, OutcomeSought

RESULTS: Final[Mapping[DutyKind, frozenset[DutyResult]]] = MappingProxyType(
    {
        "carry_out": frozenset({"released", "stay_granted", "no_arrest", "nta_cancelled", "deferred_action", "other"}),
        "tell_the_person": frozenset({"told"}),
        "call": frozenset({"reached", "left_message", "no_answer", "unsafe"}),
        "letter": frozenset({"sent", "returned"}),
        "translate": frozenset({"done"}),
    }
)
"""The results that each kind of duty can have."""
CARRIES_OUT: Final[Mapping[str, DutyResult]] = MappingProxyType(
    {
        "release": "released",
        "stay_of_removal": "stay_granted",
        "no_arrest": "no_arrest",
        "cancel_nta": "nta_cancelled",
        "deferred_action": "deferred_action",
    }
)
"""The result with which each grant is carried out; ``other``, with a note, does for any."""
OF_A_DECISION: Final[frozenset[DutyKind]] = frozenset({"carry_out", "tell_the_person"})
"""The duties that follow from a decision; what a later one replaces ends with it."""
BY_HAND: Final[frozenset[DutyKind]] = frozenset({"call", "letter"})
"""The duties by which the office reaches a requester."""
OF_A_REQUEST: Final[frozenset[DutyKind]] = frozenset({*BY_HAND, "translate"})
"""The duties about one request, which move and end with it."""


def still_to_carry_out(duty: Duty) -> tuple[OutcomeSought, ...]:
    """Return what of a decision is still to be carried out, in the order of the decision."""
    done = Counter(one.granted for one in duty.carried_out)
    left = []
    for grant in duty.grants:
        if done[grant]:
            done[grant] -= 1
        else:
            left.append(grant)
    return tuple(left)


def earliest_time(duty: Duty) -> datetime:
    """Return the earliest time at which a duty can have been done: that of what it follows from, to the minute.

    A duty follows from a decision, a notice, or the attempt before it; a letter that came back was sent before.
    """
    begins = duty.done.done_at if duty.done else duty.since
    return begins.replace(second=0, microsecond=0)


def may_be_shown(duty: Duty, case: Case) -> bool:
    """Return whether staff may be shown a duty of a case, and do it.

    In a restricted case nobody calls or writes, unless that was allowed when the case was restricted already.
    """
    return duty.kind not in BY_HAND or not case.restricted or duty.allowed_if_restricted


def time_for(kind: DutyKind, times: DutyTimes) -> timedelta:
    """Return how long people have for a duty of this kind."""
    by_kind: Mapping[DutyKind, timedelta] = {
        "carry_out": times.carry_out,
        "tell_the_person": times.tell,
        "call": times.call,
        "letter": times.letter,
        "translate": times.translate,
    }
    return by_kind[kind]


def new_duty(kind: DutyKind, case: Case, at: datetime, times: DutyTimes, *, receipt: str | None = None) -> Duty:
    """Return a duty of the office that works on a case, or that decided it while the case is at headquarters.

    Args:
        kind: The kind of the duty.
        case: The case.
        at: When the duty begins.
        times: The times of the policy.
        receipt: The request whose holder it is about.
    """
    return Duty(
        case_id=case.case_id,
        duty_id=new_duty_id(kind),
        kind=kind,
        office=case.field_office or case.office,
        since=at,
        due=at + time_for(kind, times),
        receipt=receipt,
    )
