"""Linking cases, splitting off requests, and reissuing access codes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from casereview.schema.records import Guard, Notice, Request
from casereview.schema.vocabulary import TemplateId
from casereview.store import keys
from tests.support.staff import (
    CLEARED,
    COLLEAGUE,
    ELSEWHERE,
    LAWYER,
    OFFICER,
    OFFICIAL,
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
    read,
    verify,
    worklist,
)
from tests.support.system import System

DAY = timedelta(days=1)
_ASKED: TemplateId = "information_asked"
NAMELESS: dict[str, Any] = {"subject": {"a_number": None}}
IMMINENT: dict[str, Any] = {"removal_soon": True}


def _joined(system: System, **changes: Any) -> tuple[FiledCase, dict[str, Any]]:  # noqa: ANN401  # any field
    """Return the person's own request, and a sister's that joined it an hour later."""
    own = file_case(system)
    system.later(hours=1)
    hers = system.file(person(11, **{"requester": SISTER, **changes}))
    system.pump()
    assert system.case_of(hers).case_id == own.case_id
    return own, hers


# ---- link


def test_a_linked_case_moves_its_requests_to_the_target_with_the_earlier_filing_time(system: System) -> None:
    nameless = file_case(system, requester=SISTER, facts=IMMINENT, **NAMELESS)
    filed_at = system.case_of(nameless.filed).filed_at
    system.later(days=2)
    target = file_case(system)
    linked = system.work(OFFICER, nameless.case_id, "link", {"case_id": target.case_id, "why": "The same man."})
    assert linked["status"] == "closed"
    system.pump()
    case = system.case_of(nameless.filed)
    assert (case.case_id, case.requests, case.live, case.filed_at) == (target.case_id, 2, 2, filed_at)
    assert case.lane == "imminent_removal"
    assert [item["case_id"] for item in worklist(system)["items"]] == [target.case_id]
    assert {request["receipt"] for request in read(system, OFFICER, target.case_id)["requests"]} == {
        nameless.receipt,
        target.receipt,
    }
    assert read(system, OFFICER, nameless.case_id)["linked_to"] == target.case_id


def test_verifications_of_a_request_move_with_it(system: System) -> None:
    nameless = claimed(system, requester=LAWYER, **NAMELESS)
    verify(system, OFFICER, nameless.case_id, receipt=nameless.receipt, authority="g28")
    verify(system, OFFICER, nameless.case_id, facts={"pregnant": True})
    target = file_case(system)
    system.work(OFFICER, nameless.case_id, "link", {"case_id": target.case_id, "why": "The same."})
    system.pump()
    case = system.case_of(nameless.filed)
    assert case.facts.pregnant is True
    assert "authority_needed" not in case.flags
    status_read = system.look_up(nameless.filed)
    assert (status_read["disclosure"], status_read["status"]) == ("full", "in_line")
    system.on(nameless.filed, "POST", "/updates", {"facts": {"removal_soon": True}})
    system.pump()
    assert system.case_of(target.filed).lane == "imminent_removal"
    assert read(system, OFFICER, target.case_id)["statements"]


def test_the_opener_of_a_linked_case_has_limited_disclosure_in_the_target(system: System) -> None:
    nameless = file_case(system, **NAMELESS)
    target = file_case(system)
    system.work(OFFICER, nameless.case_id, "link", {"case_id": target.case_id, "why": "The same."})
    system.pump()
    assert system.look_up(nameless.filed)["disclosure"] == "limited"
    assert system.look_up(target.filed)["disclosure"] == "full"


def test_a_pending_notice_moves_with_a_link_and_is_sent_once(system: System) -> None:
    target = file_case(system)
    filed = system.file(person(12, requester=SISTER, **NAMELESS))
    nameless = system.case_of(filed)
    for name in ("rank", "notice"):
        system.sqs.purge_queue(QueueUrl=system.queues[name])
    system.work(OFFICER, nameless.case_id, "link", {"case_id": target.case_id, "why": "The same."})
    system.settle(5)
    assert [mail.to for mail in system.outbox()].count("eva@example.org") == 1
    assert {notice.case_id for notice in system.notices} == {target.case_id}


@pytest.mark.parametrize("newer", ["target", "nameless"])
def test_a_verification_in_a_linked_case_does_not_remove_a_removal_date(system: System, newer: str) -> None:
    nothing_near = {"removal_at": None, "removal_soon": False, "custody": "not_detained"}
    near = {"removal_at": (system.time + 7 * DAY).isoformat(), "custody": "detained"}
    nameless, target = file_case(system, **NAMELESS), file_case(system, 12)
    words = [(nameless, nothing_near), (target, near)]
    for held, facts in words if newer == "target" else reversed(words):
        system.work(OFFICER, held.case_id, "claim")
        verify(system, OFFICER, held.case_id, facts=facts)
        system.work(OFFICER, held.case_id, "release")
        system.later(days=5)
    assert system.case_of(target.filed).facts.custody == "detained"
    system.work(OFFICER, nameless.case_id, "link", {"case_id": target.case_id, "why": "The same."})
    system.pump()
    case = system.case_of(target.filed)
    assert (case.lane, case.facts.custody) == ("imminent_removal", "detained")
    assert ("claim_waiting" in case.flags) == (newer == "nameless")
    system.work(OFFICER, target.case_id, "claim")
    verify(system, OFFICER, target.case_id, facts=nothing_near)
    case = system.case_of(target.filed)
    assert (case.lane, "claim_waiting" in case.flags) == ("other", False)


def test_a_link_does_not_let_an_older_statement_override_a_newer_one(system: System) -> None:
    nameless = claimed(system, requester=LAWYER, facts={"minor_children": 1}, **NAMELESS)
    verify(system, OFFICER, nameless.case_id, receipt=nameless.receipt, authority="g28")
    system.later(days=5)
    target = file_case(system, facts={"minor_children": 2})
    system.work(OFFICER, nameless.case_id, "link", {"case_id": target.case_id, "why": "The same."})
    system.pump()
    assert system.case_of(target.filed).facts.minor_children == 2


@pytest.mark.parametrize("why", ["numbered", "itself", "decided", "unknown", "elsewhere"])
def test_only_an_open_case_without_a_number_can_be_linked_to_an_open_case(system: System, why: str) -> None:
    nameless, target = file_case(system, **NAMELESS), claimed(system, 12)
    source, expected = nameless.case_id, 409
    aim = target.case_id
    match why:
        case "numbered":
            source = file_case(system, 13).case_id
        case "itself":
            aim = nameless.case_id
        case "decided":
            decide(system, OFFICER, target.case_id)
        case "unknown":
            aim, expected = "nowhere", 404
        case _:
            system.work(SUPERVISOR, target.case_id, "transfer", {"office": "ELP", "why": "Moved."})
            expected = 404
    assert post(system, OFFICER, source, "link", {"case_id": aim, "why": "x"}).status == expected
    assert system.case_of(nameless.filed).case_id == nameless.case_id


# ---- split


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


def test_a_split_request_by_the_person_gets_full_disclosure_in_its_new_case(system: System) -> None:
    own = file_case(system)
    other = system.file(person(11))
    system.pump()
    assert system.look_up(other)["disclosure"] == "limited"
    system.work(OFFICER, own.case_id, "split", {"receipt": other["receipt"], "why": "Another Ana."})
    system.pump()
    assert system.look_up(other)["disclosure"] == "full"


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


def test_the_notices_of_a_split_request_move_to_its_new_case(system: System) -> None:
    own, hers = _joined(system, requester={**SISTER, "contact": None})
    system.work(OFFICER, own.case_id, "split", {"receipt": hers["receipt"], "why": "x"})
    at = {notice.receipt: notice.case_id for notice in system.all(Notice, "NOTICE")}
    assert at == {own.receipt: own.case_id, hers["receipt"]: system.case_of(hers).case_id}


def _ask_at(system: System, case_id: str, filed: Mapping[str, Any], version: int) -> None:
    """Claim a case, raise its version by reissuing a code, and ask for information as the given version."""
    system.work(OFFICER, case_id, "claim")
    while system.case_of(filed).version + 1 < version:
        system.work(OFFICER, case_id, "reissue-code", {"receipt": filed["receipt"]})
    assert system.case_of(filed).version + 1 == version
    ask(system, OFFICER, case_id)


def test_after_a_split_a_requester_can_be_asked_at_the_same_version_again(system: System) -> None:
    own, hers = _joined(system, requester={**SISTER, "contact": None})
    system.work(OFFICER, own.case_id, "claim")
    verify(system, OFFICER, own.case_id, receipt=hers["receipt"], authority="form_60_001")
    system.work(OFFICER, own.case_id, "release")
    _ask_at(system, own.case_id, hers, 12)
    new = system.work(OFFICER, own.case_id, "split", {"receipt": hers["receipt"], "why": "Another Ana."})
    system.pump()
    _ask_at(system, new["case_id"], hers, 12)
    assert [notice.template for notice in system.notices if notice.receipt == hers["receipt"]].count(_ASKED) == 2


def test_after_a_link_a_requester_can_be_asked_at_the_same_version_again(system: System) -> None:
    nameless = claimed(system, requester={**LAWYER, "contact": None}, **NAMELESS)
    verify(system, OFFICER, nameless.case_id, receipt=nameless.receipt, authority="g28")
    system.work(OFFICER, nameless.case_id, "release")
    _ask_at(system, nameless.case_id, nameless.filed, 24)
    target = file_case(system)
    system.work(OFFICER, nameless.case_id, "link", {"case_id": target.case_id, "why": "The same."})
    system.pump()
    _ask_at(system, target.case_id, target.filed, 24)
    assert [notice.template for notice in system.notices if notice.receipt == nameless.receipt].count(_ASKED) == 2


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
        assert system.look_up(zoe)["disclosure"] == "limited"
        assert system.staff(OFFICER, "GET", f"/staff/cases/{new['case_id']}").status == 404
        system.pump()
        system.later(days=20)
        system.settle(3)
    assert system.case_of(zoe).facts.pregnant is None
    system.work(CLEARED, new["case_id"], "claim")
    verify(system, CLEARED, new["case_id"], facts={"protected": False})
    assert (system.case_of(held.filed).restricted, system.case_of(zoe).restricted) == (True, False)
    assert system.look_up(zoe)["disclosure"] == "full"


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


# ---- a new access code


def test_after_a_reissue_only_the_new_code_is_valid(system: System) -> None:
    held = file_case(system)
    answer = system.work(OFFICER, held.case_id, "reissue-code", {"receipt": held.receipt})
    assert answer == {"receipt": held.receipt, "access_code": answer["access_code"]}
    for method, what, given in (
        ("GET", "", None),
        ("POST", "/updates", {"statement": "x"}),
        ("POST", "/withdrawal", {}),
        ("POST", "/escalation", {"statement": "x"}),
    ):
        assert system.on(held.filed, method, what, given).status == 404
    assert system.look_up(answer)["disclosure"] == "full"
    again = system.work(OFFICER, held.case_id, "reissue-code", {"receipt": held.receipt})
    assert again["access_code"] not in {answer["access_code"], held.filed["access_code"]}
    assert system.on(answer, "GET").status == 404


def test_no_staff_route_returns_an_existing_access_code(system: System) -> None:
    held = claimed(system)
    code = system.work(OFFICER, held.case_id, "reissue-code", {"receipt": held.receipt})["access_code"]
    base = f"/staff/cases/{held.case_id}"
    for path in (base, f"{base}/contacts?why=x", f"{base}/ranking", f"{base}/history", "/staff/worklist?office=ATL"):
        answer = system.staff(OFFICER, "GET", path)
        assert answer.status == 200
        assert code not in answer.body
        assert held.filed["access_code"] not in answer.body
        assert "access_code" not in answer.body
    assert code not in str(system.items())


def test_a_code_can_be_reissued_after_a_decision(system: System) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    decide(system, OFFICER, held.case_id, outcome="declined")
    new = system.work(OFFICER, held.case_id, "reissue-code", {"receipt": held.receipt})
    assert system.look_up(new)["decision"]["outcome"] == "declined"
    system.on(new, "POST", "/escalation", {"statement": "Look again."})
    newest = system.work(OFFICIAL, held.case_id, "reissue-code", {"receipt": held.receipt})
    assert system.look_up(newest)["status"] == "with_senior_official"


def test_a_code_can_be_reissued_only_for_a_receipt_of_the_case(system: System) -> None:
    held, other = file_case(system, 1), file_case(system, 2)
    assert post(system, OFFICER, held.case_id, "reissue-code", {"receipt": other.receipt}).status == 404
    assert post(system, ELSEWHERE, held.case_id, "reissue-code", {"receipt": held.receipt}).status == 404
    assert system.look_up(other.filed)["status"] == "in_line"
    event = system.history(system.case_of(held.filed))[-1]
    assert event.kind != "code_reissued"
    system.work(COLLEAGUE, held.case_id, "reissue-code", {"receipt": held.receipt})
    event = system.history(system.case_of(held.filed))[-1]
    assert (event.kind, event.user, event.receipt) == ("code_reissued", "olga", held.receipt)
