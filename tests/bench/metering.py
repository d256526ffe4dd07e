"""What an operation costs: AWS calls, and read and write units by AWS's rules, from the items before and after.

Reads cost a unit for each 4 KB, begun, of what is read, half where eventual consistency will do; a query sums what it
reads, each key of a batch is a read of its own, and an item that is not there costs one. Writes: ``tests.support.capacity_units``.
What DynamoDB Local reports of a plain read or write is compared with the computation, and must be the same; not so of
a query that finds nothing, which it takes for free, while AWS counts the least read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tests.support import capacity_units
from tests.support.aws_calls import Call, MakeCall, intercept_calls
from tests.support.clouds import table_definition

Item: TypeAlias = Mapping[str, Any]
Ask: TypeAlias = Callable[[str, dict[str, Any]], Any]
"""Calls the service without being counted."""
_READ_UNIT = 4096
_NOT_ALL = {"Select", "ProjectionExpression"}
"""What makes a query answer less than it reads."""
_INDEXES = capacity_units.indexes_of(table_definition())


@dataclass(slots=True)
class Spent:
    """Calls by ``service.Operation``, and units."""

    calls: Counter[str] = field(default_factory=Counter)
    rru: float = 0
    wru: float = 0
    differing: list[str] = field(default_factory=list)
    """Calls of which DynamoDB reports other units than were computed."""
    compared: int = 0

    def row(self, share: int = 1) -> dict[str, float]:
        """Return the row of bench.json, divided by a number of cases."""
        total = sum(self.calls.values())
        return {"rru": _short(self.rru / share), "wru": _short(self.wru / share), "calls": _short(total / share)}


def _short(value: float) -> float:
    return int(value) if value == int(value) else round(value, 2)


@contextmanager
def metered(*, compare: bool = False) -> Iterator[Spent]:
    """Count what is done inside; with ``compare``, by a table on DynamoDB Local."""
    spent = Spent()

    def count(asked: Call, make: MakeCall) -> Any:  # noqa: ANN401  # what AWS answers
        spent.calls[f"{asked.service}.{asked.operation}"] += 1
        if asked.service != "dynamodb":
            return make(asked.operation, asked.parameters)
        return _METERS[asked.operation](spent, make, asked.operation, asked.parameters, compare)

    with intercept_calls(count):
        yield spent


def _reads(sizes: list[int], *, consistent: bool) -> float:
    """Return the units of reading items one by one."""
    return sum(max(1, -(-size // _READ_UNIT)) for size in sizes) * (1 if consistent else 0.5)


def _report(spent: Spent, operation: str, answer: Any, computed: float) -> None:  # noqa: ANN401  # botocore's own
    spent.compared += 1
    consumed = answer["ConsumedCapacity"]
    reported = sum(each["CapacityUnits"] for each in (consumed if isinstance(consumed, list) else [consumed]))
    if reported != computed:
        spent.differing.append(f"{operation}: computed {computed}, reported {reported}")


def _plain(parameters: dict[str, Any], *, compare: bool) -> dict[str, Any]:
    return {**parameters, "ReturnConsumedCapacity": "TOTAL"} if compare else parameters


def _get(spent: Spent, ask: Ask, operation: str, parameters: dict[str, Any], compare: bool) -> Any:  # noqa: ANN401, FBT001
    answer = ask(operation, _plain(parameters, compare=compare))
    item = answer.get("Item")
    found = _reads([capacity_units.size(item) if item else 0], consistent=parameters.get("ConsistentRead", False))
    spent.rru += found
    if compare:
        _report(spent, operation, answer, found)
    return answer


def _query(spent: Spent, ask: Ask, operation: str, parameters: dict[str, Any], compare: bool) -> Any:  # noqa: ANN401, FBT001
    answer = ask(operation, _plain(parameters, compare=compare))
    read = answer
    if _NOT_ALL & parameters.keys():
        read = ask(operation, _whole(parameters))
    size = sum(capacity_units.size(item) for item in read["Items"])
    found = _reads([size], consistent=parameters.get("ConsistentRead", False))
    spent.rru += found
    if compare and size:
        _report(spent, operation, answer, found)
    return answer


def _whole(query: dict[str, Any]) -> dict[str, Any]:
    """Return a query that answers with all that it reads: without projection, and the names that only that uses."""
    used = {
        name: attribute
        for name, attribute in query["ExpressionAttributeNames"].items()
        if name in query["KeyConditionExpression"]
    }
    return {
        **{name: value for name, value in query.items() if name not in _NOT_ALL},
        "ExpressionAttributeNames": used,
    }


def _batch_get(spent: Spent, ask: Ask, operation: str, parameters: dict[str, Any], compare: bool) -> Any:  # noqa: ANN401, FBT001
    answer = ask(operation, _plain(parameters, compare=compare))
    computed = 0.0
    for table, wanted in parameters["RequestItems"].items():
        sizes = [capacity_units.size(item) for item in answer["Responses"].get(table, [])]
        missing = len(wanted["Keys"]) - len(sizes) - len(answer["UnprocessedKeys"].get(table, {}).get("Keys", []))
        computed += _reads([*sizes, *([0] * missing)], consistent=wanted.get("ConsistentRead", False))
    spent.rru += computed
    if compare:
        _report(spent, operation, answer, computed)
    return answer


def _write(spent: Spent, ask: Ask, operation: str, parameters: dict[str, Any], compare: bool) -> Any:  # noqa: ANN401, FBT001
    table, key = parameters["TableName"], _key(parameters.get("Item") or parameters["Key"])
    before = _read(ask, table, key)
    answer = ask(operation, _plain(parameters, compare=compare))
    found = capacity_units.plain_write(before, _read(ask, table, key), _INDEXES)
    spent.wru += found
    if compare:
        _report(spent, operation, answer, found)
    return answer


def _transact(spent: Spent, ask: Ask, operation: str, parameters: dict[str, Any], compare: bool) -> Any:  # noqa: ANN401, ARG001, FBT001
    bodies = [body for write in parameters["TransactItems"] for body in write.values()]
    places = [(body["TableName"], _key(body.get("Item") or body["Key"])) for body in bodies]
    before = [_read(ask, *place) for place in places]
    try:
        return ask(operation, parameters)
    finally:  # one that is refused costs as much, without the indexes, which do not change
        after = [_read(ask, *place) for place in places]
        for body, old, new in zip(bodies, before, after, strict=True):
            wanted = capacity_units.kilobytes(body.get("Item"))
            spent.wru += 2 * max(1, capacity_units.kilobytes(old), capacity_units.kilobytes(new), wanted)
            spent.wru += sum(index.units(old, new) for index in _INDEXES)


def _key(item: Item) -> dict[str, Any]:
    return {"pk": item["pk"], "sk": item["sk"]}


def _read(ask: Ask, table: str, key: dict[str, Any]) -> Item | None:
    found: Item | None = ask("GetItem", {"TableName": table, "Key": key, "ConsistentRead": True}).get("Item")
    return found


_METERS: Mapping[str, Callable[[Spent, Ask, str, dict[str, Any], bool], Any]] = {
    "GetItem": _get,
    "Query": _query,
    "BatchGetItem": _batch_get,
    "PutItem": _write,
    "UpdateItem": _write,
    "DeleteItem": _write,
    "TransactWriteItems": _transact,
}
