"""A15: the earlier cases of a person, and cases of the same name, are shown to staff with access to them."""

from __future__ import annotations

from typing import Any

import pytest

from casereview.schema.records import Guard
from casereview.store import keys
from casereview.store.transaction import delete
from tests.support.staff import (
    CLEARED,
    ELSEWHERE,
    LAWYER,
    OFFICER,
    OFFICIAL,
    SISTER,
    SUPERVISOR,
    FiledCase,
    claimed,
    decide,
    file_case,
    item,
    person,
    read,
    take_next,
    verify,
    worklist,
)
from tests.support.system import Staff, System

NAMELESS: dict[str, Any] = {"subject": {"a_number": None}}
PROTECTED: dict[str, Any] = {"relief_pending": ["vawa"]}


def _decided(system: System, **changes: Any) -> FiledCase:  # noqa: ANN401  # any field
    held = claimed(system, **changes)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    decide(system, OFFICER, held.case_id, outcome="declined")
    return held


def _others(system: System, case_id: str, user: Staff = OFFICER, what: str = "earlier_cases") -> list[str]:
    return [one["case_id"] for one in read(system, user, case_id)[what]]


def test_a_refiling_after_an_uphold_shows_the_earlier_case(system: System) -> None:
    first = _decided(system)
    received, decided = system.case_of(first.filed).filed_at, system.time
    assert system.on(first.filed, "POST", "/escalation", {"statement": "Again."}).status == 202
    system.pump()
    system.work(OFFICIAL, first.case_id, "claim")
    decide(system, OFFICIAL, first.case_id, outcome="uphold")
    system.later(days=1)
    again = file_case(system)
    assert again.case_id != first.case_id
    (found,) = read(system, OFFICER, again.case_id)["earlier_cases"]
    assert found == {
        "case_id": first.case_id,
        "office": "SRO",
        "status": "closed",
        "received_at": received.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "ended_at": decided.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "outcome": "uphold",
        "linked_to": None,
    }
    assert "maybe_same_person" not in read(system, OFFICER, again.case_id)["flags"]
    assert _others(system, first.case_id) == [again.case_id]


def test_a_decision_that_is_not_final_has_no_outcome_there(system: System) -> None:
    first = _decided(system)
    second = file_case(system)
    assert read(system, OFFICER, second.case_id)["earlier_cases"][0]["outcome"] == "declined"
    system.tamper(keys.case(first.case_id), status="awaiting_approval")
    assert read(system, OFFICER, second.case_id)["earlier_cases"][0]["outcome"] is None


def test_a_restricted_earlier_case_does_not_exist_to_others(system: System) -> None:
    first = claimed(system, by=CLEARED, facts=PROTECTED)
    verify(system, CLEARED, first.case_id, receipt=first.receipt, identity=True)
    decide(system, CLEARED, first.case_id, outcome="declined")
    again = file_case(system)
    found = read(system, OFFICER, again.case_id)
    assert (found["earlier_cases"], found["same_name"]) == ([], [])
    assert _others(system, again.case_id, CLEARED) == [first.case_id]


def test_an_earlier_case_of_another_office_is_not_shown(system: System) -> None:
    first = _decided(system)
    second = file_case(system, facts={"facility": "EPC"})
    assert _others(system, second.case_id, ELSEWHERE) == []
    assert _others(system, first.case_id) == []


def test_a_case_of_an_older_release_is_found_by_the_guard(system: System) -> None:
    first, second = file_case(system), file_case(system, 12)
    system.work(OFFICER, second.case_id, "identity", {"a_number": "A000000011", "why": "By the passport."})
    case = system.case_of(first.filed)
    system.intake.table.write(delete(keys.person_case(str(case.person), case.case_id)))
    assert _others(system, second.case_id) == [first.case_id]


@pytest.mark.parametrize("_again", range(3))
def test_strangers_who_file_many_times_do_not_hide_an_earlier_case(
    system: System, monkeypatch: pytest.MonkeyPatch, _again: int
) -> None:
    """Case ids are random: an order by them would show the earliest case one time in eight."""
    monkeypatch.setattr("review.cases.other_cases._MOST_CASES", 2)
    first = _decided(system)
    second = file_case(system)
    system.later(days=1)
    for number in range(35):
        contact = {"email": f"many{number}@example.org"}
        system.file(person(11, requester={"role": "family", "contact": contact}))
    system.pump()
    mine = [case.case_id for case in system.cases if case.apart_from]
    assert len(mine) > 5
    assert _others(system, mine[0]) == [second.case_id, first.case_id]


