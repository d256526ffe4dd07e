"""A policy switch ranks every open case once under the policy in force, top lanes first, and changes nothing else."""

from __future__ import annotations

import json
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

from casereview.schema.event_records import Event
from casereview.schema.policy_records import PolicyInForce, Switch
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.policy_in_force import bring_in_force
from casereview.store.worklist import Worklist
from tests.support.aws_faults import intercept, once, performs_after
from tests.support.bodies import granted, reasons
from tests.support.memory.aws import refused
from tests.support.memory.recording import record_memory_calls
from tests.support.policy.drafts import AUTHOR, EARLIER, ORDER, amendment, draft, publish, read
from tests.support.standing import recognized
from tests.support.system import Staff, System, body

if TYPE_CHECKING:
    from collections.abc import Iterator

OFFICER = Staff("omar")
SUPERVISOR = Staff("sue", "supervisor")


def person(number: int, **facts: object) -> dict[str, Any]:
    return body(subject={"a_number": f"A0000001{number:02d}"}, facts=facts)


def rankings(system: System, case: Case) -> list[str | None]:
    return [event.ranking.policy for event in system.history(case) if event.ranking]


def waiting(system: System) -> Iterator[str]:
    """Remove the messages from the rank queue, and return them, oldest first."""
    url = system.queues["rank"]
    while messages := system.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            system.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            yield json.loads(message["Body"])["case_id"]


def test_the_first_tick_records_the_policy_in_force_without_a_switch(system: System) -> None:
    system.file(body())
    system.pump()
    assert system.sweep()["switched"] == 0
    assert system.read(PolicyInForce, keys.IN_FORCE).policy == ORDER
    assert system.all(Switch, "SWITCH") == []


def test_a_tick_without_a_switch_costs_the_same_at_any_docket(system: System) -> None:
    system.sweep()
    with record_memory_calls() as empty:
        system.sweep()
    for number in range(20):
        system.file(person(number))
    system.pump()
    with record_memory_calls() as full:
        system.sweep()
    assert [call.action for call in full] == [call.action for call in empty] != []


def test_how_many_remain_costs_the_same_at_any_docket(system: System) -> None:
    system.pump()
    system.sweep()
    publish(system, EARLIER)
    system.duty("snapshot")
    with record_memory_calls() as empty:
        read(system, "earlier")
    for number in range(20):
        system.file(person(number))
    system.pump()
    system.duty("snapshot")
    with record_memory_calls() as full:
        read(system, "earlier")
    assert [call.action for call in full] == [call.action for call in empty] != []


def test_after_an_approval_every_case_is_switched_within_minutes(system: System) -> None:
    filed = [system.file(person(number)) for number in range(5)]
    system.pump()
    system.sweep()
    publish(system, EARLIER)
    began = read(system, "earlier")["switch"]
    assert (began["remaining"], began["counted_at"]) == (0, None)
    system.duty("snapshot")
    counted = read(system, "earlier")["switch"]
    assert (counted["remaining"], counted["counted_at"]) == (5, "2026-11-24T15:00:00.000Z")
    system.settle(5)
    for each in filed:
        assert rankings(system, system.case_of(each)) == [ORDER, "earlier"]
    switch = read(system, "earlier")["switch"]
    assert (switch["remaining"], switch["ended_at"] is None) == (0, False)


def test_a_policy_comes_into_force_at_its_time(system: System) -> None:
    filed = system.file(body())
    system.pump()
    publish(system, draft("next", since="2026-11-24T15:10:00Z"))
    system.settle(9)
    assert rankings(system, system.case_of(filed)) == [ORDER]
    assert system.case_of(filed).rank_at != system.time + timedelta(minutes=1), "its end is no case's own duty"
    system.settle(4)
    assert rankings(system, system.case_of(filed)) == [ORDER, "next"]


def test_after_a_policy_is_vacated_the_default_lanes_apply(system: System) -> None:
    filed = system.file(body())
    system.pump()
    publish(system, amendment("end", ORDER, "2025-01-20T05:00:00Z/2026-11-24T15:05:00Z"))
    system.settle(10)
    case = system.case_of(filed)
    assert (case.policy, rankings(system, case)) == (None, [ORDER, None])
    switch = system.staff(AUTHOR, "GET", "/staff/policies").json()["switch"]
    assert (switch["policy"], switch["remaining"], switch["sent"]) == (None, 0, 1)
    assert system.staff(OFFICER, "GET", f"/staff/cases/{case.case_id}").json()["reasons"][0]["text"]


