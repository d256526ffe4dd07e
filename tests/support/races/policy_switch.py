"""Decisions beside a change of policy: which transaction was sent when, and which policy its decision rests on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from casereview.schema.policy_records import PolicyInForce
from casereview.schema.records import Case
from casereview.store.items import plain_fields
from casereview.store.policy_repository import PolicyRepository
from casereview.usecases.services import CaseServices
from prioritize.services import Services
from review.authorization import caller_from_claims
from review.cases.decision import decide
from review.cases.session import open_session
from review.schema import decision_commands
from tests.support.aws_calls import Call, MakeCall, intercept_calls
from tests.support.bodies import granted, reasons
from tests.support.proofs.tally import Tally
from tests.support.system import Staff, System

DECISIONS = frozenset({"decided", "decision_proposed", "approved", "official_decided", "remanded"})


@dataclass(frozen=True, slots=True)
class Took:
    """A transaction that took effect: when it was sent and answered, and what it put."""

    sent: int
    answered: int
    items: tuple[dict[str, Any], ...]

    def decides_under(self) -> str | None:
        """Return the policy that a decision in it rests on, None without one."""
        found = [item for item in self.items if item["sk"].startswith("EVENT") and item["kind"] in DECISIONS]
        return str(found[0]["details"]["policy"]) if found else None

    def brings(self) -> str | None:
        """Return the policy that it names as the one in force, None where it names none."""
        found = [item for item in self.items if item["sk"].startswith("IN_FORCE")]
        return str(found[0].get("policy")) if found else None


@contextmanager
def watched() -> Iterator[list[Took]]:
    """Note the transactions that take effect inside, whoever sends them."""
    found: list[Took] = []

    def call(asked: Call, make: MakeCall) -> Any:  # noqa: ANN401  # what AWS answers
        sent = time.perf_counter_ns()
        answer = make(asked.operation, asked.parameters)
        if asked.operation == "TransactWriteItems":
            puts = [write["Put"]["Item"] for write in asked.parameters["TransactItems"] if "Put" in write]
            found.append(Took(sent, time.perf_counter_ns(), tuple(map(plain_fields, puts))))
        return answer

    with intercept_calls(call):
        yield found


def check_decisions(took: list[Took], tally: Tally, name: str) -> None:
    """No decision takes effect that was sent after another policy than its own had come into force."""
    changes = [each for each in took if each.brings()]
    for decision in (each for each in took if each.decides_under()):
        with tally.case(f"{name}: a decision under {decision.decides_under()}"):
            before = [change for change in changes if change.answered < decision.sent]
            last = max(before, key=lambda change: change.answered, default=None)
            assert last is None or last.brings() == decision.decides_under(), f"in force was {last.brings()}"


def own(system: System) -> tuple[CaseServices, Services]:
    """Return what an environment of its own works with: a copy of the registry, already read, that may be stale."""
    policies = PolicyRepository(system.intake.table, system.clock)
    policies.registry()
    return replace(system.intake, policies=policies), replace(system.prioritize, policies=policies)


def deciding(desk: CaseServices, user: Staff, case: Case) -> Case:
    """Decide a case as it was read."""
    words = {**reasons("For you.", case.policy), "internal_reasons": "For us.", "factors": []}
    sent = {
        "outcome": "granted",
        "granted": granted("granted"),
        "policy": case.policy,
        "case_version": case.version,
        **words,
    }
    caller = caller_from_claims(user.claims())
    session = open_session(desk, caller, caller.roles, case.case_id)
    return decide(session, decision_commands.Decision.model_validate(sent)).case


def named(system: System) -> str | None:
    """Return the policy that the table names as the one in force."""
    (found,) = system.all(PolicyInForce, "IN_FORCE")
    return found.policy
