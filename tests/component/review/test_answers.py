"""Questions and their answers: both sides see until when, and an answer brings the case back to who asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from casereview.schema.base import rfc3339
from casereview.schema.evidence import Text
from casereview.schema.office_records import Officer
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.caseload import read_counter
from casereview.usecases.sealed_text import open_text, seal_words
from tests.support.staff import (
    CLEARED,
    COLLEAGUE,
    ELSEWHERE,
    LAWYER,
    OFFICER,
    SUPERVISOR,
    FiledCase,
    claimed,
    decide,
    file_case,
    item,
    person,
    post,
    read,
    take_next,
    verify,
    worklist,
)
from tests.support.standing import recognized
from tests.support.system import Staff, System

DAY = timedelta(days=1)
IN_SPANISH = {"text": "¿Dónde vive?", "language": "es"}


def ask(system: System, held: FiledCase, user: Staff = OFFICER, **given: Any) -> dict[str, Any]:  # noqa: ANN401  # any field
    """Verify the first requester and ask; return the answer."""
    recognized(system, held.filed)
    plain = {"asked": [IN_SPANISH], "answer_by": rfc3339(system.time + 5 * DAY), **given}
    found = system.work(user, held.case_id, "information-requests", plain)
    system.pump()
    return found


def answer(system: System, held: FiledCase) -> Case:
    """Answer the question; return the case after its ranking."""
    assert system.on(held.filed, "POST", "/updates", {"statement": "At my sister's."}).status == 202
    system.pump()
    return system.case_of(held.filed)


def held_by(system: System, user: Staff) -> int:
    return read_counter(system.intake.table, user.id).claims


def mine(system: System, user: Staff) -> list[str]:
    found = worklist(system, user, claimed_by="me", flag="answer_arrived")
    return [str(one["case_id"]) for one in found["items"]]


# ---- what both sides are shown


def test_both_sides_see_the_question_its_language_and_until_when(system: System) -> None:
    held = claimed(system)
    found = ask(system, held)
    by, at = rfc3339(system.time + 5 * DAY), rfc3339(system.time)
    assert (found["answer_by"], found["cut"], found["seen_by"]) == (by, False, [held.receipt])
    assert system.look_up(held.filed)["asked_for"] == [{**IN_SPANISH, "asked_at": at, "answer_by": by}]
    assert read(system, COLLEAGUE, held.case_id)["question"] == {
        "asked": [IN_SPANISH], "asked_at": at, "asked_by": "omar", "answer_by": by, "to": [held.receipt],
    }  # fmt: skip
    assert "vive" not in str(system.items())
    answer(system, held)
    assert read(system, COLLEAGUE, held.case_id)["question"] is None


def test_a_bare_day_ends_at_its_end_in_eastern_time(system: System) -> None:
    held = claimed(system)
    found = ask(system, held, answer_by="2026-12-03")
    midnight = datetime.fromisoformat("2026-12-04T00:00:00-05:00")
    assert datetime.fromisoformat(found["answer_by"]) == midnight
    (shown,) = system.look_up(held.filed)["asked_for"]
    assert datetime.fromisoformat(shown["answer_by"]) == midnight
    system.time = midnight - timedelta(minutes=2)
    system.settle(1)
    assert system.case_of(held.filed).status == "information_needed"
    system.settle(4)
    assert system.case_of(held.filed).status == "in_line"


def test_an_answer_is_possible_today_until_midnight(system: System) -> None:
    held = claimed(system)
    today = system.time.date().isoformat()
    assert ask(system, held, answer_by=today)["cut"] is False
    assert system.case_of(held.filed).status == "information_needed"


@pytest.mark.parametrize(("days", "cut"), [(14, False), (15, True)])
def test_a_time_beyond_the_policys_days_is_cut_and_the_answer_says_so(system: System, days: int, cut: bool) -> None:  # noqa: FBT001  # a parameter
    held = claimed(system)
    found = ask(system, held, answer_by=rfc3339(system.time + days * DAY))
    stands = rfc3339(system.time + 14 * DAY)
    assert (found["answer_by"], found["cut"]) == (stands, cut)
    (shown,) = system.look_up(held.filed)["asked_for"]
    assert shown["answer_by"] == stands == read(system, OFFICER, held.case_id)["question"]["answer_by"]


def test_a_question_of_the_catalog_shows_its_time_and_language_to_both_sides(system: System) -> None:
    held = file_case(system)
    by = rfc3339(system.time + 40 * DAY)
    found = system.work(OFFICER, held.case_id, "information-requests", {"codes": ["prove_identity"], "answer_by": by})
    stands = rfc3339(system.time + 14 * DAY)
    assert (found["answer_by"], found["cut"], found["seen_by"]) == (stands, True, [held.receipt])
    (shown,) = system.look_up(held.filed)["asked_for"]
    assert (shown["language"], shown["answer_by"]) == ("es", stands)
    (request,) = read(system, OFFICER, held.case_id)["requests"]
    assert request["asked"] == [
        {"codes": ["prove_identity"], "asked_at": rfc3339(system.time), "answer_by": stands},
    ]


def test_a_question_to_some_is_seen_by_them_alone(system: System) -> None:
    held = claimed(system)
    lawyer = system.file(person(11, requester=LAWYER))
    recognized(system, lawyer)
    found = ask(system, held, to=[lawyer["receipt"]])
    assert found["seen_by"] == [lawyer["receipt"]] == read(system, OFFICER, held.case_id)["question"]["to"]
    assert system.look_up(held.filed)["asked_for"] == []
    assert len(system.look_up(lawyer)["asked_for"]) == 1


@pytest.mark.parametrize("language", ["", "x", "klingonese", None])
def test_a_question_needs_the_tag_of_its_language(system: System, language: object) -> None:
    held = claimed(system)
    recognized(system, held.filed)
    given = {"asked": [{"text": "Where?", "language": language}], "answer_by": rfc3339(system.time + DAY)}
    assert post(system, OFFICER, held.case_id, "information-requests", given).status == 422


def test_a_question_that_an_older_release_asked_is_shown_without_a_language(system: System) -> None:
    held = claimed(system)
    ask(system, held)
    case = system.case_of(held.filed)
    text = system.read(Text, keys.text(case.case_id, str(case.asked)))
    words = open_text(system.intake.seal, text)
    assert words["asked"] == ["¿Dónde vive?"], "texts alone, as an older release reads them"
    old = {name: value for name, value in words.items() if name != "languages"}
    sealed = seal_words(system.intake.seal, "asked", case.case_id, old).sealed
    system.tamper(keys.text(case.case_id, text.text_id), sealed=sealed)
    (shown,) = system.look_up(held.filed)["asked_for"]
    assert (shown["text"], shown["language"]) == ("¿Dónde vive?", None)
    assert read(system, OFFICER, held.case_id)["question"]["asked"] == [{"text": "¿Dónde vive?", "language": None}]


# ---- an answer returns to who asked


def test_an_answer_brings_the_case_back_to_who_asked(system: System) -> None:
    held = claimed(system)
    ask(system, held)
    assert (held_by(system, OFFICER), mine(system, OFFICER)) == (0, [])
    system.later(days=2)
    case = answer(system, held)
    assert (case.status, case.claimed_by) == ("in_review", "omar")
    assert case.hold is not None
    assert (case.hold.by_id, case.hold.since, case.hold.lease_until) == (
        OFFICER.id,
        system.time,
        system.time + timedelta(hours=8),
    )
    assert (held_by(system, OFFICER), mine(system, OFFICER)) == (1, [held.case_id])
    assert (case.asked_by, case.asked_of, case.answer_by) == (None, (), None)
    (event,) = [event for event in system.history(case) if event.kind == "resumed"]
    assert (event.actor, event.details, event.changes["status"].after) == ("system", {"held_by": "omar"}, "in_review")
    decide(system, OFFICER, held.case_id)
    assert held_by(system, OFFICER) == 0


def test_an_answer_returns_however_many_cases_the_officer_holds(system: System) -> None:
    held = claimed(system)
    ask(system, held)
    system.intake.table.put(Officer(user=OFFICER.id, claims=999))
    assert answer(system, held).claimed_by == "omar"
    assert held_by(system, OFFICER) == 1000


def test_an_answer_to_an_officer_who_is_away_goes_in_line_flagged_until_it_is_claimed(system: System) -> None:
    held = claimed(system)
    ask(system, held)
    answer(system, held)
    system.later(hours=8)
    system.settle(3)
    case = system.case_of(held.filed)
    assert (case.status, case.claimed_by, held_by(system, OFFICER)) == ("in_line", None, 0)
    assert "answer_arrived" in item(system, held.case_id)["flags"]
    assert take_next(system, COLLEAGUE) == held.case_id
    assert "answer_arrived" not in item(system, held.case_id)["flags"]


def test_work_on_the_answer_removes_the_flag(system: System) -> None:
    held = claimed(system)
    ask(system, held)
    answer(system, held)
    assert "answer_arrived" in read(system, OFFICER, held.case_id)["flags"]
    verify(system, OFFICER, held.case_id, facts={"pregnant": True})
    assert "answer_arrived" not in read(system, OFFICER, held.case_id)["flags"]


def test_without_an_answer_the_case_goes_in_line_without_the_flag(system: System) -> None:
    held = claimed(system)
    ask(system, held)
    system.later(days=5)
    system.settle(3)
    case = system.case_of(held.filed)
    assert (case.status, case.claimed_by, case.asked_by) == ("in_line", None, None)
    assert "answer_arrived" not in item(system, held.case_id)["flags"]
    assert held_by(system, OFFICER) == 0


def test_words_of_a_verified_holder_who_was_not_asked_are_no_answer(system: System) -> None:
    held = claimed(system)
    lawyer = system.file(person(11, requester=LAWYER))
    recognized(system, lawyer)
    ask(system, held, to=[lawyer["receipt"]])
    case = answer(system, held)
    assert (case.status, case.answered_at) == ("information_needed", None)
    assert system.on(lawyer, "POST", "/updates", {"statement": "In Macon."}).status == 202
    system.pump()
    assert system.case_of(held.filed).claimed_by == "omar"


def test_an_answer_after_the_time_moves_nothing_and_tells_nobody(system: System) -> None:
    held = claimed(system)
    ask(system, held)
    system.later(days=6)
    system.settle(3)
    case = answer(system, held)
    assert (case.status, case.claimed_by, case.answered_at) == ("in_line", None, None)
    assert not {"new_words", "answer_arrived"} & set(item(system, held.case_id)["flags"])


def test_a_second_question_starts_without_an_answer(system: System) -> None:
    held = claimed(system)
    ask(system, held)
    answer(system, held)
    ask(system, held)
    case = system.case_of(held.filed)
    assert (case.answered_at, case.status) == (None, "information_needed")
    system.later(days=5)
    system.settle(3)
    assert system.case_of(held.filed).status == "in_line"


# ---- the officer who asked has no access any more


def test_an_answer_in_a_transferred_case_goes_in_line_flagged(system: System) -> None:
    held = claimed(system)
    ask(system, held)
    system.work(SUPERVISOR, held.case_id, "transfer", {"office": "ELP", "why": "Moved."})
    case = answer(system, held)
    assert (case.office, case.status, case.claimed_by, held_by(system, OFFICER)) == ("ELP", "in_line", None, 0)
    assert "answer_arrived" in item(system, held.case_id, ELSEWHERE, "ELP")["flags"]


@pytest.mark.parametrize(("asker", "status"), [(OFFICER, "in_line"), (CLEARED, "in_review")])
def test_an_answer_in_a_case_that_became_restricted_returns_only_to_those_with_access(
    system: System, asker: Staff, status: str
) -> None:
    held = claimed(system, by=asker)
    recognized(system, held.filed, second=True)
    given = {"asked": [IN_SPANISH], "answer_by": rfc3339(system.time + DAY)}
    system.work(asker, held.case_id, "information-requests", given)
    system.pump()
    said = {"statement": "At my sister's.", "facts": {"relief_pending": ["vawa"]}}
    assert system.on(held.filed, "POST", "/updates", said).status == 202
    system.pump()
    case = system.case_of(held.filed)
    assert (case.restricted, case.status) == (True, status)
    assert held_by(system, asker) == int(status == "in_review")
    assert "answer_arrived" in item(system, held.case_id, CLEARED)["flags"]


def test_a_case_of_a_top_lane_that_was_claimed_while_it_waited_stays_with_its_officer(system: System) -> None:
    held = claimed(system, facts={"removal_soon": True})
    ask(system, held)
    system.work(COLLEAGUE, held.case_id, "claim")
    system.later(minutes=1)
    case = answer(system, held)
    assert (case.status, case.claimed_by, held_by(system, OFFICER)) == ("in_review", "olga", 0)
    assert "new_words" in item(system, held.case_id)["flags"]


def test_the_requesters_write_does_not_touch_the_officers_counter(system: System) -> None:
    """The worker returns the case, so that an answer is accepted whatever state the officer's counter is in."""
    held = claimed(system)
    ask(system, held)
    assert system.on(held.filed, "POST", "/updates", {"statement": "Here."}).status == 202
    case = system.case_of(held.filed)
    assert (case.status, case.claimed_by, held_by(system, OFFICER)) == ("information_needed", None, 0)
    assert "answer_arrived" in item(system, held.case_id)["flags"]


def test_a_case_of_an_older_release_that_names_no_asker_goes_in_line_flagged(system: System) -> None:
    held = claimed(system)
    ask(system, held)
    system.tamper(keys.case(held.case_id), asked_by=None)
    case = answer(system, held)
    assert (case.status, case.claimed_by) == ("in_line", None)
    assert "answer_arrived" in item(system, held.case_id)["flags"]
