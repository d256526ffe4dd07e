"""Split a wrongly joined request off: what moves, and what no longer counts."""

from __future__ import annotations

from typing import Any

from casereview.schema.notice_records import Notice
from casereview.schema.records import Guard
from casereview.schema.request_records import Request
from casereview.schema.vocabulary import TemplateId
from casereview.store import keys
from tests.support.staff import (
    CLEARED,
    LAWYER,
    OFFICER,
    SISTER,
    FiledCase,
    ask,
    ask_at_version,
    claimed,
    file_case,
    item,
    person,
    post,
    read,
    verify,
)
from tests.support.system import System

_ASKED: TemplateId = "information_asked"
IMMINENT: dict[str, Any] = {"removal_soon": True}


def _joined(system: System, **changes: Any) -> tuple[FiledCase, dict[str, Any]]:  # noqa: ANN401  # any field
    """Return the person's own request, and a sister's that joined it an hour later."""
    own = file_case(system)
    system.later(hours=1)
    hers = system.file(person(11, **{"requester": SISTER, **changes}))
    system.pump()
    assert system.case_of(hers).case_id == own.case_id
    return own, hers


def test_a_split_request_gets_a_new_case_and_no_longer_counts_in_the_old_one(system: System) -> None:
    own, hers = _joined(system, facts=IMMINENT)
    assert item(system, own.case_id)["lane"] == "imminent_removal"
    new = system.work(OFFICER, own.case_id, "split", {"receipt": hers["receipt"], "why": "Another Ana."})
    assert new["case_id"] != own.case_id
    system.pump()
    assert (system.case_of(own.filed).lane, system.case_of(hers).lane) == ("detained", "imminent_removal")
    case = system.case_of(hers)
    assert (case.case_id, case.requests, case.live) == (new["case_id"], 1, 1)
    assert case.filed_at == system.read(Request, keys.request(hers["receipt"])).received_at
    assert (system.case_of(own.filed).requests, system.case_of(own.filed).live) == (1, 1)
    assert [request["receipt"] for request in read(system, OFFICER, own.case_id)["requests"]] == [own.receipt]


def test_after_a_split_the_filing_time_is_that_of_the_remaining_requests(system: System) -> None:
    own, hers = _joined(system)
    system.work(OFFICER, own.case_id, "split", {"receipt": own.receipt, "why": "Wrongly joined."})
    system.pump()
    assert system.case_of(hers).case_id == own.case_id
    assert system.case_of(hers).filed_at == system.read(Request, keys.request(hers["receipt"])).received_at
    assert system.case_of(own.filed).filed_at < system.case_of(hers).filed_at


def test_a_split_changes_nothing_that_an_unverified_requester_is_shown(system: System) -> None:
    own = file_case(system)
    other = system.file(person(11))
    system.pump()
    before = [system.look_up(each) for each in (own.filed, other)]
    system.work(OFFICER, own.case_id, "split", {"receipt": other["receipt"], "why": "Another Ana."})
    system.pump()
    assert [system.look_up(each) for each in (own.filed, other)] == before


def test_a_split_request_keeps_its_verification_and_updates(system: System) -> None:
    own = claimed(system)
    lawyer = system.file(person(11, requester=LAWYER))
    verify(system, OFFICER, own.case_id, receipt=lawyer["receipt"], authority="g28")
    system.on(lawyer, "POST", "/updates", {"contact": {"email": "new@example.org"}})
    system.work(OFFICER, own.case_id, "split", {"receipt": lawyer["receipt"], "why": "Another Ana."})
    system.pump()
    assert system.look_up(lawyer)["disclosure"] == "full"
    case = system.case_of(lawyer)
    assert "authority_needed" not in case.flags
    system.work(OFFICER, case.case_id, "claim")
    sent = len(system.outbox())
    ask(system, OFFICER, case.case_id)
    assert [mail.to for mail in system.outbox()[sent:]] == ["new@example.org"]


def test_a_pending_notice_of_a_split_request_is_sent_once(system: System) -> None:
    own, hers = _joined(system)
    system.work(OFFICER, own.case_id, "split", {"receipt": hers["receipt"], "why": "x"})
    assert {notice.case_id for notice in system.all(Notice, "NOTICE")} == {own.case_id}
    system.settle(5)
    assert [mail.to for mail in system.outbox()].count("eva@example.org") == 1


def test_after_a_split_a_requester_can_be_asked_at_the_same_version_again(system: System) -> None:
    own, hers = _joined(system, requester={**LAWYER, "contact": None})
    system.work(OFFICER, own.case_id, "claim")
    verify(system, OFFICER, own.case_id, receipt=hers["receipt"], authority="g28")
    system.work(OFFICER, own.case_id, "release")
    ask_at_version(system, own.case_id, hers, 12)
    new = system.work(OFFICER, own.case_id, "split", {"receipt": hers["receipt"], "why": "Another Ana."})
    system.pump()
    ask_at_version(system, new["case_id"], hers, 12)
    assert [notice.template for notice in system.notices if notice.receipt == hers["receipt"]].count(_ASKED) == 2


