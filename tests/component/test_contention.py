"""Transaction conflicts and throttling, for every kind of writer: tried again, then told as what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from casereview.schema.policy_records import PolicyRecord
from casereview.store import keys
from casereview.store.retrying import ATTEMPTS
from tests.support.contention import contention
from tests.support.policy.drafts import AUTHOR, EARLIER, publish, send
from tests.support.staff import OFFICER, claimed, decide
from tests.support.system import System, body

if TYPE_CHECKING:
    from collections.abc import Callable

    from casereview.store.keys import Key

CODES = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]
ENDLESS = 10_000
NOTE = {"kind": "note", "text": "Seen."}
TEXT = {"text": "To be released."}


def of_kind(prefix: str) -> Callable[[Key], bool]:
    return lambda key: key.pk.startswith(prefix) or key.sk.startswith(prefix)


@pytest.mark.parametrize("code", CODES)
def test_a_day_in_which_writes_meet_contention_ends_as_any_other(system: System, code: str) -> None:
    met = 0
    for act in (
        lambda: system.file(body()),
        system.pump,
        lambda: system.staff(OFFICER, "POST", "/staff/worklist/next", {}),
        lambda: system.work(OFFICER, system.cases[0].case_id, "notes", {"kind": "note", "text": "Seen."}),
        lambda: decide(system, OFFICER, system.cases[0].case_id),
        system.pump,
        lambda: publish(system, EARLIER),
        lambda: system.settle(5),
    ):
        with contention(code, times=ATTEMPTS - 1) as seen:
            act()
        met += seen.met
    assert met >= 7 * (ATTEMPTS - 1)
    [case] = system.cases
    assert (case.status, case.attempts) == ("decided", 0)
    assert {notice.state for notice in system.notices} == {"sent"}
    assert system.read(PolicyRecord, keys.policy("earlier")).state == "approved"


ACTS: dict[str, tuple[str, Callable[[System, str], Any]]] = {
    "a note": ("CASE", lambda system, case: system.staff(OFFICER, "POST", f"/staff/cases/{case}/notes", NOTE)),
    "a draft": ("DRAFT", lambda system, case: system.staff(OFFICER, "PUT", f"/staff/cases/{case}/draft", TEXT)),
    "next": ("OFFICER", lambda system, _case: system.staff(OFFICER, "POST", "/staff/worklist/next", {})),
    "a policy": (
        "POLICYDRAFT",
        lambda system, _case: system.staff(AUTHOR, "POST", "/staff/policies", {"document": EARLIER}),
    ),
}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("act", ACTS)
def test_an_act_of_staff_that_meets_contention_all_along_is_answered_with_503(
    system: System, act: str, code: str
) -> None:
    """And not as if another officer had claimed the case, or another author the id of the policy."""
    held = claimed(system)
    system.file(body(subject={"a_number": "A000-000-012"}))
    system.pump()
    kind, call = ACTS[act]
    before = system.items()
    with contention(code, times=ENDLESS, of=of_kind(kind)) as seen:
        answer = call(system, held.case_id)
    assert (answer.status, answer.json()["type"], answer.retry_after) == (503, "/problems/busy", "1")
    assert seen.met >= ATTEMPTS
    assert system.items() == before
    assert call(system, held.case_id).status in {200, 201}


@pytest.mark.parametrize("code", CODES)
def test_a_removal_that_meets_contention_all_along_leaves_the_draft(system: System, code: str) -> None:
    policy_id = send(system, EARLIER)["policy_id"]
    with contention(code, times=ENDLESS, of=of_kind("POLICY")):
        answer = system.staff(AUTHOR, "DELETE", f"/staff/policies/{policy_id}")
    assert (answer.status, answer.json()["type"]) == (503, "/problems/busy")
    assert system.staff(AUTHOR, "GET", f"/staff/policies/{policy_id}").json()["state"] == "draft"


@pytest.mark.parametrize("code", CODES)
def test_a_notice_whose_lease_meets_contention_is_not_sent_and_stays_pending(system: System, code: str) -> None:
    """It would count as taken by another worker, if the place in the transaction told."""
    system.file(body())
    with contention(code, times=ENDLESS, of=of_kind("NOTICE")):
        system.pump()
    [notice] = system.notices
    assert (notice.state, notice.sends, system.outbox()) == ("owed", 0, [])
    system.settle(3)
    assert [one.state for one in system.notices] == ["sent"]
    assert len(system.outbox()) == 1


@pytest.mark.parametrize("code", CODES)
def test_a_ranking_that_meets_contention_is_received_again(system: System, code: str) -> None:
    filed = system.file(body())
    with contention(code, times=ENDLESS, of=of_kind("EVENT")):
        system.pump()
    assert system.case_of(filed).status == "received"
    system.settle(3)
    assert system.case_of(filed).status == "in_line"


@pytest.mark.parametrize("code", CODES)
def test_a_bounce_whose_suppression_meets_contention_is_received_again(system: System, code: str) -> None:
    """It would count as suppressed already, if any refusal meant that."""
    bounce = {
        "eventType": "Bounce",
        "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "ana@example.org"}]},
        "mail": {"tags": {}},
    }
    with contention(code, times=ENDLESS):
        assert system.bounce(bounce) == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert system.bounce(bounce) == {"batchItemFailures": []}
