"""Withdrawals that are taken back late, and views of cases that were restricted from the beginning."""

from __future__ import annotations

from typing import Any

import pytest

from casereview.schema.request_records import Request
from casereview.store import keys
from tests.support.staff import (
    CLEARED,
    LAWYER,
    OFFICER,
    OFFICIAL,
    SISTER,
    SUPERVISOR,
    claimed,
    decide,
    file_case,
    person,
    post,
    read,
    verify,
)
from tests.support.system import Staff, System

OTHER_CLEARED = Staff("cora", "officer,restricted")
FREE: dict[str, Any] = {"custody": "not_detained", "facility": None, "residence": {"state": "GA"}}
VAWA: dict[str, Any] = {"relief_pending": ["vawa"]}
UNDO = {"undo": True}


def undo(system: System, filed: Any, hours: float = 1) -> None:  # noqa: ANN401  # an answer
    system.later(hours=hours)
    assert system.on(filed, "POST", "/withdrawal", UNDO).status == 202
    system.pump()


def test_a_withdrawal_that_is_taken_back_after_the_decision_needs_no_ranking(system: System) -> None:
    held = claimed(system)
    hers = system.file(person(11, requester=SISTER))
    system.pump()
    assert system.on(held.filed, "POST", "/withdrawal", {}).status == 202
    decide(system, OFFICER, held.case_id)
    undo(system, held.filed)
    case = system.case_of(hers)
    assert (case.status, case.live, case.rank_at) == ("decided", 2, None)
    system.settle()
    assert not system.case_of(hers).stuck


def test_a_verified_holder_who_takes_a_withdrawal_back_gets_the_news_that_was_missed(system: System) -> None:
    held = claimed(system)
    system.file(person(11, requester=SISTER))
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    assert system.on(held.filed, "POST", "/withdrawal", {}).status == 202
    decide(system, OFFICER, held.case_id)
    assert [notice.template for notice in system.notices if notice.receipt == held.receipt] == ["acknowledgement"]
    undo(system, held.filed)
    assert system.look_up(held.filed)["decision"]["outcome"] == "granted"
    sent = [notice for notice in system.notices if notice.receipt == held.receipt and notice.template == "news"]
    assert [notice.state for notice in sent] == ["sent"]


def test_an_escalated_case_that_is_open_again_is_with_the_official(system: System) -> None:
    held = claimed(system, facts=FREE)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    decide(system, OFFICER, held.case_id, outcome="declined")
    system.on(held.filed, "POST", "/escalation", {"statement": "Look again."})
    system.pump()
    assert system.on(held.filed, "POST", "/withdrawal", {}).status == 202
    assert system.case_of(held.filed).status == "withdrawn"
    undo(system, held.filed)
    case = system.case_of(held.filed)
    assert (case.status, case.office, case.field_office) == ("with_senior_official", "SRO", "ATL")
    assert system.guards == []
    system.work(OFFICIAL, held.case_id, "claim")
    assert decide(system, OFFICIAL, held.case_id, outcome="remand")["status"] == "in_line"


def test_the_office_that_an_answer_named_can_verify_after_a_withdrawal_was_taken_back(system: System) -> None:
    """The office lost its access while the request was withdrawn, and the case was transferred meanwhile."""
    first = file_case(system, 11, facts=FREE)
    hers = system.file(person(11, requester=LAWYER, facts={"custody": "detained", "facility": "EPC"}))
    office = system.read(Request, keys.request(hers["receipt"])).office
    elsewhere = Staff("elle", "officer", office)
    assert office != system.case_of(first.filed).office
    system.on(hers, "POST", "/withdrawal", {})
    verify(system, OFFICER, first.case_id, receipt=first.receipt, identity=True)
    assert post(system, elsewhere, first.case_id, "claim").status == 404
    undo(system, hers)
    verify(system, elsewhere, first.case_id, receipt=hers["receipt"], authority="g28")
    assert system.look_up(hers)["disclosure"] == "full"


def test_a_check_of_a_withdrawn_request_puts_it_into_no_queue(system: System) -> None:
    first = file_case(system)
    other = system.file(person(11))
    system.on(other, "POST", "/withdrawal", {})
    verify(system, OFFICER, first.case_id, receipt=other["receipt"], identity=True)
    assert len(system.read(Request, keys.request(other["receipt"])).confirmed_by) == 1
    assert system.read(Request, keys.request(other["receipt"])).verify_by is None


