"""A write whose answer is lost is sent again by botocore under its token, and takes effect once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session

from casereview.schema.office_records import Officer
from casereview.store import keys
from casereview.store.transaction import add
from tests.support.clouds import TABLE
from tests.support.races.threads import check_whole
from tests.support.system import System, body
from tests.support.writes import client_of

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest

pytestmark = pytest.mark.dynamodb_local
EVENT = "before-send.dynamodb.TransactWriteItems"


@contextmanager
def first_answer_lost(system: System) -> Iterator[list[bytes]]:
    """Have the first transaction reach the engine and its answer not come back; gives the bodies that were sent."""
    sent: list[bytes] = []

    def lose(request: AWSPreparedRequest, **_: Any) -> None:  # noqa: ANN401  # what else botocore says
        sent.append(cast("bytes", request.body))
        if len(sent) == 1:
            session = URLLib3Session()
            answer = session.send(request)
            session.close()
            assert answer.status_code == 200
            raise ConnectionClosedError(endpoint_url=request.url)

    clients = [client_of(desk.table) for desk in (system.intake, system.prioritize)]
    for client in clients:
        client.meta.events.register(EVENT, lose)
    try:
        yield sent
    finally:
        for client in clients:
            client.meta.events.unregister(EVENT, lose)


def test_the_same_token_twice_applies_once(system: System) -> None:
    filed = system.file(body())
    case = system.case_of(filed)
    write: dict[str, Any] = {
        "Update": {
            "TableName": TABLE,
            "Key": {name: {"S": value} for name, value in keys.case(case.case_id)._asdict().items()},
            "UpdateExpression": "ADD version :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
    }
    for _ in range(2):
        system.dynamodb.transact_write_items(TransactItems=[write], ClientRequestToken="one-token")  # type: ignore[list-item]
    assert system.case_of(filed).version == case.version + 1


def test_a_request_whose_answer_was_lost_is_stored_once_and_answered(system: System) -> None:
    with first_answer_lost(system) as sent:
        filed = system.file(body())
    assert len(sent) == 2
    assert sent[0] == sent[1]
    assert b"ClientRequestToken" in sent[0]
    assert (len(system.requests), system.case_of(filed).version) == (1, 1)
    check_whole(system)


@pytest.mark.parametrize(
    ("what", "said"),
    [("/updates", {"facts": {"serious_illness": True}}), ("/withdrawal", {})],
)
def test_a_change_whose_answer_was_lost_is_one_event(system: System, what: str, said: object) -> None:
    filed = system.file(body())
    with first_answer_lost(system) as sent:
        assert system.on(filed, "POST", what, said).status == 202
    assert len(sent) == 2
    assert sent[0] == sent[1]
    assert system.case_of(filed).version == 2
    check_whole(system)


def test_a_ranking_whose_answer_was_lost_is_one_event(system: System) -> None:
    filed = system.file(body())
    with first_answer_lost(system) as sent:
        system.pump()
    assert len(sent) >= 2
    assert sent[0] == sent[1]
    assert [event.kind for event in system.history(system.case_of(filed))] == ["filed", "ranked"]
    assert len(system.outbox()) == 1
    check_whole(system)


def test_two_transactions_of_ours_never_share_a_token(system: System) -> None:
    """Equal writes meant twice are two: the second is counted, not swallowed by a token."""
    for _ in range(2):
        system.intake.table.write(add(Officer(user="ann", claims=1)))
    assert system.read(Officer, keys.officer("ann")).claims == 2
