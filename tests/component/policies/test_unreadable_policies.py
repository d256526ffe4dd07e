"""A policy that cannot be read stops nothing: it counts as not approved, is named in the list and in the log."""

from __future__ import annotations

from typing import Any

import pytest

from casereview.schema.policy_records import PolicyHead, PolicyInForce, Switch
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.keys import Key
from tests.support.policy.drafts import APPROVER, AUTHOR, EARLIER, ORDER, draft, preview, publish, read, send
from tests.support.staff import COLLEAGUE, OFFICER, claimed, decide, file_case, take_next, worklist
from tests.support.staff import read as read_case
from tests.support.system import System


def listed(system: System) -> dict[str, Any]:
    answer = system.staff(AUTHOR, "GET", "/staff/policies")
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json()
    return found


def published(system: System) -> Key:
    """Publish a policy of which an older release has no copy, and return the key of its text."""
    publish(system, EARLIER)
    system.settle(4)
    system.cloud.remove(keys.policy("earlier"))
    return keys.policy_text("earlier", system.read(PolicyHead, keys.approved_head("earlier")).digest)


def restart(system: System) -> None:
    """Start new processes, which have compiled nothing."""
    system.intake, system.prioritize, system.notify = system.cloud.connect(system.clock)


HEAD_FAULTS: list[dict[str, object]] = [
    {"digest": None},
    {"created_at": "yesterday"},
    {"intervals": [{"since": "2030-01-01T00:00:00Z", "until": "2029-01-01T00:00:00Z"}]},
    {"title": ""},
]


@pytest.mark.parametrize("fault", HEAD_FAULTS)
def test_an_approved_head_that_cannot_be_read_is_left_out(system: System, fault: dict[str, object]) -> None:
    held = claimed(system)
    published(system)
    system.tamper(keys.approved_head("earlier"), **fault)
    assert_all_goes_on(system, held.case_id)


@pytest.mark.parametrize("fault", [{"text": None}, {"text": 7}, {"text": "lanes: ["}, {"text": "id: earlier"}])
def test_a_policy_whose_text_cannot_be_read_is_left_out(system: System, fault: dict[str, object]) -> None:
    held = claimed(system)
    system.tamper(published(system), **fault)
    restart(system)
    assert_all_goes_on(system, held.case_id)


def assert_all_goes_on(system: System, case_id: str) -> None:
    system.later(seconds=11)
    filed = file_case(system, 12)
    assert len(worklist(system)["items"]) == 2
    assert take_next(system, COLLEAGUE) == filed.case_id
    assert system.look_up(filed.filed)["lane"]
    system.settle(5)
    assert system.read(PolicyInForce, keys.IN_FORCE).policy == ORDER
    assert system.read(Case, keys.case(case_id)).policy == ORDER
    assert decide(system, COLLEAGUE, filed.case_id)["status"] == "decided"
    assert listed(system)["in_force"] == ORDER


def test_the_list_names_an_approved_policy_that_cannot_be_read(system: System) -> None:
    published(system)
    system.tamper(keys.approved_head("earlier"), digest=None)
    assert listed(system)["unreadable"] == ["earlier"]


def test_an_approved_document_is_read_from_the_copy_for_the_older_release_if_its_own_record_is_broken(
    system: System,
) -> None:
    publish(system, EARLIER)
    system.tamper(keys.approved_head("earlier"), digest=None)
    system.settle(3)
    assert system.read(PolicyInForce, keys.IN_FORCE).policy == "earlier"
    assert read(system, "earlier")["document"] == EARLIER.strip()


@pytest.mark.parametrize("key", [keys.IN_FORCE, keys.SWITCH])
def test_a_record_of_the_switch_that_cannot_be_read_is_stored_again(system: System, key: Key) -> None:
    held = claimed(system)
    publish(system, EARLIER)
    system.tamper(key, digest=None)
    system.later(seconds=11)
    assert listed(system)["unreadable"] == [key.sk]
    assert len(worklist(system)["items"]) == 1
    system.settle(6)
    assert system.read(PolicyInForce, keys.IN_FORCE).policy == "earlier"
    assert system.read(Switch, keys.SWITCH).ended_at
    assert system.read(Case, keys.case(held.case_id)).policy == "earlier"
    publish(system, draft("next", since="2026-11-24T15:01:00Z"))
    assert system.read(PolicyInForce, keys.IN_FORCE).policy == "next"


def test_a_draft_without_a_text_is_shown_and_neither_previewed_nor_approved(system: System) -> None:
    sent = send(system, EARLIER)
    assert preview(system, "earlier")["done"]
    system.cloud.remove(keys.policy_text("earlier", sent["digest"]))
    assert read(system, "earlier")["document"] is None
    body = {"approve": True, "why": "Read."}
    assert system.staff(APPROVER, "POST", "/staff/policies/earlier/approval", body).status == 409
    restart(system)
    assert not preview(system, "earlier")["done"]
    assert system.staff(APPROVER, "POST", "/staff/policies/earlier/approval", {**body, "approve": False}).status == 200


def test_a_case_whose_policy_is_gone_is_shown_without_the_texts_of_its_rules(system: System) -> None:
    held = claimed(system)
    system.tamper(keys.case(held.case_id), policy="gone")
    (shown,) = worklist(system)["items"]
    assert {reason["text"] for reason in shown["reasons"]} == {""}
    assert read_case(system, OFFICER, held.case_id)["policy"] == "gone"