# ---- names


def test_the_same_name_and_birth_year_are_suggested_and_never_merged(system: System) -> None:
    first = file_case(system, subject={"given_name": "José", "family_name": "Peña Núñez"})
    second = file_case(system, subject={"a_number": None, "given_name": "NUNEZ PENA", "family_name": "jose"})
    assert first.case_id != second.case_id
    for one, other in ((first, second), (second, first)):
        found = read(system, OFFICER, one.case_id)
        assert [each["case_id"] for each in found["same_name"]] == [other.case_id]
        assert "maybe_same_person" in found["flags"]


@pytest.mark.parametrize("changed", [{"born_on": "1981"}, {"given_name": "Anna"}, {"born_on": None}])
def test_another_name_or_birth_year_is_not_suggested(system: System, changed: dict[str, Any]) -> None:
    first = file_case(system)
    file_case(system, subject={"a_number": None, **changed})
    assert _others(system, first.case_id, what="same_name") == []


def test_a_restricted_case_of_the_same_name_is_suggested_to_nobody_else(system: System) -> None:
    first = file_case(system)
    hidden = file_case(system, facts=PROTECTED, subject={"a_number": None})
    found = read(system, OFFICER, first.case_id)
    assert (found["same_name"], "maybe_same_person" in found["flags"]) == ([], False)
    assert _others(system, first.case_id, CLEARED, "same_name") == [hidden.case_id]


def test_a_case_of_the_same_person_is_not_suggested_by_name_too(system: System) -> None:
    _decided(system)
    again = file_case(system)
    assert _others(system, again.case_id, what="same_name") == []


def test_the_cases_of_a_name_stand_with_the_latest_filing_first(system: System) -> None:
    first = file_case(system)
    others = list[str]()
    for number in range(12, 16):
        system.later(minutes=1)
        others.append(file_case(system, number).case_id)
    assert _others(system, first.case_id, what="same_name") == others[::-1]


def test_a_case_that_was_linked_into_this_one_is_not_suggested_by_name(system: System) -> None:
    target, source = (file_case(system, number, **NAMELESS) for number in (11, 12))
    assert _others(system, target.case_id, what="same_name") == [source.case_id]
    system.later(minutes=1)
    system.work(OFFICER, source.case_id, "link", {"case_id": target.case_id, "why": "The same person."})
    assert _others(system, target.case_id, what="same_name") == []


def test_the_name_in_a_withdrawn_request_suggests_nobody(system: System) -> None:
    withdrawn, other = file_case(system), file_case(system, 12)
    assert _others(system, withdrawn.case_id, what="same_name") == [other.case_id]
    assert system.on(withdrawn.filed, "POST", "/withdrawal", {}).status == 202
    system.pump()
    assert _others(system, withdrawn.case_id, what="same_name") == []


def test_two_names_of_a_case_are_looked_up(system: System) -> None:
    held = file_case(system)
    alike = [file_case(system, 20).case_id]
    for number, name in enumerate(("Eva", "Ida", "Uma"), 21):
        hers = {**SISTER, "contact": {"email": f"{name.lower()}@example.org"}}
        file_case(system, requester=hers, subject={"given_name": name})
        alike.append(file_case(system, number, subject={"given_name": name}).case_id)
    found = _others(system, held.case_id, what="same_name")
    assert len(found) == 2
    assert set(found) < set(alike)


def test_at_most_twenty_cases_of_a_name_are_read(system: System) -> None:
    first = file_case(system)
    for number in range(25):
        file_case(system, 100 + number, requester=SISTER)
    found = _others(system, first.case_id, what="same_name")
    assert 19 <= len(found) <= 20


