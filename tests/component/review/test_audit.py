"""Reads are recorded before they are answered, and contact data has a read of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from casereview.schema.event_records import Read
from tests.support.aws_faults import intercept, refuses
from tests.support.staff import ELSEWHERE, LAWYER, OFFICER, SUPERVISOR, claimed, file_case, post, read
from tests.support.system import Answer, Staff, System

READS = {"": "case", "/contacts": "contacts", "/ranking": "ranking", "/history": "history"}


def _get(system: System, user: Staff, case_id: str, path: str) -> Answer:
    """Read a part of a case; contact data with a reason."""
    if path == "/contacts":
        return post(system, user, case_id, "contacts", {"why": "To call"})
    return system.staff(user, "GET", f"/staff/cases/{case_id}{path}")


def _reads(system: System) -> list[Read]:
    return system.all(Read, "READ#")


def _history(system: System, case_id: str) -> list[dict[str, Any]]:
    """Read the history a second later, and return it without this read."""
    system.later(seconds=1)
    auditor = Staff("auditor", "supervisor")
    events = system.staff(auditor, "GET", f"/staff/cases/{case_id}/history").json()["events"]
    assert [event["kind"] for event in events if event["user"] == "auditor"] == ["read"]
    return [event for event in events if event["user"] != "auditor"]


@pytest.mark.parametrize(("path", "what"), READS.items(), ids=READS.values())
def test_each_read_is_recorded_with_user_time_and_subject(system: System, path: str, what: str) -> None:
    held = file_case(system)
    assert _get(system, OFFICER, held.case_id, path).status == 200
    (found,) = _reads(system)
    assert found.user_id == OFFICER.id
    assert (found.user, found.what, found.at, found.case_id) == ("omar", what, system.time, held.case_id)
    shown = [event for event in _history(system, held.case_id) if event["kind"] == "read"]
    assert [(event["user"], event["details"]["what"]) for event in shown] == [("omar", what)]


def test_a_read_is_in_the_history_and_changes_no_ranking(system: System) -> None:
    held = file_case(system)
    version = system.case_of(held.filed).version
    for user in (OFFICER, SUPERVISOR):
        system.later(seconds=1)
        read(system, user, held.case_id)
    assert system.case_of(held.filed).version == version
    shown = [event["user"] for event in _history(system, held.case_id) if event["kind"] == "read"]
    assert shown == ["omar", "sue"]


@pytest.mark.moto
@pytest.mark.parametrize("path", READS, ids=READS.values())
def test_if_the_read_cannot_be_recorded_nothing_is_returned(system: System, path: str) -> None:
    held = file_case(system)
    with intercept("dynamodb.TransactWriteItems", refuses("AccessDeniedException")):
        answer = _get(system, OFFICER, held.case_id, path)
    assert answer.status == 503
    assert "Ana" not in answer.body
    assert held.receipt not in answer.body
    assert _reads(system) == []


def test_a_refused_read_is_not_recorded(system: System) -> None:
    held = file_case(system)
    for path in READS:
        assert _get(system, ELSEWHERE, held.case_id, path).status == 404
    assert post(system, OFFICER, held.case_id, "contacts").status == 422
    assert post(system, OFFICER, held.case_id, "contacts", {"why": " "}).status == 422
    assert _reads(system) == []


def test_contact_data_requires_its_own_read_with_a_reason(system: System) -> None:
    held = file_case(system, requester=LAWYER)
    assert "lee@example.org" not in str(read(system, OFFICER, held.case_id))
    for what in ("ranking", "history"):
        assert "lee@example.org" not in system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}/{what}").body
    answer = post(system, OFFICER, held.case_id, "contacts", {"why": "Mirabel called"}).json()
    assert answer["contacts"][held.receipt]["email"] == "lee@example.org"
    assert "Mirabel" not in str(system.items())
    (shown,) = [event for event in _history(system, held.case_id) if event["details"].get("what") == "contacts"]
    assert shown["details"]["why"] == "Mirabel called"


def test_a_long_reason_is_kept_whole(system: System) -> None:
    held, why = file_case(system), "Called. " * 500
    assert post(system, OFFICER, held.case_id, "contacts", {"why": why}).status == 200
    (shown,) = [event for event in _history(system, held.case_id) if event["details"].get("what") == "contacts"]
    assert shown["details"]["why"] == why.strip()


def test_updated_contact_data_is_returned_only_by_the_contacts_route(system: System) -> None:
    held = file_case(system)
    system.on(held.filed, "POST", "/updates", {"contact": {"email": "new@example.org"}, "statement": "I moved."})
    system.pump()
    found = read(system, OFFICER, held.case_id)
    statements = system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}/statements").body
    assert "I moved." in statements
    assert "new@example.org" not in f"{found}{statements}"
    answer = post(system, OFFICER, held.case_id, "contacts", {"why": "x"}).json()
    assert answer["contacts"][held.receipt]["email"] == "new@example.org"


def test_every_event_has_its_actor(system: System) -> None:
    held = claimed(system)
    system.work(OFFICER, held.case_id, "release")
    system.on(held.filed, "POST", "/updates", {"statement": "x"})
    events = _history(system, held.case_id)
    assert [(event["kind"], event["actor"], event["user"]) for event in events] == [
        ("filed", "requester", None),
        ("ranked", "system", None),
        ("claimed", "officer", "omar"),
        ("released", "officer", "omar"),
        ("updated", "requester", None),
    ]
    assert [event["version"] for event in events] == [1, 2, 3, 4, 5]
    assert all(datetime.fromisoformat(event["at"]) <= system.time for event in events)
    assert events[2]["changes"]["status"] == {"from": "in_line", "to": "in_review"}


def test_earlier_rankings_stay_in_the_history(system: System) -> None:
    held = file_case(system)
    system.on(held.filed, "POST", "/updates", {"facts": {"removal_soon": True}})
    system.pump()
    rankings = [event["ranking"]["lane"] for event in _history(system, held.case_id) if event["kind"] == "ranked"]
    assert rankings == ["detained", "imminent_removal"]


def test_no_response_suggests_an_outcome(system: System) -> None:
    held = file_case(system, facts={"convictions": [{"kind": "felony"}]})
    found = system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}/ranking").json()
    assert not {"outcome", "suggestion", "score", "recommendation"} & set(found)
    assert found["policy"]
    assert all(rule["text"] and rule["source"] for rule in found["rules"])
