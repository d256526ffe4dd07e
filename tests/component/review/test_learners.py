"""Which requesters learn of a decision: verified holders with a way that can be used; else the person is to be told."""

from __future__ import annotations

from typing import Any

import pytest

from casereview.schema.base import rfc3339
from tests.support.staff import CLEARED, OFFICER, claimed, decide, decision, post, verify
from tests.support.standing import recognized
from tests.support.system import System

ADDRESS = "ana@example.org"
PHONE = "+12025550143"
ABROAD = "+442079460018"
PREMIUM = "+1 900 234 5678"
POSTAL = {"lines": ["12 Elm St"], "city": "Laredo", "state": "TX", "zip": "78040"}


@pytest.mark.parametrize(
    ("contact", "learns"),
    [
        (None, False),
        ({"language": "es"}, False),
        ({"email": ADDRESS}, True),
        ({"phone": PHONE}, True),
        ({"phone": ABROAD}, True),
        ({"postal": POSTAL}, True),
        ({"email": ADDRESS, "preferred": "none"}, False),
        ({"email": ADDRESS, "safe_to_contact": False}, False),
        ({"phone": PHONE, "preferred": "phone", "safe_to_contact": False}, False),
        ({"preferred": "letter"}, False),
        ({"preferred": "letter", "phone": PHONE}, True),
        ({"preferred": "letter", "email": ADDRESS}, False),
        ({"preferred": "phone", "postal": POSTAL}, True),
        ({"preferred": "email", "phone": PHONE}, True),
        ({"preferred": "sms", "email": ADDRESS}, False),
        ({"phone": PREMIUM}, False),
        ({"phone": PREMIUM, "email": ADDRESS, "preferred": "sms"}, True),
        ({"phone": PREMIUM, "email": ADDRESS, "preferred": "phone"}, False),
    ],
)
def test_a_verified_holder_learns_of_a_decision_only_in_a_way_that_may_be_used(
    system: System, contact: dict[str, Any] | None, *, learns: bool
) -> None:
    held = claimed(system, requester={"contact": contact})
    recognized(system, held.filed)
    given = {**decision(system, OFFICER, held.case_id, outcome="moot"), "acknowledged": []}
    answer = post(system, OFFICER, held.case_id, "decision", given)
    if learns:
        assert answer.json()["will_learn"] == [held.receipt]
    else:
        assert (answer.status, answer.json()["type"]) == (409, "/problems/nobody-would-learn")
        found = decide(system, OFFICER, held.case_id, outcome="moot")
        assert (found["will_learn"], found["will_not_learn"]) == ([], [held.receipt])
    system.pump()
    found_kinds = [one["kind"] for one in system.staff(OFFICER, "GET", "/staff/duties").json()["items"]]
    assert ("tell_the_person" in found_kinds) is not learns


def test_whom_staff_found_unsafe_to_contact_does_not_learn_of_a_decision(system: System) -> None:
    held = claimed(system, requester={"contact": {"phone": PHONE, "preferred": "phone"}})
    system.pump()
    (duty,) = system.staff(OFFICER, "GET", "/staff/duties").json()["items"]
    done = {"what": "unsafe", "done_at": rfc3339(system.time), "why": "Her husband answered."}
    system.work(OFFICER, held.case_id, f"duties/{duty['duty']}", done)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    given = {**decision(system, OFFICER, held.case_id), "acknowledged": []}
    answer = post(system, OFFICER, held.case_id, "decision", given)
    assert (answer.status, answer.json()["type"]) == (409, "/problems/nobody-would-learn")
    decide(system, OFFICER, held.case_id)
    system.pump()
    kinds = {one["kind"] for one in system.staff(OFFICER, "GET", "/staff/duties").json()["items"]}
    assert kinds == {"carry_out", "tell_the_person"}


@pytest.mark.parametrize("safe", [None, True])
def test_of_a_restricted_case_only_who_said_that_contact_is_safe_learns(system: System, safe: bool | None) -> None:  # noqa: FBT001
    contact = {"email": ADDRESS, "safe_to_contact": safe}
    held = claimed(system, by=CLEARED, facts={"relief_pending": ["vawa"]}, requester={"contact": contact})
    recognized(system, held.filed, second=True)
    found = decide(system, CLEARED, held.case_id)
    assert found["will_learn"] == ([held.receipt] if safe else [])
    kinds = {one["kind"] for one in system.staff(CLEARED, "GET", "/staff/duties").json()["items"]}
    assert kinds == {"carry_out"} | (set() if safe else {"tell_the_person"})
