"""Which requesters an office must call: the flag of the case that the request belongs to, and what removes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from casereview.schema.event_records import Event
from casereview.schema.notice_records import Notice
from tests.support.aws_faults import intercept, once, performs_after
from tests.support.clouds import backend_of
from tests.support.staff import CLEARED, OFFICER, SISTER, FiledCase, claimed, decide, file_case, item, read
from tests.support.standing import recognized
from tests.support.system import System, running

ANA, EVA = "ana@example.org", "eva@example.org"
NAMELESS: dict[str, Any] = {"subject": {"a_number": None, "given_name": "Ana"}}


@pytest.fixture
def with_mailboxes(request: pytest.FixtureRequest) -> Iterator[System]:
    """A system whose offices have a duty mailbox."""
    with running(backend_of(request.node)) as found:
        found.notify = replace(found.notify, office_mail="duty-{office}@example.gov")
        yield found


def _notice(system: System, filed: Mapping[str, Any], template: str = "acknowledgement") -> Notice:
    """Return the newest notice of a text to a requester."""
    found = [each for each in system.notices if (each.receipt, each.template) == (filed["receipt"], template)]
    return max(found, key=lambda each: each.created_at)


def _bounce(system: System, notice: Notice, address: str) -> None:
    """Have SES report that a notice bounced."""
    bounce = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": address}]}
    tags = {"case": [notice.case_id], "notice": [notice.notice_id]}
    answer = system.bounce({"eventType": "Bounce", "bounce": bounce, "mail": {"tags": tags}})
    assert answer == {"batchItemFailures": []}


def _bounce_and_rank(
    system: System, filed: Mapping[str, Any], address: str = ANA, template: str = "acknowledgement"
) -> Notice:
    """Have a notice bounce, and deliver the messages that result."""
    notice = _notice(system, filed, template)
    assert notice.state == "sent"
    _bounce(system, notice, address)
    system.pump()
    return notice


def _update_contact(system: System, filed: Mapping[str, Any], **contact: object) -> None:
    """Have a requester update the contact; the case is not ranked yet."""
    answer = system.on(filed, "POST", "/updates", {"contact": contact})
    assert answer.status == 202, answer.body


def _is_flagged(system: System, filed: Mapping[str, Any]) -> bool:
    return "telephone" in system.case_of(filed).flags


def _undeliverable_events(system: System, filed: Mapping[str, Any]) -> list[Event]:
    return [event for event in system.history(system.case_of(filed)) if event.kind == "undeliverable"]


# ---- contacts that remove the flag


@pytest.mark.parametrize("contact", [{"safe_to_contact": False}, {"preferred": "none"}])
def test_a_contact_that_forbids_calls_removes_the_flag_at_once(system: System, contact: dict[str, object]) -> None:
    found = file_case(system)
    _bounce_and_rank(system, found.filed)
    assert "telephone" in item(system, found.case_id)["flags"]
    _update_contact(system, found.filed, **contact)
    assert "telephone" not in item(system, found.case_id)["flags"]
    system.settle(5)
    assert "telephone" not in item(system, found.case_id)["flags"]
    assert "telephone" not in system.staff(OFFICER, "GET", f"/staff/cases/{found.case_id}/ranking").json()["flags"]


def test_a_new_address_cancels_the_call_until_another_notice_bounces(system: System) -> None:
    found = claimed(system)
    recognized(system, found.filed)
    _bounce_and_rank(system, found.filed)
    _update_contact(system, found.filed, email="new@example.org")
    system.pump()
    assert not _is_flagged(system, found.filed)
    asked = {"asked": [{"text": "Which hospital?", "language": "en"}], "answer_by": "2026-12-05"}
    system.work(OFFICER, found.case_id, "information-requests", asked)
    system.pump()
    _bounce_and_rank(system, found.filed, "new@example.org", "information_asked")
    assert _is_flagged(system, found.filed)


@pytest.mark.parametrize("contact", [{"language": "ht"}, {"email": ANA}, {"preferred": "phone"}, {"interpreter": True}])
def test_a_contact_without_a_new_address_keeps_the_call(system: System, contact: dict[str, object]) -> None:
    found = file_case(system)
    _bounce_and_rank(system, found.filed)
    _update_contact(system, found.filed, **contact)
    system.pump()
    assert _is_flagged(system, found.filed)


def test_a_suppressed_address_does_not_cancel_the_call(system: System) -> None:
    other = file_case(system, 12, requester={"contact": {"email": "gone@example.org"}})
    _bounce_and_rank(system, other.filed, "gone@example.org")
    found = file_case(system)
    _bounce_and_rank(system, found.filed)
    _update_contact(system, found.filed, email="gone@example.org")
    system.pump()
    assert _is_flagged(system, found.filed)


def test_calls_of_two_requesters_of_a_case_are_independent(system: System) -> None:
    ana, eva = file_case(system), file_case(system, requester=SISTER)
    assert ana.case_id == eva.case_id
    _bounce_and_rank(system, ana.filed)
    _bounce_and_rank(system, eva.filed, EVA)
    _update_contact(system, ana.filed, safe_to_contact=False)
    system.pump()
    assert _is_flagged(system, ana.filed)
    _update_contact(system, eva.filed, email="new@example.org")
    system.pump()
    assert not _is_flagged(system, ana.filed)


@pytest.mark.moto
def test_a_contact_that_becomes_unsafe_during_a_bounce_requires_no_call(system: System) -> None:
    """The contact changes after notify has decrypted it."""
    found = file_case(system)
    say = once(lambda: _update_contact(system, found.filed, safe_to_contact=False))
    with intercept("kms.Decrypt", performs_after(say)) as opened:
        _bounce(system, _notice(system, found.filed), ANA)
    assert opened
    system.settle(3)
    assert _notice(system, found.filed).why == "bounced"
    assert not _is_flagged(system, found.filed)


def test_the_history_contains_only_whether_calls_are_allowed_and_whether_the_address_is_new(system: System) -> None:
    found = file_case(system)
    _update_contact(system, found.filed, email="secret@example.org", safe_to_contact=False)
    event = system.history(system.case_of(found.filed))[-1]
    assert event.details == {"may_be_called": False, "new_address": False}  # it is not used
    assert "secret@" not in str(system.items())


# ---- linked and split cases


def _file_two_cases(system: System) -> tuple[FiledCase, FiledCase, str]:
    """File a case of Ana, and one of Eva without an A-number; return both, and the id of the second."""
    ana, eva = file_case(system), file_case(system, 12, requester=SISTER, **NAMELESS)
    return ana, eva, eva.case_id


def _link(system: System, eva: FiledCase, ana: FiledCase) -> None:
    system.work(OFFICER, eva.case_id, "link", {"case_id": ana.case_id, "why": "The same person."})
    system.pump()


def test_a_bounce_after_a_link_flags_the_linked_case(system: System) -> None:
    ana, eva, eva_case = _file_two_cases(system)
    _link(system, eva, ana)
    closed = next(case for case in system.cases if case.case_id == eva_case)
    notice = _bounce_and_rank(system, eva.filed, EVA)
    assert notice.case_id == eva_case
    assert _is_flagged(system, ana.filed)
    assert [event.receipt for event in _undeliverable_events(system, ana.filed)] == [eva.receipt]
    assert closed in system.cases


def test_a_link_moves_a_pending_call_and_later_contacts_of_its_requester(system: System) -> None:
    ana, eva, _eva_case = _file_two_cases(system)
    _bounce_and_rank(system, eva.filed, EVA)
    _link(system, eva, ana)
    assert _is_flagged(system, ana.filed)
    _update_contact(system, eva.filed, safe_to_contact=False)
    system.pump()
    assert not _is_flagged(system, ana.filed)


def test_a_requester_who_must_not_be_called_is_not_called_after_a_link(system: System) -> None:
    ana, eva, _eva_case = _file_two_cases(system)
    _bounce_and_rank(system, eva.filed, EVA)
    _update_contact(system, eva.filed, safe_to_contact=False)
    _link(system, eva, ana)
    assert not _is_flagged(system, ana.filed)


def _split(system: System, ana: FiledCase, eva: FiledCase) -> None:
    system.work(OFFICER, ana.case_id, "split", {"receipt": eva.receipt, "why": "Another person."})
    system.pump()
    assert system.case_of(eva.filed).case_id != ana.case_id


@pytest.mark.parametrize("first", ["bounced", "split"])
def test_a_bounce_flags_the_case_that_was_split_off(system: System, first: str) -> None:
    """The event stays in the history in which it was recorded."""
    ana, eva = file_case(system), file_case(system, requester=SISTER)
    if first == "bounced":
        _bounce_and_rank(system, eva.filed, EVA)
        _split(system, ana, eva)
    else:
        _split(system, ana, eva)
        _bounce_and_rank(system, eva.filed, EVA)
    assert (_is_flagged(system, eva.filed), _is_flagged(system, ana.filed)) == (True, False)
    case_id = system.case_of(ana.filed if first == "bounced" else eva.filed).case_id
    recorded = [event for event in system.all(Event, "EVENT") if event.kind == "undeliverable"]
    assert [(event.case_id, event.receipt) for event in recorded] == [(case_id, eva.receipt)]


@pytest.mark.moto
def test_a_link_during_a_bounce_flags_the_linked_case(system: System) -> None:
    ana, eva, _eva_case = _file_two_cases(system)
    same = {"case_id": ana.case_id, "why": "The same person."}
    link = once(lambda: system.work(OFFICER, eva.case_id, "link", same))
    with intercept("kms.Decrypt", performs_after(link)) as opened:
        _bounce(system, _notice(system, eva.filed), EVA)
    assert opened
    system.pump()
    assert _is_flagged(system, ana.filed)


# ---- decided and closed cases


def _file_and_decide(system: System, **changes: Any) -> FiledCase:  # noqa: ANN401  # any field of a body
    """File a request, verify its holder, and decide its case."""
    found = claimed(system, **changes)
    recognized(system, found.filed)
    decide(system, OFFICER, found.case_id)
    return found


def test_the_office_receives_a_notice_if_the_news_of_a_decision_bounces(with_mailboxes: System) -> None:
    found = _file_and_decide(with_mailboxes)
    _bounce_and_rank(with_mailboxes, found.filed, template="news")
    assert [event.receipt for event in _undeliverable_events(with_mailboxes, found.filed)] == [found.receipt]
    assert "telephone" in read(with_mailboxes, OFFICER, found.case_id)["flags"]
    assert with_mailboxes.case_of(found.filed).status == "decided"
    with_mailboxes.settle(5)
    (sent,) = [sent for sent in with_mailboxes.outbox() if sent.to == "duty-atl@example.gov"]
    assert sent.subject == f"Case Review, ATL: a notice did not arrive (case {found.case_id})"
    written = f"{sent.subject}{sent.body}{sent.raw}".replace(found.case_id, "")  # a random id can hold any syllable
    for word in ("Ana", ANA, found.receipt, "decid", "granted", "bounce"):
        assert word.lower() not in written.lower()


def test_a_duplicate_delivery_event_sends_the_office_one_notice(with_mailboxes: System) -> None:
    found = _file_and_decide(with_mailboxes)
    notice = _bounce_and_rank(with_mailboxes, found.filed, template="news")
    _bounce(with_mailboxes, notice, ANA)
    with_mailboxes.settle(60)
    assert len([sent for sent in with_mailboxes.outbox() if sent.to == "duty-atl@example.gov"]) == 1


def test_without_a_duty_mailbox_the_case_is_only_flagged(system: System) -> None:
    found = _file_and_decide(system)
    _bounce_and_rank(system, found.filed, template="news")
    assert {notice.template for notice in system.notices} == {"acknowledgement", "news"}
    assert "telephone" in read(system, OFFICER, found.case_id)["flags"]


def test_an_escalated_case_shows_the_flag_in_its_worklist(with_mailboxes: System) -> None:
    found = _file_and_decide(with_mailboxes)
    _bounce_and_rank(with_mailboxes, found.filed, template="news")
    assert with_mailboxes.on(found.filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
    with_mailboxes.pump()
    assert with_mailboxes.worklist("SRO") == [found.case_id]
    assert _is_flagged(with_mailboxes, found.filed)


def test_a_verified_holder_who_says_that_it_is_safe_is_called_in_a_decided_restricted_case(
    with_mailboxes: System,
) -> None:
    """All officers read the duty mailbox, so that it names no restricted case."""
    safe = {"contact": {"email": ANA, "safe_to_contact": True}}
    found = claimed(with_mailboxes, by=CLEARED, requester=safe, facts={"relief_pending": ["vawa"]})
    recognized(with_mailboxes, found.filed, second=True)
    decide(with_mailboxes, CLEARED, found.case_id)
    _bounce_and_rank(with_mailboxes, found.filed, template="news")
    with_mailboxes.settle(5)
    assert _undeliverable_events(with_mailboxes, found.filed)
    assert _is_flagged(with_mailboxes, found.filed)
    assert not [notice for notice in with_mailboxes.notices if notice.template == "undelivered"]


@pytest.mark.parametrize("safe", [True, None])
def test_a_holder_who_is_not_verified_is_not_called_in_a_decided_restricted_case(
    with_mailboxes: System,
    safe: bool | None,  # noqa: FBT001
) -> None:
    protected = {"contact": {"email": ANA, "safe_to_contact": True}}
    found = claimed(with_mailboxes, by=CLEARED, requester=protected, facts={"relief_pending": ["vawa"]})
    recognized(with_mailboxes, found.filed, second=True)
    eva = file_case(with_mailboxes, requester={**SISTER, "contact": {"email": EVA, "safe_to_contact": safe}})
    decide(with_mailboxes, CLEARED, found.case_id)
    _bounce_and_rank(with_mailboxes, eva.filed, EVA)
    with_mailboxes.settle(5)
    assert _undeliverable_events(with_mailboxes, eva.filed)
    assert not _is_flagged(with_mailboxes, eva.filed)


def _bounce_after_decision(system: System) -> FiledCase:
    """Have the acknowledgement of a sister bounce after the decision, and return her request."""
    claimed(system)
    eva = file_case(system, requester=SISTER)
    decide(system, OFFICER, eva.case_id)
    _bounce_and_rank(system, eva.filed, EVA)
    assert _is_flagged(system, eva.filed)
    return eva


@pytest.mark.parametrize(
    ("contact", "why"), [({"safe_to_contact": False}, "unsafe"), ({"preferred": "none"}, "no_channel")]
)
def test_no_office_notice_is_sent_if_the_requester_forbids_calls_first(
    with_mailboxes: System, contact: dict[str, object], why: str
) -> None:
    eva = _bounce_after_decision(with_mailboxes)
    _update_contact(with_mailboxes, eva.filed, **contact)
    assert not _is_flagged(with_mailboxes, eva.filed)
    with_mailboxes.settle(5)
    (ended,) = [notice for notice in with_mailboxes.notices if notice.template == "undelivered"]
    assert (ended.state, ended.why) == ("undeliverable", why)
    assert "duty-atl@example.gov" not in {sent.to for sent in with_mailboxes.outbox()}


@pytest.mark.parametrize(
    ("what", "sent", "why"),
    [
        ("/updates", {"facts": {"relief_pending": ["vawa"]}}, "restricted"),
        ("/withdrawal", {}, "no_channel"),
    ],
)
def test_no_office_notice_is_sent_if_the_case_is_restricted_or_the_request_withdrawn_first(
    with_mailboxes: System, what: str, sent: dict[str, Any], why: str
) -> None:
    eva = _bounce_after_decision(with_mailboxes)
    assert with_mailboxes.on(eva.filed, "POST", what, sent).status == 202
    with_mailboxes.settle(5)
    (ended,) = [notice for notice in with_mailboxes.notices if notice.template == "undelivered"]
    assert (ended.state, ended.why) == ("undeliverable", why)


def test_a_withdrawn_request_requires_no_call_after_the_decision(with_mailboxes: System) -> None:
    claimed(with_mailboxes)
    eva = file_case(with_mailboxes, requester=SISTER)
    assert with_mailboxes.on(eva.filed, "POST", "/withdrawal", {}).status == 202
    with_mailboxes.pump()
    decide(with_mailboxes, OFFICER, eva.case_id)
    before = with_mailboxes.case_of(eva.filed)
    _bounce_and_rank(with_mailboxes, eva.filed, EVA)
    assert with_mailboxes.case_of(eva.filed) == before


def test_a_bounce_of_an_office_notice_requires_no_call(with_mailboxes: System) -> None:
    found = _file_and_decide(with_mailboxes)
    _bounce_and_rank(with_mailboxes, found.filed, template="news")
    with_mailboxes.settle(5)
    _bounce_and_rank(with_mailboxes, found.filed, "duty-atl@example.gov", "undelivered")
    assert len(_undeliverable_events(with_mailboxes, found.filed)) == 1
    assert [notice.template for notice in with_mailboxes.notices].count("undelivered") == 1
