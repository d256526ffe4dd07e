"""Statistics tell the published usual waits: of lanes in which enough cases ended, and nothing that is newer."""

from __future__ import annotations

from typing import Any

from casereview.cases.usual_wait import FEWEST
from casereview.store import keys
from tests.component.prioritize.test_usual_wait import decided
from tests.support.system import System


def published(system: System) -> dict[str, Any]:
    answer = system.call("GET", "/statistics")
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json()
    return found


def of_office(system: System, code: str) -> dict[str, Any]:
    (found,) = [each for each in published(system)["offices"] if each["office"] == code]
    return found  # type: ignore[no-any-return]  # JSON


def test_before_the_first_publication_there_is_no_office(system: System) -> None:
    decided(system, FEWEST, 20)
    assert published(system) == {"offices": [], "fewest_cases": 30, "period_days": 180}


def test_an_office_is_told_with_its_name_the_time_and_the_weeks_of_each_lane(system: System) -> None:
    decided(system, FEWEST, 20)
    system.duty("usual_wait")
    found = of_office(system, "ATL")
    assert (found["name"], found["waits"]) == ("Atlanta", [{"lane": "detained", "weeks": 3}])
    assert found["as_of"] == system.call("GET", "/statistics").json()["offices"][0]["as_of"]
    assert (of_office(system, "HQ")["name"], of_office(system, "HQ")["waits"]) == (None, [])


def test_a_lane_with_too_few_ended_cases_is_left_out(system: System) -> None:
    decided(system, FEWEST - 1, 20)
    decided(system, FEWEST, 10, lane="other")
    system.duty("usual_wait")
    assert of_office(system, "ATL")["waits"] == [{"lane": "other", "weeks": 2}]


def test_a_decision_changes_nothing_before_the_next_week(system: System) -> None:
    decided(system, FEWEST, 20)
    system.duty("usual_wait")
    before = published(system)
    decided(system, 5 * FEWEST, 100)
    system.duty("usual_wait")
    assert published(system) == before


def test_an_office_whose_table_cannot_be_read_is_left_out(system: System) -> None:
    system.duty("usual_wait")
    system.tamper(keys.usual_waits("ATL"), as_of="never")
    assert "ATL" not in {each["office"] for each in published(system)["offices"]}


def test_statistics_may_be_kept_for_an_hour_and_take_no_parameter(system: System) -> None:
    assert system.call("GET", "/statistics").cache_control == "public, max-age=3600"
    assert system.call("GET", "/statistics?office=ATL").status == 400
