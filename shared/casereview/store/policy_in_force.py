"""Store the policy in force in ``IN_FORCE``, and start the switch that ranks all open cases again under it."""

from __future__ import annotations

from datetime import datetime, timedelta

from casereview.policy.compiler import CompiledPolicy
from casereview.policy.packaged import in_force
from casereview.schema.base import rfc3339
from casereview.schema.errors import CaseChangedError
from casereview.schema.policy_records import PolicyInForce, Switch
from casereview.store import keys
from casereview.store.policy_repository import PolicyRepository
from casereview.store.table import Table
from casereview.store.transaction import Check, Condition, RefusedError, Write, put_new, put_over

_BEFORE_THE_FIRST = timedelta(days=1)
"""The maximum age of the rankings in a table that has no ``IN_FORCE`` yet."""


def bring_in_force(policies: PolicyRepository, table: Table, now: datetime) -> bool:
    """Store the policy that governs now in ``IN_FORCE`` and start the switch to it, in one transaction.

    Returns:
        Whether ``IN_FORCE`` was changed. It is not if it already names this policy, or if a process whose clock is
        ahead has stored another one.
    """
    registry = policies.registry(fresh=True)
    policy, _until = policies.governing(now)
    named = registry.named
    if named is not None and (named.digest == policy.digest or named.since > now):
        return False
    writes = [_write_in_force(policy, named, now)]
    before, _until = in_force(registry.heads, now - _BEFORE_THE_FIRST)
    if named is not None or (before and before.id) != policy.id:
        writes.append(_start_switch(policy, registry.switch, now))
    try:
        table.write(*writes)
    except RefusedError:
        policies.registry(fresh=True)
        return False
    policies.registry(fresh=True)
    return True


def _write_in_force(policy: CompiledPolicy, named: PolicyInForce | None, now: datetime) -> Write:
    record = PolicyInForce(policy=policy.id, digest=policy.digest, since=now)
    if named is None:
        return put_new(record)
    return put_over(record, digest=named.digest, since=rfc3339(named.since))


def _start_switch(policy: CompiledPolicy, running: Switch | None, now: datetime) -> Write:
    switch = Switch(
        version=running.version + 1 if running else 1,
        policy=policy.id,
        digest=policy.digest,
        rate=policy.numbers.switch_rate,
        started_at=now,
        round_since=now,
        sent_unrestricted=0,
    )
    if running is None:
        return put_new(switch)
    return put_over(switch, version=running.version)


def check_in_force(policy: CompiledPolicy) -> Write:
    """Return the condition of a decision: ``IN_FORCE`` names this policy, or is not stored yet."""
    return Check(keys.IN_FORCE, Condition({"digest": policy.digest}, or_absent=True))


def policy_for_decision(policies: PolicyRepository, table: Table, now: datetime) -> CompiledPolicy:
    """Return the policy that applies to a decision made now, from a fresh registry; start its switch if necessary.

    Raises:
        CaseChangedError: A process whose clock is ahead has stored another policy in ``IN_FORCE``.
    """
    bring_in_force(policies, table, now)
    policy, _until = policies.governing(now)
    named = policies.registry().named
    if named is not None and named.digest != policy.digest:
        raise CaseChangedError
    return policy
