"""A policy that comes into force while people decide, and policies that are published at once, on a true engine."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from casereview.schema.policy_records import PolicyHead, Switch
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.policy_repository import PolicyRepository
from prioritize.app import tick
from prioritize.worker import rank_case
from review.authorization import caller_from_claims
from review.cases.lease import claim
from review.policies.publication import approve_policy, submit_draft
from review.schema.policies import Document, PolicyApproval
from tests.support.policy.drafts import APPROVER, AUTHOR, ORDER, draft, preview_silently
from tests.support.races.policy_switch import check_decisions, deciding, named, own, watched
from tests.support.races.staff import at, matter, person, try_out
from tests.support.races.threads import at_once, rounds
from tests.support.system import Staff, System

if TYPE_CHECKING:
    from collections.abc import Callable

    from casereview.usecases.services import CaseServices
    from tests.support.proofs.tally import Tally

pytestmark = [pytest.mark.dynamodb_local, pytest.mark.proof(2), pytest.mark.timeout(600)]
CASES = 6
OTTO = Staff("otto", "policy", None)


def drafted(system: System, name: str, text: str) -> None:
    """Send a draft and preview it."""
    sending(own(system)[0], AUTHOR, text)
    preview_silently(system, name)


def sending(desk: CaseServices, user: Staff, text: str) -> object:
    return submit_draft(desk, caller_from_claims(user.claims()), Document(document=text))


def approving(desk: CaseServices, user: Staff, name: str, *, yes: bool = True, digest: str | None = None) -> object:
    return approve_policy(
        desk, caller_from_claims(user.claims()), name, PolicyApproval(approve=yes, why="Read.", digest=digest)
    )


def held(system: System, number: int) -> Case:
    """Return a case that an officer of its own holds, ready to be decided."""
    _filed, case_id = matter(system, person(number))
    claim(at(system, Staff(f"officer{number}"), case_id))
    return system.read(Case, keys.case(case_id))


def come_to_rest(system: System) -> None:
    """Let the walk of the switch end, in the midst of which a worker may be slow."""
    for _ in range(12):
        tick(own(system)[1])
        for case in system.cases:
            rank_case(system.prioritize, case.case_id)
        system.later(minutes=1)
    (walk,) = system.all(Switch, "SWITCH")
    assert walk.ended_at is not None
    assert walk.policy == named(system)


def test_no_decision_rests_on_a_policy_that_another_has_followed(system: System, tally: Tally) -> None:
    tick(system.prioritize)
    for number in rounds(tally, 4, 15):
        cases = [held(system, CASES * number + each) for each in range(CASES)]
        name = f"policy-{number}"
        drafted(system, name, draft(name, since=f"2026-11-24T15:00:00.{number:03d}Z"))
        system.later(seconds=1)
        acts: list[Callable[[], object]] = [
            partial(deciding, own(system)[0], Staff(case.claimed_by or ""), case) for case in cases
        ]
        acts.insert(number % CASES, partial(approving, own(system)[0], APPROVER, name))
        acts += [partial(tick, own(system)[1])]
        with watched() as took:
            found = at_once([partial(try_out, act) for act in acts])
        check_decisions(took, tally, f"round {number}")
        assert {each for each in found if isinstance(each, int)} <= {409}
        assert named(system) == name
        late = [deciding_again(system, case) for case in cases if decided(system, case) is None]
        assert all(status == 409 for status in late), "a decision under the old policy after the switch"
        bring_over(system)


def decided(system: System, case: Case) -> str | None:
    return system.read(Case, keys.case(case.case_id)).outcome


def deciding_again(system: System, case: Case) -> object:
    """Decide on what was read before the switch."""
    return try_out(partial(deciding, own(system)[0], Staff(case.claimed_by or ""), case))


def bring_over(system: System) -> None:
    system.intake.policies.registry(fresh=True)
    system.prioritize.policies.registry(fresh=True)
    for case in system.cases:
        rank_case(system.prioritize, case.case_id)
    assert {case.policy for case in system.cases if case.rank_at or not case.outcome} <= {named(system), None}


def test_of_an_approval_a_refusal_and_a_new_text_at_once_one_holds(system: System, tally: Tally) -> None:
    for number in rounds(tally):
        name = f"policy-{number}"
        first = draft(name, since="2027-01-01T00:00:00Z")
        drafted(system, name, first)
        digest = system.read(PolicyHead, keys.policy_draft(name)).digest
        acts = [
            partial(approving, own(system)[0], APPROVER, name, digest=digest),
            partial(approving, own(system)[0], OTTO, name, yes=False, digest=digest),
            partial(sending, own(system)[0], AUTHOR, first.replace("cap: 20", "cap: 19")),
        ]
        approved, refused, _replaced = (each != 409 for each in at_once([partial(try_out, act) for act in acts]))
        record = system.read(PolicyHead, (keys.approved_head if approved else keys.policy_draft)(name))
        assert (record.state, record.approver) == (
            ("approved", "peter") if approved else ("refused", "otto") if refused else ("draft", None)
        )
        assert not (approved and refused)
        assert record.state == "draft" or record.digest == digest, "what was decided on is what was read"


def test_policies_published_at_once_leave_one_in_force_and_one_walk_to_it(system: System, tally: Tally) -> None:
    _filed, case_id = matter(system, person(1))
    tick(system.prioritize)
    for number in rounds(tally, 3, 8):
        names = [f"policy-{number}-{each}" for each in range(4)]
        since = f"2026-11-24T15:00:00.{number:03d}Z"
        for name in names:
            drafted(system, name, draft(name, since=since))
        system.later(minutes=1)
        walks = [walk.version for walk in system.all(Switch, "SWITCH")]
        acts: list[Callable[[], object]] = [partial(approving, own(system)[0], APPROVER, name) for name in names]
        acts += [partial(tick, own(system)[1])] * 2
        with watched() as took:
            found = at_once([partial(try_out, act) for act in acts])
        assert not [each for each in found if isinstance(each, int)]
        steps = [item["version"] for each in took for item in each.items if item["sk"].startswith("SWITCH")]
        assert len(set(steps)) == len(steps), "two steps of the walk in the place of one"
        come_to_rest(system)
        policy, _until = PolicyRepository(system.intake.table, system.clock).governing(system.time)
        assert named(system) == policy.id in names
        assert system.read(Case, keys.case(case_id)).policy == policy.id != ORDER
        assert [walk.version for walk in system.all(Switch, "SWITCH")] > walks
