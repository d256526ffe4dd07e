"""The fields of a form are the paths of a body; what is blank or not known is absent."""

from __future__ import annotations

import pytest

from casereview.schema.submission import Submission
from pages.form import BOOLEANS, DATES, LINES, LISTS, NUMBERS, TEXTS, body_of, field_of, kept


@pytest.mark.parametrize(
    ("form", "body"),
    [
        ({}, {}),
        ({"action": "send", "key": "k", "subject.shoe_size": "12"}, {}),
        ({"facts.removal_soon": "unknown"}, {}),
        ({"facts.removal_soon": "false"}, {"facts": {"removal_soon": False}}),
        ({"facts.minor_children": "2"}, {"facts": {"minor_children": 2}}),
        ({"facts.minor_children": "two"}, {"facts": {"minor_children": "two"}}),
        ({"facts.minor_children": "9999"}, {"facts": {"minor_children": "9999"}}),
        ({"subject.born_on.year": "1980"}, {"subject": {"born_on": "1980"}}),
        ({"subject.born_on.year": "1980", "subject.born_on.month": "2"}, {"subject": {"born_on": "1980-02"}}),
        ({"subject.born_on.month": "2", "subject.born_on.day": "3"}, {"subject": {"born_on": "00-02-03"}}),
        ({"outcome_sought[]": "release\nno_arrest"}, {"outcome_sought": ["release", "no_arrest"]}),
        (
            {"requester.contact.postal.lines": "12 Elm St\nApt 2"},
            {"requester": {"contact": {"postal": {"lines": ["12 Elm St", "Apt 2"]}}}},
        ),
    ],
)
def test_a_form_says_a_body(form: dict[str, str], body: dict[str, object]) -> None:
    assert body_of(form) == body


@pytest.mark.parametrize(
    ("pointer", "name"),
    [
        ("/facts/removal_at", "facts.removal_at.year"),
        ("/requester/contact/email", "requester.contact.email"),
        ("/requester/contact/postal/lines/0", "requester.contact.postal.lines"),
        ("/outcome_sought/3", "outcome_sought[]"),
        ("/facts/minor_children", "facts.minor_children"),
        ("/contact/phone", "requester.contact.phone"),
        ("/facts/convictions/0/kind", "facts.convictions.2.kind"),
        ("/facts", ""),
        ("", ""),
    ],
)
def test_a_refusal_is_shown_at_its_field(pointer: str, name: str) -> None:
    assert field_of(pointer, {"facts.convictions.2.kind": "felony"}) == name


def test_what_a_page_does_not_show_is_carried_along_and_nothing_else() -> None:
    form = {"grounds": "x", "facts.removal_at.day": "1", "outcome_sought[]": "release", "action": "check", "x": "y"}
    assert kept(form, {"grounds"}) == [("facts.removal_at.day", "1"), ("outcome_sought[]", "release")]


def test_every_field_is_one_of_the_body_of_a_request() -> None:
    """A field that the public API does not know would refuse every request."""

    def names(schema: object, path: str) -> bool:
        model: object = schema
        for part in path.split("."):
            model = _member(model, part)
        return model is not None

    fields = sorted(TEXTS | BOOLEANS | NUMBERS | LISTS | DATES | LINES)
    assert [path for path in fields if not names(Submission.model_json_schema(), path)] == []


def _member(schema: object, name: str) -> object:
    """Return the schema of a property, in whatever branch of a schema it stands."""
    whole = Submission.model_json_schema()
    open_ = [schema]
    while open_:
        found = open_.pop()
        if not isinstance(found, dict):
            continue
        if "$ref" in found:
            open_.append(whole["$defs"][found["$ref"].rpartition("/")[2]])
        if name in found.get("properties", {}):
            return found["properties"][name]
        open_.extend(found.get("anyOf", []))
    return None
