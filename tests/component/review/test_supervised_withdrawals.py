"""A withdrawal that waits for a supervisor: after a reissue of the code, or where staff filed the request."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from casereview.schema.base import rfc3339
from casereview.schema.evidence import Claims
from casereview.schema.request_records import Request
from casereview.store import keys
from tests.support.staff import (
    AT_HOME,
    OFFICER,
    OTHER_SUPERVISOR,
    SISTER,
    SUPERVISOR,
    FiledCase,
    claimed,
    decide,
    file_case,
    item,
    person,
    post,
    verify,
)
from tests.support.system import Answer, Staff, System


def waiting(system: System, held: FiledCase, by: Staff = OFFICER) -> FiledCase:
    """Return the request with a new code, after its holder asked for the withdrawal."""
    given = {"receipt": held.receipt, "proof": "document", "why": "Lost."}
    new = FiledCase(system.work(by, held.case_id, "reissue-code", given), held.case_id)
    assert system.on(new.filed, "POST", "/withdrawal", {}).json()["waits"]
    system.pump()
    return new


def answer(system: System, user: Staff, held: FiledCase, *, confirm: bool = True, **more: Any) -> Answer:  # noqa: ANN401  # any field
    given = {"receipt": held.receipt, "confirm": confirm, "why": "Called back.", **more}
    return post(system, user, held.case_id, "withdrawals", given)


def stored(system: System, held: FiledCase) -> Request:
    return system.read(Request, keys.request(held.receipt))


def test_a_confirmed_withdrawal_ends_the_case_and_frees_the_person(system: System) -> None:
    held = waiting(system, claimed(system, facts=AT_HOME))
    assert system.case_of(held.filed).status == "in_review"
    found = answer(system, SUPERVISOR, held)
    assert (found.status, found.json()["status"], found.json()["claimed_by"]) == (200, "withdrawn", None)
    assert (stored(system, held).state, stored(system, held).withdrawal_by) == ("withdrawn", None)
    assert system.guards == []
    event = system.history(system.case_of(held.filed))[-1]
    assert (event.kind, event.actor, event.user, event.receipt) == ("withdrawn", "officer", "sue", held.receipt)
    assert system.look_up(held.filed)["status"] == "withdrawn"


def test_a_confirmed_withdrawal_of_one_of_two_leaves_the_case_open(system: System) -> None:
    first = file_case(system, facts=AT_HOME)
    sister = system.file(person(11, requester=SISTER, facts=AT_HOME))
    system.pump()
    held = waiting(system, first)
    assert answer(system, SUPERVISOR, held).json()["status"] == "in_line"
    case = system.case_of(sister)
    assert (case.live, len(system.guards)) == (1, 1)


def test_a_cancelled_withdrawal_changes_nothing_else(system: System) -> None:
    held = waiting(system, file_case(system, facts=AT_HOME))
    assert "withdrawal_to_confirm" in item(system, held.case_id)["flags"]
    assert system.look_up(held.filed)["withdrawal"]["waits"]
    assert answer(system, SUPERVISOR, held, confirm=False).json()["status"] == "in_line"
    system.pump()
    assert (stored(system, held).state, stored(system, held).withdrawal_by) == ("live", None)
    assert system.read(Claims, keys.claims(held.case_id, held.receipt)).withdrawal_by is None
    assert system.look_up(held.filed)["withdrawal"] is None
    assert "withdrawal_to_confirm" not in item(system, held.case_id)["flags"]
    assert system.history(system.case_of(held.filed))[-2].kind == "withdrawal_cancelled"
    assert answer(system, SUPERVISOR, held).status == 409


def test_only_a_supervisor_who_did_not_reissue_the_code_answers(system: System) -> None:
    held = waiting(system, file_case(system), by=SUPERVISOR)
    assert answer(system, OFFICER, held).status == 403
    refused = answer(system, SUPERVISOR, held)
    assert (refused.status, refused.json()["errors"][0]["code"]) == (403, "own_request")
    assert answer(system, Staff("sal", "supervisor", "ELP"), held).status == 404
    assert answer(system, OTHER_SUPERVISOR, held).status == 200


def test_without_a_waiting_withdrawal_there_is_nothing_to_answer(system: System) -> None:
    held = file_case(system, facts=AT_HOME)
    refused = answer(system, SUPERVISOR, held)
    assert (refused.status, refused.json()["errors"][0]["code"]) == (409, "no_withdrawal_waiting")
    system.on(held.filed, "POST", "/withdrawal", {})
    assert answer(system, SUPERVISOR, held).status == 409


def test_the_holder_takes_a_waiting_withdrawal_back(system: System) -> None:
    held = waiting(system, file_case(system))
    assert system.on(held.filed, "POST", "/withdrawal", {"undo": True}).status == 202
    assert answer(system, SUPERVISOR, held).status == 409


def test_a_supervisor_of_the_field_office_answers_while_the_case_is_with_the_official(system: System) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    decide(system, OFFICER, held.case_id, outcome="declined")
    system.on(held.filed, "POST", "/escalation", {"statement": "x"})
    held = waiting(system, held)
    assert answer(system, SUPERVISOR, held).status == 200
    assert stored(system, held).state == "withdrawn"


def test_the_reason_is_sealed(system: System) -> None:
    held = waiting(system, file_case(system))
    answer(system, SUPERVISOR, held, confirm=False, why="Mirabel answered.")
    assert "Mirabel" not in str(system.items())
    assert "Mirabel" in system.staff(SUPERVISOR, "GET", f"/staff/cases/{held.case_id}/statements").body


def test_the_answer_says_what_the_withdrawal_did(system: System) -> None:
    """Asked again after a supervisor confirmed it waits for nobody; asked again after 30 days it still waits."""
    held = waiting(system, file_case(system, facts=AT_HOME))
    assert answer(system, SUPERVISOR, held).status == 200
    assert system.on(held.filed, "POST", "/withdrawal", {}).json()["waits"] is False
    other = waiting(system, file_case(system, number=7, facts=AT_HOME))
    system.later(days=31)
    assert system.on(other.filed, "POST", "/withdrawal", {}).json()["waits"] is True


def test_the_look_up_says_until_when_a_withdrawal_can_be_taken_back(system: System) -> None:
    held = waiting(system, file_case(system, facts=AT_HOME))
    assert system.look_up(held.filed)["withdrawal"] == {"waits": True, "undo_until": None}
    assert answer(system, SUPERVISOR, held).status == 200
    until = rfc3339(system.time + timedelta(hours=72))
    assert system.look_up(held.filed)["withdrawal"] == {"waits": False, "undo_until": until}
    system.later(hours=72)
    assert system.look_up(held.filed)["withdrawal"] == {"waits": False, "undo_until": until}
    system.later(seconds=1)
    assert system.look_up(held.filed)["withdrawal"] is None
    assert system.on(held.filed, "POST", "/withdrawal", {"undo": True}).status == 409
