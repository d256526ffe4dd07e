"""A ranking reads of a withdrawn request only whether it states protection."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from casereview.schema.event_records import Filing
from casereview.schema.evidence import Claims
from casereview.schema.facts import Conviction, Facts
from casereview.store.items import from_item, to_item, weighed_item

FILED = datetime(2026, 11, 24, 15, tzinfo=UTC)


def claims(**changes: Any) -> Claims:  # noqa: ANN401  # any field
    stated: dict[str, Any] = {
        "facts": Facts(custody="detained", convictions=(Conviction(kind="felony"),), removal_at=None),
        "newest_at": {"custody": FILED},
        **changes,
    }
    filing = Filing(role="family", authority="none", opened=False)
    return Claims(case_id="C1", receipt="R1", filing=filing, filed_at=FILED, office="ATL", **stated)


def test_claims_are_read_as_they_were_written() -> None:
    assert from_item(Claims, to_item(claims())) == claims()
    assert from_item(Claims, to_item(claims())).facts.model_fields_set == claims().facts.model_fields_set


def test_what_was_said_is_one_text() -> None:
    item = to_item(claims())
    assert item["said"].keys() == {"S"}
    assert not item.keys() & {"facts", "counted", "first_at", "newest_at"}


@pytest.mark.parametrize("counts", [{"live": True}, {"live": False, "verified": True}])
def test_claims_that_count_are_weighed_whole(counts: dict[str, bool]) -> None:
    assert from_item(Claims, weighed_item(to_item(claims(**counts)))) == claims(**counts)


@pytest.mark.parametrize("field", ["facts", "counted"])
def test_protection_counts_after_a_withdrawal(field: str) -> None:
    found = from_item(
        Claims, weighed_item(to_item(claims(live=False, **{field: Facts(custody="detained", protected=True)})))
    )
    assert found.facts.protected is True
    assert found.facts.custody is None


def test_nothing_else_counts_after_a_withdrawal() -> None:
    found = from_item(Claims, weighed_item(to_item(claims(live=False, to_phone=True))))
    assert (found.facts.custody, found.facts.convictions, found.facts.protected) == (None, None, None)
    assert found.newest_at == {}
    assert found.to_phone


@pytest.mark.parametrize("attribute", [None, {"S": "no"}])
def test_protection_counts_where_its_attribute_is_lost_or_of_the_wrong_type(attribute: dict[str, str] | None) -> None:
    item: dict[str, Any] = {**to_item(claims(live=False, facts=Facts(protected=True)))}
    del item["protects"]
    found = from_item(Claims, weighed_item(item | ({"protects": attribute} if attribute else {})))
    assert found.facts.protected is True
