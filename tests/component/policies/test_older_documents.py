"""The documents of the release before this one, each with its text in one item, stay policies and drafts."""

from __future__ import annotations

from typing import Any

import pytest

from casereview.policy.checks import check
from casereview.policy.document import digest
from casereview.schema.policy_records import PolicyAuthor, PolicyHead, PolicyInForce, PolicyRecord
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.policy_registry import spans_of
from tests.support.policy.drafts import (
    APPROVER,
    AUTHOR,
    EARLIER,
    ORDER,
    amendment,
    approve,
    draft,
    preview_silently,
    publish,
    read,
    send,
)
from tests.support.staff import claimed, worklist
from tests.support.system import System


def store_older(system: System, text: str, **fields: Any) -> PolicyRecord:  # noqa: ANN401  # any field
    """Store a document as the release before this one did."""
    document = check(text)
    amends = getattr(document, "amends", None)
    known: dict[str, Any] = {
        "policy_id": document.id,
        "kind": "amendment" if amends else "document",
        "amends": amends,
        "title": document.title,
        "text": text,
        "digest": digest(document),
        "intervals": spans_of(document),
        "author": AUTHOR.user,
        "author_id": AUTHOR.id,
        "created_at": system.time,
    }
    record = PolicyRecord.model_validate({**known, **fields})
    system.intake.table.put(record)
    return record


def approved(system: System) -> dict[str, Any]:
    return {"state": "approved", "approver": "peter", "decided_at": system.time, "why": "Read."}


def states(system: System) -> dict[str, str]:
    found = system.staff(AUTHOR, "GET", "/staff/policies").json()
    return {item["policy_id"]: item["state"] for item in found["policies"]}


def in_force(system: System) -> str | None:
    return system.read(PolicyInForce, keys.IN_FORCE).policy


def test_a_policy_that_an_older_release_has_in_force_stays_in_force_from_the_first_moment(system: System) -> None:
    record = store_older(system, EARLIER, **approved(system))
    system.intake.table.put(PolicyInForce(policy="earlier", digest=record.digest, since=system.time))
    held = claimed(system)
    assert system.read(Case, keys.case(held.case_id)).policy == "earlier"
    assert all(reason["text"] for reason in worklist(system)["items"][0]["reasons"])
    system.settle(3)
    assert in_force(system) == "earlier"
    assert system.read(PolicyHead, keys.approved_head("earlier")).digest == record.digest
    system.cloud.remove(keys.policy("earlier"))
    system.later(minutes=1)
    found = read(system, "earlier")
    assert (found["document"], found["why"], found["state"]) == (EARLIER, "Read.", "in_force")


def test_a_policy_that_an_older_release_approved_for_later_comes_into_force_at_its_time(system: System) -> None:
    system.sweep()
    store_older(system, draft("later", since="2026-11-24T18:00:00Z"), **approved(system))
    for _ in range(181):
        system.later(minutes=1)
        system.sweep()
    assert in_force(system) == "later"


def test_an_amendment_that_an_older_release_brings_in_force_now_is_not_undone(system: System) -> None:
    publish(system, EARLIER)
    system.sweep()
    vacated = amendment("vacatur", "earlier", "2026-11-24T15:00:00Z/2026-11-24T15:00:01Z")
    store_older(system, vacated, **approved(system))
    order = system.intake.policies.compiled(ORDER)
    system.later(minutes=1)
    system.intake.table.put(PolicyInForce(policy=ORDER, digest=order.digest, since=system.time))
    system.settle(3)
    assert in_force(system) == ORDER
    assert states(system)["earlier"] == "vacated"


def test_a_draft_of_an_older_release_is_taken_over_counted_previewed_and_approved(system: System) -> None:
    store_older(system, EARLIER)
    store_older(system, draft("other"))
    store_older(system, draft("declined"), state="refused", why="No.")
    assert {name: state for name, state in states(system).items() if name in {"earlier", "other", "declined"}} == {
        "earlier": "draft",
        "other": "draft",
        "declined": "refused",
    }
    assert system.read(PolicyAuthor, keys.policy_author(AUTHOR.id)).drafts == 2
    assert not system.intake.table.items(keys.POLICIES, keys.DOCUMENTS)
    assert (read(system, "declined")["why"], read(system, "other")["document"]) == ("No.", draft("other"))
    preview_silently(system, "earlier")
    assert approve(system, "earlier")["governs"]
    assert system.staff(AUTHOR, "DELETE", "/staff/policies/other").status == 204
    assert system.read(PolicyAuthor, keys.policy_author(AUTHOR.id)).drafts == 0


def test_an_older_document_is_taken_over_once_by_however_many_processes(system: System) -> None:
    store_older(system, EARLIER)
    for _ in range(2):
        system.intake, system.prioritize, system.notify = system.cloud.connect(system.clock)
        assert states(system)["earlier"] == "draft"
        store_older(system, EARLIER)
    assert system.read(PolicyAuthor, keys.policy_author(AUTHOR.id)).drafts == 1


@pytest.mark.parametrize("fault", [{"text": None}, {"digest": 7}, {"colour": "red"}])
def test_an_older_document_that_cannot_be_read_hinders_no_other(system: System, fault: dict[str, object]) -> None:
    store_older(system, draft("bad"))
    system.tamper(keys.policy("bad"), **fault)
    store_older(system, draft("good"))
    assert states(system)["good"] == "draft"
    assert ("bad" in states(system)) is ("colour" in fault)


def test_what_this_release_approves_has_a_copy_for_the_release_before_it(system: System) -> None:
    publish(system, EARLIER)
    copy = system.read(PolicyRecord, keys.policy("earlier"))
    assert (copy.text, copy.state, copy.approver) == (EARLIER.strip(), "approved", APPROVER.user)
    head = system.read(PolicyHead, keys.approved_head("earlier"))
    assert (copy.digest, copy.intervals, copy.decided_at) == (head.digest, head.intervals, head.decided_at)


def test_a_draft_is_nothing_that_the_release_before_this_one_reads(system: System) -> None:
    send(system, EARLIER)
    assert not system.intake.table.items(keys.POLICIES, keys.DOCUMENTS)
