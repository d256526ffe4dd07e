"""A16: staff are shown a date as precisely as it was stated, and no more so."""

from __future__ import annotations

from typing import Any

from tests.support.staff import LAWYER, OFFICER, claimed, read, statements, verify
from tests.support.system import System

DATES: dict[str, Any] = {
    "detained_on": "2026-10",
    "entered_on": "1988",
    "last_entry_on": "2010-05-07",
    "convictions": [{"kind": "misdemeanor", "convicted_on": "2012"}, {"kind": "felony", "convicted_on": "2013-04"}],
}


def _shown(system: System, case_id: str) -> dict[str, tuple[Any, list[Any]]]:
    """Return the value of each fact of a case, and what was said of it."""
    facts = read(system, OFFICER, case_id)["facts"]
    return {fact["fact"]: (fact["value"], [said["value"] for said in fact["said"]]) for fact in facts}


def test_born_1988_is_shown_as_1988(system: System) -> None:
    held = claimed(system, subject={"born_on": "1988"}, facts={**DATES, "removal_at": "2026-12-24"})
    body = system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}/requests/{held.receipt}").json()["body"]
    assert body["subject"]["born_on"] == "1988"
    assert {name: body["facts"][name] for name in DATES} == DATES
    assert body["facts"]["removal_at"] == "2026-12-24"


def test_facts_are_shown_with_the_precision_of_what_was_said(system: System) -> None:
    held = claimed(system, facts=DATES)
    found = _shown(system, held.case_id)
    for name in ("detained_on", "entered_on", "last_entry_on"):
        assert found[name] == (DATES[name], [DATES[name]])
    assert [one["convicted_on"] for one in found["convictions"][0]] == ["2012", "2013-04"]
    assert system.case_of(held.filed).facts.entered_on.isoformat() == "1988-01-01"  # type: ignore[union-attr]


def test_an_update_and_a_verification_keep_their_precision(system: System) -> None:
    held = claimed(system, requester=LAWYER, facts={"entered_on": "1988"})
    verify(system, OFFICER, held.case_id, receipt=held.receipt, authority="g28")
    assert system.on(held.filed, "POST", "/updates", {"facts": {"entered_on": "1990-06"}}).status == 202
    system.pump()
    assert _shown(system, held.case_id)["entered_on"] == ("1990-06", ["1990-06"])
    (words,) = [one["words"] for one in statements(system, OFFICER, held.case_id) if one["kind"] == "updated"]
    assert words == {"facts": {"entered_on": "1990-06"}}
    verify(system, OFFICER, held.case_id, facts={"entered_on": "1991"})
    assert _shown(system, held.case_id)["entered_on"] == ("1991", ["1990-06", "1991"])
