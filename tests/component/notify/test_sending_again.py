"""What could not be delivered is sent to a new address, or where the suppression of an address is lifted (A8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from casereview.schema.evidence import Claims
from casereview.schema.notice_records import Notice
from casereview.store import keys
from tests.support.staff import (
    LAWYER,
    OFFICER,
    SUPERVISOR,
    FiledCase,
    ask,
    claimed,
    decide,
    file_case,
    post,
    verify,
)
from tests.support.standing import recognized
from tests.support.system import System

ANA, NEW = "ana@example.org", "new@example.org"
ASKED: dict[str, Any] = {"codes": ["prove_identity"]}


def newest(system: System, filed: Mapping[str, Any], template: str) -> Notice:
    found = [one for one in system.notices if (one.receipt, one.template) == (filed["receipt"], template)]
    return max(found, key=lambda one: one.created_at)


def bounce(system: System, filed: Mapping[str, Any], template: str, address: str = ANA) -> None:
    """Have a notice that was sent bounce, and have the case ranked."""
    notice = newest(system, filed, template)
    assert notice.state == "sent"
    bounced = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": address}]}
    tags = {"case": [notice.case_id], "notice": [notice.notice_id]}
    system.bounce({"eventType": "Bounce", "bounce": bounced, "mail": {"tags": tags}})
    system.pump()


def give(system: System, filed: Mapping[str, Any], **contact: object) -> list[str]:
    """Change a contact; return the addresses to which messages were sent thereafter."""
    system.later(minutes=1)
    before = len(system.outbox())
    assert system.on(filed, "POST", "/updates", {"contact": contact}).status == 202
    system.pump()
    return [one.to for one in system.outbox()[before:]]


def is_flagged(system: System, filed: Mapping[str, Any]) -> bool:
    return "telephone" in system.case_of(filed).flags


def claims_of(system: System, held: FiledCase) -> Claims:
    return system.read(Claims, keys.claims(held.case_id, held.receipt))


def test_a_question_that_bounced_is_sent_to_the_new_address(system: System) -> None:
    """A8: the flag was cleared, and nothing was sent again, so that nobody knew of the question."""
    held = claimed(system)
    ask(system, OFFICER, held.case_id)
    bounce(system, held.filed, "information_asked")
    assert is_flagged(system, held.filed)
    assert claims_of(system, held).failed == ("information_asked",)
    assert give(system, held.filed, email=NEW) == [NEW]
    assert newest(system, held.filed, "information_asked").state == "sent"
    assert not is_flagged(system, held.filed)
    assert claims_of(system, held).failed == ()
    assert give(system, held.filed, email="third@example.org") == []


@pytest.mark.parametrize("template", ["acknowledgement", "news"])
def test_every_text_that_failed_is_sent_to_the_new_address(system: System, template: str) -> None:
    held = file_case(system)
    if template == "news":
        system.work(OFFICER, held.case_id, "information-requests", ASKED)
        system.pump()
    bounce(system, held.filed, template)
    assert give(system, held.filed, email=NEW) == [NEW]
    assert newest(system, held.filed, template).state == "sent"
    assert not is_flagged(system, held.filed)


def test_the_news_of_a_decision_that_bounced_is_sent_to_the_new_address(system: System) -> None:
    held = claimed(system)
    recognized(system, held.filed)
    decide(system, OFFICER, held.case_id)
    bounce(system, held.filed, "news")
    assert give(system, held.filed, email=NEW) == [NEW]
    assert newest(system, held.filed, "news").state == "sent"


def test_a_new_address_that_may_not_be_used_gets_nothing_and_keeps_the_call(system: System) -> None:
    held = file_case(system)
    bounce(system, held.filed, "acknowledgement")
    assert give(system, held.filed, email=NEW, safe_to_contact=False) == []
    assert claims_of(system, held).to_phone
    assert give(system, held.filed, safe_to_contact=True) == [NEW]
    assert not is_flagged(system, held.filed)


def test_a_change_that_leads_to_the_other_known_address_gets_what_failed(system: System) -> None:
    held = file_case(system, requester={"contact": {"email": ANA, "phone": "+12025550123", "preferred": "email"}})
    bounce(system, held.filed, "acknowledgement")
    assert not is_flagged(system, held.filed)
    assert give(system, held.filed, preferred="sms") == []
    system.settle(2)
    assert system.outbox()[-1].to == "+12025550123"
    assert not is_flagged(system, held.filed)


def test_the_first_address_gets_the_acknowledgement_that_had_none(system: System) -> None:
    held = file_case(system, requester={"contact": {}})
    assert newest(system, held.filed, "acknowledgement").why == "no_channel"
    assert give(system, held.filed, email=NEW) == [NEW]


def test_the_first_address_after_a_decision_gets_news_of_it(system: System) -> None:
    held = claimed(system, requester={"contact": {}})
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    decide(system, OFFICER, held.case_id)
    assert give(system, held.filed, email=NEW) == [NEW]
    assert newest(system, held.filed, "news").state == "sent"


def test_the_first_address_of_a_holder_who_is_not_verified_says_nothing_of_a_decision(system: System) -> None:
    held = claimed(system, requester={"contact": {}})
    decide(system, OFFICER, held.case_id)
    give(system, held.filed, email=NEW)
    assert [one.template for one in system.notices if one.receipt == held.receipt and one.state == "sent"] == [
        "acknowledgement"
    ]


def test_a_change_of_a_working_address_sends_nothing(system: System) -> None:
    held = file_case(system)
    assert give(system, held.filed, email=NEW) == []


def test_what_failed_for_one_requester_is_not_sent_to_another(system: System) -> None:
    held = file_case(system)
    lawyer = file_case(system, requester=LAWYER)
    bounce(system, held.filed, "acknowledgement")
    assert give(system, lawyer.filed, email=NEW) == []
    assert is_flagged(system, held.filed)


def test_a_suppression_that_is_lifted_ends_the_call_once_all_that_failed_is_sent_again(system: System) -> None:
    held = file_case(system)
    bounce(system, held.filed, "acknowledgement")
    assert is_flagged(system, held.filed)
    system.work(SUPERVISOR, held.case_id, "unsuppress", {"receipt": held.receipt, "why": "There is room again."})
    system.pump()
    assert newest(system, held.filed, "acknowledgement").state == "sent"
    assert not is_flagged(system, held.filed)
    bounce(system, held.filed, "acknowledgement")
    assert is_flagged(system, held.filed)


def test_an_address_given_after_a_suppression_was_lifted_is_not_needed(system: System) -> None:
    held = claimed(system)
    ask(system, OFFICER, held.case_id)
    bounce(system, held.filed, "information_asked")
    system.work(SUPERVISOR, held.case_id, "unsuppress", {"receipt": held.receipt, "why": "There is room again."})
    system.pump()
    assert newest(system, held.filed, "information_asked").state == "sent"
    assert post(system, SUPERVISOR, held.case_id, "unsuppress", {"receipt": held.receipt, "why": "x"}).status == 409


def bounced_and_withdrawn(system: System) -> FiledCase:
    """Return a request whose acknowledgement bounced, and which was withdrawn since."""
    held = file_case(system)
    bounce(system, held.filed, "acknowledgement")
    assert system.on(held.filed, "POST", "/withdrawal", {}).status == 202
    system.pump()
    return held


def test_an_address_given_while_a_request_is_withdrawn_gets_what_failed_once_that_is_taken_back(
    system: System,
) -> None:
    held = bounced_and_withdrawn(system)
    assert give(system, held.filed, email=NEW) == []
    before = len(system.outbox())
    assert system.on(held.filed, "POST", "/withdrawal", {"undo": True}).status == 202
    system.pump()
    assert [one.to for one in system.outbox()[before:]] == [NEW]


def test_what_an_undone_withdrawal_sends_again_is_not_sent_twice(system: System) -> None:
    held = bounced_and_withdrawn(system)
    give(system, held.filed, email=NEW)
    system.on(held.filed, "POST", "/withdrawal", {"undo": True})
    system.pump()
    assert give(system, held.filed, email="third@example.org") == []
