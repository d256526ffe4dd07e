"""Delivery events of SES: suppressed addresses and undeliverable notices."""

from __future__ import annotations

import json
from typing import Any

import pytest

import notify.app
from casereview.schema.notice_records import Notice, Suppression
from casereview.schema.records import FirstLookClock
from casereview.store import keys
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
)
from tests.support.system import System

TOPIC_VALIDATION = "Successfully validated SNS topic for Amazon SES event publishing."


def _mail(notice: Notice | None) -> dict[str, Any]:
    tags = {"case": [notice.case_id], "notice": [notice.notice_id]} if notice else {}
    return {"messageId": "m-1", "tags": {"ses:configuration-set": ["mail"], **tags}}


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
def test_a_transient_bounce_does_not_suppress_the_address(shared: System, kind: str) -> None:
    notice = _sent(shared, "transient@example.org")
    assert _process(shared, _envelope(_bounce("transient@example.org", notice, kind))) == []
    assert _suppression(shared, "transient@example.org") is None
    assert reload(shared, notice).state == "sent"


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
