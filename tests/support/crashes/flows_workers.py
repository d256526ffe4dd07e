"""The flows of the workers, the schedule and an operator."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from casereview.cases.due import ATTEMPTS
from casereview.schema.notice_records import Notice
from casereview.store import keys
from notify.limits import LIMITS
from tests.support.crashes.flow import Flow
from tests.support.crashes.flows_public import claimed_case, empty_docket, information_requested, ranked_case
from tests.support.crashes.rig import Rig
from tests.support.policy.drafts import AUTHOR, DETAINED, EARLIER, draft, publish, send
from tests.support.staff import OFFICER, SISTER, claimed, decide, file_case, person, verify

BY_SMS: dict[str, Any] = {"name": "Ana", "role": "self", "contact": {"phone": "+12025550143", "preferred": "sms"}}
POSTAL: dict[str, Any] = {"lines": ["12 Elm St"], "city": "Laredo", "state": "TX", "zip": "78040"}
BY_LETTER: dict[str, Any] = {"name": "Ana", "role": "self", "contact": {"postal": POSTAL, "preferred": "letter"}}
BY_PHONE: dict[str, Any] = {"name": "Ana", "role": "self", "contact": {"phone": "+12025550123", "preferred": "phone"}}
NO_CHANNEL: dict[str, Any] = {"name": "Ana", "role": "self", "contact": {"preferred": "none"}}
ORDER_ONLY = "    when: {removal_order: {is: final}}\n"


def process_batch(rig: Rig, _found: Any) -> None:  # noqa: ANN401  # what was prepared
    """Have the worker of the first message process its batch."""
    rig.process_batch()


def _duty(duty: str, **more: str) -> Callable[[Rig, Any], None]:
    def act(rig: Rig, _found: Any) -> None:  # noqa: ANN401  # what was prepared
        rig.duty(duty, **more)

    return act


def keep_only(rig: Rig, queue: str) -> None:
    """Drop all messages except those of one queue."""
    rig.messages = [message for message in rig.messages if message.queue == queue]


def _filed(rig: Rig, *people: dict[str, Any]) -> None:
    empty_docket(rig)
    for number, requester in enumerate(people, 11):
        rig.file(person(number, **({"requester": requester} if requester else {})))


def _to_rank(rig: Rig) -> None:
    """Prepare two cases that were just filed, whose messages are in one batch."""
    _filed(rig, {}, {})
    keep_only(rig, "rank")


def _lane_changed(rig: Rig) -> None:
    """Prepare a ranked case that a sister's request moves to a higher lane."""
    ranked_case(rig)
    rig.file(person(11, requester=SISTER, facts={"removal_soon": True}))
    keep_only(rig, "rank")


def _to_send(*people: dict[str, Any]) -> Callable[[Rig], None]:
    def prepare(rig: Rig) -> None:
        _filed(rig, *people)
        waiting = [message for message in rig.messages if message.queue == "notice"]
        keep_only(rig, "rank")
        rig.pump()
        rig.messages = waiting

    return prepare


def _call_open(rig: Rig) -> None:
    """Prepare a question to a requester whose acknowledgement is to be told by telephone already."""
    empty_docket(rig)
    found = claimed(rig, requester=BY_PHONE)
    verify(rig, OFFICER, found.case_id, receipt=found.receipt, identity=True)
    question = {"asked": [{"text": "Since when?", "language": "en"}], "answer_by": "2026-12-01"}
    rig.staff(OFFICER, "POST", f"/staff/cases/{found.case_id}/information-requests", question)
    keep_only(rig, "notice")


def _limit_reached(rig: Rig) -> None:
    """Prepare the message of a notice to an address that has received as many as the limit allows."""
    number = LIMITS["unverified"][0].sends
    _to_send(*[{}] * (number + 1))(rig)
    rig.messages, last = rig.messages[:number], rig.messages[number:]
    rig.pump()
    rig.messages = last


