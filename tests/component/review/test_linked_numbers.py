"""A case with the A-numbers of several, because cases of one person were linked: each number finds it and joins it."""

from __future__ import annotations

from typing import Any

import pytest

from casereview.schema.records import Case, Guard
from casereview.store import keys
from casereview.store.transaction import put_new
from tests.support.aws_calls import call_names, record_calls
from tests.support.staff import (
    COLLEAGUE,
    OFFICER,
    OFFICIAL,
    SISTER,
    SUPERVISOR,
    FiledCase,
    decide,
    file_case,
    person,
    post,
    read,
    verify,
)
from tests.support.system import System, body

MISTYPED, RIGHT = 41, 42
OTHER = "A000-000-099"


def linked(system: System, **changes: Any) -> tuple[FiledCase, FiledCase]:  # noqa: ANN401  # any field
    """Link the case of the mistyped A-number to that of the right one; return both, the closed one first."""
    source, target = file_case(system, MISTYPED, **changes), file_case(system, RIGHT)
    link(system, source, target)
    return source, target


def link(system: System, source: FiledCase, target: FiledCase) -> None:
    system.work(SUPERVISOR, source.case_id, "link", {"case_id": target.case_id, "why": "A digit was mistyped."})
    system.pump()


def unlink(system: System, target: FiledCase) -> None:
    case = system.read(Case, keys.case(target.case_id))
    event = [one.version for one in system.history(case) if "linked_from" in one.details][-1]
    system.work(SUPERVISOR, target.case_id, "corrections", {"event": event, "why": "They are two persons."})


def number(system: System, of: int) -> str:
    return system.intake.macs.person(f"A000000{of:03d}")


def guards(system: System) -> dict[str, str]:
    return {guard.person: guard.case for guard in system.guards}


def found_by(system: System, of: int) -> set[str]:
    """Return the ids of the cases that a look-up by an A-number finds."""
    answer = system.staff(OFFICER, "POST", "/staff/lookups", {"a_number": f"A000-000-{of:03d}", "why": "He calls."})
    return {one["case_id"] for one in answer.json()["cases"]} if answer.status == 200 else set()


def records(system: System) -> set[tuple[str, str]]:
    """Return the A-numbers that find a case, with the case."""
    found = [(item["pk"]["S"], item["sk"]["S"]) for item in system.items()]
    return {(pk.removeprefix("PERSON#"), sk) for pk, sk in found if pk.startswith("PERSON#") and sk != "OPEN"}


def test_either_number_finds_the_case_and_a_request_under_either_joins_it(system: System) -> None:
    source, target = linked(system)
    both = {source.case_id, target.case_id}
    assert [found_by(system, MISTYPED), found_by(system, RIGHT)] == [both, both]
    for each in (MISTYPED, RIGHT):
        assert file_case(system, each, requester=SISTER).case_id == target.case_id
    assert guards(system) == {number(system, MISTYPED): target.case_id, number(system, RIGHT): target.case_id}
    assert system.case_of(target.filed).requests == 4


def test_the_decision_releases_both_numbers(system: System) -> None:
    _source, target = linked(system)
    system.work(OFFICER, target.case_id, "claim")
    decide(system, OFFICER, target.case_id)
    assert guards(system) == {}
    newer = {file_case(system, each).case_id for each in (MISTYPED, RIGHT)}
    assert len(newer | {target.case_id}) == 3


def test_an_undone_link_gives_each_case_its_number_and_guard_back(system: System) -> None:
    source, target = linked(system)
    joined = file_case(system, MISTYPED, requester=SISTER)
    unlink(system, target)
    assert guards(system) == {number(system, MISTYPED): source.case_id, number(system, RIGHT): target.case_id}
    assert file_case(system, MISTYPED, requester=SISTER).case_id == source.case_id
    assert file_case(system, RIGHT, requester=SISTER).case_id == target.case_id
    assert system.case_of(joined.filed).case_id == target.case_id


