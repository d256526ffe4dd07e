"""Records that another release wrote are read and kept, but cannot be created by this one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from casereview.schema.base import LENIENT, Unrecognized, read_leniently
from casereview.schema.messages import Hint, NoticeMessage, PreviewMessage, RankMessage
from casereview.schema.records import Case, Stored
from casereview.schema.submission import Contact
from casereview.store.items import from_item, to_item
from casereview.store.unreadable import UnreadableError
from tests.support.complete_records import Place, complete, enumerations, records, value_at, with_value
from tests.support.record_strategies import KINDS

NEW = "of-another-release"
VALUES = [(model, place) for model in KINDS for place in enumerations(model)]
PLACES = [(model, place) for model in KINDS for place in records(model)]


FLAT = {("first_look",), ("hold",), ("decision",)}
"""Records flattened into the item of their case, where their unknown attributes become attributes of the case."""


def named(given: object) -> str:
    return given.__name__ if isinstance(given, type) else ".".join(map(str, given)) if isinstance(given, tuple) else ""


def test_nested_enumerations_and_records_are_among_the_parameters() -> None:
    assert (Case, ("facts", "convictions", 0, "kind")) in VALUES
    assert (Case, ("facts", "relief_pending", 0)) in VALUES
    assert (Case, ("decision", "outcome")) in VALUES
    assert (Case, ("facts", "convictions", 0)) in PLACES
    assert len(VALUES) > 30


@pytest.mark.parametrize("model", KINDS, ids=named)
def test_a_complete_record_is_read_leniently_as_strictly(model: type[Stored]) -> None:
    assert read_leniently(model, complete(model)) == model.model_validate(complete(model))


@pytest.mark.parametrize(("model", "place"), VALUES, ids=named)
def test_an_unknown_enumeration_value_is_kept_by_a_lenient_read(model: type[Stored], place: Place) -> None:
    fields = with_value(complete(model), place, NEW)
    found = read_leniently(model, fields)
    value = value_at(found.model_dump(by_alias=True), place)
    assert value == NEW
    assert isinstance(value, Unrecognized)
    assert value_at(found.model_dump(mode="json", by_alias=True), place) == NEW
    assert read_leniently(model, found.model_dump(by_alias=True)) == found


@pytest.mark.parametrize(("model", "place"), VALUES, ids=named)
def test_strict_validation_rejects_unknown_values_and_a_lenient_read_rejects_wrong_types(
    model: type[Stored], place: Place
) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(with_value(complete(model), place, NEW))
    for wrong in (1, {"x": 1}, None if place[-1] == "status" else 1):
        with pytest.raises(ValidationError):
            read_leniently(model, with_value(complete(model), place, wrong))


@pytest.mark.parametrize(("model", "place"), PLACES, ids=named)
def test_an_unknown_attribute_does_not_change_the_record_and_is_rejected_by_strict_validation(
    model: type[Stored], place: Place
) -> None:
    fields = with_value(complete(model), (*place, NEW), {"deep": [1, "two", None]})
    found = read_leniently(model, fields)
    assert found == read_leniently(model, complete(model))
    assert NEW not in str(found.model_dump_json())
    with pytest.raises(ValidationError):
        model.model_validate(fields)


def _item(kind: type[Stored], fields: dict[str, Any]) -> dict[str, Any]:
    return dict(to_item(read_leniently(kind, fields)))


@pytest.mark.parametrize(
    ("kind", "place"), [(kind, place) for kind, place in PLACES if kind is not Case or place not in FLAT], ids=named
)
def test_an_unknown_attribute_is_kept_by_the_table_and_by_evolve(kind: type[Stored], place: Place) -> None:
    item = _item(kind, with_value(complete(kind), (*place, NEW), {"deep": [1, "two", None]}))
    assert NEW in str(item)
    found = from_item(kind, item)
    assert to_item(found) == item
    assert to_item(found._evolved({})) == item


@pytest.mark.parametrize(("kind", "place"), VALUES, ids=named)
def test_an_unknown_value_is_kept_by_the_table_and_by_evolve(kind: type[Stored], place: Place) -> None:
    item = _item(kind, with_value(complete(kind), place, NEW))
    assert NEW in str(item)
    found = from_item(kind, item)
    assert to_item(found) == item
    assert to_item(found._evolved({})) == item


@pytest.mark.parametrize("kind", KINDS, ids=named)
def test_a_newer_schema_version_is_read_and_kept(kind: type[Stored]) -> None:
    item = _item(kind, {**complete(kind), "schema": 2})
    assert item["schema"] == {"N": "2"}
    found = from_item(kind, item)
    assert found.schema_version == 2
    assert to_item(found._evolved({})) == item
    with pytest.raises(UnreadableError):
        from_item(kind, {**item, "schema": {"N": "0"}})


def test_an_unknown_status_equals_no_known_status() -> None:
    found = read_leniently(Case, {**complete(Case), "status": NEW})
    assert found.status not in {"received", "in_line", "closed"}
    assert found.evolve(version=3).status == NEW
    again = read_leniently(Case, {**complete(Case), "status": "received"})
    assert type(again.status) is str


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (RankMessage, {"case_id": "C1"}),
        (PreviewMessage, {"preview": "P", "office": "ATL"}),
        (NoticeMessage, {"case_id": "C1", "notice_id": "N1"}),
    ],
)
def test_a_message_of_another_release_is_read(model: type[Hint], fields: dict[str, str]) -> None:
    text = json.dumps({**fields, "schema": 2, NEW: 1})
    found = model.model_validate_json(text, context=LENIENT, extra="ignore")
    assert found.model_dump(by_alias=True) == {**fields, "schema": 2}


def test_a_contact_of_another_release_is_read_and_an_unknown_channel_is_not_used() -> None:
    found = read_leniently(Contact, {"email": "ana@example.org", "preferred": NEW, "pager": "1"})
    assert isinstance(found.preferred, Unrecognized)
    assert found.unknown_attributes == {"pager": "1"}
    assert (found.channel(), found.address()) == ("none", None)
