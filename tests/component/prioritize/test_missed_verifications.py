"""Missed verifications: each is reported once, by the office that verifies the request, in every state of its case."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime

import pytest

from casereview.cases.due import ATTEMPTS, STUCK
from casereview.schema.base import rfc3339
from casereview.schema.request_records import Request
from casereview.store import keys
from tests.support.staff import AT_HOME, OFFICER, SISTER, SUPERVISOR, FiledCase, decide, file_case, person, verify
from tests.support.system import System

IN_EL_PASO = {"custody": "detained", "facility": "EPC"}


def missed(capsys: pytest.CaptureFixture[str]) -> Counter[str]:
    """Return the number of missed verifications by office, in the output since the last call."""
    found = Counter[str]()
    for line in capsys.readouterr().out.splitlines():
        if line.startswith('{"_aws"') and "VerificationMissed" in line:
            report = json.loads(line)
            found[report["office"]] += int(sum(report["VerificationMissed"]))
    return found


def strangers(system: System, number: int, **changes: object) -> list[datetime]:
    """File requests that join the case of one person, each an hour later; return by when to verify each holder."""
    due = []
    for one in range(number):
        system.later(hours=1)
        contact = {"email": f"sister{one}@example.org", "language": "en"}
        filed = system.file(person(11, **{"requester": {**SISTER, "contact": contact}, "facts": AT_HOME, **changes}))
        verify_by = system.read(Request, keys.request(filed["receipt"])).verify_by
        assert verify_by is not None
        due.append(verify_by)
    system.pump()
    return due


def verified_and_decided(system: System, held: FiledCase) -> None:
    """Verify who filed first, and decide the case."""
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    system.work(OFFICER, held.case_id, "claim")
    decide(system, OFFICER, held.case_id)


def test_more_missed_verifications_than_attempts_leave_a_decided_case_unstuck(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    held = file_case(system, facts=AT_HOME)
    due = strangers(system, ATTEMPTS + 2)
    verified_and_decided(system, held)
    missed(capsys)
    for at in due:
        system.time = at
        system.settle(3)
        assert missed(capsys) == {"ATL": 1}
        case = system.case_of(held.filed)
        assert (case.status, case.stuck, case.attempts) == ("decided", False, 0)
    assert system.case_of(held.filed).verify_by is None
    system.settle(3)
    assert missed(capsys) == {}


@pytest.mark.parametrize(("unknown", "left"), [((), (False, 0)), (("translate",), (True, ATTEMPTS))])
def test_a_late_message_of_a_stuck_case_ends_that_unless_work_of_another_release_is_due(
    system: System, unknown: tuple[str, ...], left: tuple[bool, int]
) -> None:
    held = file_case(system, facts=AT_HOME)
    (system.time,) = strangers(system, 1)
    verified_and_decided(system, held)
    due = dict.fromkeys(("verify", *unknown), rfc3339(system.time))
    system.tamper(keys.case(held.case_id), due=due, due_shard=STUCK, stuck=True, attempts=ATTEMPTS)
    system.intake.hint_rank(system.case_of(held.filed))
    system.pump()
    case = system.case_of(held.filed)
    assert case.verify_by is None
    assert (case.stuck, case.attempts) == left


def test_missed_verifications_are_those_of_the_office_that_the_answer_to_each_request_named(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    held = file_case(system, facts=AT_HOME)
    due = [*strangers(system, 2), *strangers(system, 1, facts=IN_EL_PASO)]
    verified_and_decided(system, held)
    assert system.case_of(held.filed).office == "ATL"
    missed(capsys)
    system.time = max(due)
    system.settle(3)
    assert missed(capsys) == {"ATL": 2, "ELP": 1}


def test_what_was_reported_is_not_reported_again_whatever_is_said_or_done_after_it(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    held = file_case(system, facts=AT_HOME)
    (first, second) = strangers(system, 2)
    system.time = first
    system.settle(3)
    assert missed(capsys) == {"ATL": 2}
    assert system.on(held.filed, "POST", "/updates", {"statement": "I am still here."}).status == 202
    system.settle(3)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    system.settle(3)
    system.work(SUPERVISOR, held.case_id, "transfer", {"office": "MIA", "why": "Moved."})
    system.settle(3)
    assert missed(capsys) == {}
    assert system.case_of(held.filed).verify_by == second
    system.time = second
    system.settle(3)
    assert missed(capsys) == {"ATL": 1}
