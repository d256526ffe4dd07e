"""Whom an office is told to telephone: at the case that the request is of now, until its requester says otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from casereview.schema.records import Event, Notice
from tests.support.aws_faults import edge, once, performs_after
from tests.support.clouds import backend_of
from tests.support.staff import CLEARED, OFFICER, SISTER, FiledCase, claimed, decide, file_case, item, read
from tests.support.system import System, running

ANA, EVA = "ana@example.org", "eva@example.org"
NAMELESS: dict[str, Any] = {"subject": {"a_number": None, "given_name": "Ana"}}


@pytest.fixture
def told(request: pytest.FixtureRequest) -> Iterator[System]:
    """A system whose offices have a duty mailbox."""
    with running(backend_of(request.node)) as found:
        found.notify = replace(found.notify, office_mail="duty-{office}@example.gov")
        yield found


def _notice(system: System, filed: Mapping[str, Any], template: str = "acknowledgement") -> Notice:
    """Return the newest notice of a text to a requester."""
    found = [each for each in system.notices if (each.receipt, each.template) == (filed["receipt"], template)]
    return max(found, key=lambda each: each.created_at)


def _report(system: System, notice: Notice, address: str) -> None:
    """Have the mail service report that a notice bounced."""
    bounce = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": address}]}
    tags = {"case": [notice.case_id], "notice": [notice.notice_id]}
    answer = system.bounce({"eventType": "Bounce", "bounce": bounce, "mail": {"tags": tags}})
    assert answer == {"batchItemFailures": []}


def _bounced(system: System, filed: Mapping[str, Any], address: str = ANA, template: str = "acknowledgement") -> Notice:
    """Have a notice bounce, and what comes of it be done."""
    notice = _notice(system, filed, template)
    assert notice.state == "sent"
    _report(system, notice, address)
    system.pump()
    return notice


def _says(system: System, filed: Mapping[str, Any], **contact: object) -> None:
    """Have a requester send another contact; nobody has ranked the case since."""
    answer = system.on(filed, "POST", "/updates", {"contact": contact})
    assert answer.status == 202, answer.body


def _is_called(system: System, filed: Mapping[str, Any]) -> bool:
    return "telephone" in system.case_of(filed).flags


def _failures(system: System, filed: Mapping[str, Any]) -> list[Event]:
    return [event for event in system.history(system.case_of(filed)) if event.kind == "undeliverable"]


# ---- until its requester says otherwise


@pytest.mark.parametrize("contact", [{"safe_to_contact": False}, {"preferred": "none"}])
def test_who_is_not_to_be_called_any_more_is_not_from_that_moment(system: System, contact: dict[str, object]) -> None:
    found = file_case(system)
    _bounced(system, found.filed)
    assert "telephone" in item(system, found.case_id)["flags"]
    _says(system, found.filed, **contact)
    assert "telephone" not in item(system, found.case_id)["flags"]
    system.settle(5)
    assert "telephone" not in item(system, found.case_id)["flags"]
    assert "telephone" not in system.staff(OFFICER, "GET", f"/staff/cases/{found.case_id}/ranking").json()["flags"]


def test_a_new_address_ends_the_call_until_a_notice_bounces_again(system: System) -> None:
    found = claimed(system)
    _bounced(system, found.filed)
    _says(system, found.filed, email="new@example.org")
    system.pump()
    assert not _is_called(system, found.filed)
    asked = {"asked": ["Which hospital?"], "answer_by": "2026-12-05"}
    system.work(OFFICER, found.case_id, "information-requests", asked)
    system.pump()
    _bounced(system, found.filed, "new@example.org", "information_asked")
    assert _is_called(system, found.filed)


@pytest.mark.parametrize("contact", [{"language": "ht"}, {"email": ANA}, {"preferred": "phone"}, {"interpreter": True}])
def test_another_contact_without_a_new_address_ends_no_call(system: System, contact: dict[str, object]) -> None:
    found = file_case(system)
    _bounced(system, found.filed)
    _says(system, found.filed, **contact)
    system.pump()
    assert _is_called(system, found.filed)


def test_an_address_that_bounced_before_is_no_new_one(system: System) -> None:
    other = file_case(system, 12, requester={"contact": {"email": "gone@example.org"}})
    _bounced(system, other.filed, "gone@example.org")
    found = file_case(system)
    _bounced(system, found.filed)
    _says(system, found.filed, email="gone@example.org")
    system.pump()
    assert _is_called(system, found.filed)


def test_two_requesters_of_one_case_are_called_each_for_themselves(system: System) -> None:
    ana, eva = file_case(system), file_case(system, requester=SISTER)
    assert ana.case_id == eva.case_id
    _bounced(system, ana.filed)
    _bounced(system, eva.filed, EVA)
    _says(system, ana.filed, safe_to_contact=False)
    system.pump()
    assert _is_called(system, ana.filed)
    _says(system, eva.filed, email="new@example.org")
    system.pump()
    assert not _is_called(system, ana.filed)


@pytest.mark.moto
def test_who_becomes_unsafe_while_the_report_is_taken_is_not_called(system: System) -> None:
    """Notify has opened the contact already, and found it safe."""
    found = file_case(system)
    say = once(lambda: _says(system, found.filed, safe_to_contact=False))
    with edge("kms.Decrypt", performs_after(say)) as opened:
        _report(system, _notice(system, found.filed), ANA)
    assert opened
    system.settle(3)
    assert _notice(system, found.filed).why == "bounced"
    assert not _is_called(system, found.filed)


def test_the_history_says_openly_that_nobody_may_call_and_no_more_of_the_contact(system: System) -> None:
    found = file_case(system)
    _says(system, found.filed, email="secret@example.org", safe_to_contact=False)
    event = system.history(system.case_of(found.filed))[-1]
    assert event.details == {"may_be_called": False, "new_address": True}
    assert "secret@" not in str(system.items())


# ---- at the case that the request is of now


def _linked(system: System) -> tuple[FiledCase, FiledCase, str]:
    """Link Eva's case, which has no A-number, to Ana's; return both, and the case that is closed."""
    ana, eva = file_case(system), file_case(system, 12, requester=SISTER, **NAMELESS)
    return ana, eva, eva.case_id


def _link(system: System, eva: FiledCase, ana: FiledCase) -> None:
    system.work(OFFICER, eva.case_id, "link", {"case_id": ana.case_id, "why": "The same person."})
    system.pump()


def test_a_bounce_after_a_link_is_told_at_the_case_that_goes_on(system: System) -> None:
    ana, eva, source = _linked(system)
    _link(system, eva, ana)
    closed = next(case for case in system.cases if case.case_id == source)
    notice = _bounced(system, eva.filed, EVA)
    assert notice.case_id == source
    assert _is_called(system, ana.filed)
    assert [event.receipt for event in _failures(system, ana.filed)] == [eva.receipt]
    assert closed in system.cases


def test_a_bounce_before_a_link_goes_along_and_so_does_what_its_requester_said(system: System) -> None:
    ana, eva, _source = _linked(system)
    _bounced(system, eva.filed, EVA)
    _link(system, eva, ana)
    assert _is_called(system, ana.filed)
    _says(system, eva.filed, safe_to_contact=False)
    system.pump()
    assert not _is_called(system, ana.filed)


def test_who_was_not_to_be_called_before_a_link_is_not_after_it(system: System) -> None:
    ana, eva, _source = _linked(system)
    _bounced(system, eva.filed, EVA)
    _says(system, eva.filed, safe_to_contact=False)
    _link(system, eva, ana)
    assert not _is_called(system, ana.filed)


def _split(system: System, ana: FiledCase, eva: FiledCase) -> None:
    system.work(OFFICER, ana.case_id, "split", {"receipt": eva.receipt, "why": "Somebody else."})
    system.pump()
    assert system.case_of(eva.filed).case_id != ana.case_id


@pytest.mark.parametrize("first", ["bounced", "split"])
def test_a_bounce_is_told_at_the_case_that_was_split_off(system: System, first: str) -> None:
    ana, eva = file_case(system), file_case(system, requester=SISTER)
    if first == "bounced":
        _bounced(system, eva.filed, EVA)
        _split(system, ana, eva)
    else:
        _split(system, ana, eva)
        _bounced(system, eva.filed, EVA)
    assert (_is_called(system, eva.filed), _is_called(system, ana.filed)) == (True, False)
    assert [event.receipt for event in _failures(system, eva.filed)] == [eva.receipt]


@pytest.mark.moto
def test_a_link_while_the_report_is_taken_loses_nothing(system: System) -> None:
    ana, eva, _source = _linked(system)
    same = {"case_id": ana.case_id, "why": "The same person."}
    link = once(lambda: system.work(OFFICER, eva.case_id, "link", same))
    with edge("kms.Decrypt", performs_after(link)) as opened:
        _report(system, _notice(system, eva.filed), EVA)
    assert opened
    system.pump()
    assert _is_called(system, ana.filed)


# ---- of a case that nobody works on any more


def _decided(system: System, **changes: Any) -> FiledCase:  # noqa: ANN401  # any field of a body
    found = claimed(system, **changes)
    decide(system, OFFICER, found.case_id)
    return found


def test_the_office_is_told_that_the_news_of_a_decision_did_not_arrive(told: System) -> None:
    found = _decided(told)
    _bounced(told, found.filed, template="news")
    assert [event.receipt for event in _failures(told, found.filed)] == [found.receipt]
    assert "telephone" in read(told, OFFICER, found.case_id)["flags"]
    assert told.case_of(found.filed).status == "decided"
    told.settle(5)
    (sent,) = [sent for sent in told.outbox() if sent.to == "duty-atl@example.gov"]
    assert sent.subject == f"Case Review, ATL: a notice did not arrive (case {found.case_id})"
    for word in ("Ana", ANA, found.receipt, "decid", "granted", "bounce"):
        assert word.lower() not in f"{sent.subject}{sent.body}{sent.raw}".lower()


def test_a_duplicate_of_the_report_tells_the_office_once(told: System) -> None:
    found = _decided(told)
    notice = _bounced(told, found.filed, template="news")
    _report(told, notice, ANA)
    told.settle(60)
    assert len([sent for sent in told.outbox() if sent.to == "duty-atl@example.gov"]) == 1


def test_without_a_mailbox_the_case_itself_says_it(system: System) -> None:
    found = _decided(system)
    _bounced(system, found.filed, template="news")
    assert {notice.template for notice in system.notices} == {"acknowledgement", "news"}
    assert "telephone" in read(system, OFFICER, found.case_id)["flags"]


def test_a_case_that_goes_on_after_the_decision_shows_it_in_its_worklist(told: System) -> None:
    found = _decided(told)
    _bounced(told, found.filed, template="news")
    assert told.on(found.filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
    told.pump()
    assert told.worklist("SRO") == [found.case_id]
    assert _is_called(told, found.filed)


def test_nobody_is_told_to_call_about_a_restricted_case_that_is_decided(told: System) -> None:
    found = claimed(told, by=CLEARED, facts={"relief_pending": ["vawa"]})
    identity = {"receipt": found.receipt, "identity": True, "verdict": "confirmed", "why": "Seen."}
    told.work(CLEARED, found.case_id, "verifications", identity)
    told.pump()
    decide(told, CLEARED, found.case_id)
    _bounced(told, found.filed, template="news")
    told.settle(5)
    assert _failures(told, found.filed)
    assert not _is_called(told, found.filed)
    assert not [notice for notice in told.notices if notice.template == "undelivered"]


def _sister_of_the_decided(system: System) -> FiledCase:
    """Return the request of a sister, whose acknowledgement bounces after the decision."""
    claimed(system)
    eva = file_case(system, requester=SISTER)
    decide(system, OFFICER, eva.case_id)
    _bounced(system, eva.filed, EVA)
    assert _is_called(system, eva.filed)
    return eva


@pytest.mark.parametrize(
    ("contact", "why"), [({"safe_to_contact": False}, "unsafe"), ({"preferred": "none"}, "no_channel")]
)
def test_who_is_not_to_be_called_by_now_is_not_written_of(told: System, contact: dict[str, object], why: str) -> None:
    eva = _sister_of_the_decided(told)
    _says(told, eva.filed, **contact)
    assert not _is_called(told, eva.filed)
    told.settle(5)
    (ended,) = [notice for notice in told.notices if notice.template == "undelivered"]
    assert (ended.state, ended.why) == ("undeliverable", why)
    assert "duty-atl@example.gov" not in {sent.to for sent in told.outbox()}


@pytest.mark.parametrize(
    ("what", "sent", "why"),
    [
        ("/updates", {"facts": {"relief_pending": ["vawa"]}}, "restricted"),
        ("/withdrawal", {}, "no_channel"),
    ],
)
def test_a_case_that_is_restricted_by_now_or_a_request_withdrawn_is_not_written_of(
    told: System, what: str, sent: dict[str, Any], why: str
) -> None:
    eva = _sister_of_the_decided(told)
    assert told.on(eva.filed, "POST", what, sent).status == 202
    told.settle(5)
    (ended,) = [notice for notice in told.notices if notice.template == "undelivered"]
    assert (ended.state, ended.why) == ("undeliverable", why)


def test_who_has_withdrawn_is_not_called_after_the_decision(told: System) -> None:
    claimed(told)
    eva = file_case(told, requester=SISTER)
    assert told.on(eva.filed, "POST", "/withdrawal", {}).status == 202
    told.pump()
    decide(told, OFFICER, eva.case_id)
    before = told.case_of(eva.filed)
    _bounced(told, eva.filed, EVA)
    assert told.case_of(eva.filed) == before


def test_a_mailbox_that_bounces_is_told_to_nobody(told: System) -> None:
    found = _decided(told)
    _bounced(told, found.filed, template="news")
    told.settle(5)
    _bounced(told, found.filed, "duty-atl@example.gov", "undelivered")
    assert len(_failures(told, found.filed)) == 1
    assert [notice.template for notice in told.notices].count("undelivered") == 1
