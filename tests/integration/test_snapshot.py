"""Snapshots: each office is counted by itself."""

from __future__ import annotations

from datetime import timedelta

from casereview import keys
from casereview.records import Snapshot
from tests.system import System, body


def test_an_office_that_cannot_be_counted_holds_up_no_other(system: System) -> None:
    bad = system.file(body())
    system.file(body(subject={"a_number": "A000-000-012"}, facts={"facility": "EAZ"}))
    system.pump()
    system.dynamodb.update_item(
        TableName=system.table,
        Key={"pk": {"S": f"CASE#{system.case_of(bad).case_id}"}, "sk": {"S": "CASE"}},
        UpdateExpression="SET filed_at = :bad",
        ExpressionAttributeValues={":bad": {"S": "never"}},
    )
    system.later(hours=1)
    assert system.duty("snapshot") == {"counted": 1, "failed": 1}
    counted = system.read(Snapshot, keys.snapshot("PHO"))
    assert [(lane.lane, lane.open) for lane in counted.lanes] == [("detained", 1)]
    assert counted.oldest == system.time - timedelta(hours=1)
