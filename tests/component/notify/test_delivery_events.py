"""Delivery events of SES: suppressed addresses and undeliverable notices."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, NoReturn, cast

import pytest
from botocore.exceptions import ClientError

import notify.app
from casereview.notices.pending import target_passed_notice
from casereview.runtime.invocation import concerns, log_ids
from casereview.schema.notice_records import Notice, Suppression
from casereview.schema.records import FirstLookClock
from casereview.store import keys
from casereview.store.transaction import put_new
from notify.delivery_events import FIRST_RETRY_BOUNCED
from notify.providers import Mail
from notify.window import WINDOW
from tests.support.aws_faults import intercept, performs_after, refuses
from tests.support.notices import (
    add_pending_notice,
    case_of,
    change_case,
    file_and_rank,
    metric_count,
    process_message,
    rank_case_of,
    reload,
    sent_for,
)
from tests.support.system import System

TOPIC_VALIDATION = "Successfully validated SNS topic for Amazon SES event publishing."


def _mail(notice: Notice | None) -> dict[str, Any]:
    tags = {"case": [notice.case_id], "notice": [notice.notice_id]} if notice else {}
    message_id = notice.provider_id if notice else None
    return {"messageId": message_id or "m-1", "tags": {"ses:configuration-set": ["mail"], **tags}}


def _bounce(address: str, notice: Notice | None = None, kind: str = "Permanent") -> dict[str, Any]:
    recipients = [{"emailAddress": address, "status": "5.1.1"}]
    bounce = {"bounceType": kind, "bounceSubType": "General", "bouncedRecipients": recipients}
    return {"eventType": "Bounce", "bounce": bounce, "mail": _mail(notice)}


def _complaint(address: str, notice: Notice | None = None) -> dict[str, Any]:
    complaint = {"complainedRecipients": [{"emailAddress": address}], "complaintFeedbackType": "abuse"}
    return {"eventType": "Complaint", "complaint": complaint, "mail": _mail(notice)}


def _suppression(system: System, address: str) -> Suppression | None:
    return system.notify.table.get(Suppression, keys.suppression(system.notify.macs.address(address)))


def _process(system: System, *bodies: str) -> list[str]:
    """Have notify process a batch of the delivery queue; return the ids of the failed messages."""
    records = [
        {"messageId": str(number), "body": body, "eventSourceARN": "delivery"} for number, body in enumerate(bodies)
    ]
    answer = notify.app.respond(system.notify, {"Records": records})
    system._flush()
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def _envelope(event: object) -> str:
    return json.dumps({"Type": "Notification", "TopicArn": "arn", "Message": json.dumps(event)})


def _sent(system: System, address: str) -> Notice:
    notice = file_and_rank(system, requester={"contact": {"email": address}})
    process_message(system, notice)
    return reload(system, notice)


def test_a_permanent_bounce_stores_the_mac_of_the_address_in_the_suppression_list(
    shared: System, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _process(shared, _envelope(_bounce("Bounced-1@example.org"))) == []
    found = _suppression(shared, "bounced-1@example.org")
    assert found is not None
    assert (found.why, found.mac_key) == ("bounce", shared.notify.macs.key)
    assert "bounced-1" not in str(shared.items()).lower()
    assert metric_count(capsys, "Suppressed") == 1


def test_a_bounce_makes_the_notice_undeliverable_and_flags_the_case(
    shared: System, capsys: pytest.CaptureFixture[str]
) -> None:
    notice = _sent(shared, "bounced-2@example.org")
    metric_count(capsys, "")
    assert _process(shared, _envelope(_bounce("bounced-2@example.org", notice))) == []
    assert (reload(shared, notice).state, reload(shared, notice).why) == ("undeliverable", "bounced")
    assert metric_count(capsys, "Undeliverable") == 1
    assert "telephone" in rank_case_of(shared, notice).flags
    process_message(shared, notice)
    assert reload(shared, notice).state == "undeliverable"


def test_a_duplicate_delivery_event_changes_nothing(shared: System, capsys: pytest.CaptureFixture[str]) -> None:
    notice = _sent(shared, "bounced-3@example.org")
    report = _envelope(_bounce("bounced-3@example.org", notice))
    _process(shared, report)
    before = shared.items()
    metric_count(capsys, "")
    assert _process(shared, report, report) == []
    assert shared.items() == before
    assert metric_count(capsys, "Suppressed") == 0


@pytest.mark.parametrize("kind", ["Transient", "Undetermined"])
def test_a_bounce_that_may_pass_sends_the_notice_again_and_does_not_suppress_the_address(
    shared: System, kind: str
) -> None:
    notice = _sent(shared, "transient@example.org")
    assert _process(shared, _envelope(_bounce("transient@example.org", notice, kind))) == []
    assert _suppression(shared, "transient@example.org") is None
    after = reload(shared, notice)
    assert (after.state, after.bounces, after.provider_id) == ("owed", 1, None)
    assert after.send_at is not None
    assert timedelta(hours=4) < after.send_at - shared.time <= FIRST_RETRY_BOUNCED


def test_a_complaint_suppresses_the_address_and_keeps_the_notice_sent(shared: System) -> None:
    notice = _sent(shared, "complaint@example.org")
    assert _process(shared, _envelope(_complaint("complaint@example.org", notice))) == []
    found = _suppression(shared, "complaint@example.org")
    assert found is not None
    assert found.why == "complaint"
    assert reload(shared, notice).state == "sent"
    later = add_pending_notice(shared, notice.model_copy(update={"state": "owed", "sends": 0}), "news")
    process_message(shared, later)
    assert reload(shared, later).why == "suppressed"


def test_the_older_format_of_delivery_events_is_accepted(shared: System) -> None:
    event = _bounce("older@example.org")
    event["notificationType"] = event.pop("eventType")
    assert _process(shared, _envelope(event)) == []
    assert _suppression(shared, "older@example.org") is not None


def test_a_reject_flags_the_case_and_does_not_suppress_the_address(shared: System) -> None:
    notice = _sent(shared, "reject@example.org")
    event = {"eventType": "Reject", "reject": {"reason": "Bad content"}, "mail": _mail(notice)}
    assert _process(shared, _envelope(event)) == []
    assert reload(shared, notice).why == "refused"
    assert "telephone" in rank_case_of(shared, notice).flags
    assert _suppression(shared, "reject@example.org") is None


@pytest.mark.parametrize("kind", ["Delivery", "Send", "Open", "DeliveryDelay", "Something New"])
def test_delivery_events_of_other_types_are_ignored(shared: System, kind: str) -> None:
    before = shared.items()
    assert _process(shared, _envelope({"eventType": kind, "mail": _mail(None)})) == []
    assert shared.items() == before


def test_the_validation_message_of_the_topic_is_ignored(shared: System) -> None:
    assert _process(shared, json.dumps({"Type": "Notification", "Message": TOPIC_VALIDATION})) == []


@pytest.mark.parametrize(
    "body",
    [
        "poison",
        "{}",
        "[]",
        json.dumps({"Message": "poison"}),
        json.dumps({"Message": {"eventType": "Bounce"}}),
        _envelope([]),
        _envelope({"mail": {}}),
        _envelope({"eventType": "Bounce", "mail": {}}),
        _envelope({"eventType": "Complaint", "complaint": {}}),
        _envelope({"eventType": "Bounce", "bounce": {"bounceType": "Permanent"}}),
    ],
)
def test_a_malformed_delivery_event_is_redelivered_and_the_rest_of_the_batch_is_processed(
    shared: System, body: str, capsys: pytest.CaptureFixture[str]
) -> None:
    good = _envelope(_bounce("beside-poison@example.org"))
    assert _process(shared, good, body, good) == ["1"]
    assert _suppression(shared, "beside-poison@example.org") is not None
    assert "example.org" not in capsys.readouterr().out


def test_every_recipient_of_a_bounce_is_suppressed(shared: System) -> None:
    event = _bounce("first@example.org")
    event["bounce"]["bouncedRecipients"].append({"emailAddress": "second@example.org"})
    _process(shared, _envelope(event))
    assert _suppression(shared, "first@example.org")
    assert _suppression(shared, "second@example.org")


def test_a_bounce_without_mail_tags_or_of_an_unknown_notice_marks_no_notice(shared: System) -> None:
    notice = _sent(shared, "stranger@example.org")
    event = _bounce("stranger@example.org")
    del event["mail"]["tags"]
    assert _process(shared, _envelope(event)) == []
    assert reload(shared, notice).state == "sent"
    unknown = notice.model_copy(update={"notice_id": "acknowledgement-none"})
    assert _process(shared, _envelope(_bounce("stranger@example.org", unknown))) == []


@pytest.mark.moto
def test_a_bounce_that_arrives_before_the_notice_is_marked_as_sent_is_not_lost(
    shared: System, capsys: pytest.CaptureFixture[str]
) -> None:
    notice = file_and_rank(shared, requester={"contact": {"email": "fast@example.org"}})
    reports: list[str] = []

    def report() -> None:
        if reload(shared, notice).sends and not reports:
            reports.append("bounced")
            assert _process(shared, _envelope(_bounce("fast@example.org", notice))) == []

    with intercept("sesv2.SendEmail", performs_after(report)):
        process_message(shared, notice)
    assert (reload(shared, notice).state, reload(shared, notice).why) == ("undeliverable", "bounced")
    assert "telephone" in rank_case_of(shared, notice).flags
    assert metric_count(capsys, "LeaseLost") == 1


def test_a_withdrawn_case_is_not_flagged(shared: System) -> None:
    notice = _sent(shared, "closed@example.org")
    change_case(shared, notice, status="withdrawn", rank_at=None, first_look=FirstLookClock())
    before = case_of(shared, notice)
    _process(shared, _envelope(_bounce("closed@example.org", notice)))
    assert reload(shared, notice).why == "bounced"
    assert case_of(shared, notice) == before


def test_a_bounce_requires_no_call_if_the_requester_must_not_be_contacted(shared: System) -> None:
    notice = _sent(shared, "unsafe@example.org")
    code = shared.intake.macs.code(notice.receipt)
    filed = {"receipt": notice.receipt, "access_code": code}
    assert shared.on(filed, "POST", "/updates", {"contact": {"safe_to_contact": False}}).status == 202
    _process(shared, _envelope(_bounce("unsafe@example.org", notice)))
    assert reload(shared, notice).why == "unsafe"
    assert "telephone" not in rank_case_of(shared, notice).flags


@pytest.mark.moto
def test_a_delivery_event_is_redelivered_after_a_transaction_conflict(shared: System) -> None:
    """The address is not stored after a conflict: to treat it as a duplicate would lose the event."""
    notice = _sent(shared, "met@example.org")
    conflict = refuses("TransactionCanceledException", CancellationReasons=[{"Code": "TransactionConflict"}])
    with intercept("dynamodb.TransactWriteItems", conflict):
        assert _process(shared, _envelope(_complaint("met@example.org", notice))) == ["0"]
    assert _suppression(shared, "met@example.org") is None
    assert _process(shared, _envelope(_complaint("met@example.org", notice))) == []
    assert _suppression(shared, "met@example.org") is not None


def _also_by_telephone(system: System, address: str) -> Notice:
    notice = file_and_rank(system, requester={"contact": {"email": address, "phone": "+12025550143"}})
    process_message(system, notice)
    return reload(system, notice)


def _come_due(system: System, notice: Notice) -> Notice:
    """Advance the clock until a notice is due, process its message, and return it."""
    due = reload(system, notice).send_at
    assert due is not None
    system.time = max(system.time, due)
    process_message(system, notice)
    return reload(system, notice)


def test_a_mailbox_that_is_full_is_tried_within_the_window_then_the_other_address_then_the_office_calls(
    system: System,
) -> None:
    notice = _also_by_telephone(system, "full@example.org")
    begun, tries = system.time, 0
    while sent_for(system, notice)[-1].channel == "email":
        assert reload(system, notice).state == "sent"
        tries += 1
        assert _process(system, _envelope(_bounce("full@example.org", reload(system, notice), "Transient"))) == []
        _come_due(system, notice)
    assert 3 <= tries <= 5
    assert timedelta(days=1) < system.time - begun <= WINDOW
    after = reload(system, notice)
    assert (after.state, after.bounces, len(after.failed_at)) == ("sent", 0, 1)
    assert sent_for(system, notice)[-1].to == "+12025550143"
    assert "telephone" not in rank_case_of(system, notice).flags


def test_a_bounce_of_an_earlier_attempt_changes_nothing(system: System) -> None:
    notice = _sent(system, "again@example.org")
    bounce = _bounce("again@example.org", notice, "Transient")
    bounce["mail"]["tags"]["attempt"] = [str(notice.sends)]
    _process(system, _envelope(bounce))
    again = _come_due(system, notice)
    assert (again.state, again.sends) == ("sent", 2)
    before = system.items()
    assert _process(system, _envelope(bounce)) == []
    assert system.items() == before


@pytest.mark.parametrize("tagged", [True, False], ids=["by its attempt", "by its id"])
def test_a_bounce_of_the_old_address_does_not_mark_what_was_sent_to_the_new_one(
    system: System, *, tagged: bool
) -> None:
    notice = _sent(system, "old@example.org")
    late = _bounce("old@example.org", notice)
    late["mail"]["destination"] = ["old@example.org"]
    if tagged:
        late["mail"]["tags"]["attempt"] = ["1"]
    _process(system, _envelope(_bounce("old@example.org", notice)))
    rank_case_of(system, notice)
    filed = {"receipt": notice.receipt, "access_code": system.intake.macs.code(notice.receipt)}
    system.later(minutes=1)
    assert system.on(filed, "POST", "/updates", {"contact": {"email": "new@example.org"}}).status == 202
    system.pump()
    assert sent_for(system, notice)[-1].to == "new@example.org"
    before = system.notices
    assert _process(system, _envelope(late)) == []
    assert system.notices == before
    assert [one.state for one in before if one.receipt == notice.receipt].count("sent") == 1
    assert _suppression(system, "old@example.org") is not None
    assert _suppression(system, "new@example.org") is None


@pytest.mark.parametrize(
    "named",
    [
        "Ana <whose@example.org>", '"Ruiz, Ana" <WHOSE@Example.ORG>', "<whose@example.org>", '"whose"@example.org',
        "whose@example.org (Ana)", "rfc822; whose@example.org", "  whose@example.org ",
    ],
)  # fmt: skip
def test_the_bounced_address_is_found_however_it_is_written(system: System, named: str) -> None:
    for destination in (["whose@example.org"], []):
        event = _bounce(named)
        event["mail"]["destination"] = destination
        assert _process(system, _envelope(event)) == []
        assert len(system.all(Suppression, "SUPPRESSED")) == 1
        assert _suppression(system, "whose@example.org") is not None


def test_an_international_domain_is_one_address_in_both_forms(system: System) -> None:
    notice = _sent(system, "ana@bücher.example")
    event = _bounce("ana@BÜCHER.example", notice)
    event["mail"]["destination"] = ["ana@xn--bcher-kva.example"]
    assert _process(system, _envelope(event)) == []
    assert reload(system, notice).why == "bounced"
    later = add_pending_notice(system, notice.evolve(state="owed", sends=0, why=None), "news")
    process_message(system, later)
    assert reload(system, later).why == "suppressed"


def test_an_address_that_the_message_was_not_sent_to_is_not_suppressed(system: System) -> None:
    notice = _sent(system, "forwards@example.org")
    event = _bounce("target@elsewhere.example", notice)
    event["mail"]["destination"] = ["forwards@example.org"]
    assert _process(system, _envelope(event)) == []
    assert _suppression(system, "target@elsewhere.example") is None
    assert _suppression(system, "forwards@example.org") is not None
    assert reload(system, notice).why == "bounced"


def test_of_several_recipients_only_those_named_are_suppressed(system: System) -> None:
    event = _bounce("second@example.org")
    event["mail"]["destination"] = ["first@example.org", "Second <second@example.org>", "third@example.org"]
    assert _process(system, _envelope(event)) == []
    found = {name for name in ("first", "second", "third") if _suppression(system, f"{name}@example.org")}
    assert found == {"second"}
    event["bounce"]["bouncedRecipients"] = [{"emailAddress": "elsewhere@example.net"}]
    assert _process(system, _envelope(event)) == []
    assert len(system.all(Suppression, "SUPPRESSED")) == 1


@pytest.mark.parametrize("named", ["", "nobody", "a@example.org, b@example.org", "@example.org"])
def test_what_is_no_address_suppresses_only_the_messages_own(system: System, named: str) -> None:
    event = _bounce(named)
    event["mail"]["destination"] = ["own@example.org"]
    assert _process(system, _envelope(event)) == []
    assert _suppression(system, "own@example.org") is not None
    assert len(system.all(Suppression, "SUPPRESSED")) == 1


def test_the_duty_mailbox_of_an_office_is_never_suppressed(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    system.notify = replace(system.notify, office_mail="duty-{office}@example.gov")
    notice = file_and_rank(system)
    office = target_passed_notice(case_of(system, notice), system.time)
    system.notify.table.write(put_new(office))
    process_message(system, office)
    assert reload(system, office).state == "sent"
    event = _bounce("duty-atl@example.gov", reload(system, office))
    event["mail"]["destination"] = ["duty-atl@example.gov"]
    capsys.readouterr()
    assert _process(system, _envelope(event)) == []
    assert _suppression(system, "duty-atl@example.gov") is None
    assert reload(system, office).state == "undeliverable"
    assert metric_count(capsys, "SetUpFault") == 1


def test_log_entries_about_a_delivery_event_name_the_case_and_kind_of_its_notice(shared: System) -> None:
    notice = _sent(shared, "logged@example.org")
    concerns(case_id="another")
    assert _process(shared, _envelope(_bounce("logged@example.org", notice))) == []
    assert log_ids() == {"case_id": notice.case_id, "notice": keys.notice_name(notice.notice_id)}


def test_the_other_address_is_not_used_where_contact_is_unsafe_now(system: System) -> None:
    notice = _also_by_telephone(system, "unsafe-now@example.org")
    filed = {"receipt": notice.receipt, "access_code": system.intake.macs.code(notice.receipt)}
    assert system.on(filed, "POST", "/updates", {"contact": {"safe_to_contact": False}}).status == 202
    assert _process(system, _envelope(_bounce("unsafe-now@example.org", notice))) == []
    assert (reload(system, notice).state, reload(system, notice).why) == ("undeliverable", "unsafe")
    assert [sent.channel for sent in sent_for(system, notice)] == ["email"]


def test_a_notice_that_was_coalesced_or_handed_over_is_not_changed_by_an_event(system: System) -> None:
    notice = _sent(system, "ended@example.org")
    for state in ("coalesced", "handed_over", "undeliverable", "owed"):
        ended = notice.model_copy(update={"state": state})
        system.notify.table.put(ended)
        assert _process(system, _envelope(_bounce("ended@example.org", notice))) == []
        assert reload(system, notice) == ended


def test_a_delivery_after_a_bounce_and_a_bounce_after_a_delivery_end_alike(system: System) -> None:
    found = []
    for kinds in (("bounce", "delivery"), ("delivery", "bounce")):
        address = f"{kinds[0]}-first@example.org"
        notice = _sent(system, address)
        events = {
            "bounce": _bounce(address, notice),
            "delivery": {"eventType": "Delivery", "delivery": {"recipients": [address]}, "mail": _mail(notice)},
        }
        for kind in kinds:
            assert _process(system, _envelope(events[kind])) == []
        found.append((reload(system, notice).state, reload(system, notice).why))
    assert found == [("undeliverable", "bounced")] * 2


def test_a_refused_address_sends_the_notice_to_the_other_one(system: System) -> None:
    def refuse(**_: object) -> NoReturn:
        raise ClientError({"Error": {"Code": "BadRequestException", "Message": "Illegal address"}}, "SendEmail")

    system.notify = replace(system.notify, mail=Mail(cast("Any", SimpleNamespace(send_email=refuse)), "a@b.gov", "set"))
    notice = file_and_rank(system, requester={"contact": {"email": "x@example.org", "phone": "+12025550143"}})
    process_message(system, notice)
    assert reload(system, notice).state == "owed"
    assert _come_due(system, notice).state == "sent"
    assert [sent.channel for sent in sent_for(system, notice)] == ["sms"]


def test_a_new_address_of_the_failed_kind_is_used_again(system: System) -> None:
    """What is remembered is the address, not the channel."""
    notice = _also_by_telephone(system, "failed@example.org")
    assert _process(system, _envelope(_bounce("failed@example.org", notice))) == []
    filed = {"receipt": notice.receipt, "access_code": system.intake.macs.code(notice.receipt)}
    assert system.on(filed, "POST", "/updates", {"contact": {"email": "fresh@example.org"}}).status == 202
    _come_due(system, notice)
    assert sent_for(system, notice)[-1].to == "fresh@example.org"