def test_after_a_split_the_guard_stays_with_the_old_case(system: System) -> None:
    own, hers = _joined(system)
    system.work(OFFICER, own.case_id, "split", {"receipt": hers["receipt"], "why": "x"})
    (guard,) = system.all(Guard, "OPEN")
    assert guard.case == own.case_id
    third = system.file(person(11, requester=LAWYER))
    assert system.case_of(third).case_id == own.case_id


def test_a_split_request_that_is_linked_back_counts_again(system: System) -> None:
    own, hers = _joined(system, facts=IMMINENT)
    new = system.work(OFFICER, own.case_id, "split", {"receipt": hers["receipt"], "why": "Another Ana."})
    system.pump()
    system.work(OFFICER, new["case_id"], "link", {"case_id": own.case_id, "why": "The same Ana after all."})
    system.pump()
    case = system.case_of(hers)
    assert (case.case_id, case.lane, case.requests) == (own.case_id, "imminent_removal", 2)
    assert len(read(system, OFFICER, own.case_id)["requests"]) == 2


def test_a_split_request_keeps_its_restriction(system: System) -> None:
    own, hers = _joined(system, facts={"relief_pending": ["vawa"]})
    assert post(system, OFFICER, own.case_id, "split", {"receipt": hers["receipt"], "why": "x"}).status == 404
    system.work(CLEARED, own.case_id, "split", {"receipt": hers["receipt"], "why": "x"})
    system.pump()
    assert (system.case_of(own.filed).restricted, system.case_of(hers).restricted) == (False, True)


def test_an_officers_protection_mark_stays_with_both_cases_after_a_split(system: System) -> None:
    held = claimed(system, by=CLEARED)
    zoe = system.file(person(11, subject={"given_name": "Zoe"}))
    system.pump()
    verify(system, CLEARED, held.case_id, facts={"protected": True, "pregnant": True})
    new = system.work(CLEARED, held.case_id, "split", {"receipt": zoe["receipt"], "why": "Another person."})
    for _ in range(2):
        assert (system.case_of(held.filed).restricted, system.case_of(zoe).restricted) == (True, True)
        assert system.staff(OFFICER, "GET", f"/staff/cases/{new['case_id']}").status == 404
        system.pump()
        system.later(days=20)
        system.settle(3)
    assert system.case_of(zoe).facts.pregnant is None
    system.work(CLEARED, new["case_id"], "claim")
    verify(system, CLEARED, new["case_id"], facts={"protected": False})
    assert (system.case_of(held.filed).restricted, system.case_of(zoe).restricted) == (True, False)


def test_a_removed_mark_or_one_of_another_request_does_not_move_with_a_split(system: System) -> None:
    held = claimed(system, by=CLEARED)
    zoe, ida = (system.file(person(11, subject={"given_name": name})) for name in ("Zoe", "Ida"))
    system.pump()
    for given in ({"facts": {"protected": True}}, {"facts": {"protected": False}}):
        verify(system, CLEARED, held.case_id, **given)
    system.work(CLEARED, held.case_id, "split", {"receipt": zoe["receipt"], "why": "Another person."})
    verify(system, CLEARED, held.case_id, receipt=held.receipt, facts={"protected": True})
    system.work(CLEARED, held.case_id, "split", {"receipt": ida["receipt"], "why": "Another person."})
    system.pump()
    assert [system.case_of(filed).restricted for filed in (held.filed, zoe, ida)] == [True, False, False]


def test_only_one_of_several_requests_of_an_open_case_can_be_split_off(system: System) -> None:
    alone, other = file_case(system, 12), file_case(system, 13)
    for receipt, expected in ((alone.receipt, 409), (other.receipt, 404), ("nothing", 404)):
        assert post(system, OFFICER, alone.case_id, "split", {"receipt": receipt, "why": "x"}).status == expected


def test_after_a_split_only_the_requests_that_are_left_are_to_be_verified(system: System) -> None:
    own, hers = _joined(system)
    verify(system, OFFICER, own.case_id, receipt=own.receipt, identity=True)
    assert system.case_of(own.filed).verify_by is not None
    system.work(OFFICER, own.case_id, "split", {"receipt": hers["receipt"], "why": "Another Ana."})
    assert system.case_of(own.filed).verify_by is None
    assert system.case_of(hers).verify_by == system.read(Request, keys.request(hers["receipt"])).verify_by
