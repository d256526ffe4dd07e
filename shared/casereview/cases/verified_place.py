"""The office of the place that officers verified, to which a case moves when they do."""

from __future__ import annotations

from datetime import datetime

from casereview.cases.assessment import placement_of
from casereview.evidence.settle import settle
from casereview.policy.compiler import CompiledPolicy
from casereview.routing.offices import routed
from casereview.schema.base import EASTERN
from casereview.schema.evidence import CaseFile


def office_to_move_to(before: CaseFile, after: CaseFile, policy: CompiledPolicy, at: datetime) -> str | None:
    """Return the other office to which a case moves when an officer verifies a place; None where it stays.

    It stays where the place is unknown or ambiguous, and where the same place had been verified before the case was
    last transferred: whoever transferred it knew that place.

    Args:
        before: The case before the verification.
        after: The same case, with the new finding.
        policy: The policy in force.
        at: The time of the verification.
    """
    case, named = after.case, _verified_office(after, policy, at)
    if named is None or named == case.office:
        return None
    known = named == case.routed and named == _verified_office(before, policy, at)
    return None if known else named


def _verified_office(file: CaseFile, policy: CompiledPolicy, at: datetime) -> str | None:
    """Return the office of the place of the person, if officers verified that place, and the tables name one office."""
    settled = settle(file.claims, file.findings, placement_of(file.case, policy), at)
    found = routed(settled.facts, at.astimezone(EASTERN).date())
    return found.office if found.by and found.by <= settled.verified else None