def test_links_in_a_row_gather_every_number_and_the_last_one_gives_all_of_its_own_back(system: System) -> None:
    first, second = linked(system)
    before = records(system)
    third = file_case(system, 43)
    link(system, second, third)
    case = system.case_of(first.filed)
    assert (case.case_id, len(case.numbers)) == (third.case_id, 3)
    assert set(guards(system).values()) == {third.case_id}
    assert file_case(system, MISTYPED, requester=SISTER).case_id == third.case_id
    unlink(system, third)
    assert guards(system) == {
        number(system, MISTYPED): second.case_id,
        number(system, RIGHT): second.case_id,
        number(system, 43): third.case_id,
    }
    assert records(system) == before | {(number(system, 43), f"CASE#{third.case_id}")}
    assert system.read(Case, keys.case(third.case_id)).also_persons == ()


def test_a_case_beside_another_keeps_its_place_and_takes_the_number_of_the_linked_one(system: System) -> None:
    holder, beside, source = file_case(system, RIGHT), file_case(system, 12), file_case(system, MISTYPED)
    system.work(OFFICER, beside.case_id, "identity", {"a_number": f"A000-000-0{RIGHT}", "why": "By the passport."})
    link(system, source, beside)
    case = system.case_of(beside.filed)
    assert (case.person, case.apart_from, case.also_persons) == (
        None,
        number(system, RIGHT),
        (number(system, MISTYPED),),
    )
    assert guards(system) == {number(system, RIGHT): holder.case_id, number(system, MISTYPED): beside.case_id}
    unlink(system, beside)
    assert guards(system) == {number(system, RIGHT): holder.case_id, number(system, MISTYPED): source.case_id}


# ---- corrections and splits


def test_a_number_is_given_up_once_no_live_request_states_it_any_more(system: System) -> None:
    source, target = linked(system)
    sister = file_case(system, MISTYPED, requester=SISTER)
    system.work(OFFICER, target.case_id, "identity", {"receipt": source.receipt, "a_number": OTHER, "why": "Log."})
    assert guards(system).keys() == {number(system, MISTYPED), number(system, RIGHT)}, "the sister states it still"
    system.work(OFFICER, target.case_id, "identity", {"receipt": sister.receipt, "a_number": OTHER, "why": "Log."})
    assert guards(system) == {number(system, 99): target.case_id, number(system, RIGHT): target.case_id}
    assert file_case(system, MISTYPED).case_id != target.case_id
    assert found_by(system, MISTYPED).isdisjoint({target.case_id})
    assert target.case_id in found_by(system, 99)


def test_a_corrected_number_that_the_case_has_already_leaves_that_alone(system: System) -> None:
    source, target = linked(system)
    right = {"receipt": source.receipt, "a_number": f"A000-000-0{RIGHT}", "why": "By the passport."}
    system.work(OFFICER, target.case_id, "identity", right)
    assert guards(system) == {number(system, RIGHT): target.case_id}
    assert system.case_of(target.filed).numbers == (number(system, RIGHT),)


def test_the_first_number_is_corrected_away_and_the_other_takes_its_place(system: System) -> None:
    _source, target = linked(system)
    given = {"receipt": target.receipt, "a_number": f"A000-000-0{MISTYPED}", "why": "It was right."}
    system.work(OFFICER, target.case_id, "identity", given)
    case = system.case_of(target.filed)
    assert (case.person, case.also_persons) == (number(system, MISTYPED), ())
    assert guards(system) == {number(system, MISTYPED): target.case_id}


@pytest.mark.parametrize("right", ["A000-000-041", "A000-000-042", OTHER])
def test_a_correction_of_every_request_gives_all_other_numbers_up(system: System, right: str) -> None:
    _source, target = linked(system)
    system.work(OFFICER, target.case_id, "identity", {"a_number": right, "why": "By the passport."})
    assert guards(system) == {number(system, int(right[-3:])): target.case_id}
    assert system.case_of(target.filed).also_persons == ()


def test_a_number_that_another_case_has_stays_there_after_a_correction(system: System) -> None:
    source, target = linked(system)
    other = file_case(system, 99)
    system.work(OFFICER, target.case_id, "identity", {"receipt": source.receipt, "a_number": OTHER, "why": "Log."})
    assert guards(system) == {number(system, 99): other.case_id, number(system, RIGHT): target.case_id}
    assert system.case_of(target.filed).numbers == (number(system, RIGHT),)


