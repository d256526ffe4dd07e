"""Write units: the computation agrees with DynamoDB Local where that is correct, and the budgets of the design hold."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from prioritize.worker import rank_case
from tests.support import capacity_units
from tests.support.aws_calls import record_calls
from tests.support.clouds import TABLE, table_definition
from tests.support.dynamodb_local import on_the_engine
from tests.support.system import System, body
from tests.support.writes import client_of

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import ConsumedCapacityTypeDef

pytestmark = pytest.mark.dynamodb_local


@pytest.fixture
def system(dynamodb_endpoint: str) -> Iterator[System]:
    """Start a system with its table on DynamoDB Local."""
    with on_the_engine(dynamodb_endpoint) as found:
        yield found


INDEXES = capacity_units.indexes_of(table_definition())


def narrative(length: int) -> str:
    """Return a text that hardly compresses; real prose costs fewer units."""
    return "".join(random.Random(1).choices(string.ascii_letters + string.digits, k=length))  # noqa: S311  # no secret


LAWYER = body(
    requester={"role": "attorney", "organization": "Example and Example LLP", "authority": "g28"},
    facts={
        "removal_at": "2026-11-26T03:00:00-05:00",
        "removal_order": "final",
        "entered_on": "2006-05-01",
        "entry": "unlawful",
        "convictions": [{"kind": "misdemeanor", "offense": "shoplifting", "convicted_on": "2012"}],
        "relief_pending": ["petition_for_review"],
    },
    grounds=narrative(1024),
)
BODIES = {"plain": body(grounds=narrative(1024)), "detailed": LAWYER}


def spent(system: System, action: Callable[[], object]) -> list[int]:
    """Return the write units of each transaction of an action, which must write in transactions only."""
    before = system.items()
    with record_calls() as calls:
        action()
    writing = [call for call in calls if call.service == "dynamodb" and call.operation not in {"GetItem", "Query"}]
    assert {call.operation for call in writing} <= {"TransactWriteItems"}
    return capacity_units.of_transactions([call.parameters["TransactItems"] for call in writing], before, INDEXES)


# ---- the budgets of the design


@pytest.mark.parametrize("sent", BODIES.values(), ids=BODIES)
def test_a_submission_costs_at_most_twenty_four_units(system: System, sent: dict[str, Any]) -> None:
    assert spent(system, lambda: system.file(sent))[0] <= 24
    assert spent(system, lambda: system.file(sent))[0] <= 24


@pytest.mark.parametrize("sent", BODIES.values(), ids=BODIES)
def test_a_ranking_with_its_event_costs_at_most_eight_units_and_an_unchanged_one_none(
    system: System, sent: dict[str, Any]
) -> None:
    case_id = system.case_of(system.file(sent)).case_id
    (first,) = spent(system, lambda: rank(system, case_id))
    assert 0 < first <= 8
    assert spent(system, lambda: rank(system, case_id)) == []


def test_a_ranking_into_another_lane_costs_at_most_eight_units(system: System) -> None:
    filed = system.file(body())
    case_id = system.case_of(filed).case_id
    rank(system, case_id)
    system.on(filed, "POST", "/updates", {"facts": {"removal_at": "2026-11-25T15:00:00-05:00"}})
    (moved,) = spent(system, lambda: rank(system, case_id))
    assert system.case_of(filed).lane == "imminent_removal"
    assert moved <= 8


def rank(system: System, case_id: str) -> None:
    rank_case(system.prioritize, case_id)


# ---- the computation compared with DynamoDB Local


def charged(found: ConsumedCapacityTypeDef) -> tuple[float, float]:
    """Return the units charged for the table, and for its indexes."""
    indexes = found.get("GlobalSecondaryIndexes", {})
    return found["Table"]["CapacityUnits"], sum(index["CapacityUnits"] for index in indexes.values())


@pytest.mark.parametrize("length", [1, 1024, 20_000])
def test_the_computed_units_of_puts_equal_those_charged(system: System, length: int) -> None:
    filed = system.file(body(grounds=narrative(length)))
    system.pump()
    items = system.items()
    system.on(filed, "POST", "/updates", {"facts": {"claims_us_citizenship": True}})
    system.pump()
    for item in items:
        for before, after in ((current(system, item), item), (item, item)):
            answer = system.dynamodb.put_item(TableName=TABLE, Item=dict(item), ReturnConsumedCapacity="INDEXES")
            base, indexes = charged(answer["ConsumedCapacity"])
            assert base + indexes == capacity_units.plain_write(before, after, INDEXES)


def current(system: System, item: capacity_units.Item) -> capacity_units.Item | None:
    key = {name: item[name] for name in ("pk", "sk")}
    return system.dynamodb.get_item(TableName=TABLE, Key=key).get("Item")


def test_the_computed_units_of_a_repeated_request_for_work_equal_those_charged(system: System) -> None:
    system.file(body())
    system.later(minutes=2)
    before = {capacity_units.key(item): item for item in system.items()}
    asked: list[float] = []

    def note(parsed: Any, **_: Any) -> None:  # noqa: ANN401  # botocore types neither
        asked.append(sum(charged(parsed["ConsumedCapacity"])))

    def ask(params: dict[str, Any], **_: Any) -> None:  # noqa: ANN401
        params["ReturnConsumedCapacity"] = "INDEXES"

    events = client_of(system.prioritize.table).meta.events
    events.register("provide-client-params.dynamodb.UpdateItem", ask)
    events.register("after-call.dynamodb.UpdateItem", note)
    assert system.sweep()["asked"] == 2
    after = {capacity_units.key(item): item for item in system.items()}
    changed = [
        capacity_units.plain_write(before[key], after[key], INDEXES) for key in before if before[key] != after[key]
    ]
    assert sorted(asked) == sorted(changed)


@pytest.mark.parametrize("number", ["0", "7", "10", "99", "100", "-7", "12345", "1780000000000", "0.5"])
def test_the_computed_size_of_a_number_equals_that_charged(system: System, number: str) -> None:
    """One byte more than 1 KB costs another unit, which reveals the size to the byte."""
    for spare in range(-1, 2):
        item = {"pk": {"S": "p"}, "sk": {"S": "s"}, "n": {"N": number}, "t": {"S": ""}}
        item["t"] = {"S": "x" * (1024 + spare - capacity_units.size(item))}
        answer = system.dynamodb.put_item(TableName=TABLE, Item=item, ReturnConsumedCapacity="INDEXES")
        assert (
            charged(answer["ConsumedCapacity"])[0] == capacity_units.plain_write(None, item, INDEXES) == 1 + (spare > 0)
        )
