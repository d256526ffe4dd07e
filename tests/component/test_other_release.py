"""Two releases share the table: data that another release wrote is shown, kept and not acted on.

The tests act as the other release: they write unknown attributes, due work and enumeration values into items.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from casereview.cases.due import ATTEMPTS
from casereview.schema.base import Unrecognized, rfc3339
from casereview.schema.event_records import Event
from casereview.schema.notice_records import Notice
from casereview.schema.policy_records import PolicyHead
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.items import attribute, plain_fields
from casereview.store.keys import Key
from tests.support.policy.drafts import ORDER, draft
from tests.support.staff import (
    COLLEAGUE,
    LAWYER,
    OFFICER,
    SUPERVISOR,
    FiledCase,
    ask,
    claimed,
    decide,
    decision,
    file_case,
    item,
    person,
    post,
    read,
    statements,
    take_next,
    verify,
    worklist,
)
from tests.support.standing import recognized
from tests.support.system import Staff, System

NEW = "of-another-release"
AUTHOR, APPROVER = Staff("ada", "policy", None), Staff("bob", "policy", None)


def fields_of(system: System, key: Key) -> dict[str, Any]:
    found = system.cloud.backend.get(key)
    assert found is not None
    return plain_fields(found)


def marked(system: System, key: Key) -> None:
    """Add an attribute to an item that this release does not know."""
    system.tamper(key, colour={"deep": ["red", 1, None]})


def with_due_work(system: System, case_id: str, days: int = 400) -> str:
    """Add due work of another release to a case, and return when it is due."""
    at = rfc3339(system.time + timedelta(days=days))
    work = fields_of(system, keys.case(case_id)).get("due", {})
    system.tamper(keys.case(case_id), due={**work, "translate": at})
    return at


def is_kept(system: System, case_id: str, at: str) -> bool:
    found = fields_of(system, keys.case(case_id))
    due = found["due"].get("translate") == at and found["due_at"] == min(found["due"].values())
    return bool(due and found.get("colour") == {"deep": ["red", 1, None]})


def test_attributes_of_another_release_survive_every_change_of_a_case(system: System) -> None:
    held = file_case(system, requester=LAWYER)
    marked(system, keys.case(held.case_id))
    at = with_due_work(system, held.case_id)
    assert item(system, held.case_id)["status"] == "in_line"
    assert take_next(system) == held.case_id
    assert is_kept(system, held.case_id, at)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, authority="g28")
    assert is_kept(system, held.case_id, at)
    verify(system, OFFICER, held.case_id, facts={"pregnant": True})
    assert read(system, OFFICER, held.case_id)["claimed_by"] == "omar"
    ask(system, OFFICER, held.case_id)
    system.later(days=1)
    assert system.on(held.filed, "POST", "/updates", {"statement": "Here it is."}).status == 202
    system.settle(3)
    assert (system.case_of(held.filed).status, is_kept(system, held.case_id, at)) == ("in_review", True)
    system.later(hours=9)
    system.settle(3)
    assert (system.case_of(held.filed).status, is_kept(system, held.case_id, at)) == ("in_line", True)
    system.work(COLLEAGUE, held.case_id, "claim")
    assert decide(system, COLLEAGUE, held.case_id)["status"] == "decided"
    assert is_kept(system, held.case_id, at)
    assert fields_of(system, keys.case(held.case_id))["due"] == {"translate": at}
    assert system.look_up(held.filed)["decision"]["outcome"] == "granted"
    system.work(SUPERVISOR, held.case_id, "reopening", {"why": "New facts."})
    system.pump()
    assert (system.case_of(held.filed).status, is_kept(system, held.case_id, at)) == ("in_line", True)


def test_an_unchanged_ranking_does_not_overwrite_attributes_of_another_release(system: System) -> None:
    held = file_case(system)
    key = keys.case(held.case_id)
    facts = fields_of(system, key)["facts"]
    system.tamper(key, facts={**facts, "height": 170}, colour="red")
    before = system.cloud.backend.get(key)
    system.later(hours=1)
    _rank(system, held)
    assert system.cloud.backend.get(key) == before
    assert system.on(held.filed, "POST", "/updates", {"facts": {"pregnant": True}}).status == 202
    system.pump()
    after = fields_of(system, key)
    assert (after["facts"]["height"], after["facts"]["pregnant"], after["colour"]) == (170, True, "red")


def _rank(system: System, held: FiledCase) -> None:
    system.intake.hint_rank(system.case_of(held.filed))
    system.pump()


def test_every_record_can_have_unknown_attributes(system: System) -> None:
    system.duty("sweep")
    system.staff(AUTHOR, "POST", "/staff/policies", {"document": draft("mine")})
    system.staff(AUTHOR, "POST", "/staff/policies/mine/preview", {})
    first, second = file_case(system, 11, requester=LAWYER), claimed(system, 12)
    read(system, OFFICER, second.case_id)
    system.duty("snapshot")
    before = {Key(found["pk"]["S"], found["sk"]["S"]): found for found in system.items()}
    for key in before:
        marked(system, key)
    assert {key.sk.partition("#")[0] for key in before} == {
        "CASE", "EVENT", "NOTICE", "REQUEST", "RECEIPT", "SENDS", "OPEN", "COUNTER", "SNAPSHOT", "READ", "HEAD", "TEXT",
        "DRAFTS", "IN_FORCE", "OFFICE",
    }  # fmt: skip
    system.settle(3)
    assert len(worklist(system)["items"]) == 2
    assert take_next(system, COLLEAGUE) == first.case_id
    verify(system, OFFICER, second.case_id, receipt=second.receipt, identity=True)
    assert system.look_up(second.filed)["disclosure"] == "full"
    assert system.on(second.filed, "POST", "/updates", {"contact": {"language": "fr"}}).status == 202
    assert system.staff(OFFICER, "GET", f"/staff/cases/{second.case_id}/history").status == 200
    assert system.staff(OFFICER, "GET", f"/staff/cases/{second.case_id}/ranking").status == 200
    assert post(system, OFFICER, second.case_id, "contacts", {"why": "call"}).status == 200
    assert system.staff(SUPERVISOR, "GET", "/staff/summary?office=ATL").status == 200
    policies = system.staff(APPROVER, "GET", "/staff/policies/mine").json()
    assert (policies["state"], policies["preview"]["done"]) == ("previewed", True)
    decide(system, OFFICER, second.case_id)
    assert system.file(person(12))["receipt"]
    approved = system.staff(APPROVER, "POST", "/staff/policies/mine/approval", {"approve": True, "why": "Good."})
    assert approved.status == 200
    system.settle(5)
    lost = {
        Key(found["pk"]["S"], found["sk"]["S"]) for found in system.items() if "colour" not in found
    } & before.keys()
    assert {key.sk.partition("#")[0] for key in lost} <= {"IN_FORCE", "SNAPSHOT", "OPEN"}, (
        "created again instead of changed"
    )


def test_due_work_of_another_release_is_kept_and_not_done(system: System) -> None:
    held = file_case(system)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    at = with_due_work(system, held.case_id, days=0)
    system.tamper(keys.case(held.case_id), due_at=at, due_shard="00")
    before = fields_of(system, keys.case(held.case_id))
    stuck = 0
    for _ in range(ATTEMPTS + 1):
        system.later(hours=9)
        stuck += system.sweep()["stuck"]
        system.pump()
    after = fields_of(system, keys.case(held.case_id))
    assert stuck == 1
    index = {"due_at", "due_shard", "attempts", "stuck"}
    assert {**after, **dict.fromkeys(index)} == {**before, **dict.fromkeys(index)}
    assert after["due"]["translate"] == at


STATUS = attribute(NEW)


def in_another_state(system: System, held: FiledCase) -> dict[str, Any]:
    """Put a case into a state that this release does not know, and return its item."""
    system.tamper(keys.case(held.case_id), status=NEW)
    return fields_of(system, keys.case(held.case_id))


def test_a_case_in_a_state_of_another_release_is_shown(system: System) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    in_another_state(system, held)
    assert item(system, held.case_id)["status"] == NEW
    assert read(system, OFFICER, held.case_id)["status"] == NEW
    assert system.look_up(held.filed)["status"] == NEW
    assert system.look_up(held.filed)["decision"] is None
    assert isinstance(system.case_of(held.filed).status, Unrecognized)


GIVEN: dict[str, Mapping[str, object]] = {
    "claim": {},
    "release": {},
    "verifications": {"facts": {"pregnant": True}, "verdict": "confirmed", "why": "Seen."},
    "information-requests": {"asked": [{"text": "Proof.", "language": "en"}], "answer_by": "2026-12-04"},
    "transfer": {"office": "ELP", "why": "Moved."},
    "approval": {"approve": True, "why": "Right."},
    "reopening": {"why": "New facts."},
}


@pytest.mark.parametrize("held_by", [OFFICER, None])
@pytest.mark.parametrize("what", [*GIVEN, "decision"])
def test_a_case_in_a_state_of_another_release_is_not_changed(system: System, what: str, held_by: Staff | None) -> None:
    held = claimed(system) if held_by else file_case(system)
    before = in_another_state(system, held)
    user = SUPERVISOR if what in {"transfer", "approval", "reopening"} else OFFICER
    given = decision(system, OFFICER, held.case_id) if what == "decision" else GIVEN[what]
    answer = post(system, user, held.case_id, what, given)
    assert answer.status == (200 if what == "claim" and held_by else 409), answer.body
    assert take_next(system, COLLEAGUE) is None
    _rank(system, held)
    system.settle(3)
    assert fields_of(system, keys.case(held.case_id)) == before


def test_an_act_is_not_corrected_in_a_state_of_another_release(system: System) -> None:
    held = file_case(system)
    sent = {"removed_at": rfc3339(system.time), "why": "x"}
    recorded = system.work(OFFICER, held.case_id, "removal", sent)
    in_another_state(system, held)
    answer = post(system, SUPERVISOR, held.case_id, "corrections", {"event": recorded["case_version"], "why": "x"})
    assert (answer.status, answer.json()["type"]) == (409, "/problems/wrong-state")


def test_changes_that_require_no_state_work_in_a_state_of_another_release(system: System) -> None:
    held = file_case(system)
    in_another_state(system, held)
    assert system.on(held.filed, "POST", "/updates", {"statement": "More."}).status == 202
    recognized(system, held.filed)
    assert system.on(held.filed, "POST", "/updates", {"statement": "More."}).status == 409
    system.work(OFFICER, held.case_id, "removal", {"removed_at": "2026-11-24", "why": "Reported by telephone."})
    reissued = {"receipt": held.receipt, "proof": "document", "why": "Lost."}
    system.work(OFFICER, held.case_id, "reissue-code", reissued)
    events = [event for event in system.all(Event, "EVENT") if event.case_id == held.case_id]
    assert {event.kind for event in events} == {"filed", "ranked", "updated", "removal_recorded", "code_reissued"}
    after = fields_of(system, keys.case(held.case_id))
    assert (after["status"], after["queue"]) == (NEW, "ATL")


def test_an_undeliverable_notice_is_recorded_in_a_state_of_another_release(system: System) -> None:
    system.later(seconds=1)
    filed = system.file(person(11))
    held = FiledCase(filed, system.case_of(filed).case_id)
    in_another_state(system, held)
    system.later(days=4)
    system.pump()
    (notice,) = system.notices
    assert (notice.state, notice.why) == ("undeliverable", "expired")
    assert [event.kind for event in system.history(system.case_of(filed))] == ["filed", "undeliverable"]
    assert (system.case_of(filed).status, system.case_of(filed).flags) == (NEW, ())


@pytest.mark.parametrize("fields", [{"state": NEW}, {"template": NEW}])
def test_a_notice_of_another_release_is_not_sent(system: System, fields: dict[str, str]) -> None:
    system.file(person(11))
    (notice,) = system.notices
    key = keys.notice(notice.case_id, notice.notice_id)
    system.tamper(key, **fields)
    system.settle(3)
    assert system.outbox() == []
    (left,) = system.all(Notice, "NOTICE")
    assert (left.send_at, left.sends) == (notice.send_at, 0)
    assert fields.items() <= fields_of(system, key).items()


def test_a_request_in_a_state_of_another_release_gets_limited_disclosure_and_changes_nothing(
    system: System,
) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    system.tamper(keys.request(held.receipt), state=NEW)
    shown = system.look_up(held.filed)
    assert (shown["disclosure"], shown["status"]) == ("limited", "received")
    assert system.on(held.filed, "POST", "/updates", {"statement": "More."}).status == 409
    assert system.on(held.filed, "POST", "/withdrawal", {}).status == 202
    assert fields_of(system, keys.request(held.receipt))["state"] == NEW
    (request,) = read(system, OFFICER, held.case_id)["requests"]
    assert request["state"] == NEW
    decide(system, OFFICER, held.case_id)
    assert [sent.subject for sent in system.outbox()] == [system.outbox()[0].subject], "no news"


def test_an_event_of_another_release_is_shown_but_not_counted(system: System) -> None:
    held = claimed(system)
    case = system.case_of(held.filed)
    key = keys.event(case.case_id, case.version)
    system.tamper(key, kind=NEW, sealed=b"sealed otherwise", actor=NEW)
    assert NEW in {event["kind"] for event in _history(system, held)}
    assert statements(system, OFFICER, held.case_id) == []
    _rank(system, held)
    assert decide(system, OFFICER, held.case_id)["status"] == "decided"


def _history(system: System, held: FiledCase) -> list[dict[str, Any]]:
    answer = system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}/history")
    assert answer.status == 200, answer.body
    events: list[dict[str, Any]] = answer.json()["events"]
    return events


def test_an_outcome_of_another_release_is_shown_but_cannot_be_approved(system: System) -> None:
    held = claimed(system)
    status = {"status": "awaiting_approval", "decision": 3, "decided_by": "omar", "outcome": NEW}
    system.tamper(keys.case(held.case_id), **status)
    assert read(system, SUPERVISOR, held.case_id)["outcome"] == NEW
    assert post(system, SUPERVISOR, held.case_id, "approval", GIVEN["approval"]).status == 409
    assert system.read(Case, keys.case(held.case_id)).outcome == NEW


@pytest.mark.parametrize("fields", [{"state": NEW}, {"kind": NEW}])
def test_a_policy_of_another_release_is_listed_but_neither_approved_nor_in_force(
    system: System, fields: dict[str, str]
) -> None:
    system.staff(AUTHOR, "POST", "/staff/policies", {"document": draft("mine")})
    system.tamper(keys.policy_draft("mine"), **fields)
    system.later(minutes=1)
    listed = system.staff(APPROVER, "GET", "/staff/policies").json()
    assert listed["in_force"] == ORDER
    (shown,) = [policy for policy in listed["policies"] if policy["policy_id"] == "mine"]
    assert fields.items() <= shown.items()
    given = {"approve": True, "why": "Good."}
    assert system.staff(APPROVER, "POST", "/staff/policies/mine/approval", given).status == 409
    system.tamper(keys.policy_draft("mine"), state="draft", kind="document")
    head = system.read(PolicyHead, keys.policy_draft("mine"))
    system.intake.table.put(head.evolve(state="approved", decided_at=system.time))
    system.tamper(keys.approved_head("mine"), **fields)
    system.settle(3)
    assert system.staff(APPROVER, "GET", "/staff/policies").json()["in_force"] == ORDER