def test_top_lanes_go_first_at_all_offices(system: System) -> None:
    for number in range(6):
        place = "EPC" if number % 2 else "STWRTGA"
        system.file(person(number, facility=place))
        system.file(person(50 + number, facility=place, claims_us_citizenship=True))
    system.pump()
    system.sweep()
    publish(system, EARLIER)
    system.sweep()
    lanes = [system.read(Case, keys.case(case_id)).lane for case_id in waiting(system)]
    assert lanes == ["citizenship_claim"] * 6 + ["detained"] * 6


def test_the_rate_is_a_number_of_the_policy(system: System) -> None:
    for number in range(9):
        system.file(person(number))
    system.pump()
    system.sweep()
    publish(system, draft("slow", ("switch_rate: 2000", "switch_rate: 4")))
    sent = []
    for _ in range(4):
        sent.append(system.sweep()["switched"])
        system.pump()
        system.later(minutes=1)
    assert sent == [4, 4, 1, 0]
    assert len(system.all(Switch, "SWITCH")[0].cursors) == 0


def test_a_second_tick_in_the_same_minute_sends_no_more(system: System) -> None:
    for number in range(5):
        system.file(person(number))
    system.pump()
    system.sweep()
    publish(system, draft("slow", ("switch_rate: 2000", "switch_rate: 3")))
    assert system.sweep()["switched"] == 3
    assert system.sweep()["switched"] == 0
    system.later(seconds=40)
    assert system.sweep()["switched"] == 2


def test_claimed_and_waiting_cases_are_switched_last(system: System) -> None:
    free = system.file(person(1))
    claimed, paused = system.file(person(2)), system.file(person(3))
    system.pump()
    system.sweep()
    for each in (claimed, paused):
        system.work(OFFICER, system.case_of(each).case_id, "claim")
    recognized(system, paused)
    ask = {"asked": [{"text": "Proof, please.", "language": "en"}], "answer_by": "2026-12-04T12:00:00-05:00"}
    system.work(OFFICER, system.case_of(paused).case_id, "information-requests", ask)
    system.pump()
    publish(system, EARLIER)
    system.sweep()
    assert list(waiting(system)) == [system.case_of(free).case_id]
    system.settle(5)
    held = system.case_of(claimed)
    assert (held.policy, held.claimed_by, held.status) == ("earlier", "omar", "in_review")
    assert rankings(system, system.case_of(paused))[-2:] == [ORDER, "earlier"]
    assert system.case_of(paused).status == "information_needed"


def test_a_case_with_the_senior_official_is_switched_too(system: System) -> None:
    filed = system.file(body())
    system.pump()
    case_id = system.case_of(filed).case_id
    recognized(system, filed)
    system.work(OFFICER, case_id, "claim")
    system.work(OFFICER, case_id, "decision", decision(system, case_id, ORDER, outcome="declined"))
    assert system.on(filed, "POST", "/escalation", {"statement": "Look again."}).status == HTTPStatus.ACCEPTED
    system.pump()
    publish(system, EARLIER)
    system.settle(4)
    assert system.case_of(filed).office == "SRO"
    assert rankings(system, system.case_of(filed))[-1] == "earlier"


def decision(system: System, case_id: str, policy: str | None, **changes: object) -> dict[str, Any]:
    version = system.read(Case, keys.case(case_id)).version
    words = {**reasons("Because.", policy), "internal_reasons": "Because."}
    given = {"outcome": "granted", "granted": granted(str(changes.get("outcome", "granted"))), **words}
    return {**given, "factors": [], "policy": policy, "case_version": version, **changes}


def test_a_decision_under_the_old_policy_is_refused_and_accepted_under_the_new(system: System) -> None:
    filed = system.file(body())
    system.pump()
    system.sweep()
    case_id = system.case_of(filed).case_id
    system.work(OFFICER, case_id, "claim")
    first = decision(system, case_id, ORDER)
    publish(system, EARLIER)
    assert system.staff(OFFICER, "POST", f"/staff/cases/{case_id}/decision", first).status == HTTPStatus.CONFLICT
    system.later(seconds=11)
    assert system.staff(OFFICER, "POST", f"/staff/cases/{case_id}/decision", first).status == HTTPStatus.CONFLICT
    system.pump()
    assert system.work(OFFICER, case_id, "decision", decision(system, case_id, "earlier"))["status"] == "decided"
    assert rankings(system, system.case_of(filed)) == [ORDER, "earlier"]


