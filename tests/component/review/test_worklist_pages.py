"""The pages of a worklist: positions over the whole queue, cursors, and hidden cases."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.staff import (
    CLEARED,
    COLLEAGUE,
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


def _places(page: dict[str, Any]) -> list[int | None]:
    return [item["position"] for item in page["items"]]


def test_cases_are_listed_by_rank_with_positions_from_one(queue: System) -> None:
    page = worklist(queue, CLEARED)
    assert _ids(page) == queue.worklist("ATL")
    assert _places(page) == list(range(1, COUNT + 1))
    assert page["next"] is None


def test_restricted_cases_are_hidden_and_leave_no_gap_in_positions(queue: System) -> None:
    """B6: a gap showed an officer that a restricted case was there."""
    assert _places(worklist(queue, OFFICER)) == [1, 2, 3, 4, 5, 6]
    assert _places(worklist(queue, SUPERVISOR)) == [1, 2, 3, 4, 5, 6]
    shown = worklist(queue, CLEARED)["items"][2]
    assert "restricted" in shown["flags"]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_every_page_but_the_last_is_full_whether_a_restricted_case_lies_in_it_or_not(queue: System, limit: int) -> None:
    sizes, page = list[int](), worklist(queue, OFFICER, limit=limit)
    while page["next"]:
        sizes.append(len(page["items"]))
        page = worklist(queue, OFFICER, limit=limit, cursor=page["next"])
    assert set(sizes) == {limit}
    assert len(page["items"]) == (COUNT - 1) - limit * len(sizes) > 0


def test_positions_end_at_500(queue: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("review.worklist.MAX_POSITION", 4)
    assert _places(worklist(queue, OFFICER)) == [1, 2, 3, 4, None, None]
    page = worklist(queue, OFFICER, limit=5)
    assert _places(worklist(queue, OFFICER, cursor=page["next"])) == [None]


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


@pytest.mark.parametrize(
    "cursor",
    ["nonsense", "A", "%C3%A9", "====", "A" * 5000, base64.urlsafe_b64encode(b'{"rank":"0"}').decode().rstrip("=")],
)
def test_an_invalid_cursor_is_refused(queue: System, cursor: str) -> None:
    answer = queue.staff(OFFICER, "GET", f"/staff/worklist?office=ATL&cursor={cursor}")
    assert (answer.status, answer.content_type) == (400, "application/problem+json")
    assert answer.json()["errors"][0]["pointer"] == "cursor"


def test_a_cursor_shows_neither_rank_nor_id(queue: System) -> None:
    """B6: the cursor of a page before a restricted case could be decoded to its rank and id."""
    for limit in range(1, COUNT - 1):
        cursor = worklist(queue, OFFICER, limit=limit)["next"]
        decoded = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        assert all(case.case_id.encode() not in decoded for case in queue.cases)
        assert all((case.rank or "")[:10].encode() not in decoded for case in queue.cases)


def test_a_cursor_is_refused_to_others_and_for_another_office_or_other_filters(queue: System) -> None:
    mine = worklist(queue, OFFICER, limit=1)["next"]
    two_offices = Staff("omar", "officer,sro")
    refused = [
        (COLLEAGUE, f"office=ATL&cursor={mine}"),
        (ELSEWHERE, f"office=ELP&cursor={mine}"),
        (Staff("omar", "officer,restricted"), f"office=ATL&cursor={mine}"),
        (Staff("omar", "officer", "ELP"), f"office=ELP&cursor={mine}"),
        (two_offices, f"office=SRO&cursor={mine}"),
        (OFFICER, f"office=ATL&lane=detained&cursor={mine}"),
        (OFFICER, f"office=ATL&unclaimed=true&cursor={mine}"),
    ]
    for user, query in refused:
        answer = queue.staff(user, "GET", f"/staff/worklist?{query}")
        assert (answer.status, answer.json()["errors"][0]["code"]) == (400, "invalid_cursor")
    assert len(worklist(queue, OFFICER, limit=9, cursor=mine)["items"]) == COUNT - 2


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "1.5", "٣٣٣", "9" * 40])
def test_an_invalid_limit_is_refused(queue: System, limit: str) -> None:
    answer = queue.staff(OFFICER, "GET", f"/staff/worklist?office=ATL&limit={limit}")
    assert (answer.status, answer.json()["errors"][0]["pointer"]) == (400, "limit")


def test_without_an_office_the_callers_own_worklist_is_returned(queue: System) -> None:
    assert queue.staff(OFFICER, "GET", "/staff/worklist").json() == worklist(queue, OFFICER)
