"""A6: a requester completes the identity in a request; the guard is taken if it is free, and the calls never tell."""

from __future__ import annotations

from typing import Any

import pytest

from casereview.schema.evidence import Claims
from casereview.schema.person_records import NameCase, PersonCase
from casereview.schema.request_records import Request
from casereview.store import keys
from tests.support.disclosure.other_case import A_NUMBER
from tests.support.disclosure.worlds import Seen, differences, world
from tests.support.staff import OFFICER, SISTER, FiledCase, claimed, file_case, item, person, read, statements, verify
from tests.support.system import Answer, System, body

MISSING: dict[str, Any] = {"subject": {"a_number": None, "given_name": None, "family_name": "Ruiz", "born_on": None}}
IDENTITY_CODES = {"a_number_missing", "a_number_short", "name_missing", "born_on_missing"}


def complete(system: System, held: FiledCase, **subject: Any) -> Answer:  # noqa: ANN401  # any part
    answer = system.on(held.filed, "POST", "/updates", {"subject": subject})
    system.pump()
    return answer


def missing(system: System, held: FiledCase) -> set[str]:
    return {one["code"] for one in system.look_up(held.filed)["missing"]} & IDENTITY_CODES


def test_an_a_number_that_was_missing_is_completed(system: System) -> None:
    held = file_case(system, **MISSING)
    assert missing(system, held) == {"a_number_missing", "name_missing", "born_on_missing"}
    assert complete(system, held, a_number="A 000 000 011").status == 202
    assert missing(system, held) == {"name_missing", "born_on_missing"}
    assert complete(system, held, given_name="Ana", born_on="1951-06").status == 202
    assert missing(system, held) == set()
    case = system.case_of(held.filed)
    assert [(guard.person, guard.case) for guard in system.guards] == [(case.person, case.case_id)]
    system.read(PersonCase, keys.person_case(str(case.person), case.case_id))
    assert case.facts.birth_year == 1951
    later = file_case(system, 11, requester=SISTER)
    assert later.case_id == held.case_id


def test_staff_see_what_was_sent_and_what_was_added(system: System) -> None:
    held = claimed(system, **MISSING)
    complete(system, held, a_number="A000000011", citizenship="HND")
    system.later(seconds=1)
    complete(system, held, born_on="1988")
    found = system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}/requests/{held.receipt}").json()
    assert found["body"]["subject"] == {"family_name": "Ruiz"}
    assert found["completed"] == {"a_number": "A000000011", "citizenship": "HND", "born_on": "1988"}
    assert found["corrected"] == {}
    said = [one["words"] for one in statements(system, OFFICER, held.case_id) if one["kind"] == "updated"]
    assert said == [{"subject": {"a_number": "A000000011", "citizenship": "HND"}}, {"subject": {"born_on": "1988"}}]


def test_what_the_request_states_already_is_not_replaced(system: System) -> None:
    held = file_case(system)
    person_before = system.case_of(held.filed).person
    assert complete(system, held, a_number="A000000012", given_name="Ana").status == 202
    case = system.case_of(held.filed)
    assert (case.person, len(system.guards)) == (person_before, 1)
    assert "claim_waiting" in item(system, held.case_id)["flags"]
    assert system.read(Request, keys.request(held.receipt)).completed is None
    system.work(OFFICER, held.case_id, "identity", {"a_number": "A000000012", "why": "By the passport."})
    system.pump()
    assert "claim_waiting" not in item(system, held.case_id)["flags"]


@pytest.mark.parametrize(
    ("stated", "other"),
    [({"given_name": "ana"}, 0), ({"born_on": "1980"}, 0), ({"born_on": "1981"}, 1), ({"given_name": "Eva"}, 1)],
)
def test_only_another_identity_waits(system: System, stated: dict[str, str], other: int) -> None:
    held = file_case(system)
    assert complete(system, held, **stated).status == 202
    assert system.read(Claims, keys.claims(held.case_id, held.receipt)).identity_waits == bool(other)


def test_a_year_can_be_completed_to_a_day(system: System) -> None:
    held = claimed(system, subject={"born_on": "1980"})
    assert complete(system, held, born_on="1980-02-03").status == 202
    found = system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}/requests/{held.receipt}").json()
    assert (found["body"]["subject"]["born_on"], found["completed"]) == ("1980", {"born_on": "1980-02-03"})


@pytest.mark.parametrize("subject", [{}, {"a_number": None}, None])
def test_an_update_that_completes_nothing_is_refused(system: System, subject: object) -> None:
    held = file_case(system, **MISSING)
    assert system.on(held.filed, "POST", "/updates", {"subject": subject}).status == 422
    assert system.read(Request, keys.request(held.receipt)).updates == 0


def test_completions_are_bounded_as_other_updates_are(system: System) -> None:
    held = file_case(system, **MISSING)
    system.tamper(keys.request(held.receipt), updates=40)
    assert complete(system, held, a_number="A000000011").status == 429
    assert system.case_of(held.filed).person is None


