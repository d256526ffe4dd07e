"""No decision rests on an index: where it lags, nobody gets what is not theirs, nothing is undone, all comes to rest.

AWS's indexes lag; those of the emulators do not. Here each item reaches them in its own time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import pytest

from casereview.cases.lifecycle import LIVE
from casereview.schema.policy_records import Switch
from casereview.store.due_index import DueIndex
from tests.support.controlled_system import look_at
from tests.support.invariants import check
from tests.support.policy.drafts import draft, publish
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally
from tests.support.races.lagging_index import CASES, about, lagging
from tests.support.system import Staff, System
from tests.support.writes import dynamodb_of_index

pytestmark = [pytest.mark.moto, pytest.mark.proof(2), pytest.mark.proof(3), pytest.mark.timeout(600)]
ANN, BOB, SUE, EVE = Staff("ann"), Staff("bob"), Staff("sue", "supervisor"), Staff("eve", "officer", "ELP")
DAYS = sized(1, 12)
HOURS = 8


def work(system: System, user: Staff, case_id: str, what: str, sent: object = None) -> int:
    return system.staff(user, "POST", f"/staff/cases/{case_id}/{what}", sent or {}).status


def id_of(system: System, filed: dict[str, Any]) -> str:
    return system.case_of(filed).case_id


# ---- what is shown and taken


def moved(system: System, filed: dict[str, Any]) -> None:
    assert work(system, SUE, id_of(system, filed), "transfer", {"office": "ELP", "why": "Moved."}) == 200


def held(system: System, filed: dict[str, Any]) -> None:
    assert work(system, BOB, id_of(system, filed), "claim") == 200


def withdrawn(system: System, filed: dict[str, Any]) -> None:
    assert system.on(filed, "POST", "/withdrawal", {}).status == 202


def protected(system: System, filed: dict[str, Any]) -> None:
    assert system.on(filed, "POST", "/updates", {"facts": {"relief_pending": ["vawa"]}}).status == 202


HAPPENINGS: list[Callable[[System, dict[str, Any]], None]] = [moved, held, withdrawn, protected]


def take_what_has_gone(happens: Callable[[System, dict[str, Any]], None], tally: Tally) -> None:
    """Let something happen to the first case, which no index knows, and take the next, and read the page."""
    with lagging(1) as (system, lag, filed):
        lag.arrives = 0.0
        happens(system, filed[0])
        gone = id_of(system, filed[0])
        taken = [system.staff(ANN, "POST", "/staff/worklist/next", {}) for _ in range(CASES)]
        ids = [answer.json()["case_id"] for answer in taken if answer.status == 200]
        name = f"next, {happens.__name__} meanwhile"
        tally.expect(f"{name}: the rest", holds=sorted(ids) == sorted(id_of(system, each) for each in filed[1:]))
        tally.expect(f"{name}: then nothing", holds=taken[-1].status == 204)
        page = system.staff(ANN, "GET", "/staff/worklist").json()["items"]
        shown = {item["case_id"]: item["claimed_by"] for item in page}
        held_by_other = happens is held and shown.get(gone) == BOB.user
        tally.expect(f"{name}: the page", holds=gone not in shown or held_by_other)
        if happens is moved:
            seen = system.staff(EVE, "GET", f"/staff/cases/{gone}").status
            tally.expect(f"{name}: its new office has it", holds=seen == 200)


@pytest.mark.parametrize("happens", HAPPENINGS)
def test_next_and_the_page_give_nothing_that_has_gone(
    tally: Tally, happens: Callable[[System, dict[str, Any]], None]
) -> None:
    take_what_has_gone(happens, tally)


@pytest.mark.breaks
def test_a_page_that_trusts_the_index_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("review.worklist.is_visible", lambda *_: True)
    monkeypatch.setattr("review.next_case.is_visible", lambda *_: True)
    monkeypatch.setattr("review.authorization.Caller.has_access", lambda *_: True)
    tally = Tally()
    take_what_has_gone(moved, tally)
    assert any("the page" in violation for violation in tally.violations)
    assert any("the rest" in violation for violation in tally.violations)


# ---- days on which everything lags


def one_day(number: int, tally: Tally) -> None:
    """Let the hours go by in which people work and a policy comes into force; after each of them everything holds."""
    with lagging(number) as (system, lag, filed):
        chance, before = Random(number), look_at(system)  # noqa: S311  # no secret
        for hour in range(HOURS):
            with tally.case(f"day {number}, hour {hour}"):
                _hour(system, chance, filed)
                now = look_at(system)
                check(now, now)
                for case_id in before.cases:
                    assert now.history(case_id)[: before.cases[case_id].version] == before.history(case_id)
                before = now
        lag.arrives = 0.6
        with tally.case(f"day {number}: at rest"):
            _rests(system)
        with tally.case(f"day {number}: a switch"):
            publish(system, draft(f"day-{number}"))
            lag.arrives = 0.2
            _switched(system)
        tally.expect(f"day {number}: it lagged", holds=lag.stale > 0)


def _hour(system: System, chance: Random, filed: list[dict[str, Any]]) -> None:
    """Some do something, in every order; messages are lost, and the sweep finds what is owed."""
    case, receipt = id_of(system, chance.choice(filed)), chance.choice(filed)
    acts: list[Callable[[], object]] = [
        partial(system.staff, chance.choice([ANN, BOB]), "POST", "/staff/worklist/next", {}),
        partial(work, system, ANN, case, "claim"),
        partial(work, system, chance.choice([ANN, BOB]), case, "release"),
        partial(work, system, SUE, case, "transfer", {"office": "ELP", "why": "Moved."}),
        partial(work, system, Staff("eli", "supervisor", "ELP"), case, "transfer", {"office": "ATL", "why": "Back."}),
        partial(system.on, receipt, "POST", "/updates", {"facts": {"serious_illness": chance.random() < 0.5}}),
        partial(system.on, receipt, "POST", "/updates", {"facts": {"claims_us_citizenship": True}}),
        partial(_file, system, filed),
        partial(_lose_messages, system),
        partial(system.duty, chance.choice(["sweep", "redrive", "snapshot", "bands", "usual_wait"])),
        system.pump,
    ]
    chance.shuffle(acts)
    for act in acts[:8]:
        act()
        system.later(seconds=chance.choice([1, 70, 900]))
    system.sweep()


def _file(system: System, filed: list[dict[str, Any]]) -> None:
    if len(filed) < 3 * CASES:
        filed.append(system.file(about(len(filed))))


def _lose_messages(system: System) -> None:
    url = system.queues["rank"]
    for message in system.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        system.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def _rests(system: System) -> None:
    for _ in range(60):
        system.later(minutes=20)
        system.duty("redrive")
        system.sweep()
        system.pump()
        waiting = [case for case in system.cases if case.status == "received" or case.stuck]
        if not waiting and all(notice.state not in {"owed", "sending"} for notice in system.notices):
            return
    raise AssertionError("does not come to rest")


def _switched(system: System) -> None:
    for _ in range(90):
        system.later(minutes=1)
        system.sweep()
        system.pump()
        if all(walk.ended_at for walk in system.all(Switch, "SWITCH")):
            break
    (walk,) = system.all(Switch, "SWITCH")
    assert walk.ended_at is not None
    assert {case.policy for case in system.cases if case.status in LIVE} == {walk.policy}


@pytest.mark.parametrize("number", range(DAYS))
def test_a_day_on_which_the_indexes_lag_goes_as_any_other(tally: Tally, number: int) -> None:
    one_day(number, tally)


@pytest.mark.breaks
def test_a_sweep_that_trusts_the_index_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the condition on the instant seen, what was put off or has ended becomes due again."""
    postpone = DueIndex.postpone

    def trusting(index: DueIndex, due: Any, *args: Any, **more: Any) -> bool:  # noqa: ANN401  # as the original
        make = dynamodb_of_index(index).client.meta.events
        handler = partial(_drop_condition)
        make.register_first("provide-client-params.dynamodb.UpdateItem", handler)
        try:
            return postpone(index, due, *args, **more)
        finally:
            make.unregister("provide-client-params.dynamodb.UpdateItem", handler)

    monkeypatch.setattr(DueIndex, "postpone", trusting)
    tally = Tally()
    one_day(0, tally)
    assert any("hour" in violation for violation in tally.violations)


def _drop_condition(params: dict[str, Any], **_: Any) -> None:  # noqa: ANN401  # what else botocore says
    params.pop("ConditionExpression", None)
    params["ExpressionAttributeValues"].pop(":seen", None)
