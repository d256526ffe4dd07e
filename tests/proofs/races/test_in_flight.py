"""A transaction shows its items one by one: who reads two of them while it lands may see one before, one after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from casereview import keys
from casereview.items import to_item
from casereview.records import Guard
from tests.edge import Perform, edge
from tests.integration.review.office import OFFICER, claimed, decide
from tests.system import System

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

pytestmark = pytest.mark.proof(2)


def test_a_reopening_that_still_sees_its_own_guard_is_not_told_of_a_newer_case(system: System) -> None:
    held = claimed(system)
    (guard,) = system.guards
    decide(system, OFFICER, held.case_id)
    assert system.guards == []

    def late(request: AWSPreparedRequest, perform: Perform) -> AWSResponse:
        if "PERSON#" not in str(request.body):
            return perform()
        key = keys.guard(guard.person)
        system.dynamodb.put_item(TableName=system.table, Item=to_item(guard))
        answer = perform()
        system.dynamodb.delete_item(TableName=system.table, Key={"pk": {"S": key.pk}, "sk": {"S": key.sk}})
        return answer

    with edge("dynamodb.GetItem", late):
        assert system.work(OFFICER, held.case_id, "reopening", {"why": "Changed."})["status"] == "in_line"
    assert system.read(Guard, keys.guard(guard.person)) == guard
