"""The items of a worklist: reasons, flags, claims, status and overdue cases."""

from __future__ import annotations

from datetime import timedelta

from casereview.cases.first_look import is_overdue
from casereview.policy.packaged import governing
from casereview.schema.base import rfc3339
from casereview.store import keys
from tests.support.staff import ELSEWHERE, OFFICER, SUPERVISOR, ask, claimed, decide, file_case, item, person, worklist
from tests.support.system import System


def test_each_item_has_its_reasons_with_the_texts_of_the_policy(system: System) -> None:
    found = item(system, file_case(system, facts={"serious_illness": True}).case_id)
    policy, _until = governing(system.time)
    texts = {rule.id: rule.text for rule in (*policy.document.lanes, *policy.document.credits)}
    assert [reason["rule"] for reason in found["reasons"]] == ["detained", "serious_illness"]
    assert all(reason["text"] == texts[reason["rule"]] for reason in found["reasons"])
    assert found["policy"] == policy.id
    assert "score" not in found


def test_an_item_has_the_documented_fields(system: System) -> None:
    found = item(system, file_case(system, requester={"role": "attorney", "authority": None}).case_id)
    assert set(found) == {
        "case_id", "position", "lane", "received_at", "target_by", "overdue", "reasons", "flags", "status",
        "status_since", "claimed_by", "lease_until", "removal_at", "facility", "other_office", "policy",
    }  # fmt: skip
    assert (found["lane"], found["status"], found["claimed_by"]) == ("detained", "in_line", None)
    assert "authority_needed" in found["flags"]
    assert (found["facility"], found["removal_at"], found["other_office"]) == ("STWRTGA", None, None)


def test_an_item_has_since_when_its_status_and_until_when_its_claim_last(system: System) -> None:
    held = claimed(system, facts={"removal_at": "2026-12-24T12:00:00Z"})
    found, case = item(system, held.case_id), system.case_of(held.filed)
    assert (found["status_since"], found["removal_at"]) == (rfc3339(system.time), "2026-12-24T12:00:00.000Z")
    assert case.lease_until
    assert found["lease_until"] == rfc3339(case.lease_until)


def test_claimed_and_waiting_cases_stay_and_are_marked(system: System) -> None:
    held, waiting = claimed(system, 1), claimed(system, 2)
    ask(system, OFFICER, waiting.case_id)
    first, second = worklist(system)["items"]
    assert (first["case_id"], first["status"], first["claimed_by"]) == (held.case_id, "in_review", "omar")
    assert (second["case_id"], second["status"], second["claimed_by"]) == (waiting.case_id, "information_needed", None)


def test_decided_cases_are_not_in_the_worklist(system: System) -> None:
    held = claimed(system)
    decide(system, OFFICER, held.case_id)
    assert worklist(system)["items"] == []


def test_a_case_that_the_index_still_lists_after_it_was_decided_is_not_shown(system: System) -> None:
    """The index is eventually consistent: the test writes the old entry back."""
    held = claimed(system)
    rank = system.case_of(held.filed).rank
    decide(system, OFFICER, held.case_id)
    system.tamper(keys.case(held.case_id), queue="ATL")
    assert rank
    assert system.worklist("ATL") == [held.case_id]
    assert worklist(system)["items"] == []
    assert system.staff(OFFICER, "POST", "/staff/worklist/next", {}).status == 204


def test_a_case_is_overdue_from_its_target_until_it_is_claimed(system: System) -> None:
    held = file_case(system, facts={"claims_us_citizenship": True})
    target = system.case_of(held.filed).target_at
    assert target == system.time + timedelta(hours=4)
    system.time = target - timedelta(milliseconds=1)
    assert item(system, held.case_id)["overdue"] is False
    system.time = target
    assert item(system, held.case_id)["overdue"] is True
    system.work(OFFICER, held.case_id, "claim")
    assert item(system, held.case_id)["overdue"] is False
    assert not is_overdue(system.case_of(held.filed), system.time)


def test_cases_that_are_not_ranked_yet_are_in_no_worklist(system: System) -> None:
    system.file(person(1))
    assert worklist(system)["items"] == []
    system.pump()
    assert len(worklist(system)["items"]) == 1


def test_an_item_names_the_other_office_that_the_facts_name(system: System) -> None:
    held = file_case(system)
    assert system.on(held.filed, "POST", "/updates", {"facts": {"facility": "EPC"}}).status == 202
    system.pump()
    found = item(system, held.case_id)
    assert "office_differs" in found["flags"]
    assert (found["facility"], found["other_office"]) == ("EPC", "ELP")
    system.work(SUPERVISOR, held.case_id, "transfer", {"office": "ELP", "why": "She was moved."})
    system.pump()
    assert item(system, held.case_id, ELSEWHERE, "ELP")["other_office"] is None
