"""Every fact of a case is shown with its source: one of the statements beside it states its value."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casereview.schema.base import rfc3339
from tests.support.staff import LAWYER, OFFICER, SISTER, claimed, file_case, person, read, verify
from tests.support.system import System

AT_HOME: dict[str, Any] = {
    "custody": "not_detained",
    "facility": None,
    "residence": {"state": "GA", "county": "Fulton"},
}


def facts(system: System, case_id: str) -> dict[str, tuple[Any, list[Any]]]:
    """Return the value of each fact and what was said of it; each value that is known was said."""
    found = {
        fact["fact"]: (fact["value"], [one["value"] for one in fact["said"]])
        for fact in read(system, OFFICER, case_id)["facts"]
    }
    assert [name for name, (value, said) in found.items() if value is not None and value not in said] == []
    return found


@pytest.mark.parametrize("said", [None, False])
def test_a_value_that_its_requester_took_back_and_that_still_counts_is_shown_as_said(
    system: System, *, said: bool | None
) -> None:
    held = file_case(system, facts={**AT_HOME, "removal_soon": True})
    system.later(hours=1)
    system.on(held.filed, "POST", "/updates", {"facts": {"removal_soon": said}})
    system.pump()
    fact = next(one for one in read(system, OFFICER, held.case_id)["facts"] if one["fact"] == "removal_soon")
    assert (fact["value"], [one["value"] for one in fact["said"]]) == (True, [True, said])
    assert [one["at"] for one in fact["said"]] == [held.filed["received_at"], rfc3339(system.time)]
    assert {one["receipt"] for one in fact["said"]} == {held.receipt}


def test_a_later_date_is_shown_beside_the_nearer_one_that_counts(system: System) -> None:
    near, far = (rfc3339(system.time + timedelta(days=days)) for days in (2, 90))
    held = file_case(system, facts={**AT_HOME, "removal_at": near})
    system.on(held.filed, "POST", "/updates", {"facts": {"removal_at": far}})
    system.pump()
    assert facts(system, held.case_id)["removal_at"] == (near, [near, far])


def test_a_fact_is_shown_as_it_is_said_before_the_case_is_ranked_again(system: System) -> None:
    held = file_case(system, facts={"pregnant": True})
    system.on(held.filed, "POST", "/updates", {"facts": {"pregnant": None}})
    assert facts(system, held.case_id)["pregnant"] == (None, [None])


def test_the_source_is_among_the_newest_statements_however_many_there_are(system: System) -> None:
    lawyer = claimed(system, requester=LAWYER, facts={"minor_children": 3})
    verify(system, OFFICER, lawyer.case_id, receipt=lawyer.receipt, authority="g28")
    for count in range(7):
        system.later(minutes=1)
        system.file(person(11, requester=SISTER, facts={"minor_children": count + 4}))
    system.pump()
    value, said = facts(system, lawyer.case_id)["minor_children"]
    assert (value, said) == (3, [3, 7, 8, 9, 10])


def test_a_county_is_a_fact_only_where_several_offices_share_the_state(system: System) -> None:
    """What was typed elsewhere is in the request; it was never said that the county is unknown."""
    held = file_case(system, facts={**AT_HOME, "residence": {"state": "GA", "county": "Fulton"}})
    found = facts(system, held.case_id)
    assert (found["state"], "county" in found) == (("GA", ["GA"]), False)
    system.on(held.filed, "POST", "/updates", {"facts": {"residence": {"state": "TX", "county": "Webb"}}})
    shared = facts(system, held.case_id)
    assert [shared["county"][1], shared["state"][1][-1]] == [["Webb"], "TX"]