def test_a_decision_at_the_effective_time_starts_the_switch(system: System) -> None:
    filed = system.file(body())
    system.pump()
    publish(system, draft("next", since="2026-11-24T15:00:30Z"))
    system.sweep()
    case_id = system.case_of(filed).case_id
    system.work(OFFICER, case_id, "claim")
    system.later(seconds=31)
    under_the_old = decision(system, case_id, ORDER)
    assert (
        system.staff(OFFICER, "POST", f"/staff/cases/{case_id}/decision", under_the_old).status == HTTPStatus.CONFLICT
    )
    assert system.read(PolicyInForce, keys.IN_FORCE).policy == "next"
    system.pump()
    assert system.work(OFFICER, case_id, "decision", decision(system, case_id, "next"))["status"] == "decided"


def test_an_approval_after_a_switch_returns_the_case_to_its_author(system: System) -> None:
    publish(system, draft("strict", of="2021-02-18-interim", since="2026-11-24T15:00:00Z"))
    filed = system.file(body())
    system.pump()
    case_id = system.case_of(filed).case_id
    system.work(OFFICER, case_id, "claim")
    proposed = decision(system, case_id, "strict", outcome="declined", **reasons("Because.", "2021-02-18-interim"))
    assert system.work(OFFICER, case_id, "decision", proposed)["status"] == "awaiting_approval"
    system.later(minutes=1)
    publish(system, draft("earlier", since="2026-11-24T15:00:30Z"))
    back = system.work(SUPERVISOR, case_id, "approval", {"approve": True, "why": "Fine."})
    assert (back["status"], back["claimed_by"]) == ("in_review", "omar")


def test_a_stale_copy_of_the_registry_does_not_undo_the_switch_of_a_case(system: System) -> None:
    filed = system.file(body())
    system.pump()
    system.sweep()
    publish(system, EARLIER)
    system.later(seconds=11)
    system.pump()
    case_id = system.case_of(filed).case_id
    message = json.dumps({"schema": 1, "case_id": case_id})
    system.sqs.send_message(QueueUrl=system.queues["rank"], MessageBody=message)
    system.pump()
    assert rankings(system, system.case_of(filed)) == [ORDER, "earlier"]
    publish(system, draft("third", since="2026-11-24T15:00:05Z"))
    system.sqs.send_message(QueueUrl=system.queues["rank"], MessageBody=message)
    system.pump()
    assert system.case_of(filed).policy == "earlier", "the copy is ten seconds old at most, and was read just now"
    system.later(seconds=11)
    system.sqs.send_message(QueueUrl=system.queues["rank"], MessageBody=message)
    system.pump()
    assert rankings(system, system.case_of(filed)) == [ORDER, "earlier", "third"]


def test_another_switch_replaces_one_that_is_under_way(system: System) -> None:
    filed = [system.file(person(number)) for number in range(6)]
    system.pump()
    system.sweep()
    publish(system, draft("slow", ("switch_rate: 2000", "switch_rate: 2")))
    system.sweep()
    system.pump()
    publish(system, draft("third", since="2026-11-24T15:00:01Z"))
    system.settle(6)
    assert {system.case_of(each).policy for each in filed} == {"third"}
    assert [switch.policy for switch in system.all(Switch, "SWITCH")] == ["third"]
    assert sorted(len(rankings(system, system.case_of(each))) for each in filed) == [2, 2, 2, 2, 3, 3]


def test_lost_messages_are_sent_again_in_the_next_round(system: System) -> None:
    filed = [system.file(person(number)) for number in range(3)]
    system.pump()
    system.sweep()
    publish(system, EARLIER)
    system.later(seconds=11)
    system.sweep()
    assert len(list(waiting(system))) == 3
    system.settle(3)
    assert {system.case_of(each).policy for each in filed} == {"earlier"}


