from __future__ import annotations

import pytest

from casereview.schema.facts import Facts
from casereview.schema.records import Hold, Stored
from casereview.store.items import attribute, from_item, to_item
from casereview.store.unreadable import UnreadableError
from tests.support.case_histories import NOW, file_of, filed, notice

CASE = file_of([filed(1, "R1", "self", Facts())], hold=Hold(by="omar"), rank_at=NOW).case
NOTICE = notice()


@pytest.mark.parametrize(
    ("record", "name", "value", "field"),
    [
        (CASE, "version", "1", "version"),
        (CASE, "version", True, "version"),
        (CASE, "version", b"1", "version"),
        (CASE, "version", 0, "version"),
        (CASE, "restricted", "false", "restricted"),
        (CASE, "restricted", 0, "restricted"),
        (CASE, "live", "3", "live"),
        (CASE, "office", b"ATL", "office"),
        (CASE, "status_since", 1_700_000_000, "status_since"),
        (CASE, "stopped_ms", "5", "first_look"),
        (CASE, "claimed_by", b"omar", "hold"),
        (CASE, "due", {"rank": 5}, "rank_at"),
        (NOTICE, "version", "1", "version"),
        (NOTICE, "created_at", 5, "created_at"),
    ],
)
def test_a_value_of_another_type_makes_an_item_unreadable_although_it_could_be_converted(
    record: Stored,
    name: str,
    value: object,
    field: str,
) -> None:
    with pytest.raises(UnreadableError) as refusal:
        from_item(type(record), {**to_item(record), name: attribute(value)})
    assert refusal.value.fields == (field,)
