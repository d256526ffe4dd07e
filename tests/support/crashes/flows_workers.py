"""What the workers, the schedule and an operator do, as flows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from casereview.cases.due import ATTEMPTS
from casereview.schema.records import Notice
from tests.support.crashes.flow import Flow
from tests.support.crashes.flows_public import held, nothing, own
from tests.support.crashes.rig import Rig
from tests.support.policy.drafts import AUTHOR, DETAINED, EARLIER, draft, publish, send
from tests.support.staff import OFFICER, SISTER, ask, claimed, decide, file_case, person

BY_TEXT: dict[str, Any] = {"name": "Ana", "role": "self", "contact": {"phone": "+12025550143", "preferred": "sms"}}
NOWHERE: dict[str, Any] = {"name": "Ana", "role": "self", "contact": {"preferred": "none"}}


def work(rig: Rig, _found: Any) -> None:  # noqa: ANN401  # what was prepared
    """Have the worker of the first message take its batch."""
    rig.turn()


def _duty(duty: str) -> Callable[[Rig, Any], None]:
    def act(rig: Rig, _found: Any) -> None:  # noqa: ANN401  # what was prepared
        rig.duty(duty)

    return act


def only(rig: Rig, queue: str) -> None:
    """Lose all messages but those of a queue."""
    rig.letters = [letter for letter in rig.letters if letter.queue == queue]


def _filed(rig: Rig, *people: dict[str, Any]) -> None:
    nothing(rig)
    for number, requester in enumerate(people, 11):
        rig.file(person(number, **({"requester": requester} if requester else {})))


def _to_rank(rig: Rig) -> None:
    """Two cases that were just filed, in one batch."""
    _filed(rig, {}, {})
    only(rig, "rank")


def _moved(rig: Rig) -> None:
    """A ranked case that a sister's request lifts."""
    own(rig)
    rig.file(person(11, requester=SISTER, facts={"removal_soon": True}))
    only(rig, "rank")


def _to_send(*people: dict[str, Any]) -> Callable[[Rig], None]:
    def prepare(rig: Rig) -> None:
        _filed(rig, *people)
        waiting = [letter for letter in rig.letters if letter.queue == "notice"]
        only(rig, "rank")
        rig.pump()
        rig.letters = waiting

    return prepare


def _report(kind: str) -> Callable[[Rig], None]:
    """A notice that was sent, and what the mail service reports of it."""

    def prepare(rig: Rig) -> None:
        found = own(rig)
        notice: Notice = next(notice for notice in rig.notices if notice.receipt == found.receipt)
        assert notice.state == "sent"
        mail = {"tags": {"case": [notice.case_id], "notice": [notice.notice_id]}}
        recipients = [{"emailAddress": "ana@example.org"}]
        events: dict[str, dict[str, Any]] = {
            "Bounce": {"bounce": {"bounceType": "Permanent", "bouncedRecipients": recipients}},
            "Complaint": {"complaint": {"complainedRecipients": recipients}},
            "Reject": {},
        }
        rig.letters = [rig.letter({"eventType": kind, "mail": mail, **events[kind]})]

    return prepare


def _report_after_decision(rig: Rig) -> None:
    """News of a decision that was sent, and the report that it bounced."""
    nothing(rig)
    found = claimed(rig)
    decide(rig, OFFICER, found.case_id)
    (notice,) = [notice for notice in rig.notices if notice.template == "news"]
    assert notice.state == "sent"
    bounce = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "ana@example.org"}]}
    tags = {"case": [notice.case_id], "notice": [notice.notice_id]}
    rig.letters = [rig.letter({"eventType": "Bounce", "mail": {"tags": tags}, "bounce": bounce})]


def _lost(rig: Rig) -> None:
    """Two requests whose messages were all lost, a while ago."""
    _filed(rig, {}, BY_TEXT)
    rig.letters = []
    rig.later(minutes=3)


def _lease_over(rig: Rig) -> None:
    held(rig)
    case = rig.cases[0]
    assert case.lease_until
    rig.time = case.lease_until + timedelta(minutes=2)
    rig.sweep()


def _answer_over(rig: Rig) -> None:
    nothing(rig)
    found = claimed(rig)
    ask(rig, OFFICER, found.case_id)
    rig.later(days=10, minutes=2)
    rig.sweep()


def _target_missed(rig: Rig) -> None:
    own(rig)
    case = rig.cases[0]
    assert case.target_at
    rig.time = case.target_at + timedelta(minutes=2)
    rig.sweep()


def _stuck(rig: Rig) -> None:
    """Two cases and a notice that the sweep has given up."""
    _filed(rig, {}, NOWHERE)
    rig.letters = []
    for _ in range(ATTEMPTS + 1):
        rig.later(days=1)
        rig.sweep()
        rig.letters = []
    assert [case.stuck for case in rig.cases] == [True, True]


def _two_offices(rig: Rig) -> None:
    nothing(rig)
    file_case(rig, 11)
    file_case(rig, 12, facts={"facility": "EPC"})


def _before_a_switch(rig: Rig) -> None:
    """Two cases, and a policy whose time comes with the next tick."""
    _two_offices(rig)
    publish(rig, draft("next", (DETAINED, EARLIER_WHEN), since="2026-11-24T15:10:00Z"))
    rig.later(minutes=12)


EARLIER_WHEN = "    when: {removal_order: {is: final}}\n"


def _in_a_switch(rig: Rig) -> None:
    """Two cases, and a switch whose walk has begun and sent nothing yet."""
    _two_offices(rig)
    publish(rig, EARLIER)
    rig.later(seconds=11)


def _switched(rig: Rig) -> None:
    """Two cases that a walk has asked to rank anew."""
    _in_a_switch(rig)
    rig.sweep()
    assert [letter.queue for letter in rig.letters] == ["rank", "rank"]


def _previewed(rig: Rig) -> None:
    """A preview that is asked for, and the message of the office that has a case."""
    _two_offices(rig)
    send(rig, EARLIER)
    answer = rig.staff(AUTHOR, "POST", "/staff/policies/earlier/preview", {})
    assert answer.status == 202
    rig.letters = [letter for letter in rig.letters if '"ATL"' in letter.body]


WORK = [
    Flow("rank", "system", _to_rank, work),
    Flow("rank anew", "system", _moved, work),
    Flow("rank under another policy", "system", _switched, work),
    Flow("lease end", "system", _lease_over, work),
    Flow("wait for an answer ends", "system", _answer_over, work),
    Flow("first look missed", "system", _target_missed, work),
    Flow("notify by mail", "system", _to_send({}), work),
    Flow("notify by text message", "system", _to_send(BY_TEXT), work),
    Flow("notify several", "system", _to_send({}, BY_TEXT, NOWHERE), work),
    Flow("notify nobody", "system", _to_send(NOWHERE), work),
    Flow("bounce", "system", _report("Bounce"), work),
    Flow("bounce after the decision", "system", _report_after_decision, work),
    Flow("complaint", "system", _report("Complaint"), work),
    Flow("reject", "system", _report("Reject"), work),
    Flow("sweep", "system", _lost, _duty("sweep")),
    Flow("a policy's time comes", "system", _before_a_switch, _duty("sweep")),
    Flow("walk of a switch", "system", _in_a_switch, _duty("sweep")),
    Flow("a part of a preview", "system", _previewed, work),
    Flow("snapshot", "operator", _two_offices, _duty("snapshot")),
    Flow("redrive", "operator", _stuck, _duty("redrive")),
]
