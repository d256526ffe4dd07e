"""The pages of a worklist: positions over the whole queue, cursors, and hidden cases."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.staff import (
    CLEARED,
    ELSEWHERE,
    OFFICER,
    SUPERVISOR,
    person,
    worklist,
)
from tests.support.system import Staff, System, running

COUNT = 7


@pytest.fixture(scope="module")
def queue() -> Iterator[System]:
    """Seven cases of one office, filed an hour apart; the third is restricted."""
    with running() as found:
        for number in range(COUNT):
            more = {"relief_pending": ["vawa"]} if number == 2 else {}
            found.file(person(number + 1, facts=more))
            found.later(hours=1)
        found.pump()
        yield found


def _ids(page: dict[str, Any]) -> list[str]:
    return [item["case_id"] for item in page["items"]]


def _places(page: dict[str, Any]) -> list[int]:
    return [item["position"] for item in page["items"]]


def test_cases_are_listed_by_rank_with_positions_from_one(queue: System) -> None:
    page = worklist(queue, CLEARED)
    assert _ids(page) == queue.worklist("ATL")
    assert _places(page) == list(range(1, COUNT + 1))
    assert page["next"] is None


def test_restricted_cases_are_hidden_but_counted_in_positions(queue: System) -> None:
    assert _places(worklist(queue, OFFICER)) == [1, 2, 4, 5, 6, 7]
    assert _places(worklist(queue, SUPERVISOR)) == [1, 2, 4, 5, 6, 7]
    shown = worklist(queue, CLEARED)["items"][2]
    assert "restricted" in shown["flags"]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("user", [OFFICER, CLEARED])
def test_pages_together_are_the_whole_worklist(queue: System, user: Staff, limit: int) -> None:
    whole, found = worklist(queue, user), []
    query: dict[str, Any] = {}
    for _ in range(COUNT + 2):
        page = worklist(queue, user, limit=limit, **query)
        assert len(page["items"]) <= limit
        found += page["items"]
        query = {"cursor": page["next"]}
        if page["next"] is None:
            break
        assert set(page["next"]) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
    assert found == whole["items"]


def _cursor(**fields: object) -> str:
    plain = {"rank": "02.1.000000000000000.X", "case_id": "X", "position": 3}
    return base64.urlsafe_b64encode(json.dumps({**plain, **fields}).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "A",
        "%C3%A9",
        "====",
        _cursor(position=-1),
        _cursor(position="3"),
        _cursor(position=True),
        _cursor(rank=""),
        _cursor(rank=None),
        _cursor(case_id="x" * 65),
        _cursor(office="ELP"),
        base64.urlsafe_b64encode(b"[]").decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode().rstrip("="),
        "A" * 5000,
    ],
)
def test_an_invalid_cursor_is_refused(queue: System, cursor: str) -> None:
    answer = queue.staff(OFFICER, "GET", f"/staff/worklist?office=ATL&cursor={cursor}")
    assert (answer.status, answer.content_type) == (400, "application/problem+json")
    assert answer.json()["errors"][0]["pointer"] == "cursor"


def test_a_cursor_of_another_office_or_a_forged_one_gives_no_access(queue: System) -> None:
    theirs = worklist(queue, OFFICER, limit=1)["next"]
    assert worklist(queue, ELSEWHERE, "ELP", cursor=theirs)["items"] == []
    hidden = worklist(queue, CLEARED)["items"][2]["case_id"]
    for cursor in (_cursor(rank="00", position=0), _cursor(rank="zz"), _cursor(rank="\u0000")):
        assert hidden not in _ids(worklist(queue, OFFICER, cursor=cursor))


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "1.5", "٣", "9" * 40])
def test_an_invalid_limit_is_refused(queue: System, limit: str) -> None:
    assert queue.staff(OFFICER, "GET", f"/staff/worklist?office=ATL&limit={limit}").status == 422


def test_without_an_office_the_callers_own_worklist_is_returned(queue: System) -> None:
    assert queue.staff(OFFICER, "GET", "/staff/worklist").json() == worklist(queue, OFFICER)
