"""The list of policies is read by pages, and shows the drafts that cannot be read by their ids."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest

from casereview.policy.packaged import PACKAGED
from casereview.store import keys
from review.policies import listing
from tests.support.policy.drafts import APPROVER, AUTHOR, ORDER, amendment, publish, send
from tests.support.system import System


def pause(name: str) -> str:
    return amendment(name, ORDER, "2027-01-01T00:00:00Z")


def page(system: System, query: str = "") -> dict[str, Any]:
    answer = system.staff(AUTHOR, "GET", f"/staff/policies{query}")
    assert answer.status == HTTPStatus.OK, answer.body
    found: dict[str, Any] = answer.json()
    return found


def all_pages(system: System, limit: int) -> list[list[str]]:
    found, query = list[list[str]](), f"?limit={limit}"
    while True:
        one = page(system, query)
        found.append([item["policy_id"] for item in one["policies"]])
        if one["next"] is None:
            return found
        query = f"?limit={limit}&cursor={one['next']}"


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
def test_the_pages_together_hold_each_policy_once_in_order(system: System, limit: int) -> None:
    for name in ("second", "first"):
        publish(system, pause(name))
        system.later(seconds=1)
    for name in ("d", "b", "c"):
        send(system, pause(name))
    pages = all_pages(system, limit)
    assert [name for names in pages for name in names] == [*PACKAGED, "second", "first", "b", "c", "d"]
    assert all(len(names) == limit for names in pages[:-1])


def test_a_page_ends_by_its_size_too(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MAX_SIZE", 600)
    pages = all_pages(system, 100)
    assert [name for names in pages for name in names] == list(PACKAGED)
    assert len(pages) == 2


@pytest.mark.parametrize("query", ["?limit=0", "?limit=101", "?limit=x", "?cursor=x", "?state=draft"])
def test_a_bad_parameter_is_refused(system: System, query: str) -> None:
    assert system.staff(AUTHOR, "GET", f"/staff/policies{query}").status == HTTPStatus.BAD_REQUEST


def test_a_cursor_is_bound_to_its_caller(system: System) -> None:
    cursor = page(system, "?limit=1")["next"]
    assert system.staff(APPROVER, "GET", f"/staff/policies?cursor={cursor}").status == HTTPStatus.BAD_REQUEST


def test_a_draft_that_cannot_be_read_is_named_and_the_others_are_listed(system: System) -> None:
    for name in ("a", "b", "c"):
        send(system, pause(name))
    system.tamper(keys.policy_draft("b"), created_at="yesterday")
    found = page(system)
    assert [item["policy_id"] for item in found["policies"]] == [*PACKAGED, "a", "c"]
    assert found["unreadable"] == ["b"]
    assert system.staff(AUTHOR, "GET", "/staff/policies/b").status == HTTPStatus.NOT_FOUND
    assert system.staff(AUTHOR, "POST", "/staff/policies", {"document": pause("b")}).status == HTTPStatus.CONFLICT
