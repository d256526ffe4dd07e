"""The queue of requesters to verify: in the office that their own answer named, the earliest time first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casereview.schema.base import rfc3339
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.store.transaction import put_new
from review import verifications
from tests.support.staff import (
    AT_HOME,
    CLEARED,
    COLLEAGUE,
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
    person,
    verify,
)
from tests.support.system import Answer, Staff, System

VAWA: dict[str, Any] = {"facts": {"relief_pending": ["vawa"]}}


def page(system: System, user: Staff = OFFICER, office: str | None = None, cursor: str | None = None) -> Answer:
    query = "&".join(f"{name}={value}" for name, value in (("office", office), ("cursor", cursor)) if value)
    return system.staff(user, "GET", f"/staff/verifications?{query}" if query else "/staff/verifications")


def queue(system: System, user: Staff = OFFICER, office: str | None = None) -> list[dict[str, Any]]:
    answer = page(system, user, office)
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def receipts(system: System, user: Staff = OFFICER, office: str | None = None) -> list[str]:
    return [one["receipt"] for one in queue(system, user, office)]


def test_an_item_says_what_an_officer_needs(system: System) -> None:
    held = file_case(system)
    lawyer = system.file(person(11, requester=LAWYER, facts={"removal_soon": True}))
    first, second = queue(system)
    assert second == {
        "case_id": held.case_id,
        "receipt": held.receipt,
        "role": "self",
        "authority": "none",
        "received_at": held.filed["received_at"],
        "verify_by": rfc3339(system.read(Request, keys.request(held.receipt)).verify_by or system.time),
        "lane": "detained",
        "second": False,
        "refuted_before": False,
        "refutation_proposed": None,
        "contact_changed_at": None,
        "seen": None,
    }
    assert (first["receipt"], first["role"], first["authority"]) == (lawyer["receipt"], "attorney", "g28")
    assert first["lane"] == "imminent_removal"
    assert first["verify_by"] == rfc3339(system.time + timedelta(hours=4))


def test_the_earliest_time_comes_first(system: System) -> None:
    late = file_case(system, 1)
    soon = file_case(system, 2, facts={"claims_us_citizenship": True})
    later = file_case(system, 3)
    assert receipts(system) == [soon.receipt, late.receipt, later.receipt]


def test_who_is_verified_refuted_or_withdrew_is_not_in_the_queue(system: System) -> None:
    verified, refuted, withdrew, waiting = (file_case(system, number, facts=AT_HOME) for number in range(1, 5))
    verify(system, OFFICER, verified.case_id, receipt=verified.receipt, identity=True)
    for user in (OFFICER, COLLEAGUE):
        given = {"receipt": refuted.receipt, "identity": True, "verdict": "refuted", "reason": "not_the_person"}
        system.work(user, refuted.case_id, "verifications", {**given, "why": "x"})
    system.on(withdrew.filed, "POST", "/withdrawal", {})
    assert receipts(system) == [waiting.receipt]
    system.on(withdrew.filed, "POST", "/withdrawal", {"undo": True})
    system.on(refuted.filed, "POST", "/updates", {"statement": "Here is another document."})
    found = {one["receipt"]: one for one in queue(system)}
    assert found.keys() == {refuted.receipt, withdrew.receipt, waiting.receipt}
    assert [found[one.receipt]["refuted_before"] for one in (refuted, waiting)] == [True, False]


def test_a_first_check_stays_in_the_queue_for_a_second_person(system: System) -> None:
    held = file_case(system)
    given = {"receipt": held.receipt, "identity": True, "verdict": "refuted", "reason": "details_differ", "why": "x"}
    system.work(OFFICER, held.case_id, "verifications", given)
    (item,) = queue(system)
    assert (item["second"], item["refuted_before"]) == (True, False)


def test_a_changed_contact_is_shown(system: System) -> None:
    held = file_case(system)
    system.later(hours=1)
    system.on(held.filed, "POST", "/updates", {"contact": {"email": "new@example.org"}})
    assert queue(system)[0]["contact_changed_at"] == rfc3339(system.time)


def test_what_the_filing_officer_saw_is_shown(system: System) -> None:
    seen = {"identity": True, "proof": "booking_record"}
    filed = system.staff(OFFICER, "POST", "/staff/requests", {**person(11), "seen": seen}).json()
    (item,) = queue(system)
    assert (item["receipt"], item["seen"]) == (filed["receipt"], {"kind": "identity", "proof": "booking_record"})
    assert not system.read(Request, keys.request(filed["receipt"])).verified


# ---- by when


SOON: dict[str, Any] = {"custody": "not_detained", "facility": None, "residence": {"state": "GA", "county": "Fulton"}}


def verify_by(system: System, held: FiledCase) -> timedelta:
    """Return how long is left, as the queue, the request and the case say."""
    (shown,) = (one["verify_by"] for one in queue(system) if one["receipt"] == held.receipt)
    stored = system.read(Request, keys.request(held.receipt)).verify_by
    assert stored is not None
    assert (shown, system.case_of(held.filed).verify_by) == (rfc3339(stored), stored)
    return stored - system.time


@pytest.mark.parametrize(
    "facts", [{"claims_us_citizenship": True}, {"removal_soon": True}, {"removal_at": "2026-11-25T10:00:00-05:00"}]
)
@pytest.mark.parametrize("command", ["/updates", "/escalation"])
def test_words_that_reach_a_top_lane_bring_the_verification_forward(
    system: System, facts: dict[str, Any], command: str
) -> None:
    held = file_case(system, facts=SOON)
    assert verify_by(system, held) == timedelta(days=2)
    system.later(hours=1)
    given = {"facts": facts} if command == "/updates" else {"statement": "Please look again.", "facts": facts}
    assert system.on(held.filed, "POST", command, given).status == 202
    assert verify_by(system, held) == timedelta(hours=4)
    system.pump()
    assert verify_by(system, held) == timedelta(hours=4)


@pytest.mark.parametrize("stated", [{"statement": "More."}, {"facts": {"removal_soon": False, "custody": "detained"}}])
def test_later_words_never_put_the_verification_off(system: System, stated: dict[str, Any]) -> None:
    other, urgent = file_case(system, 1, facts=SOON), file_case(system, 2, facts={"removal_soon": True})
    before = [verify_by(system, held) for held in (urgent, other)]
    system.later(hours=1)
    for held in (urgent, other):
        system.on(held.filed, "POST", "/updates", stated)
    system.pump()
    after = [verify_by(system, held) + timedelta(hours=1) for held in (urgent, other)]
    assert before == after == [timedelta(hours=4), timedelta(days=2) - timedelta(seconds=1)]


def test_a_missed_verification_stays_missed_when_its_words_reach_a_top_lane(system: System) -> None:
    held = file_case(system, facts=SOON)
    system.settle(minutes=3 * 24 * 60)
    before = system.read(Request, keys.request(held.receipt)).verify_by
    system.on(held.filed, "POST", "/updates", {"facts": {"removal_soon": True}})
    assert system.read(Request, keys.request(held.receipt)).verify_by == before


def test_a_second_check_that_is_due_comes_forward_too(system: System) -> None:
    held = file_case(system, facts={**SOON, "relief_pending": ["vawa"]})
    verify(system, CLEARED, held.case_id, receipt=held.receipt, identity=True)
    system.on(held.filed, "POST", "/updates", {"facts": {"claims_us_citizenship": True}})
    request = system.read(Request, keys.request(held.receipt))
    assert (request.verified, request.verify_by) == (False, system.time + timedelta(hours=4))


def test_who_is_verified_enters_the_queue_with_no_word(system: System) -> None:
    held = file_case(system, facts=SOON)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    system.on(held.filed, "POST", "/updates", {"facts": {"claims_us_citizenship": True}})
    assert system.read(Request, keys.request(held.receipt)).verify_by is None


def test_a_removal_date_that_comes_near_brings_the_verification_forward(system: System) -> None:
    """Others of the same case, whose own words name no date, keep their time."""
    held = file_case(system, 11, facts={**SOON, "removal_at": rfc3339(system.time + timedelta(days=4))})
    sister = system.file(person(11, requester=SISTER, facts=SOON))
    hers = system.read(Request, keys.request(sister["receipt"])).verify_by
    system.pump()
    assert verify_by(system, held) == timedelta(days=2)
    system.later(days=1, minutes=2)
    system.sweep()
    system.pump()
    assert system.case_of(held.filed).lane == "imminent_removal"
    assert verify_by(system, held) == timedelta(hours=4)
    assert system.read(Request, keys.request(sister["receipt"])).verify_by == hers


# ---- whose queue


def test_it_is_the_queue_of_the_office_that_the_answer_named_wherever_the_case_lies(system: System) -> None:
    held = file_case(system)
    lawyer = system.file(person(11, requester=LAWYER, facts={"facility": "EPC"}))
    system.pump()
    assert receipts(system, ELSEWHERE) == [lawyer["receipt"]]
    assert receipts(system) == [held.receipt]
    system.work(SUPERVISOR, held.case_id, "transfer", {"office": "MIA", "why": "Moved."})
    system.pump()
    assert receipts(system) == [held.receipt]
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    assert receipts(system) == []


@pytest.mark.parametrize(
    ("user", "office", "status"),
    [
        (OFFICER, None, 200),
        (OFFICER, "ATL", 200),
        (OFFICER, "ELP", 403),
        (OFFICER, "SRO", 403),
        (SUPERVISOR, "ELP", 403),
        (Staff("hal", "supervisor", "HQ"), "ATL", 403),
        (OFFICIAL, None, 200),
        (OFFICIAL, "SRO", 200),
        (OFFICIAL, "ATL", 403),
        (Staff("pol", "policy"), "ATL", 403),
        (Staff("nix", "officer", None), None, 403),
    ],
)
def test_only_the_own_queue_can_be_read(shared: System, user: Staff, office: str | None, status: int) -> None:
    assert page(shared, user, office).status == status


def test_the_official_sees_who_is_to_be_verified_in_escalated_cases(system: System) -> None:
    held = claimed(system)
    lawyer = system.file(person(11, requester=LAWYER))
    file_case(system, 12)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    decide(system, OFFICER, held.case_id, outcome="declined")
    assert receipts(system, OFFICIAL) == []
    system.on(held.filed, "POST", "/escalation", {"statement": "x"})
    system.pump()
    assert receipts(system, OFFICIAL) == [lawyer["receipt"]]
    assert lawyer["receipt"] in receipts(system), "the field office verifies, too"
    system.later(days=7)
    system.settle(3)
    assert receipts(system, OFFICIAL) == [lawyer["receipt"]], "also once it was missed"


# ---- restricted cases


def test_a_restricted_case_does_not_exist_for_who_may_not_open_it(system: System) -> None:
    held = file_case(system, 1)
    before = page(system).body
    hidden = file_case(system, 2, **VAWA)
    assert page(system).body == before
    assert receipts(system, CLEARED) == [held.receipt, hidden.receipt]


def test_pages_end_and_go_on_as_if_hidden_requests_did_not_exist(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifications, "PAGE", 2)
    shown = [file_case(system, number).receipt for number in range(1, 4)]
    for number in range(4, 8):
        file_case(system, number, **VAWA)
    shown.append(file_case(system, 8).receipt)
    for number in range(9, 12):
        file_case(system, number, **VAWA)
    first = page(system).json()
    second = page(system, cursor=first["next"]).json()
    assert [one["receipt"] for one in (*first["items"], *second["items"])] == shown
    assert second["next"] is None, "a further page would say that there is something hidden"


def test_the_queue_goes_on_behind_any_number_of_hidden_requests(system: System) -> None:
    hidden = file_case(system, 1, **VAWA)
    request, table = system.read(Request, keys.request(hidden.receipt)), system.intake.table
    for number in range(1001):
        table.write(put_new(request.evolve(receipt=f"R{number}")))
    shown = file_case(system, 2)
    assert receipts(system) == [shown.receipt]


def test_all_pages_together_are_the_queue(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifications, "PAGE", 3)
    expected = [file_case(system, number).receipt for number in range(1, 9)]
    found, cursor = [], None
    while True:
        answer = page(system, cursor=cursor).json()
        found += [one["receipt"] for one in answer["items"]]
        assert len(answer["items"]) <= 3
        cursor = answer["next"]
        if cursor is None:
            break
    assert found == expected


def test_a_cursor_is_bound_to_its_user_and_office(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifications, "PAGE", 1)
    for number in (1, 2):
        file_case(system, number)
    cursor = page(system).json()["next"]
    assert page(system, cursor=cursor).status == 200
    assert page(system, COLLEAGUE, cursor=cursor).status == 400
    assert page(system, Staff("omar", "officer,supervisor", "ELP"), cursor=cursor).status == 400
    assert page(system, cursor=cursor[:-2]).status == 400
    assert page(system, cursor="x").status == 400


def test_nothing_of_a_requester_is_in_the_queue_but_what_the_item_names(system: System) -> None:
    file_case(system, requester=SISTER)
    found = page(system).body
    for secret in ("Eva", "eva@example.org", "A000", "Ana", "twenty years"):
        assert secret not in found
