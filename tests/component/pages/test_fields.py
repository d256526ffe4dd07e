"""Every field of the public API is asked on a page of the site, or has a reason why it is not; docs/site-fields.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import pytest

from casereview.schema.base import Record
from casereview.schema.holder_commands import Escalation, Update, Withdrawal
from casereview.schema.submission import Submission
from intake.routes import ROUTES
from tests.component.pages.test_filing import form
from tests.component.pages.test_status import pair
from tests.support.site import Site
from tests.support.template import ROOT

_ROW: Final = re.compile(r"\| `([^`]+)` \| ([^|]*) \| ([^|]*) \|")


class Row(NamedTuple):
    """A field of the API, with where it is asked, or why it is not."""

    field: str
    asked_on: str
    reason: str


def table() -> dict[str, list[Row]]:
    """Return the rows of docs/site-fields.md by the route above them."""
    found: dict[str, list[Row]] = {}
    for part in (ROOT / "docs/site-fields.md").read_text("utf-8").split("\n## ")[1:]:
        title, _, rows = part.partition("\n")
        for route in re.findall("`([A-Z]+ /[^`]*)`", title):
            found[route] = [Row(*(cell.strip() for cell in row)) for row in _ROW.findall(rows)]
    return found


def leaves(schema: dict[str, Any], path: str = "", whole: dict[str, Any] | None = None) -> Iterator[str]:
    """Yield the paths of the fields of a schema that hold no other field."""
    whole = whole or schema
    members = dict(_members(schema, whole))
    if not members:
        yield path
    for name, member in members.items():
        yield from leaves(member, f"{path}.{name}".lstrip("."), whole)


def _members(schema: dict[str, Any], whole: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if "$ref" in schema:
        yield from _members(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole)
    for branch in schema.get("anyOf", []):
        yield from _members(branch, whole)
    if schema.get("type") == "array" and isinstance(schema.get("items"), dict):
        yield from ((f"[].{name}", member) for name, member in _members(schema["items"], whole))
    yield from schema.get("properties", {}).items()


BODIES: Final[dict[str, type[Record]]] = {
    "POST /requests": Submission,
    "POST /requests/{receipt}/updates": Update,
    "POST /requests/{receipt}/escalation": Escalation,
    "POST /requests/{receipt}/withdrawal": Withdrawal,
}
WANTED: Final = {
    **{route: sorted(leaves(body.model_json_schema())) for route, body in BODIES.items()},
    **{f"{route.method} {route.path}": sorted(route.parameters) for route in ROUTES if route.parameters},
}


def held(**more: str) -> dict[str, str]:
    return {"facts.custody": "detained", **more}


def free(**more: str) -> dict[str, str]:
    return {"facts.custody": "not_detained", "risk": "read", **more}


FORMS: Final[dict[str, Callable[[Site], str]]] = {
    "short form": lambda site: site.read("/en/request").html,
    "all questions": lambda site: site.send("/en/request", form(site, **held(action="long"))).html,
    "second look": lambda site: site.send("/en/escalation", pair(site)).html,
    "withdraw": lambda site: site.send("/en/withdrawal", pair(site)).html,
    "find a field office": lambda site: site.read("/en/office").html,
    **{
        f"add: {name}": lambda site, name=name: (  # type: ignore[misc]  # the name of this round
            site.send("/en/update", pair(site) | held(section=name, action="next")).html
            + site.send("/en/update", pair(site) | free(section=name, action="next")).html
        )
        for name in ("words", "person", "place", "life", "convictions", "contact")
    },
}


PAGES: Final = {row.asked_on.partition(" as ")[0] for rows in table().values() for row in rows if row.asked_on}
"""The pages that the table names."""


def test_every_route_with_fields_is_in_the_table() -> None:
    assert table().keys() == WANTED.keys() | {"POST /requests/checks"}


@pytest.mark.parametrize("route", WANTED)
def test_every_field_has_one_row(route: str) -> None:
    rows = [row.field for row in table()[route]]
    groups = [name.removesuffix("*") for name in rows if name.endswith("*")]
    fields = [name for name in WANTED[route] if not name.startswith(tuple(groups))] if groups else WANTED[route]
    assert sorted(name for name in rows if not name.endswith("*")) == fields
    assert [group for group in groups if not any(name.startswith(group) for name in WANTED[route])] == []


@pytest.mark.parametrize("row", [row for rows in table().values() for row in rows], ids=lambda row: row.field)
def test_a_field_is_asked_or_has_a_reason_and_not_both(row: Row) -> None:
    assert bool(row.asked_on) != bool(row.reason)


@pytest.mark.parametrize("page", sorted(PAGES))
def test_what_the_table_says_is_asked_on_a_page_is_asked_there(site: Site, page: str) -> None:
    rows = [row for rows in table().values() for row in rows if row.asked_on.partition(" as ")[0] == page]
    html = FORMS[page](site)
    for row in rows:
        name = row.asked_on.partition(" as ")[2].strip("`") or row.field
        assert any(f'name="{name}{end}"' in html for end in ("", "[]", ".year")), name


@pytest.mark.parametrize("page", FORMS)
def test_no_page_asks_what_has_a_reason_not_to_be_asked(site: Site, page: str) -> None:
    asked = re.findall(r'<(?:input|textarea)(?![^>]*type="hidden")[^>]* name="([^"]+)"', FORMS[page](site))
    assert asked or page == "withdraw"
    for row in table()["POST /requests"]:
        if row.reason:
            first, _, last = row.field.partition("[].")
            names = re.compile(re.escape(first) + (rf"\d\.{last}" if last else "") + r"(\.year|\[\])?")
            assert [name for name in asked if names.fullmatch(name)] == []
