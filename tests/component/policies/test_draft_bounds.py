"""Drafts are bounded by author, counted by the transactions that open and end them."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from casereview.schema.policy_records import PolicyAuthor, PolicyHead
from casereview.store import keys
from review.policies import writes
from tests.support.policy.drafts import APPROVER, AUTHOR, ORDER, amendment, approve, preview_silently, read, send
from tests.support.system import Staff, System

if TYPE_CHECKING:
    import pytest

OTHER = Staff("otto", "policy", None)


def pause(name: str, text: str = "A court has spoken.") -> str:
    """Return a small draft: an amendment that takes effect later."""
    return amendment(name, ORDER, "2027-01-01T00:00:00Z").replace("A court has spoken.", text)


def refused(system: System, text: str, staff: Staff = AUTHOR) -> tuple[int, str]:
    answer = system.staff(staff, "POST", "/staff/policies", {"document": text})
    return answer.status, answer.json().get("type", "")


def counted(system: System, staff: Staff = AUTHOR) -> tuple[int, int]:
    found = system.intake.table.get(PolicyAuthor, keys.policy_author(staff.id)) or PolicyAuthor(author=staff.id)
    return found.drafts, found.size


def size(system: System, *names: str) -> int:
    return sum(system.read(PolicyHead, keys.policy_draft(name)).size for name in names)


FULL = (HTTPStatus.TOO_MANY_REQUESTS, "/problems/bound-reached")


def test_an_author_can_have_twenty_open_drafts_and_is_told_what_to_do_then(system: System) -> None:
    for number in range(writes.MAX_DRAFTS):
        send(system, pause(f"p{number}"))
    before = system.items()
    assert refused(system, pause("more")) == FULL
    answer = system.staff(AUTHOR, "POST", "/staff/policies", {"document": pause("more")}).json()
    assert "Delete a draft" in answer["errors"][0]["message"]
    assert system.items() == before
    assert send(system, pause("theirs"), OTHER)["state"] == "draft"
    assert send(system, pause("p3", "Another reason."))["state"] == "draft"
    assert system.staff(AUTHOR, "DELETE", "/staff/policies/p3").status == HTTPStatus.NO_CONTENT
    assert send(system, pause("more"))["state"] == "draft"


def test_the_bytes_of_an_authors_drafts_are_bounded(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writes, "MAX_BYTES", 1000)
    send(system, pause("a", "ß" * 500))
    assert counted(system)[1] > 1000
    assert refused(system, pause("b")) == FULL
    assert refused(system, pause("a", "ß" * 501)) == FULL
    assert send(system, pause("a", "Short."))["state"] == "draft"
    assert send(system, pause("b"))["state"] == "draft"


def test_a_draft_counts_until_it_is_deleted_approved_or_refused(system: System) -> None:
    for name in ("a", "b", "c"):
        send(system, pause(name))
    assert counted(system) == (3, size(system, "a", "b", "c"))
    send(system, pause("b", "A longer reason, of another court."))
    assert counted(system) == (3, size(system, "a", "b", "c"))
    system.staff(AUTHOR, "DELETE", "/staff/policies/a")
    assert counted(system) == (2, size(system, "b", "c"))
    preview_silently(system, "b")
    approve(system, "b")
    assert counted(system) == (1, size(system, "c"))
    approve(system, "c", approve=False)
    assert counted(system) == (0, 0)
    assert counted(system, APPROVER) == (0, 0)


def test_a_draft_that_is_replaced_or_deleted_leaves_no_text_behind(system: System) -> None:
    send(system, pause("a"))
    send(system, pause("a", "Another reason."))
    (text,) = [item for item in system.items() if item["pk"]["S"] == "POLICYTEXT#a"]
    assert "Another reason." in text["text"]["S"]
    assert read(system, "a")["document"] == pause("a", "Another reason.").strip()
    system.staff(AUTHOR, "DELETE", "/staff/policies/a")
    assert not [item for item in system.items() if item["pk"]["S"].startswith(("POLICYTEXT", "POLICYDRAFT"))]
