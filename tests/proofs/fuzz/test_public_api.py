"""Bad input to the public API, over HTTP: answered as its document says, and what is refused leaves nothing behind."""

from __future__ import annotations

import pytest

from tests.support.fuzz.openapi_requests import Explorer, Holding, Operation, Table, operations
from tests.support.local.local_system import Local
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally
from tests.support.system import body

pytestmark = [pytest.mark.moto, pytest.mark.proof(7), pytest.mark.timeout(sized(120, 600))]
OPERATIONS = list(operations("openapi.json"))


def _holding(local: Local, operation: Operation) -> Holding | None:
    """File a request of one's own for an operation on a receipt."""
    if "{receipt}" not in operation.path:
        return None
    filed = local.file(body(subject={"a_number": None}))
    local.ranked(filed)
    return Holding({"receipt": filed["receipt"]}, {"Authorization": f"Bearer {filed['access_code']}"})


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_any_request_is_answered_as_documented_and_stores_nothing_where_it_is_refused(
    local: Local, tally: Tally, operation: Operation
) -> None:
    explorer = Explorer(local, Table(local), tally)
    explorer.explore(operation, sized(3, 20))
    if holding := _holding(local, operation):
        explorer.explore(operation, sized(3, 20), holding)


def test_no_handler_failed_or_told_of_a_failure(local: Local, tally: Tally) -> None:
    log = local.log.read_text() + local.printed.read_text()
    for word in ("Traceback", '"Faults"', "a request failed", "a message failed", "a duty failed"):
        tally.expect(word, holds=word not in log)
