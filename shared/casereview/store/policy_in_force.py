"""Store the policy in force in ``IN_FORCE``, and start the switch that ranks all open cases again under it."""

from __future__ import annotations

from datetime import datetime, timedelta

from casereview.policy.compiler import CompiledPolicy
from casereview.policy.packaged import in_force
from casereview.schema.base import rfc3339
from casereview.schema.errors import CaseChangedError
from casereview.schema.policy_records import PolicyInForce, Switch
from casereview.store import keys
from casereview.store.policy_registry import PolicyRegistry
from casereview.store.policy_repository import PolicyRepository
from casereview.store.table import Table
from casereview.store.transaction import Check, Condition, Put, RefusedError, Write, put_new, put_over

_SINGLE = frozenset({keys.IN_FORCE.sk, keys.SWITCH.sk})
_BEFORE_THE_FIRST = timedelta(days=1)
"""The maximum age of the rankings in a table that has no ``IN_FORCE`` yet."""


def bring_in_force(policies: PolicyRepository, table: Table, now: datetime) -> bool:
    """Store the policy that governs now in ``IN_FORCE`` and start the switch to it, in one transaction.

    Returns:
        Whether ``IN_FORCE`` was changed. It is not if it already names this policy, or if a process whose clock is
        ahead has stored another one. If it or the switch cannot be read, both are stored again.
    """
    registry = policies.registry(fresh=True)
    if not _follows(policies, registry, now):
        return False
    registry = policies.registry(fresh=True, older=True)  # an older release may have approved a document meanwhile
    if not _follows(policies, registry, now):
        return False
    policy, _until = policies.governing(now)
    writes = [_write_in_force(policy, registry, now)]
    before, _until = in_force(policies.heads(), now - _BEFORE_THE_FIRST)
    if registry.named is not None or (before and before.id) != policy.id or registry.unreadable & _SINGLE:
        writes.append(_start_switch(policy, registry, now))
    try:
        table.write(*writes)
    except RefusedError:
        policies.registry(fresh=True)
        return False
    policies.registry(fresh=True)
    return True


def _follows(policies: PolicyRepository, registry: PolicyRegistry, now: datetime) -> bool:
    """Return whether ``IN_FORCE`` must follow the policy that governs now, or its switch be started again."""
    policy, _until = policies.governing(now)
    named = registry.named
    if named is None or (named.digest == policy.digest and keys.SWITCH.sk in registry.unreadable):
        return True
    return named.digest != policy.digest and named.since <= now


def _write_in_force(policy: CompiledPolicy, registry: PolicyRegistry, now: datetime) -> Write:
    record, named = PolicyInForce(policy=policy.id, digest=policy.digest, since=now), registry.named
    if named is not None:
        return put_over(record, digest=named.digest, since=rfc3339(named.since))
    return Put(record) if keys.IN_FORCE.sk in registry.unreadable else put_new(record)


def _start_switch(policy: CompiledPolicy, registry: PolicyRegistry, now: datetime) -> Write:
    running = registry.switch
    switch = Switch(
        version=running.version + 1 if running else 1,
        policy=policy.id,
        digest=policy.digest,
        rate=policy.numbers.switch_rate,
        started_at=now,
        round_since=now,
        sent_unrestricted=0,
    )
    if running is not None:
        return put_over(switch, version=running.version)
    return Put(switch) if keys.SWITCH.sk in registry.unreadable else put_new(switch)


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
