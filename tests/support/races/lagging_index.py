"""An index that lags: a query on it is answered from a copy of the table, to which each item comes in its own time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from moto.backends import get_backend

from tests.support.aws_calls import Call, MakeCall, intercept_calls
from tests.support.clouds import table_definition
from tests.support.environment import REGION
from tests.support.moto_speed import fast_moto
from tests.support.staff import AT_HOME
from tests.support.system import System, body, running

OLD = "-as-its-indexes-see-it"
Key = tuple[str, str]
Attributes = dict[str, Any]


class Lag:
    """What the indexes of a system's table see: an older state of each item."""

    def __init__(self, system: System, chance: Random, arrives: float) -> None:
        """Begin with what is there; before a query, by a chance, half of what has changed arrives."""
        self._system = system
        self._chance = chance
        self.arrives = arrives
        self._seen: dict[Key, Attributes] = {}
        self.stale = 0
        """Changes that had still not arrived when others did."""
        system.dynamodb.create_table(TableName=self.table, **table_definition())
        self.catch_up()

    @property
    def table(self) -> str:
        """The name of the copy."""
        return self._system.table + OLD

    def catch_up(self, arrives: float = 1.0) -> None:
        """Let changes arrive, each by a chance."""
        now = dict(_items(self._system.table))
        for key in sorted(self._seen.keys() | now.keys()):
            if self._seen.get(key) != now.get(key):
                if self._chance.random() < arrives:
                    self._copy(key, now.get(key))
                else:
                    self.stale += 1

    def _copy(self, key: Key, item: Attributes | None) -> None:
        if item is None:
            del self._seen[key]
            self._system.dynamodb.delete_item(TableName=self.table, Key={"pk": {"S": key[0]}, "sk": {"S": key[1]}})
        else:
            self._seen[key] = item
            self._system.dynamodb.put_item(TableName=self.table, Item=item)

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Answer every query on an index from the copy."""

        def call(asked: Call, make: MakeCall) -> Any:  # noqa: ANN401  # what AWS answers
            operation, parameters = asked.operation, asked.parameters
            if operation == "Query" and "IndexName" in parameters and parameters["TableName"] == self._system.table:
                if self._chance.random() < self.arrives:
                    self.catch_up(0.5)
                parameters = {**parameters, "TableName": self.table}
            return make(operation, parameters)

        with intercept_calls(call):
            yield


CASES = 6
"""Of a system that begins to lag."""


@contextmanager
def lagging(number: int) -> Iterator[tuple[System, Lag, list[dict[str, Any]]]]:
    """Start a system with some ranked cases, whose indexes lag from here on."""
    with fast_moto(), running("moto") as system:
        filed = [system.file(about(each)) for each in range(CASES)]
        system.pump()
        lag = Lag(system, Random(number), 0.05)  # noqa: S311  # no secret
        with lag.holding():
            yield system, lag, filed


def about(number: int) -> dict[str, Any]:
    """Return the request of a person who is not detained, whose withdrawal ends the case."""
    return body(subject={"a_number": f"A{500_000_000 + number}"}, facts=AT_HOME)


def _items(table: str) -> Iterator[tuple[Key, Attributes]]:
    backend: Any = get_backend("dynamodb")["123456789012"][REGION]
    for partition in backend.tables[table].items.values():
        for item in partition.values():
            yield (item.hash_key.value, item.range_key.value), item.to_json()["Attributes"]
