"""Lists in forms."""

from __future__ import annotations

from desk.forms import marked, rows


def test_rows_come_in_the_order_of_their_numbers_whatever_else_the_form_has() -> None:
    fields = {
        "why": "Seen",
        "granted": "x",
        "granted.10.what": "other",
        "granted.2.what": "release",
        "granted.2.conditions": "Bond",
        "granted.2.what.more": "x",
        "granted.x.what": "x",
        "granted.3": "x",
    }
    assert rows(fields, "granted") == [{"what": "release", "conditions": "Bond"}, {"what": "other"}]
    assert rows({}, "granted") == []


def test_boxes_are_named_by_what_they_stand_for() -> None:
    assert marked({"to.A-1": "yes", "to.B": "yes", "together": "yes"}, "to") == ["A-1", "B"]