def _limit_over(rig: Rig) -> None:
    """Prepare the messages of three notices to one address, which have waited for its limit."""
    _to_send(*[{}] * (LIMITS["unverified"][0].sends + 3))(rig)
    rig.pump()
    rig.later(hours=1, minutes=2)
    rig.sweep()
    assert [message.queue for message in rig.messages] == ["notice"] * 3


def _delivery_event(kind: str) -> Callable[[Rig], None]:
    """Prepare a notice that was sent, and a delivery event of it."""

    def prepare(rig: Rig) -> None:
        found = ranked_case(rig)
        notice: Notice = next(notice for notice in rig.notices if notice.receipt == found.receipt)
        assert notice.state == "sent"
        mail = {"tags": {"case": [notice.case_id], "notice": [notice.notice_id]}}
        recipients = [{"emailAddress": "ana@example.org"}]
        events: dict[str, dict[str, Any]] = {
            "Bounce": {"bounce": {"bounceType": "Permanent", "bouncedRecipients": recipients}},
            "Complaint": {"complaint": {"complainedRecipients": recipients}},
            "Reject": {},
        }
        rig.messages = [rig.delivery_message({"eventType": kind, "mail": mail, **events[kind]})]

    return prepare


def _bounce_after_decision(rig: Rig) -> None:
    """Prepare the news of a decision, which was sent, and the event of its bounce."""
    empty_docket(rig)
    found = claimed(rig)
    verify(rig, OFFICER, found.case_id, receipt=found.receipt, identity=True)
    decide(rig, OFFICER, found.case_id)
    (notice,) = [notice for notice in rig.notices if notice.template == "news"]
    assert notice.state == "sent"
    bounce = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "ana@example.org"}]}
    tags = {"case": [notice.case_id], "notice": [notice.notice_id]}
    rig.messages = [rig.delivery_message({"eventType": "Bounce", "mail": {"tags": tags}, "bounce": bounce})]


def _messages_lost(rig: Rig) -> None:
    """Prepare two requests whose messages were lost three minutes ago."""
    _filed(rig, {}, BY_SMS)
    rig.messages = []
    rig.later(minutes=3)


def _lease_expired(rig: Rig) -> None:
    claimed_case(rig)
    case = rig.cases[0]
    assert case.lease_until
    rig.time = case.lease_until + timedelta(minutes=2)
    rig.sweep()


def _information_request_expired(rig: Rig) -> None:
    information_requested(rig)
    rig.later(days=10, minutes=2)
    rig.sweep()


def _answered(rig: Rig) -> None:
    """Prepare the answer to a question, which brings the case back to the officer who asked."""
    found = information_requested(rig)
    assert rig.on(found.filed, "POST", "/updates", {"statement": "Here it is."}).status == 202


def _target_missed(rig: Rig) -> None:
    ranked_case(rig)
    case = rig.cases[0]
    assert case.target_at
    rig.time = case.target_at + timedelta(minutes=2)
    rig.sweep()


def _verification_missed(rig: Rig) -> None:
    found = ranked_case(rig)
    case = rig.case_of(found.filed)
    assert case.verify_by
    rig.time = case.verify_by + timedelta(minutes=2)
    rig.sweep()


def _verified_before_restriction(rig: Rig) -> None:
    """Prepare the ranking of a case that became restricted, whose verified requester must be confirmed again."""
    found = claimed_case(rig)
    verify(rig, OFFICER, found.case_id, receipt=found.receipt, identity=True)
    rig.file(person(11, requester=SISTER, facts={"relief_pending": ["vawa"]}))
    keep_only(rig, "rank")


def _stuck(rig: Rig) -> None:
    """Prepare two cases and a notice that the sweep has given up."""
    _filed(rig, {}, NO_CHANNEL)
    rig.messages = []
    for _ in range(ATTEMPTS + 1):
        rig.later(days=1)
        rig.sweep()
        rig.messages = []
    assert [case.stuck for case in rig.cases] == [True, True]