def test_names_follow_a_split_and_a_correction(system: System) -> None:
    held = file_case(system)
    hers = file_case(system, requester=SISTER, subject={"given_name": "Eva", "family_name": "Moss"})
    new = system.work(OFFICER, held.case_id, "split", {"receipt": hers.receipt, "why": "Another."})["case_id"]
    alike = file_case(system, 13, subject={"given_name": "Moss", "family_name": "Eva"})
    assert new in _others(system, alike.case_id, what="same_name")
    renamed = file_case(system, 14, subject={"given_name": "Ida"})
    system.work(OFFICER, renamed.case_id, "identity", {"given_name": "Eva", "family_name": "Moss", "why": "x"})
    assert renamed.case_id in _others(system, alike.case_id, what="same_name")


# ---- the flags of a case beside another


def _beside(system: System, **facts: Any) -> FiledCase:  # noqa: ANN401  # any fact
    """File a case of a person whose guard another one has, which was filed with these facts."""
    file_case(system, facts=facts)
    held = file_case(system, 12)
    system.work(OFFICER, held.case_id, "identity", {"a_number": "A000000011", "why": "By the passport."})
    system.pump()
    return held


def test_a_case_beside_another_is_flagged_in_the_worklist_and_by_next(system: System) -> None:
    held = _beside(system)
    assert "maybe_same_person" in item(system, held.case_id)["flags"]
    assert [one["case_id"] for one in worklist(system, flag="maybe_same_person")["items"]] == [held.case_id]
    assert take_next(system, CLEARED) != held.case_id
    answer = system.staff(CLEARED, "POST", "/staff/worklist/next", {}).json()
    assert (answer["case_id"], "maybe_same_person" in answer["flags"]) == (held.case_id, True)


def test_a_case_beside_a_restricted_one_is_flagged_only_for_those_who_may_open_it(system: System) -> None:
    held = _beside(system, **PROTECTED)
    system.tamper(keys.case(held.case_id), over_limit=True)
    hers = {"maybe_same_person", "many_requests"}
    assert not hers & set(item(system, held.case_id)["flags"])
    assert worklist(system, flag="maybe_same_person")["items"] == []
    assert worklist(system, flag="many_requests")["items"] == []
    assert hers <= set(item(system, held.case_id, CLEARED)["flags"])
    assert not hers & set(read(system, OFFICER, held.case_id)["flags"])
    history = system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}/history?limit=100").body
    assert not any(flag in history for flag in hers)


# ---- twenty strangers


def _crowded(system: System) -> tuple[FiledCase, FiledCase]:
    """Return the case that twenty strangers fill, and that of the person, filed afterwards."""
    crowd = [file_case(system, requester=_stranger(number)) for number in range(20)]
    hers = file_case(system)
    assert len({one.case_id for one in crowd}) == 1
    assert system.case_of(hers.filed).over_limit
    return crowd[0], hers


def _stranger(number: int) -> dict[str, Any]:
    return {**SISTER, "contact": {"email": f"stranger{number}@example.org"}}


def test_the_verification_of_the_person_undoes_twenty_strangers(system: System) -> None:
    strangers, hers = _crowded(system)
    verify(system, OFFICER, hers.case_id, receipt=hers.receipt, identity=True)
    assert [guard.case for guard in system.all(Guard, "OPEN")] == [hers.case_id]
    assert file_case(system, requester=LAWYER).case_id == hers.case_id
    assert "maybe_same_person" in item(system, strangers.case_id)["flags"]


def test_a_supervisor_takes_twenty_strangers_apart_without_a_verification(system: System) -> None:
    strangers, hers = _crowded(system)
    why = {"why": "Nobody knows them."}
    apart = system.work(SUPERVISOR, strangers.case_id, "split", {"receipt": strangers.receipt, **why})["case_id"]
    system.work(SUPERVISOR, hers.case_id, "link", {"case_id": strangers.case_id, **why})
    case = system.case_of(hers.filed)
    assert (case.case_id, case.live) == (strangers.case_id, 20)
    system.work(SUPERVISOR, apart, "identity", {"a_number": "A000000099", **why})
    receipts = [one.receipt for one in system.requests if one.case_id == case.case_id and one.receipt != hers.receipt]
    for receipt in receipts:
        system.work(SUPERVISOR, case.case_id, "split", {"receipt": receipt, **why})
    assert file_case(system, requester=LAWYER).case_id == system.case_of(hers.filed).case_id
    assert system.case_of(hers.filed).live == 2