@pytest.mark.parametrize("how", ["link", "split"])
def test_nothing_is_shown_of_a_case_that_was_restricted_before_a_verified_request_came(
    system: System, how: str
) -> None:
    """One officer verified the holder; a second one with access to restricted cases has not."""
    if how == "link":
        apart = file_case(system, 12, subject={"a_number": None})
        verify(system, OFFICER, apart.case_id, receipt=apart.receipt, identity=True)
        target = file_case(system, 11, requester=LAWYER, facts=VAWA)
        system.work(CLEARED, apart.case_id, "link", {"case_id": target.case_id, "why": "The same person."})
    else:
        first = file_case(system, 11, requester=LAWYER)
        apart = first._replace(filed=system.file(person(11)))
        system.pump()
        verify(system, OFFICER, first.case_id, receipt=apart.receipt, identity=True)
        system.work(CLEARED, first.case_id, "claim")
        verify(system, CLEARED, first.case_id, facts={"protected": True})
        system.work(CLEARED, first.case_id, "split", {"receipt": apart.receipt, "why": "Another person."})
    system.pump()
    case = system.case_of(apart.filed)
    assert case.restricted
    assert system.look_up(apart.filed)["disclosure"] == "limited"
    assert system.on(apart.filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
    for officer in (CLEARED, OTHER_CLEARED):
        verify(system, officer, case.case_id, receipt=apart.receipt, identity=True)
    assert system.look_up(apart.filed)["disclosure"] == "full"
    assert system.case_of(apart.filed).status == "in_line", read(system, CLEARED, case.case_id)


def test_an_escalation_that_was_kept_takes_effect_with_the_code_that_opens_the_case_again(system: System) -> None:
    """It was kept while the holder was not verified, and the code was frozen when that changed."""
    held = claimed(system)
    system.on(held.filed, "POST", "/escalation", {"statement": "Look again."})
    system.work(OFFICER, held.case_id, "freeze", {"receipt": held.receipt, "why": "Lost."})
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    decide(system, OFFICER, held.case_id, outcome="declined")
    sent = {"receipt": held.receipt, "proof": "in_person", "why": "Back again."}
    assert system.case_of(held.filed).status == "decided"
    system.work(OFFICER, held.case_id, "reissue-code", sent)
    assert system.case_of(held.filed).status == "with_senior_official"
    assert [event.kind for event in system.history(system.case_of(held.filed))[-2:]] == ["code_reissued", "escalated"]
    assert system.read(Request, keys.request(held.receipt)).escalation_asked is None


@pytest.mark.parametrize(("user", "status"), [(SUPERVISOR, 200), (Staff("clara", "supervisor,restricted"), 409)])
def test_a_reopened_case_does_not_show_that_there_is_a_hidden_newer_one(
    system: System, user: Staff, status: int
) -> None:
    held = claimed(system)
    decide(system, OFFICER, held.case_id, outcome="declined")
    newer = file_case(system, facts=VAWA)
    assert newer.case_id != held.case_id
    answer = post(system, user, held.case_id, "reopening", {"why": "A new letter."})
    assert answer.status == status
    system.pump()
    if status == 200:
        assert read(system, OFFICER, held.case_id)["flags"] == ["identity_unverified", "reopened"]
    assert [guard.case for guard in system.guards] == [newer.case_id]


def test_a_restriction_is_back_at_once_when_what_lifted_it_goes_with_a_request(system: System) -> None:
    first = file_case(system, 11, requester=LAWYER, facts=VAWA)
    hers = system.file(person(11, requester=SISTER))
    system.pump()
    system.work(CLEARED, first.case_id, "claim")
    verify(system, CLEARED, first.case_id, receipt=hers["receipt"], facts={"protected": False})
    assert not system.case_of(first.filed).restricted
    system.work(CLEARED, first.case_id, "split", {"receipt": hers["receipt"], "why": "Another person."})
    assert system.case_of(first.filed).restricted
    assert not system.case_of(hers).restricted


def test_a_request_that_is_linked_into_a_restricted_case_is_not_shown_what_that_case_was_before(system: System) -> None:
    target = file_case(system, requester=LAWYER)
    verify(system, OFFICER, target.case_id, receipt=target.receipt, authority="g28")
    nameless = file_case(system, subject={"a_number": None}, requester=LAWYER)
    verify(system, OFFICER, nameless.case_id, receipt=nameless.receipt, authority="g28")
    system.on(target.filed, "POST", "/updates", {"facts": {"relief_pending": ["vawa"]}})
    system.pump()
    kept = system.look_up(target.filed)
    assert kept["disclosure"] == "full"
    system.work(CLEARED, nameless.case_id, "link", {"case_id": target.case_id, "why": "The same."})
    system.pump()
    assert system.look_up(nameless.filed)["disclosure"] == "limited"
    assert system.look_up(target.filed) == kept
