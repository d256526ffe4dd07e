"""What the mail service reports: addresses not to be written to any more, and notices that did not arrive."""

from __future__ import annotations

import json
from typing import Any

import pytest

import notify.app
from casereview.schema.records import FirstLookClock, Notice, Suppression
from casereview.store import keys
from tests.support.aws_faults import edge, performs_after, refuses
from tests.support.notices import again, case_of, change_case, counted, deliver, filed_quietly, owed, rank
from tests.support.system import System

GREETING = "Successfully validated SNS topic for Amazon SES event publishing."


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


def _take(system: System, *bodies: str) -> list[str]:
    """Hand notify a batch of the delivery queue; return the ids of what failed."""
    records = [
        {"messageId": str(number), "body": body, "eventSourceARN": "delivery"} for number, body in enumerate(bodies)
    ]
    answer = notify.app.respond(system.notify, {"Records": records})
    system._flush()
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def _envelope(event: object) -> str:
    return json.dumps({"Type": "Notification", "TopicArn": "arn", "Message": json.dumps(event)})


def _sent(system: System, address: str) -> Notice:
    notice = filed_quietly(system, requester={"contact": {"email": address}})
    deliver(system, notice)
    return again(system, notice)


def test_a_permanent_bounce_suppresses_the_address_under_its_mac(
    shared: System, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _take(shared, _envelope(_bounce("Bounced-1@example.org"))) == []
    found = _suppression(shared, "bounced-1@example.org")
    assert found is not None
    assert (found.why, found.mac_key) == ("bounce", shared.notify.macs.key)
    assert "bounced-1" not in str(shared.items()).lower()
    assert counted(capsys, "Suppressed") == 1


def test_a_bounced_notice_flags_the_case_and_stays_undeliverable(
    shared: System, capsys: pytest.CaptureFixture[str]
) -> None:
    notice = _sent(shared, "bounced-2@example.org")
    counted(capsys, "")
    assert _take(shared, _envelope(_bounce("bounced-2@example.org", notice))) == []
    assert (again(shared, notice).state, again(shared, notice).why) == ("undeliverable", "bounced")
    assert counted(capsys, "Undeliverable") == 1
    assert "telephone" in rank(shared, notice).flags
    deliver(shared, notice)
    assert again(shared, notice).state == "undeliverable"


def test_a_duplicate_of_the_report_changes_nothing_more(shared: System, capsys: pytest.CaptureFixture[str]) -> None:
    notice = _sent(shared, "bounced-3@example.org")
    report = _envelope(_bounce("bounced-3@example.org", notice))
    _take(shared, report)
    before = shared.items()
    counted(capsys, "")
    assert _take(shared, report, report) == []
    assert shared.items() == before
    assert counted(capsys, "Suppressed") == 0


@pytest.mark.parametrize("kind", ["Transient", "Undetermined"])
def test_a_bounce_that_may_pass_suppresses_nothing(shared: System, kind: str) -> None:
    notice = _sent(shared, "transient@example.org")
    assert _take(shared, _envelope(_bounce("transient@example.org", notice, kind))) == []
    assert _suppression(shared, "transient@example.org") is None
    assert again(shared, notice).state == "sent"


def test_a_complaint_suppresses_the_address_of_a_notice_that_did_arrive(shared: System) -> None:
    notice = _sent(shared, "complaint@example.org")
    assert _take(shared, _envelope(_complaint("complaint@example.org", notice))) == []
    found = _suppression(shared, "complaint@example.org")
    assert found is not None
    assert found.why == "complaint"
    assert again(shared, notice).state == "sent"
    later = owed(shared, notice.model_copy(update={"state": "owed", "sends": 0}), "news")
    deliver(shared, later)
    assert again(shared, later).why == "suppressed"


def test_the_older_form_of_the_report_is_understood(shared: System) -> None:
    event = _bounce("older@example.org")
    event["notificationType"] = event.pop("eventType")
    assert _take(shared, _envelope(event)) == []
    assert _suppression(shared, "older@example.org") is not None


def test_what_was_refused_after_it_was_taken_flags_the_case_and_suppresses_nothing(shared: System) -> None:
    notice = _sent(shared, "reject@example.org")
    event = {"eventType": "Reject", "reject": {"reason": "Bad content"}, "mail": _mail(notice)}
    assert _take(shared, _envelope(event)) == []
    assert again(shared, notice).why == "refused"
    assert "telephone" in rank(shared, notice).flags
    assert _suppression(shared, "reject@example.org") is None


@pytest.mark.parametrize("kind", ["Delivery", "Send", "Open", "DeliveryDelay", "Something New"])
def test_other_reports_say_nothing_we_need(shared: System, kind: str) -> None:
    before = shared.items()
    assert _take(shared, _envelope({"eventType": kind, "mail": _mail(None)})) == []
    assert shared.items() == before


def test_the_greeting_of_a_new_destination_is_no_poison(shared: System) -> None:
    assert _take(shared, json.dumps({"Type": "Notification", "Message": GREETING})) == []


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
def test_what_is_no_report_comes_back_alone(shared: System, body: str, capsys: pytest.CaptureFixture[str]) -> None:
    good = _envelope(_bounce("beside-poison@example.org"))
    assert _take(shared, good, body, good) == ["1"]
    assert _suppression(shared, "beside-poison@example.org") is not None
    assert "example.org" not in capsys.readouterr().out


def test_every_address_of_a_report_is_suppressed(shared: System) -> None:
    event = _bounce("first@example.org")
    event["bounce"]["bouncedRecipients"].append({"emailAddress": "second@example.org"})
    _take(shared, _envelope(event))
    assert _suppression(shared, "first@example.org")
    assert _suppression(shared, "second@example.org")


def test_a_report_of_mail_that_is_not_ours_marks_no_notice(shared: System) -> None:
    notice = _sent(shared, "stranger@example.org")
    event = _bounce("stranger@example.org")
    del event["mail"]["tags"]
    assert _take(shared, _envelope(event)) == []
    assert again(shared, notice).state == "sent"
    unknown = notice.model_copy(update={"notice_id": "acknowledgement-none"})
    assert _take(shared, _envelope(_bounce("stranger@example.org", unknown))) == []


@pytest.mark.moto
def test_a_report_faster_than_our_own_write_is_not_lost(shared: System, capsys: pytest.CaptureFixture[str]) -> None:
    notice = filed_quietly(shared, requester={"contact": {"email": "fast@example.org"}})
    reports: list[str] = []

    def report() -> None:
        if again(shared, notice).sends and not reports:
            reports.append("bounced")
            assert _take(shared, _envelope(_bounce("fast@example.org", notice))) == []

    with edge("sesv2.SendEmail", performs_after(report)):
        deliver(shared, notice)
    assert (again(shared, notice).state, again(shared, notice).why) == ("undeliverable", "bounced")
    assert "telephone" in rank(shared, notice).flags
    assert counted(capsys, "LeaseLost") == 1


def test_a_withdrawn_case_is_not_flagged(shared: System) -> None:
    notice = _sent(shared, "closed@example.org")
    change_case(shared, notice, status="withdrawn", rank_at=None, first_look=FirstLookClock())
    before = case_of(shared, notice)
    _take(shared, _envelope(_bounce("closed@example.org", notice)))
    assert again(shared, notice).why == "bounced"
    assert case_of(shared, notice) == before


def test_who_became_unsafe_meanwhile_is_not_to_be_called(shared: System) -> None:
    notice = _sent(shared, "unsafe@example.org")
    code = shared.intake.macs.code(notice.receipt)
    filed = {"receipt": notice.receipt, "access_code": code}
    assert shared.on(filed, "POST", "/updates", {"contact": {"safe_to_contact": False}}).status == 202
    _take(shared, _envelope(_bounce("unsafe@example.org", notice)))
    assert again(shared, notice).why == "unsafe"
    assert "telephone" not in rank(shared, notice).flags


@pytest.mark.moto
def test_a_report_whose_write_met_another_comes_again(shared: System) -> None:
    """No condition failed, so the address is not known yet: to take it for known would lose the report."""
    notice = _sent(shared, "met@example.org")
    conflict = refuses("TransactionCanceledException", CancellationReasons=[{"Code": "TransactionConflict"}])
    with edge("dynamodb.TransactWriteItems", conflict):
        assert _take(shared, _envelope(_complaint("met@example.org", notice))) == ["0"]
    assert _suppression(shared, "met@example.org") is None
    assert _take(shared, _envelope(_complaint("met@example.org", notice))) == []
    assert _suppression(shared, "met@example.org") is not None
