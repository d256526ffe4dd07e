"""Invalid input to the staff API over HTTP, by roles that can call the route: responses are as documented."""

from __future__ import annotations

from typing import Any

import pytest

from review.routes import ROUTES
from tests.support.fuzz.openapi_requests import Access, Explorer, Operation, TableWatch, operations
from tests.support.local.local_system import Local
from tests.support.proofs.sizes import FULL, sized
from tests.support.proofs.tally import Tally
from tests.support.system import body

pytestmark = [pytest.mark.moto, pytest.mark.proof(7), pytest.mark.timeout(sized(120, 600))]
OPERATIONS = list(operations("openapi-staff.json"))[:: sized(3, 1)]
"""Only every third at the small size, because generating requests takes a second per operation."""
PACKAGED = "2021-09-30-guidelines"


def _role(operation: Operation) -> str:
    """Return a role that can call the route, if possible one that can claim a case of an office."""
    (route,) = [each for each in ROUTES if each.address == (operation.method.upper(), operation.path)]
    return next(role for role in ("officer", "supervisor", "sro", "policy") if role in route.roles)


def _token(local: Local, operation: Operation) -> dict[str, str]:
    """Return the token of a user of its own, whose claims do not reach the cap."""
    role = _role(operation)
    wish = {"user": f"fuzz-{role}-{OPERATIONS.index(operation)}", "groups": [role, "restricted"], "office": "ATL"}
    token = local.call("POST", "/_local/token", wish).json()["token"]
    return {"Authorization": f"Bearer {token}"}


def _access(local: Local, operation: Operation) -> Access:
    """Return access to the route; if it has a case, to one that the caller has claimed."""
    headers = _token(local, operation)
    if "{policy_id}" in operation.path:
        return Access({"policy_id": PACKAGED}, headers)
    if "{case_id}" not in operation.path:
        return Access(headers=headers)
    return Access({"case_id": _claimed(local, headers)}, headers)


def _claimed(local: Local, headers: dict[str, str]) -> str:
    local.ranked(local.file(body(subject={"a_number": None})))
    taken: dict[str, Any] = local.call("POST", "/staff/worklist/next", {}, headers).json()
    return str(taken["case_id"])


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_responses_are_as_documented_and_rejected_requests_store_nothing(
    local: Local, tally: Tally, operation: Operation
) -> None:
    explorer = Explorer(local, TableWatch(local), tally)
    explorer.explore(operation, sized(2, 6), _access(local, operation))
    if FULL:
        explorer.explore(operation, 2)


def test_no_handler_logged_a_failure(local: Local, tally: Tally) -> None:
    log = local.log.read_text() + local.printed.read_text()
    for word in ("Traceback", '"Faults"', "a request failed", "a message failed", "a duty failed"):
        tally.expect(word, holds=word not in log)