@pytest.mark.parametrize("completed", [MISTYPED, RIGHT])
def test_a_requester_who_completes_a_linked_number_says_nothing_new(system: System, completed: int) -> None:
    nameless = file_case(system, 13, subject={"a_number": None, "given_name": "Luz"}, requester=SISTER)
    source, target = file_case(system, MISTYPED), file_case(system, RIGHT)
    link(system, nameless, target)
    link(system, source, target)
    stated = {"subject": {"a_number": f"A000-000-0{completed}"}}
    assert system.on(nameless.filed, "POST", "/updates", stated).status == 202
    system.pump()
    case = system.case_of(target.filed)
    assert "claim_waiting" not in case.flags
    assert set(case.numbers) == guards(system).keys() == {number(system, MISTYPED), number(system, RIGHT)}


@pytest.mark.parametrize("goes", ["source", "target"])
def test_a_number_goes_with_the_only_request_that_states_it_when_that_is_split_off(system: System, goes: str) -> None:
    source, target = linked(system)
    taken = source if goes == "source" else target
    new = system.work(OFFICER, target.case_id, "split", {"receipt": taken.receipt, "why": "Another man."})["case_id"]
    gone, stays = (MISTYPED, RIGHT) if goes == "source" else (RIGHT, MISTYPED)
    assert guards(system) == {number(system, gone): new, number(system, stays): target.case_id}
    assert file_case(system, gone, requester=SISTER).case_id == new
    assert file_case(system, stays, requester=SISTER).case_id == target.case_id
    assert new in found_by(system, gone)
    assert target.case_id not in found_by(system, gone)


def test_a_number_that_another_request_states_too_stays(system: System) -> None:
    source, target = linked(system)
    file_case(system, MISTYPED, requester=SISTER)
    system.work(OFFICER, target.case_id, "split", {"receipt": source.receipt, "why": "Another man."})
    assert guards(system) == {number(system, MISTYPED): target.case_id, number(system, RIGHT): target.case_id}


# ---- who is verified, who decides, and who comes back


def test_a_verified_person_takes_the_number_that_strangers_used_and_no_other(system: System) -> None:
    _source, target = linked(system)
    system.tamper(keys.case(target.case_id), live=20)
    hers = file_case(system, MISTYPED)
    verify(system, OFFICER, hers.case_id, receipt=hers.receipt, identity=True)
    assert guards(system) == {number(system, MISTYPED): hers.case_id, number(system, RIGHT): target.case_id}
    case = system.case_of(target.filed)
    assert (case.person, case.also_persons) == (number(system, RIGHT), ())


def decided(system: System) -> tuple[FiledCase, FiledCase]:
    source, target = linked(system, requester=SISTER)
    system.work(OFFICER, target.case_id, "claim")
    verify(system, OFFICER, target.case_id, receipt=target.receipt, identity=True)
    decide(system, OFFICER, target.case_id, outcome="declined")
    return source, target


def test_a_reopened_case_takes_both_numbers_again(system: System) -> None:
    _source, target = decided(system)
    system.work(SUPERVISOR, target.case_id, "reopening", {"why": "News."})
    assert guards(system) == {number(system, MISTYPED): target.case_id, number(system, RIGHT): target.case_id}


@pytest.mark.parametrize("each", [MISTYPED, RIGHT])
def test_a_case_is_not_reopened_beside_a_newer_one_under_either_number(system: System, each: int) -> None:
    _source, target = decided(system)
    file_case(system, each)
    answer = post(system, SUPERVISOR, target.case_id, "reopening", {"why": "News."})
    assert answer.json()["errors"][0]["code"] == "newer_case_open"


@pytest.mark.parametrize("each", [MISTYPED, RIGHT])
def test_beside_a_hidden_newer_case_it_is_reopened_without_that_number(system: System, each: int) -> None:
    _source, target = decided(system)
    hidden = file_case(system, each, facts={"relief_pending": ["vawa"]})
    system.work(SUPERVISOR, target.case_id, "reopening", {"why": "News."})
    other = RIGHT if each == MISTYPED else MISTYPED
    assert guards(system) == {number(system, each): hidden.case_id, number(system, other): target.case_id}
    assert not system.case_of(target.filed).over_limit


