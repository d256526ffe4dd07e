"""What is done to a case that cannot be read: by requesters it is recorded all the same, and staff are refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from casereview.store import keys
from casereview.store.damaged import newest_event
from casereview.store.keys import Key
from tests.support.staff import (
    AT_HOME,
    CLEARED,
    LAWYER,
    OFFICER,
    OFFICIAL,
    POLICY_A,
    SISTER,
    SUPERVISOR,
    FiledCase,
    ask,
    claimed,
    decide,
    file_case,
    item,
    person,
    post,
    statements,
    verify,
    worklist,
)
from tests.support.system import Answer, System
from tests.support.unreadable import (
    CLEARED_SUPERVISOR,
    RECORDS,
    UNREADABLE,
    WRONG,
    broken,
    get,
    problem,
    stored,
)

FIELDS: list[dict[str, object]] = [
    {"status": None},
    {"status": WRONG},
    {"filed_at": WRONG},
    {"office": None},
    {"facts": "wrong"},
    {"restricted": None},
    {"lane": WRONG},
    {"flags": WRONG},
    {"live": "many"},
    {"person": WRONG},
    {"reasons": WRONG},
    {"missed": WRONG},
    {"claimed_by": WRONG},
    {"due": "wrong"},
    {"due": {"rank": WRONG}},
    {"folded": WRONG},
    {"restricted": "false"},
    {"live": "1"},
    {"decisions": WRONG, "approvals": WRONG},
]
ACTS: list[tuple[str, dict[str, Any]]] = [
    ("/updates", {"facts": {"pregnant": True}, "statement": "More."}),
    ("/updates", {"contact": {"email": "new@example.org"}}),
    ("/updates", {"subject": {"uscis_receipt": "QQQ0123456789"}}),
    ("/escalation", {"statement": "Please look again.", "facts": {"serious_illness": True}}),
    ("/withdrawal", {}),
    ("/withdrawal", {"undo": True}),
    ("/updates", {"facts": {"relief_pending": ["u_visa"]}}),
]


def without_receipt(held: FiledCase, answer: Answer) -> tuple[int, str]:
    """Return an answer to a holder without the receipt."""
    return answer.status, answer.body.replace(held.receipt, "…")


@pytest.mark.parametrize("fields", FIELDS, ids=str)
def test_what_an_unverified_holder_does_has_the_same_answers_while_the_case_cannot_be_read(
    system: System, fields: dict[str, object]
) -> None:
    bad, good = (file_case(system, number, facts=AT_HOME) for number in (11, 12))
    system.settle(2)
    repair = broken(system, keys.case(bad.case_id), **fields)
    whole = system.cloud.backend.get(keys.case(bad.case_id))
    assert whole is not None
    for what, body in ACTS:
        done = [without_receipt(held, system.on(held.filed, "POST", what, body)) for held in (bad, good)]
        assert done[0] == done[1], (what, done)
        assert done[0][0] == 202, done
        seen = [without_receipt(held, system.on(held.filed, "GET")) for held in (bad, good)]
        assert seen[0][0] == seen[1][0] == 200
        now = system.cloud.backend.get(keys.case(bad.case_id)) or {}
        assert all(now.get(name) == whole.get(name) for name in fields if name != "due"), "what is at fault stays"
        assert bad.case_id not in [one["case_id"] for one in worklist(system)["items"]]
    repair()
    system.settle(10)
    found, other = stored(system, bad), stored(system, good)
    assert (found.restricted, found.unreadable) == (True, False)
    assert (found.facts.pregnant, found.facts.serious_illness) == (True, True)
    assert (found.version, found.status, found.lane) == (other.version, other.status, other.lane)
    assert [event.kind for event in system.history(found)] == [event.kind for event in system.history(other)]


@pytest.mark.parametrize("name", ["status", "live"])
def test_the_withdrawal_of_the_only_request_of_a_case_that_cannot_be_read_waits_for_an_officer(
    system: System, name: str
) -> None:
    held = file_case(system, facts=AT_HOME)
    system.settle(2)
    repair = broken(system, keys.case(held.case_id), **{name: WRONG})
    assert system.on(held.filed, "POST", "/withdrawal", {}).status == 202
    assert system.look_up(held.filed)["status"] == "withdrawn"
    repair()
    system.settle(10)
    found = stored(system, held)
    assert (found.status, found.live, found.unreadable) == ("in_line", 0, False)
    assert system.guards != []


@pytest.mark.parametrize("find", RECORDS[1:4])
def test_what_an_unverified_holder_does_has_the_same_answers_while_a_record_of_the_case_cannot_be_read(
    system: System, find: Callable[[System, FiledCase], tuple[Key, str]]
) -> None:
    bad, good = (claimed(system, number, requester=LAWYER) for number in (11, 12))
    keys_at_fault = [find(system, held) for held in (bad, good)]
    key, field = keys_at_fault[0]
    repair = broken(system, key, **{field: WRONG})
    assert get(system, OFFICER, bad).status == 404, "it is found"
    for what, body in ACTS:
        done = [without_receipt(held, system.on(held.filed, "POST", what, body)) for held in (bad, good)]
        assert done[0] == done[1], (what, done)
        assert done[0][0] == 202, done
    repair()
    system.settle(10)
    assert stored(system, bad).facts.pregnant


# ---- the version of a case, on which every write depends


VERSIONS = [None, WRONG, "3", True, b"3", 0, -1]


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_what_a_holder_does_has_the_same_answers_while_the_version_of_the_case_cannot_be_read(
    system: System, version: object
) -> None:
    bad, good = (file_case(system, number, facts=AT_HOME) for number in (11, 12))
    system.settle(2)
    broken(system, keys.case(bad.case_id), version=version)
    for what, body in ACTS:
        done = [without_receipt(held, system.on(held.filed, "POST", what, body)) for held in (bad, good)]
        assert done[0] == done[1], (what, done)
        assert done[0][0] == 202, done
    newest = newest_event(system.intake.table, bad.case_id)
    system.tamper(keys.case(bad.case_id), version=newest)
    system.settle(10)
    found, other = stored(system, bad), stored(system, good)
    assert (found.unreadable, found.version, found.status) == (False, other.version, other.status)
    assert [event.kind for event in system.history(found)] == [event.kind for event in system.history(other)]


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_staff_are_told_that_a_case_without_a_version_cannot_be_read(system: System, version: object) -> None:
    held, other = claimed(system, 11), file_case(system, 12)
    broken(system, keys.case(held.case_id), version=version)
    before = system.items()
    for what, body in STAFF_ACTS:
        assert problem(post(system, CLEARED_SUPERVISOR, held.case_id, what, body)) == UNREADABLE, what
        assert post(system, SUPERVISOR, held.case_id, what, body).status == 404, what
    linked = {"case_id": held.case_id, "why": "The same person."}
    assert problem(post(system, CLEARED_SUPERVISOR, other.case_id, "link", linked)) == UNREADABLE
    assert system.items() == before


def test_without_its_version_and_its_history_nothing_of_a_case_can_be_recorded(system: System) -> None:
    held = file_case(system)
    system.tamper(keys.case(held.case_id), version=None)
    for version in range(1, newest_event(system.intake.table, held.case_id) + 1):
        system.cloud.remove(keys.event(held.case_id, version))
    before = system.items()
    assert system.on(held.filed, "POST", "/updates", {"statement": "x"}).status == 503
    assert system.items() == before


STAFF_ACTS: list[tuple[str, dict[str, Any]]] = [
    ("claim", {}),
    ("notes", {"kind": "note", "text": "Read."}),
    ("release", {}),
    ("transfer", {"office": "ELP", "why": "Moved."}),
]


def test_a_request_about_the_person_of_a_case_without_a_version_gets_a_case_of_its_own(system: System) -> None:
    held = file_case(system, 11)
    for version in (None, "1", 0):
        broken(system, keys.case(held.case_id), version=version)
        assert system.case_of(system.file(person(11, requester=SISTER))).case_id != held.case_id


# ---- a version that is behind the history, as a repair from an older copy leaves it


@pytest.fixture
def behind(system: System) -> FiledCase:
    """A claimed case with several events, whose version is that of its first."""
    held = claimed(system, 11, facts=AT_HOME)
    system.tamper(keys.case(held.case_id), version=1)
    return held


def test_what_a_holder_does_is_recorded_after_the_newest_event(system: System, behind: FiledCase) -> None:
    newest = newest_event(system.intake.table, behind.case_id)
    assert system.on(behind.filed, "POST", "/updates", {"statement": "More."}).status == 202
    assert newest_event(system.intake.table, behind.case_id) == newest + 1
    assert stored(system, behind).unreadable


def test_staff_are_told_that_such_a_case_cannot_be_read_and_it_is_flagged(system: System, behind: FiledCase) -> None:
    note = {"kind": "note", "text": "Read."}
    assert problem(post(system, CLEARED, behind.case_id, "notes", note)) == UNREADABLE
    assert post(system, OFFICER, behind.case_id, "notes", note).status == 404
    system.settle(3)
    assert "unreadable" in item(system, behind.case_id, CLEARED)["flags"]


def test_the_worker_flags_it_and_stops_once_the_version_is_repaired(system: System, behind: FiledCase) -> None:
    newest = newest_event(system.intake.table, behind.case_id)
    system.later(days=2)  # the lease ends, and the worker writes the next event
    system.settle(3)
    assert stored(system, behind).unreadable
    system.tamper(keys.case(behind.case_id), version=newest)
    system.settle(60)
    assert not stored(system, behind).unreadable


def test_a_request_about_the_person_of_such_a_case_gets_a_case_of_its_own(system: System, behind: FiledCase) -> None:
    own = system.case_of(system.file(person(11, requester=SISTER)))
    assert own.case_id != behind.case_id


# ---- verified holders: what they do takes effect once the case can be read


@pytest.fixture
def verified(system: System) -> FiledCase:
    """A case that an officer has claimed, with a verified holder."""
    held = claimed(system, 11, facts=AT_HOME)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    return held


@pytest.mark.parametrize("fields", [{"status": WRONG}, {"version": None}, {"flags": WRONG}], ids=str)
def test_the_escalation_of_a_verified_holder_is_kept_and_takes_effect_after_the_repair(
    system: System, verified: FiledCase, fields: dict[str, object]
) -> None:
    decide(system, OFFICER, verified.case_id)
    repair = broken(system, keys.case(verified.case_id), **fields)
    assert system.on(verified.filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
    repair_whole(system, verified, repair)
    assert stored(system, verified).status == "with_senior_official"
    assert system.look_up(verified.filed)["status"] == "with_senior_official"
    assert "Look again." in str(statements(system, OFFICIAL, verified.case_id))


def test_an_escalation_of_a_case_that_is_not_decided_takes_no_effect_after_the_repair(
    system: System, verified: FiledCase
) -> None:
    repair = broken(system, keys.case(verified.case_id), flags=WRONG)
    assert system.on(verified.filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
    repair_whole(system, verified, repair)
    assert stored(system, verified).status == "in_review"
    (request,) = system.requests
    assert request.escalation_asked is None


@pytest.mark.parametrize("fields", [{"status": WRONG}, {"version": None}, {"asked": WRONG}], ids=str)
def test_an_answer_to_a_question_brings_the_case_back_after_the_repair(
    system: System, verified: FiledCase, fields: dict[str, object]
) -> None:
    ask(system, OFFICER, verified.case_id)
    repair = broken(system, keys.case(verified.case_id), **fields)
    assert system.on(verified.filed, "POST", "/updates", {"statement": "Here it is."}).status == 202
    repair_whole(system, verified, repair)
    found = stored(system, verified)
    assert (found.status, found.claimed_by) == ("in_review", OFFICER.user)
    assert "answer_arrived" in item(system, verified.case_id)["flags"]


def test_words_of_a_verified_holder_return_a_decision_that_awaits_approval_after_the_repair(system: System) -> None:
    system.time = POLICY_A
    held = claimed(system, 11)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    assert decide(system, OFFICER, held.case_id, outcome="declined")["status"] == "awaiting_approval"
    repair = broken(system, keys.case(held.case_id), flags=WRONG)
    assert system.on(held.filed, "POST", "/updates", {"statement": "Something new."}).status == 202
    repair_whole(system, held, repair)
    assert stored(system, held).status == "in_review"


def repair_whole(system: System, held: FiledCase, repair: Callable[[], None]) -> None:
    """Repair a case, whose version is that of its newest event, and have it read again."""
    repair()
    system.tamper(keys.case(held.case_id), version=newest_event(system.intake.table, held.case_id))
    system.settle(60)
    assert not stored(system, held).unreadable
