"""The races see what is broken: each is run without what protects it, and names what it finds.

Nothing holds the threads up: a race whose threads never met would find nothing here.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from threading import get_ident
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import pytest

import review.cases.lease
from casereview.schema.base import rfc3339
from casereview.schema.notice_records import Notice
from casereview.schema.office_records import Officer
from casereview.schema.request_records import Request
from casereview.store.due_index import DueIndex, DueItem
from casereview.store.dynamodb import DynamoDb
from casereview.store.items import attribute
from casereview.store.table import Table
from casereview.store.transaction import Check, Increment, Write
from tests.proofs.races.dynamodb_local import (
    test_policy_races,
    test_request_races,
    test_request_tokens,
    test_requester_races,
    test_staff_races,
)
from tests.support.dynamodb_local import on_the_engine
from tests.support.proofs.tally import Tally
from tests.support.races import threads
from tests.support.races.staff import BEFORE_THE_SWITCH, comes_to_rest
from tests.support.system import System
from tests.support.writes import client_of, dynamodb_of_index, record_of, without_condition

if TYPE_CHECKING:
    from botocore.awsrequest import AWSRequest

pytestmark = [pytest.mark.dynamodb_local, pytest.mark.breaks, pytest.mark.timeout(300)]
ROUNDS = 12
"""Of a race, each for people of its own; most end with the first or the second."""
TIMES = 5
"""How often a race is run until it finds something."""

Race = Callable[..., None]
Break = Callable[[pytest.MonkeyPatch], None]


class Strict(Tally):
    """Ends its test with the first violation."""

    @contextmanager
    def case(self, name: str) -> Iterator[None]:  # noqa: ARG002  # as the tally
        """Count a case, and catch nothing."""
        self.tried += 1
        yield


# ---- what is broken


def _writing(change: Callable[[Write], Write | None]) -> Break:
    """Change every write of every transaction, or leave it out."""

    def breaks(patch: pytest.MonkeyPatch) -> None:
        write = Table.write

        def changed(table: Table, *writes: Write) -> None:
            write(table, *(found for found in map(change, writes) if found))

        patch.setattr(Table, "write", changed)

    return breaks


def _of_requests(write: Write) -> Write | None:
    return without_condition(write) if isinstance(record_of(write), Request | Notice) else write


def _of_counters(write: Write) -> Write | None:
    return without_condition(write) if isinstance(write, Increment) else write


def _counters(patch: pytest.MonkeyPatch) -> None:
    """Let a counter's bound be gone, and what is read of the counter be old: else who reads it is mostly in time."""
    patch.setattr(review.cases.lease, "read_counter", lambda _table, user: Officer(user=user))
    _writing(_of_counters)(patch)


def _checks(write: Write) -> Write | None:
    return None if isinstance(write, Check) else write


def _postponed_by(put: Callable[[DynamoDb, DueItem, dict[str, Any]], None]) -> Break:
    """Postpone what is due without looking whether it still is."""

    def postpone(index: DueIndex, due: DueItem, shard: str, until: datetime, **counted: Any) -> bool:  # noqa: ANN401
        found = {"due_shard": shard, "due_at": rfc3339(until), **counted}
        put(dynamodb_of_index(index), due, {name: attribute(value) for name, value in found.items()})
        return True

    return lambda patch: patch.setattr(DueIndex, "postpone", postpone)


def _place(due: DueItem) -> dict[str, Any]:
    return {"pk": {"S": due.key.pk}, "sk": {"S": due.key.sk}}


def _in_place(backend: DynamoDb, due: DueItem, found: dict[str, Any]) -> None:
    names = ", ".join(f"{name} = :{name}" for name in found)
    values = {f":{name}": value for name, value in found.items()}
    backend.client.update_item(
        TableName=backend.name, Key=_place(due), UpdateExpression=f"SET {names}", ExpressionAttributeValues=values
    )


def _as_listed(patch: pytest.MonkeyPatch) -> None:
    """Postpone what is due by writing the whole item back, as it was when its list was read."""
    due = DueIndex.due
    listed: dict[tuple[int, DueItem], dict[str, Any]] = {}

    def reading(index: DueIndex, shard: str, until: datetime, limit: int) -> list[DueItem]:
        backend = dynamodb_of_index(index)
        found = due(index, shard, until, limit)
        for one in found:
            item = backend.client.get_item(TableName=backend.name, Key=_place(one), ConsistentRead=True)["Item"]
            listed[get_ident(), one] = cast("dict[str, Any]", item)
        return found

    def put(backend: DynamoDb, one: DueItem, found: dict[str, Any]) -> None:
        backend.client.put_item(TableName=backend.name, Item={**listed[get_ident(), one], **found})

    patch.setattr(DueIndex, "due", reading)
    _postponed_by(put)(patch)