def test_nothing_but_the_ranking_changes(system: System) -> None:
    filed = [system.file(person(number, **facts)) for number, facts in enumerate(({}, {"custody": "not_detained"}))]
    system.pump()
    system.sweep()
    before = [system.case_of(each) for each in filed]
    publish(system, EARLIER)
    system.settle(5)
    places = ("lane", "shown_lane", "rank", "sort_at", "reasons", "flags", "policy", "digest", "rank_at")
    ranked: dict[str, Any] = {**dict.fromkeys(("version", "folded", *places), True)}
    ranked["first_look"] = {"lane_since", "target_at"}
    for was in before:
        now = system.read(Case, keys.case(was.case_id))
        assert was.model_dump(exclude=ranked) == now.model_dump(exclude=ranked)
    kinds = [event.kind for event in system.all(Event, "EVENT")]
    assert sorted(kinds) == ["filed"] * 2 + ["ranked"] * 4


def test_only_the_policy_office_sees_the_switch(system: System) -> None:
    publish(system, EARLIER)
    assert read(system, ORDER)["switch"] is None
    assert system.staff(OFFICER, "GET", "/staff/policies/earlier").status == HTTPStatus.FORBIDDEN
    assert system.staff(AUTHOR, "GET", "/staff/policies/earlier").json()["governs"]


def test_progress_is_saved_as_it_goes(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prioritize.policy_switch.PER_SAVE", 2)
    for number in range(7):
        system.file(person(number))
    system.pump()
    system.sweep()
    publish(system, EARLIER)
    system.sweep()
    assert system.all(Switch, "SWITCH")[0].version == 1 + 4, "begun, and saved after each two messages and at the end"


@pytest.mark.moto
def test_of_two_concurrent_starts_of_a_switch_one_is_stored(system: System) -> None:
    system.file(body())
    system.pump()
    system.sweep()
    publish(system, draft("next", since="2026-11-24T15:00:30Z"))
    system.later(seconds=30)
    desk = system.intake
    with intercept("dynamodb.TransactWriteItems", performs_after(once(system.sweep))):
        assert not bring_in_force(desk.policies, desk.table, system.time)
    assert len(system.all(PolicyInForce, "IN_FORCE")) == 1
    assert system.read(Switch, keys.SWITCH).version == 1 + 1, "begun once, and walked by the other"


@pytest.mark.moto
def test_a_tick_that_comes_too_late_saves_nothing(system: System) -> None:
    for number in range(3):
        system.file(person(number))
    system.pump()
    system.sweep()
    publish(system, EARLIER)
    with intercept("dynamodb.TransactWriteItems", performs_after(once(system.sweep))):
        assert system.sweep()["switched"] == 0
    assert system.read(Switch, keys.SWITCH).sent == 3
    system.settle(4)
    assert {case.policy for case in system.cases} == {"earlier"}


def test_a_decision_is_refused_while_another_clock_is_ahead(system: System) -> None:
    filed = system.file(body())
    system.pump()
    case_id = system.case_of(filed).case_id
    system.work(OFFICER, case_id, "claim")
    ahead = PolicyInForce(policy="2021-09-30-guidelines", digest="other", since=system.time + timedelta(seconds=5))
    system.intake.table.put(ahead)
    answer = system.staff(OFFICER, "POST", f"/staff/cases/{case_id}/decision", decision(system, case_id, ORDER))
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert system.case_of(filed).status == "in_review"


def test_a_worklist_that_cannot_be_read_keeps_no_other_from_being_switched(
    system: System, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    system.file(person(1, facility="STWRTGA"))
    elsewhere = system.file(
        person(2, custody="not_detained", facility=None, residence={"state": "TX", "county": "El Paso"})
    )
    system.pump()
    offices = {case.office for case in system.cases}
    assert len(offices) == 2
    broken = system.case_of(elsewhere).office
    entries = Worklist.entries

    def throttled(worklist: Worklist, queue: str, *more: Any, **options: Any) -> Any:  # noqa: ANN401  # as entries
        if queue == broken:
            raise refused("ThrottlingException", "Query")
        return entries(worklist, queue, *more, **options)

    publish(system, EARLIER)
    with monkeypatch.context() as patched:
        patched.setattr(Worklist, "entries", throttled)
        system.settle(4)
    assert '"WorklistsNotWalked":[1.0]' in capsys.readouterr().out
    [running] = system.all(Switch, "SWITCH")
    assert running.ended_at is None
    digests = {case.office: case.digest == running.digest for case in system.cases}
    assert digests == {office: office != broken for office in offices}
    system.settle(20)
    assert {case.digest for case in system.cases} == {running.digest}
    assert system.all(Switch, "SWITCH")[0].ended_at is not None
