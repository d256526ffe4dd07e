"""A6: staff correct the identity in a request; the person's guard and records follow, and both versions are shown."""

from __future__ import annotations

from typing import Any

import pytest

from casereview.schema.evidence import Findings
from casereview.schema.request_records import Request
from casereview.store import keys
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
    post,
    read,
    statements,
    verify,
)
from tests.support.system import System

WHY = {"why": "It is so in the Notice to Appear."}


def correct(system: System, held: FiledCase, **parts: Any) -> dict[str, Any]:  # noqa: ANN401  # any part
    """Correct an identity as an officer."""
    found = system.work(OFFICER, held.case_id, "identity", {**WHY, **parts})
    system.pump()
    return found


def persons(system: System, case_id: str) -> list[str]:
    """Return the persons that a case is found by."""
    found = [item for item in system.items() if item["sk"]["S"] == keys.person_case("", case_id).sk]
    return [item["person"]["S"] for item in found if "person" in item]


def test_a_mistyped_a_number_is_corrected_and_later_requests_join(system: System) -> None:
    held = file_case(system, 12)
    before = system.case_of(held.filed).person
    correct(system, held, a_number="a000-000-011")
    case = system.case_of(held.filed)
    assert case.person not in {None, before}
    assert [(guard.person, guard.case) for guard in system.guards] == [(case.person, case.case_id)]
    assert persons(system, held.case_id) == [case.person]
    assert file_case(system, 11, requester=SISTER).case_id == held.case_id
    assert file_case(system, 12, requester=SISTER).case_id != held.case_id


def test_what_was_sent_stays_and_the_correction_is_shown_beside_it(system: System) -> None:
    held = file_case(system, 12)
    sent = system.read(Request, keys.request(held.receipt)).sealed
    correct(system, held, a_number="A000000011", born_on="1979")
    correct(system, held, given_name="Anna")
    found = system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}/requests/{held.receipt}").json()
    assert found["body"]["subject"]["a_number"] == "A000000012"
    assert found["corrected"] == {"a_number": "A000000011", "born_on": "1979", "given_name": "Anna"}
    assert system.read(Request, keys.request(held.receipt)).sealed == sent
    (event, _second) = [one for one in system.history(system.case_of(held.filed)) if one.kind == "identity_corrected"]
    assert event.details == {"corrected": ["a_number", "born_on"], "receipts": [held.receipt]}
    assert (event.user, event.user_id) == (OFFICER.user, OFFICER.id)
    said = [one["words"] for one in statements(system, OFFICER, held.case_id) if one["kind"] == "identity_corrected"]
    assert said == [WHY, WHY]


def test_the_ranking_follows_a_corrected_birth_year(system: System) -> None:
    held = file_case(system, subject={"born_on": "1990-01-01"})
    before = system.case_of(held.filed)
    correct(system, held, born_on="1945-01-01")
    case = system.case_of(held.filed)
    assert case.facts.birth_year == 1945
    assert {*case.reasons} - {*before.reasons} == {"age_75"}
    assert case.rank != before.rank
    (fact,) = [one for one in read(system, OFFICER, held.case_id)["facts"] if one["fact"] == "birth_year"]
    assert (fact["value"], fact["verified"], len(fact["said"])) == (1945, True, 2)


def test_completed_deficiencies_are_no_longer_missing(system: System) -> None:
    held = file_case(system, subject={"a_number": "1234567", "given_name": None})
    codes = {one["code"] for one in system.look_up(held.filed)["missing"]}
    assert {"a_number_short", "name_missing"} <= codes
    correct(system, held, a_number="A000000011", given_name="Ana")
    after = {one["code"] for one in system.look_up(held.filed)["missing"]}
    assert codes - after == {"a_number_short", "name_missing"}


def test_a_number_that_another_open_case_has_leaves_the_case_flagged_until_a_link(system: System) -> None:
    held, other = file_case(system, 12), file_case(system)
    correct(system, held, a_number="A000000011")
    case = system.case_of(held.filed)
    assert (case.person, case.apart_from) == (None, system.case_of(other.filed).person)
    assert [guard.case for guard in system.guards] == [other.case_id]
    assert "maybe_same_person" in read(system, OFFICER, held.case_id)["flags"]
    system.work(SUPERVISOR, held.case_id, "link", {"case_id": other.case_id, "why": "The same."})
    assert system.case_of(held.filed).case_id == other.case_id