CONDITIONS = ("no condition", _writing(without_condition))
OTHERS: dict[Race, tuple[str, Break]] = {
    test_request_races.test_ten_at_once_under_one_key_are_one_request_and_get_one_answer: (
        "no condition on a new request",
        _writing(_of_requests),
    ),
    test_request_races.test_two_sweeps_ask_for_each_item_once: (
        "no condition on the instant seen",
        _postponed_by(_in_place),
    ),
    test_staff_races.test_nobody_gets_more_than_the_cap_however_many_calls_they_make_at_once: (
        "no bound of the counter",
        _counters,
    ),
    test_staff_races.test_a_sweep_and_claims_at_once_lose_neither_claims_nor_duties: (
        "a sweep that writes back what it read",
        _as_listed,
    ),
    test_policy_races.test_no_decision_rests_on_a_policy_that_another_has_followed: (
        "no check of what is written beside",
        _writing(_checks),
    ),
}
"""Races whose protection is another than the conditions of all writes, or only one of them."""


# ---- the races


def _of(module: ModuleType) -> list[Race]:
    return [found for name, found in vars(module).items() if name.startswith("test_")]


def _said(race: Race) -> str:
    return race.__name__.removeprefix("test_").replace("_", " ")


RACES = [
    pytest.param(race, breaks, id=f"{what}: {_said(race)}")
    for module in (test_request_races, test_requester_races, test_staff_races, test_policy_races)
    for race in _of(module)
    for what, breaks in [OTHERS.get(race, CONDITIONS)]
]


def violation(system: System, race: Race) -> str:
    """Run a race, with the checks that its fixtures make; return what it finds, nothing where all is as ever."""
    names = inspect.signature(race).parameters
    if "earlier" in names:
        system.time += BEFORE_THE_SWITCH
    given: Mapping[str, Any] = {**dict.fromkeys(names, system), "tally": Strict(), "second": False}
    try:
        race(**{name: given[name] for name in names})
        if "system" not in names:
            comes_to_rest(system)
    except (AssertionError, KeyError) as error:  # a KeyError where an item that must be there was lost
        return f"found: {error!r}"
    return ""


@pytest.mark.parametrize(("race", "breaks"), RACES)
def test_what_a_race_rests_on(
    dynamodb_endpoint: str, monkeypatch: pytest.MonkeyPatch, race: Race, breaks: Break
) -> None:
    monkeypatch.setattr(threads, "sized", lambda *_: ROUNDS)
    breaks(monkeypatch)
    for _ in range(TIMES):
        with on_the_engine(dynamodb_endpoint) as system:
            if violation(system, race):
                return
    raise AssertionError("the race finds nothing")


# ---- tokens


def _renewed(request: AWSRequest, **_: Any) -> None:  # noqa: ANN401  # what else botocore says
    """Send each attempt under a token of its own."""
    said = json.loads(request.data or "")
    request.data = json.dumps({**said, "ClientRequestToken": str(uuid4())}).encode()


def _equal(params: dict[str, Any], **_: Any) -> None:  # noqa: ANN401  # what else botocore says
    """Send equal writes under one token."""
    params["ClientRequestToken"] = sha256(repr(params["TransactItems"]).encode()).hexdigest()[:36]


UPDATE = {"what": "/updates", "said": {"facts": {"serious_illness": True}}}
TOKENS: dict[Race, list[dict[str, Any]]] = {
    test_request_tokens.test_the_same_token_twice_applies_once: [{}],
    test_request_tokens.test_a_request_whose_answer_was_lost_is_stored_once_and_answered: [{}],
    test_request_tokens.test_a_change_whose_answer_was_lost_is_one_event: [UPDATE, {"what": "/withdrawal", "said": {}}],
    test_request_tokens.test_a_ranking_whose_answer_was_lost_is_one_event: [{}],
}
"""What is sent twice under one token, and what else its test is given."""


@pytest.mark.parametrize(
    ("proof", "more"), [pytest.param(race, more, id=_said(race)) for race, given in TOKENS.items() for more in given]
)
def test_a_token_of_its_own_for_each_attempt(system: System, proof: Race, more: dict[str, Any]) -> None:
    for client in (system.dynamodb, client_of(system.intake.table), client_of(system.prioritize.table)):
        client.meta.events.register_first("request-created.dynamodb.TransactWriteItems", _renewed)
    with pytest.raises(AssertionError):
        proof(system, **more)


def test_one_token_for_equal_writes(system: System) -> None:
    client_of(system.intake.table).meta.events.register("provide-client-params.dynamodb.TransactWriteItems", _equal)
    with pytest.raises(AssertionError):
        test_request_tokens.test_two_transactions_of_ours_never_share_a_token(system)
