"""What the holder of a request is shown, as staff read it: the same bytes as the public API's, recorded as a read."""

from __future__ import annotations

from typing import Any

import pytest

from casereview.schema.event_records import Read
from tests.support.staff import (
    AT_HOME,
    CLEARED,
    ELSEWHERE,
    LAWYER,
    OFFICER,
    SISTER,
    FiledCase,
    ask,
    claimed,
    decide,
    file_case,
    person,
    verify,
)
from tests.support.standing import recognized
from tests.support.system import Answer, Staff, System


def view(system: System, held: FiledCase, receipt: str, user: Staff = OFFICER) -> Answer:
    return system.staff(user, "GET", f"/staff/cases/{held.case_id}/requests/{receipt}/view")


def is_same(system: System, held: FiledCase, filed: Any, user: Staff = OFFICER) -> bool:  # noqa: ANN401  # a filed request
    shown, seen = system.on(filed, "GET"), view(system, held, filed["receipt"], user)
    assert (shown.status, seen.status) == (200, 200), seen.body
    return shown.body == seen.body


def test_it_is_the_same_bytes_in_every_state(system: System) -> None:
    held = claimed(system)
    sister, lawyer = (system.file(person(11, requester=one)) for one in (SISTER, LAWYER))
    system.pump()
    everybody = (held.filed, sister, lawyer)
    assert all(is_same(system, held, filed) for filed in everybody)
    verify(system, OFFICER, held.case_id, receipt=lawyer["receipt"], authority="g28")
    recognized(system, held.filed)
    recognized(system, sister)
    ask(system, OFFICER, held.case_id)
    assert all(is_same(system, held, filed) for filed in everybody)
    assert system.on(held.filed, "POST", "/updates", {"statement": "Here."}).status == 202
    system.pump()
    assert all(is_same(system, held, filed) for filed in everybody)
    decide(system, OFFICER, held.case_id, outcome="declined")
    assert all(is_same(system, held, filed) for filed in everybody)
    assert system.on(sister, "POST", "/withdrawal", {}).status == 202
    assert all(is_same(system, held, filed) for filed in everybody)


def test_it_is_what_a_frozen_code_opens(system: System) -> None:
    held = claimed(system)
    recognized(system, held.filed)
    system.work(OFFICER, held.case_id, "freeze", {"receipt": held.receipt, "why": "Another person called."})
    assert is_same(system, held, held.filed)
    assert view(system, held, held.receipt).json()["disclosure"] == "limited"


def test_it_is_recorded_as_a_read(system: System) -> None:
    held = file_case(system)
    assert view(system, held, held.receipt).status == 200
    assert [(read.what, read.user) for read in system.all(Read, "READ")] == [("view", "omar")]


def test_a_receipt_of_another_case_is_not_found_and_not_recorded(system: System) -> None:
    held, other = file_case(system, 11), file_case(system, 12)
    assert view(system, held, other.receipt).status == 404
    assert view(system, held, held.receipt, ELSEWHERE).status == 404
    assert system.all(Read, "READ") == []


@pytest.mark.parametrize(("user", "status"), [(OFFICER, 404), (CLEARED, 200)])
def test_of_a_restricted_case_only_those_with_access_see_it(system: System, user: Staff, status: int) -> None:
    held = file_case(system, facts={**AT_HOME, "relief_pending": ["vawa"]})
    assert view(system, held, held.receipt, user).status == status
    if status == 200:
        assert is_same(system, held, held.filed, user)