def test_a_correction_takes_a_guard_that_became_free(system: System) -> None:
    held, other = file_case(system, 12), claimed(system)
    correct(system, held, a_number="A000000011")
    verify(system, OFFICER, other.case_id, receipt=other.receipt, identity=True)
    decide(system, OFFICER, other.case_id)
    correct(system, held, a_number="A000000011")
    assert [guard.case for guard in system.guards] == [held.case_id]
    assert system.case_of(held.filed).apart_from is None


def test_one_request_of_several_is_corrected_without_moving_the_case(system: System) -> None:
    held = file_case(system)
    hers = file_case(system, requester=SISTER)
    before = system.case_of(held.filed).person
    correct(system, hers, receipt=hers.receipt, a_number="A000000012")
    assert system.case_of(held.filed).person == before
    assert system.read(Request, keys.request(held.receipt)).corrected is None
    correct(system, held, a_number="A000000013", born_on="1979")
    assert system.case_of(held.filed).person != before
    assert all(request.corrected for request in system.requests)
    assert len(system.guards) == 1


def test_a_corrected_birth_year_of_one_request_goes_with_it(system: System) -> None:
    held = file_case(system)
    hers = file_case(system, requester=SISTER)
    correct(system, hers, receipt=hers.receipt, born_on="1979")
    system.work(OFFICER, held.case_id, "split", {"receipt": hers.receipt, "why": "Another."})
    found = system.read(Findings, keys.findings(system.case_of(hers.filed).case_id)).found
    assert [(one.facts.birth_year, one.receipt) for one in found] == [(1979, hers.receipt)]
    assert system.read(Findings, keys.findings(held.case_id)).found == ()


def test_after_a_split_staff_state_the_number_of_the_new_case(system: System) -> None:
    held = file_case(system)
    hers = file_case(system, requester=SISTER)
    new = system.work(OFFICER, held.case_id, "split", {"receipt": hers.receipt, "why": "Another."})["case_id"]
    system.work(OFFICER, new, "identity", {"a_number": "A000000012", **WHY})
    assert file_case(system, 12, requester=LAWYER).case_id == new
    assert file_case(system, 11, requester=LAWYER).case_id == held.case_id


@pytest.mark.parametrize("ended", ["decided", "with_senior_official"])
def test_an_ended_case_is_corrected_without_a_guard(system: System, ended: str) -> None:
    held = claimed(system, 12)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    decide(system, OFFICER, held.case_id, outcome="declined")
    user = OFFICER
    if ended == "with_senior_official":
        assert system.on(held.filed, "POST", "/escalation", {"statement": "Again."}).status == 202
        user = OFFICIAL
    system.work(user, held.case_id, "identity", {"a_number": "A000000011", **WHY})
    case = system.case_of(held.filed)
    assert (system.guards, persons(system, held.case_id)) == ([], [case.person])


def test_a_restricted_case_that_has_the_guard_stays_hidden(system: System) -> None:
    held, hidden = file_case(system, 12), file_case(system, facts={"relief_pending": ["vawa"]})
    correct(system, held, a_number="A000000011")
    found = read(system, OFFICER, held.case_id)
    assert ("maybe_same_person" in found["flags"], found["earlier_cases"]) == (False, [])
    seen = read(system, CLEARED, held.case_id)
    assert ("maybe_same_person" in seen["flags"], [one["case_id"] for one in seen["earlier_cases"]]) == (
        True,
        [hidden.case_id],
    )


def test_a_correction_is_refused_where_it_says_nothing_or_of_another_case(system: System) -> None:
    held, other = file_case(system), file_case(system, 12)
    assert post(system, OFFICER, held.case_id, "identity", WHY).status == 422
    assert post(system, OFFICER, held.case_id, "identity", {"a_number": "A000000013"}).status == 422
    assert post(system, OFFICER, held.case_id, "identity", {"a_number": "A000000000", **WHY}).status == 422
    foreign = {"receipt": other.receipt, "a_number": "A000000013", **WHY}
    assert post(system, OFFICER, held.case_id, "identity", foreign).status == 404
    assert post(system, ELSEWHERE, held.case_id, "identity", {"a_number": "A000000013", **WHY}).status == 404
    assert system.case_of(held.filed).version == 2


def test_staff_record_that_a_person_has_one_name(system: System) -> None:
    held = file_case(system, subject={"family_name": None})
    assert "name_missing" in {one["code"] for one in system.look_up(held.filed)["missing"]}
    correct(system, held, one_name=True)
    assert "name_missing" not in {one["code"] for one in system.look_up(held.filed)["missing"]}
