"""The filters of a worklist: what they select, what they refuse, and that positions do not depend on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from casereview.store import keys
from tests.support.aws_calls import record_calls
from tests.support.staff import CLEARED, COLLEAGUE, OFFICER, OFFICIAL, claimed, file_case, worklist
from tests.support.system import Answer, Staff, System, running

AT_HOME: dict[str, Any] = {"custody": "not_detained", "facility": None, "residence": {"state": "GA"}}


class Queue(NamedTuple):
    """A worklist in rank order, with a name for each case."""

    system: System
    names: Mapping[str, str]
    """The names by case id."""

    def listed(self, query: str, user: Any = OFFICER) -> list[str]:  # noqa: ANN401  # any staff member
        answer = self.ask(query, user)
        assert answer.status == 200, answer.body
        return [self.names[item["case_id"]] for item in answer.json()["items"]]

    def ask(self, query: str, user: Any = OFFICER) -> Answer:  # noqa: ANN401  # any staff member
        return self.system.staff(user, "GET", f"/staff/worklist?{query}")


@pytest.fixture(scope="module")
def queue() -> Iterator[Queue]:
    with running() as system:
        citizen = file_case(system, 1, facts={"claims_us_citizenship": True})
        held = claimed(system, 2)
        asked = file_case(system, 3)
        system.tamper(keys.case(asked.case_id), status="information_needed")
        colleagues = claimed(system, 4, COLLEAGUE)
        hidden = file_case(system, 5, facts={"relief_pending": ["vawa"]})
        detained = file_case(system, 6)
        at_home = file_case(system, 7, facts=AT_HOME)
        stuck = file_case(system, 8)
        system.tamper(keys.case(stuck.case_id), stuck=True)
        system.later(hours=5)
        named = {
            "citizen": citizen, "held": held, "asked": asked, "colleagues": colleagues, "hidden": hidden,
            "detained": detained, "stuck": stuck, "at_home": at_home,
        }  # fmt: skip
        yield Queue(system, {found.case_id: name for name, found in named.items()})


@pytest.mark.parametrize(
    ("query", "selected"),
    [
        ("", ["citizen", "held", "asked", "colleagues", "detained", "stuck", "at_home"]),
        ("lane=detained", ["held", "asked", "colleagues", "detained", "stuck"]),
        ("lane=citizenship_claim", ["citizen"]),
        ("lane=other&lane=citizenship_claim", ["citizen", "at_home"]),
        ("lane=other&lane=detained&status=in_review", ["held", "colleagues"]),
        ("status=information_needed", ["asked"]),
        ("status=in_review&status=information_needed", ["held", "asked", "colleagues"]),
        ("claimed_by=me", ["held"]),
        ("claimed_by=olga", ["colleagues"]),
        ("claimed_by=zoe", []),
        ("claimed_by=me&unclaimed=true", []),
        ("unclaimed=true", ["citizen", "asked", "detained", "stuck", "at_home"]),
        ("unclaimed=true&status=in_line", ["citizen", "detained", "stuck", "at_home"]),
        ("overdue=true", ["citizen"]),
        ("flag=citizenship_claim", ["citizen"]),
        ("flag=stuck", ["stuck"]),
        ("flag=stuck&flag=citizenship_claim", ["citizen", "stuck"]),
        ("flag=remanded", []),
        ("flag=restricted", []),
        ("office=ATL&lane=detained&limit=3", ["held", "asked", "colleagues"]),
    ],
)
def test_a_case_is_listed_if_it_has_one_of_the_values_of_each_filter(
    queue: Queue, query: str, selected: list[str]
) -> None:
    assert queue.listed(query) == selected


def test_staff_with_access_to_restricted_cases_filter_them_too(queue: Queue) -> None:
    assert queue.listed("flag=restricted", CLEARED) == ["hidden"]


@pytest.mark.parametrize("limit", [1, 2, 4])
@pytest.mark.parametrize("query", ["lane=detained", "unclaimed=true", "flag=stuck&flag=citizenship_claim"])
def test_pages_with_filters_together_are_the_whole_list_with_unfiltered_positions(
    queue: Queue, query: str, limit: int
) -> None:
    everything = {item["case_id"]: item for item in worklist(queue.system, OFFICER)["items"]}
    found, cursor = list[dict[str, Any]](), ""
    while True:
        page = queue.ask(f"{query}&limit={limit}{cursor}").json()
        found += page["items"]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert [queue.names[item["case_id"]] for item in found] == queue.listed(query)
    assert found == [everything[item["case_id"]] for item in found]


def test_a_long_search_ends_early_and_goes_on_at_its_cursor(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("review.worklist._MAX_LISTED", 3)
    first = queue.ask("lane=other").json()
    assert first["items"] == []
    second = queue.ask(f"lane=other&cursor={first['next']}").json()
    third = queue.ask(f"lane=other&cursor={second['next']}").json()
    assert [queue.names[item["case_id"]] for item in (*second["items"], *third["items"])] == ["at_home"]
    assert [item["position"] for item in (*second["items"], *third["items"])] == [7]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("lane=nothing", "lane"),
        ("lane=detained&lane=nothing", "lane"),
        ("lane=", "lane"),
        ("status=decided", "status"),
        ("status=nothing", "status"),
        ("flag=nothing", "flag"),
        ("claimed_by=", "claimed_by"),
        ("claimed_by=" + "x" * 129, "claimed_by"),
        ("claimed_by=a&claimed_by=b", "claimed_by"),
        ("overdue=false", "overdue"),
        ("overdue=yes", "overdue"),
        ("unclaimed=1", "unclaimed"),
        ("unclaimed=true&unclaimed=true", "unclaimed"),
        ("office=ATL&office=ELP", "office"),
        ("limit=1&limit=2", "limit"),
        ("limit=", "limit"),
        ("&".join(["lane=detained"] * 21), "lane"),
        ("lanes=detained", "lanes"),
        ("sort=lane", "sort"),
        ("Lane=detained", "Lane"),
    ],
)
def test_an_unknown_parameter_or_value_is_refused(queue: Queue, query: str, parameter: str) -> None:
    """A23: a parameter that did nothing was accepted, and the list was not filtered."""
    answer = queue.ask(query)
    assert (answer.status, answer.content_type) == (400, "application/problem+json")
    assert answer.json()["errors"][0]["pointer"] == parameter


@pytest.mark.parametrize("office", ["ELP", "SRO", "HQ", "XXX", "AT"])
def test_an_office_that_is_not_the_callers_is_forbidden_whatever_else_is_asked(queue: Queue, office: str) -> None:
    assert queue.ask(f"office={office}&lane=detained&cursor=x").status == 403


@pytest.mark.moto
def test_filters_read_from_the_table_only_what_they_may_select() -> None:
    with running("moto") as system:
        for number in range(1, 6):
            file_case(system, number)
        mine = claimed(system, 6)
        with record_calls() as calls:
            page = system.staff(OFFICER, "GET", "/staff/worklist?claimed_by=me").json()
        assert [item["case_id"] for item in page["items"]] == [mine.case_id]
        (batch,) = [call for call in calls if call.operation == "BatchGetItem"]
        ((asked,),) = [request["Keys"] for request in batch.parameters["RequestItems"].values()]
        assert asked["pk"]["S"] == f"CASE#{mine.case_id}"


def test_a_filter_finds_the_cases_with_new_words(system: System) -> None:
    held, _other = claimed(system, 1), claimed(system, 2)
    system.later(minutes=1)
    system.on(held.filed, "POST", "/updates", {"statement": "A letter came."})
    system.pump()
    assert [item["case_id"] for item in worklist(system, flag="new_words")["items"]] == [held.case_id]


def test_without_an_office_the_own_worklist_is_read(shared: System) -> None:
    for user in (OFFICER, OFFICIAL, Staff("sam", "sro")):
        assert shared.staff(user, "GET", "/staff/worklist").status == 200
        assert shared.staff(user, "GET", "/staff/verifications").status == 200
    assert shared.staff(Staff("nora", "officer", None), "GET", "/staff/worklist").status == 403


def test_a_filter_on_overdue_cases_follows_the_clock(system: System) -> None:
    held = file_case(system, facts={"claims_us_citizenship": True})
    target = system.case_of(held.filed).target_at
    assert target
    for time, number in ((target - timedelta(milliseconds=1), 0), (target, 1)):
        system.time = time
        assert len(system.staff(OFFICER, "GET", "/staff/worklist?overdue=true").json()["items"]) == number