def _two_offices(rig: Rig) -> None:
    empty_docket(rig)
    file_case(rig, 11)
    file_case(rig, 12, facts={"facility": "EPC"})


def _before_a_switch(rig: Rig) -> None:
    """Prepare two cases, and a policy that takes effect with the next tick."""
    _two_offices(rig)
    publish(rig, draft("next", (DETAINED, ORDER_ONLY), since="2026-11-24T15:10:00Z"))
    rig.later(minutes=12)


def _in_a_switch(rig: Rig) -> None:
    """Prepare two cases, and a policy switch that has not sent any message yet."""
    _two_offices(rig)
    publish(rig, EARLIER)
    rig.later(seconds=11)


def _switched(rig: Rig) -> None:
    """Prepare two cases, and the messages of a policy switch to rank them again."""
    _in_a_switch(rig)
    rig.sweep()
    assert [message.queue for message in rig.messages] == ["rank", "rank"]


def _previewed(rig: Rig) -> None:
    """Prepare a requested preview, and the message of an office that has a case."""
    _two_offices(rig)
    send(rig, EARLIER)
    answer = rig.staff(AUTHOR, "POST", "/staff/policies/earlier/preview", {})
    assert answer.status == 202
    rig.messages = [message for message in rig.messages if '"ATL"' in message.body]


def _miscounted(rig: Rig) -> None:
    ranked_case(rig)
    send(rig, EARLIER)
    rig.tamper(keys.policy_author(AUTHOR.id), drafts=7)


WORK = [
    Flow("rank", "system", _to_rank, process_batch),
    Flow("rank again", "system", _lane_changed, process_batch),
    Flow("rank under another policy", "system", _switched, process_batch),
    Flow("lease expires", "system", _lease_expired, process_batch),
    Flow("information request expires", "system", _information_request_expired, process_batch),
    Flow("answer returns to who asked", "system", _answered, process_batch),
    Flow("first look missed", "system", _target_missed, process_batch),
    Flow("verification missed", "system", _verification_missed, process_batch),
    Flow("rank a case that became restricted", "system", _verified_before_restriction, process_batch),
    Flow("notify by mail", "system", _to_send({}), process_batch),
    Flow("notify by text message", "system", _to_send(BY_SMS), process_batch),
    Flow("notify several", "system", _to_send({}, BY_SMS, NO_CHANNEL), process_batch),
    Flow("notify without an address", "system", _to_send(NO_CHANNEL), process_batch),
    Flow("hand a notice over to be written", "system", _to_send(BY_LETTER), process_batch),
    Flow("hand a notice over to be called", "system", _to_send(BY_PHONE), process_batch),
    Flow("hand another notice over", "system", _call_open, process_batch),
    Flow("notify beyond the limit", "system", _limit_reached, process_batch),
    Flow("notify for those that wait", "system", _limit_over, process_batch),
    Flow("bounce", "system", _delivery_event("Bounce"), process_batch),
    Flow("bounce after the decision", "system", _bounce_after_decision, process_batch),
    Flow("complaint", "system", _delivery_event("Complaint"), process_batch),
    Flow("reject", "system", _delivery_event("Reject"), process_batch),
    Flow("sweep", "system", _messages_lost, _duty("sweep")),
    Flow("policy takes effect", "system", _before_a_switch, _duty("sweep")),
    Flow("walk of a switch", "system", _in_a_switch, _duty("sweep")),
    Flow("a part of a preview", "system", _previewed, process_batch),
    Flow("snapshot", "operator", _two_offices, _duty("snapshot")),
    Flow("bands", "operator", _two_offices, _duty("bands")),
    Flow("usual wait", "operator", _two_offices, _duty("usual_wait")),
    Flow("redrive", "operator", _stuck, _duty("redrive")),
    Flow("recount drafts", "operator", _miscounted, _duty("recount_drafts", author=AUTHOR.id)),
]
