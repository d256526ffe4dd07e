"""Bulk filing: the limits in the template, and whether other cases are still processed during a flood.

The local run does not emulate throttling, so the limits of the gateway are only checked in the template.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import casereview.usecases.file_request
import prioritize.sweep
from casereview.runtime.queue import Queue
from casereview.store.due_index import DueIndex
from casereview.usecases.file_request import MAX_LIVE
from infra.local.template.resources import not_created
from infra.paths import ROOT
from tests.support.aws_calls import record_calls
from tests.support.large_dockets import fast_system
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally
from tests.support.staff import SISTER, file_case, person, take_next
from tests.support.system import Staff, System, body
from tests.support.template import APIS, properties, translated

pytestmark = [pytest.mark.moto, pytest.mark.timeout(sized(120, 600))]
DOCUMENTS = {"PublicApi": "openapi.json", "StaffApi": "openapi-staff.json"}


# ---- the gateway and the firewall


def prove_throttling(tally: Tally, read: Callable[[str], Any] = properties) -> None:
    """Check in the template that each API has a rate and a burst limit, and responds with a problem beyond them."""
    defaults = {name: each.get("Default") for name, each in translated()["Parameters"].items()}
    for api in APIS:
        with tally.case(f"{api}: every method is throttled"):
            (settings,) = read(f"{api}v1Stage")["MethodSettings"]
            assert (settings["ResourcePath"], settings["HttpMethod"]) == ("/*", "*")
            rate, burst = (defaults[settings[f"Throttling{name}Limit"]["Ref"]] for name in ("Rate", "Burst"))
            assert 0 < rate <= burst <= 1000
        for kind in ("THROTTLED", "QUOTA_EXCEEDED"):
            with tally.case(f"{api}: {kind}"):
                answer = read(api)["Body"]["x-amazon-apigateway-gateway-responses"][kind]
                problem = json.loads(answer["responseTemplates"]["application/json"])
                assert (int(answer["statusCode"]), problem["status"]) == (429, 429)
                assert (problem["type"], problem["errors"][0]["code"]) == ("/problems/throttled", "throttled")
                assert answer["responseParameters"]["gatewayresponse.header.Retry-After"] == "'1'"
                media = answer["responseParameters"]["gatewayresponse.header.Content-Type"]
                assert media == "'application/problem+json'"
        with tally.case(f"{api}: the firewall limits the rate of each address"):
            (rule,) = [each for each in read(f"{api}Firewall")["Rules"] if each["Name"] == "address-rate"]
            assert rule["Action"].keys() == {"Block"}
            assert rule["Statement"]["RateBasedStatement"]["AggregateKeyType"] == "IP"
        with tally.case(f"{api}: every route documents the responses"):
            paths = json.loads((ROOT / "docs" / DOCUMENTS[api]).read_text(encoding="utf-8"))["paths"]
            assert all({"429", "403"} <= each["responses"].keys() for path in paths.values() for each in path.values())


@pytest.mark.proof(4)
def test_each_api_is_throttled_and_responds_with_a_problem(tally: Tally) -> None:
    prove_throttling(tally)


def test_the_local_run_lists_throttling_as_not_emulated() -> None:
    assert "throttl" in not_created.IGNORED["AWS::ApiGateway::UsagePlan"]


# ---- the functions


def one_person(system: System, tally: Tally, number: int) -> None:
    """File many requests about one person; check that the case stays bounded and the person's own request stands."""
    mine = file_case(system, 1)
    shown = system.look_up(mine.filed)
    calls = []
    for _ in range(number):
        with record_calls() as made:
            system.file(person(1, requester=SISTER))
        calls.append(len(made))
    system.pump()
    cases = system.cases
    with tally.case("no case exceeds the limit on requests"):
        assert max(case.live for case in cases) <= MAX_LIVE, "too many requests in a case"
    with tally.case("further requests are flagged, and none is lost"):
        apart = [case for case in cases if case.case_id != mine.case_id]
        assert all(case.over_limit for case in apart)
        assert sum(case.requests for case in cases) == number + 1
    with tally.case("each filing takes the same number of calls"):
        assert len(set(calls)) == 1
    with tally.case("the person's own request is unaffected"):
        assert system.look_up(mine.filed) == shown
        late = system.file(person(1, requester={"role": "attorney", "authority": "g28"}))
        system.pump()
        assert system.case_of(late).status == "in_line"
    system._flush()