def test_a_remanded_case_goes_on_without_a_number_that_a_newer_case_has(system: System) -> None:
    _source, target = decided(system)
    system.on(target.filed, "POST", "/escalation", {"statement": "Look again."})
    newer = file_case(system, MISTYPED)
    system.work(OFFICIAL, target.case_id, "claim")
    decide(system, OFFICIAL, target.case_id, outcome="remand")
    assert guards(system) == {number(system, MISTYPED): newer.case_id, number(system, RIGHT): target.case_id}
    assert system.case_of(target.filed).numbers == (number(system, RIGHT),)


def withdrawn(system: System) -> FiledCase:
    """Return a case with two numbers of one request that no other request ever joined, after its withdrawal."""
    held = file_case(system, RIGHT, facts={"custody": "not_detained", "facility": None})
    second = number(system, MISTYPED)
    system.tamper(keys.case(held.case_id), also_persons=[second])
    system.intake.table.write(put_new(Guard(person=second, case=held.case_id, mac_key=system.intake.macs.key)))
    assert system.on(held.filed, "POST", "/withdrawal", {}).status == 202
    assert (system.case_of(held.filed).status, guards(system)) == ("withdrawn", {})
    return held


def test_a_withdrawal_releases_both_numbers_and_taking_it_back_takes_them_again(system: System) -> None:
    held = withdrawn(system)
    assert system.on(held.filed, "POST", "/withdrawal", {"undo": True}).status == 202
    assert guards(system) == {number(system, MISTYPED): held.case_id, number(system, RIGHT): held.case_id}


def test_a_withdrawal_is_taken_back_without_a_number_that_a_newer_case_has(system: System) -> None:
    held = withdrawn(system)
    newer = file_case(system, MISTYPED)
    assert system.on(held.filed, "POST", "/withdrawal", {"undo": True}).status == 202
    assert guards(system) == {number(system, MISTYPED): newer.case_id, number(system, RIGHT): held.case_id}


def test_the_other_number_shows_the_closed_case_among_earlier_ones(system: System) -> None:
    source, target = linked(system)
    found = read(system, COLLEAGUE, target.case_id)["earlier_cases"]
    assert [(one["case_id"], one["linked_to"]) for one in found] == [(source.case_id, target.case_id)]


# ---- what an older release leaves, and what a filer can see


def test_a_guard_that_an_older_release_left_with_an_ended_case_goes_to_the_next_one(system: System) -> None:
    _source, target = linked(system)
    system.work(OFFICER, target.case_id, "claim")
    decide(system, OFFICER, target.case_id)
    left = Guard(person=number(system, MISTYPED), case=target.case_id, mac_key=system.intake.macs.key)
    system.intake.table.write(put_new(left))
    newer = file_case(system, MISTYPED)
    assert guards(system) == {number(system, MISTYPED): newer.case_id}
    case = system.case_of(newer.filed)
    assert (case.person, case.apart_from, case.over_limit) == (number(system, MISTYPED), None, False)


@pytest.mark.moto
def test_a_filer_cannot_tell_a_linked_number_by_the_calls(system: System) -> None:
    """Filing, withdrawing and taking that back: the same calls under a new number and under one that was linked."""
    linked(system)
    seen = []
    for each in (MISTYPED, 77):
        with record_calls() as calls:
            filed = system.call("POST", "/requests", person(each, requester=SISTER)).json()
            system.on(filed, "POST", "/withdrawal", {})
            system.on(filed, "POST", "/withdrawal", {"undo": True})
        seen.append(call_names(calls))
    assert seen[0] == seen[1]


def test_a_filer_is_answered_the_same_under_a_linked_number(system: System) -> None:
    linked(system)
    answers = [system.call("POST", "/requests", body(subject={"a_number": f"A0000000{each}"})) for each in (41, 77)]
    first, second = ({**one.json(), "receipt": "", "access_code": ""} for one in answers)
    assert first == second
