"""Who the caller is, as the desk shows it: roles, office, and how many cases they hold."""

from __future__ import annotations

from casereview.store.caseload import read_counter
from casereview.usecases.services import CaseServices
from review.authorization import Caller
from review.schema.responses import Me


def account_of(services: CaseServices, caller: Caller) -> Me:
    """Return the caller's account, with the cap of the policy in force."""
    policy, _until = services.policies.governing(services.now())
    return Me(
        user=caller.user,
        roles=tuple(sorted(caller.roles)),
        office=caller.office,
        held=read_counter(services.table, caller.id).claims,
        cap=policy.numbers.cap,
        policy=policy.id,
        restricted=caller.restricted,
    )
