"""Whom an office is told to telephone: at the case that the request is of now, until its requester says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from casereview.records import Notice
from tests.edge import edge, performs_after
from tests.integration.review.office import OFFICER, SISTER, Matter, claimed, item, matter
from tests.system import System

ANA, EVA = "ana@example.org", "eva@example.org"
NAMELESS: dict[str, Any] = {"subject": {"a_number": None, "given_name": "Ana"}}


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


# ---- until its requester says otherwise


@pytest.mark.parametrize("contact", [{"safe_to_contact": False}, {"preferred": "none"}])
def test_who_is_not_to_be_called_any_more_is_not_from_that_moment(system: System, contact: dict[str, object]) -> None:
    found = matter(system)
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
    found = matter(system)
    _bounced(system, found.filed)
    _says(system, found.filed, **contact)
    system.pump()
    assert _is_called(system, found.filed)


def test_an_address_that_bounced_before_is_no_new_one(system: System) -> None:
    other = matter(system, 12, requester={"contact": {"email": "gone@example.org"}})
    _bounced(system, other.filed, "gone@example.org")
    found = matter(system)
    _bounced(system, found.filed)
    _says(system, found.filed, email="gone@example.org")
    system.pump()
    assert _is_called(system, found.filed)


def test_two_requesters_of_one_case_are_called_each_for_themselves(system: System) -> None:
    ana, eva = matter(system), matter(system, requester=SISTER)
    assert ana.case_id == eva.case_id
    _bounced(system, ana.filed)
    _bounced(system, eva.filed, EVA)
    _says(system, ana.filed, safe_to_contact=False)
    system.pump()
    assert _is_called(system, ana.filed)
    _says(system, eva.filed, email="new@example.org")
    system.pump()
    assert not _is_called(system, ana.filed)


def test_who_becomes_unsafe_while_the_report_is_taken_is_not_called(system: System) -> None:
    """Notify has opened the contact already, and found it safe."""
    found = matter(system)
    said: list[str] = []

    def say() -> None:
        if not said:
            said.append("unsafe")
            _says(system, found.filed, safe_to_contact=False)

    with edge("kms.Decrypt", performs_after(say)):
        _report(system, _notice(system, found.filed), ANA)
    assert said
    system.settle(3)
    assert _notice(system, found.filed).why == "bounced"
    assert not _is_called(system, found.filed)


def test_the_history_says_openly_that_nobody_may_call_and_no_more_of_the_contact(system: System) -> None:
    found = matter(system)
    _says(system, found.filed, email="secret@example.org", safe_to_contact=False)
    event = system.history(system.case_of(found.filed))[-1]
    assert event.details == {"may_be_called": False, "new_address": True}
    assert "secret@" not in str(system.items())


# ---- at the case that the request is of now


def _linked(system: System) -> tuple[Matter, Matter, str]:
    """Link Eva's case, which has no A-number, to Ana's; return both, and the case that is closed."""
    ana, eva = matter(system), matter(system, 12, requester=SISTER, **NAMELESS)
    return ana, eva, eva.case_id


def _link(system: System, eva: Matter, ana: Matter) -> None:
    system.work(OFFICER, eva.case_id, "link", {"case_id": ana.case_id, "why": "The same person."})
    system.pump()


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
