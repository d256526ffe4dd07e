"""A decision that awaited approval returns to its author, who has to consider what has changed since."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeGuard

from casereview.cases.assessment import Assessment
from casereview.cases.decisions import WITHOUT_PROPOSED
from casereview.cases.lease import lease_duration
from casereview.cases.material import is_lifted_by_words
from casereview.policy.compiler import CompiledPolicy
from casereview.schema.event_records import Event
from casereview.schema.records import Case
from casereview.schema.vocabulary import ReturnReason

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import CaseFields


NEWS: Final[tuple[ReturnReason, ...]] = ("policy_changed", "case_changed")
"""What returns a decision whatever an approver answers; the event says of each whether it did."""


def details_of_return(why: Collection[ReturnReason]) -> dict[str, JsonValue]:
    """Return what an event says of the changes since a decision."""
    return {name: name in why for name in NEWS}


def names_policy(decided: Event | None) -> TypeGuard[Event]:
    """Return whether the event of a decision names its policy (null where none was in force), as old ones do not."""
    return decided is not None and "policy" in decided.details


def changes_since_decision(
    case: Case, found: Assessment, policy: CompiledPolicy, decided: Event
) -> tuple[ReturnReason, ...]:
    """Return what has changed since a decision was proposed, of the policy in force and of the case.

    Args:
        case: The case, whose decision awaits approval.
        found: Its assessment now.
        policy: The policy of the assessment.
        decided: The event of the decision, which names the policy that it was proposed under.
    """
    changes: list[ReturnReason] = []
    if decided.details["policy"] != policy.id:
        changes.append("policy_changed")
    considered = case.decision.version if case.decision else case.version
    if case.material > considered or is_lifted_by_words(case, found, policy):
        changes.append("case_changed")
    return tuple(changes)


def returned_to_author(case: Case, policy: CompiledPolicy, at: datetime, why: tuple[ReturnReason, ...]) -> CaseFields:
    """Return the fields that put a case back into review, claimed by the author of the decision.

    Args:
        case: The case, whose decision awaits approval.
        policy: The policy in force, whose lease the claim has.
        at: When it returns.
        why: Why it returns; empty if its author takes it back.
    """
    until = at + lease_duration(policy, case.lane)
    return {
        "status": "in_review",
        "status_since": at,
        **WITHOUT_PROPOSED,
        "returned": why,
        "rank_at": at,
        "hold": case.hold and case.hold.evolve(since=at, lease_until=until),
    }