def one_office(system: System, tally: Tally, number: int) -> None:
    """File many imminent removals at one office; check that an old case of a lower lane is still taken."""
    old = file_case(system, 1, facts={"custody": "detained"})
    other = file_case(system, 2, facts={"custody": "detained", "facility": "EPC"})
    system.later(days=15)
    for count in range(number):
        system.file(body(subject={"a_number": f"A0002{count:05d}"[:10]}, facts={"removal_soon": True}))
    system.pump()
    with tally.case("the worklist of another office is unaffected"):
        assert system.worklist(system.case_of(other.filed).office) == [other.case_id]
    with tally.case("the most overdue case is taken within every k-th turn"):
        numbers = system.intake.policies.governing(system.time)[0].numbers
        assert numbers.every_kth_next <= numbers.cap
        taken = [take_next(system, Staff("omar")) for _ in range(numbers.every_kth_next)]
        assert old.case_id in taken, "starved"
    system._flush()


def lost_messages(system: System, tally: Tally, number: int) -> None:
    """Lose the messages of a case filed before a flood; check that the first sweep sends them again, in its group."""
    first = system.file(person(1))
    system.later(seconds=1)
    for count in range(number):
        system.file(body(subject={"a_number": f"A0002{count:05d}"[:10]}, facts={"facility": "EPC"}))
    for url in system.queues.values():
        system.sqs.purge_queue(QueueUrl=url)
    system.later(minutes=3)
    with record_calls() as calls:
        system.sweep()
    sent = [call.parameters for call in calls if call.operation == "SendMessage"]
    case_id = system.case_of(first).case_id
    with tally.case("the first sweep sends the messages of the oldest due work"):
        groups = [each["MessageGroupId"] for each in sent if case_id in each["MessageBody"]]
        assert groups, "starved"
        assert groups == [system.case_of(first).office] * len(groups)
    with tally.case("each office has its own message group"):
        assert {each["MessageGroupId"] for each in sent} == {case.office for case in system.cases}
    system._flush()


FLOODS = {"one person": one_person, "one office": one_office, "lost messages": lost_messages}
SIZES = {"one person": sized(25, 60), "one office": sized(15, 120), "lost messages": sized(60, 400)}


@pytest.mark.proof(4)
@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_delays_no_other_case(tally: Tally, flood: str) -> None:
    with fast_system("moto") as system:
        FLOODS[flood](system, tally, SIZES[flood])


# ---- deliberate defects


def _violations(flood: str, number: int) -> str:
    tally = Tally()
    with fast_system("moto") as system:
        FLOODS[flood](system, tally, number)
    return "\n".join(tally.violations)


def test_a_case_without_a_limit_on_requests_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casereview.usecases.file_request, "MAX_LIVE", 1000)
    assert "too many requests in a case" in _violations("one person", MAX_LIVE + 1)


def test_a_worklist_in_which_only_the_first_case_is_taken_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("review.next_case._ClaimableCases.first_of_lower_lanes", lambda _line: [])
    assert "starved" in _violations("one office", 12)


def test_a_sweep_that_starts_with_the_newest_item_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prioritize.sweep, "PER_SHARD", 1)
    monkeypatch.setattr(DueIndex, "due", _newest_first(DueIndex.due))
    assert "starved" in _violations("lost messages", 60)


def _newest_first(due: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    return lambda table, shard, until, limit: due(table, shard, until, 1000)[::-1][:limit]


def test_one_message_group_for_all_offices_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    send = Queue.send
    monkeypatch.setattr(Queue, "send", lambda queue, message, _office: send(queue, message, "ALL"))
    assert "own message group" in _violations("lost messages", 5)


def test_a_stage_without_throttling_is_detected() -> None:
    def without_rate_limit(name: str) -> Any:  # noqa: ANN401  # as properties
        found = json.loads(json.dumps(properties(name)))
        for settings in found.get("MethodSettings", []):
            settings.pop("ThrottlingRateLimit")
        return found

    tally = Tally()
    prove_throttling(tally, without_rate_limit)
    assert len(tally.violations) == len(APIS)
