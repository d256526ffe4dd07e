"""Invalid input to the public API over HTTP: responses are as documented, and rejected requests store nothing."""

from __future__ import annotations

import pytest

from tests.support.fuzz.openapi_requests import Access, Explorer, Operation, TableWatch, operations
from tests.support.local.local_system import Local
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally
from tests.support.system import body

pytestmark = [pytest.mark.moto, pytest.mark.proof(7), pytest.mark.timeout(sized(120, 600))]
OPERATIONS = list(operations("openapi.json"))


def _access(local: Local, operation: Operation) -> Access | None:
    """File a request for an operation on a receipt, and return access to it."""
    if "{receipt}" not in operation.path:
        return None
    filed = local.file(body(subject={"a_number": None}))
    local.ranked(filed)
    return Access({"receipt": filed["receipt"]}, {"Authorization": f"Bearer {filed['access_code']}"})


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_responses_are_as_documented_and_rejected_requests_store_nothing(
    local: Local, tally: Tally, operation: Operation
) -> None:
    explorer = Explorer(local, TableWatch(local), tally)
    explorer.explore(operation, sized(3, 20))
    if access := _access(local, operation):
        explorer.explore(operation, sized(3, 20), access)


def test_no_handler_logged_a_failure(local: Local, tally: Tally) -> None:
    log = local.log.read_text() + local.printed.read_text()
    for word in ("Traceback", '"Faults"', "a request failed", "a message failed", "a duty failed"):
        tally.expect(word, holds=word not in log)