def test_a_case_goes_on_flagged_beside_the_one_that_has_the_guard(system: System) -> None:
    held, other = claimed(system, 12, **MISSING), file_case(system)
    assert complete(system, held, a_number="A000000011").status == 202
    case = system.case_of(held.filed)
    assert (case.person, case.apart_from) == (None, system.case_of(other.filed).person)
    found = read(system, OFFICER, held.case_id)
    assert "maybe_same_person" in found["flags"]
    assert [one["case_id"] for one in found["earlier_cases"]] == [other.case_id]
    system.work(OFFICER, held.case_id, "link", {"case_id": other.case_id, "why": "The same."})
    assert system.case_of(held.filed).case_id == other.case_id


def test_a_completed_number_waits_for_the_verification_that_moves_the_guard(system: System) -> None:
    held, other = file_case(system, 12, **MISSING), file_case(system)
    complete(system, held, a_number="A000000011")
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    assert [guard.case for guard in system.guards] == [held.case_id]
    assert system.case_of(other.filed).apart_from == system.case_of(held.filed).person


def test_another_number_in_a_case_that_has_one_waits(system: System) -> None:
    nameless, target = file_case(system, 12, requester=SISTER, subject={"a_number": None}), file_case(system)
    system.work(OFFICER, nameless.case_id, "link", {"case_id": target.case_id, "why": "The same."})
    assert complete(system, nameless, a_number="A000000013").status == 202
    case = system.case_of(target.filed)
    assert [guard.person for guard in system.guards] == [case.person]
    assert "claim_waiting" in item(system, case.case_id)["flags"]


def test_names_find_a_case_once_they_are_complete(system: System) -> None:
    held = file_case(system, **MISSING)
    assert system.all(NameCase, "CASE#") == []
    complete(system, held, given_name="Ana", born_on="1951")
    assert [one.case for one in system.all(NameCase, "CASE#")] == [held.case_id]


def _seen(kind: str) -> list[Seen]:
    """Return what an unverified filer sees of completing a request, beside no other case, a plain or restricted one."""
    with world() as here:
        facts: dict[str, Any] = {"relief_pending": ["u_visa"]} if kind == "restricted" else {}
        if kind != "none":
            with here.acting("others"):
                here.system.file(body(subject={"a_number": A_NUMBER}, facts=facts))
            here.work()
        with here.acting("observed"):
            filed = here.system.file(person(11, subject={"a_number": None, "born_on": None}))
        here.work()
        headers = {"Authorization": f"Bearer {filed['access_code']}"}
        path = f"/requests/{filed['receipt']}"
        for subject in ({"a_number": A_NUMBER}, {"a_number": A_NUMBER, "born_on": "1990"}, {"a_number": "A000000099"}):
            here.observe("completing", "POST", f"{path}/updates", {"subject": subject}, headers)
            here.work()
            here.observe("look-up", "GET", path, None, headers)
        return here.seen


@pytest.mark.parametrize("kind", ["plain", "restricted"])
def test_completing_a_number_does_not_tell_whether_another_case_has_it(kind: str) -> None:
    alone, beside = _seen("none"), _seen(kind)
    assert [one.answer[0] for one in alone] == [202, 200] * 3
    assert list(differences(alone, beside)) == []


def test_the_same_request_sent_again_is_answered_as_at_first_although_it_lacks_less_now(system: System) -> None:
    sent, key = body(subject={"a_number": None}), {"Idempotency-Key": "0123456789abcdef-again"}
    first = system.call("POST", "/requests", sent, key)
    changed = {"subject": {"a_number": "A000000099"}, "contact": {"preferred": "letter"}}
    assert system.on(first.json(), "POST", "/updates", changed).status == 202
    assert system.call("POST", "/requests", sent, key).body == first.body


def test_a_person_with_one_name_lacks_no_other(system: System) -> None:
    only = {"given_name": None, "family_name": "Suharto", "one_name": True}
    assert "name_missing" not in missing(system, file_case(system, subject=only))
    held = file_case(system, 12, subject={"a_number": "A000000012", "given_name": "Suharto", "family_name": None})
    assert "name_missing" in missing(system, held)
    assert complete(system, held, one_name=True).status == 202
    assert "name_missing" not in missing(system, held)


def test_an_only_name_finds_the_person_wherever_it_was_written(system: System) -> None:
    born = {"a_number": None, "born_on": "1980", "one_name": True}
    names = [{"given_name": None, "family_name": "Suharto"}, {"given_name": "SUHARTO", "family_name": None}]
    for name in names:
        file_case(system, subject={**born, **name})
    found = {request.name for request in system.requests}
    assert len(found) == 1
    assert None not in found


def test_that_a_person_has_one_name_waits_where_the_request_said_otherwise(system: System) -> None:
    held = file_case(system, subject={"one_name": False})
    assert complete(system, held, one_name=True).status == 202
    assert system.read(Claims, keys.claims(held.case_id, held.receipt)).identity_waits
