"""A case from the worklist to the Senior Reviewing Official: claimed, verified, decided, approved, overridden."""

from __future__ import annotations

from tests.support.bodies import granted, reasons
from tests.support.staff import asked, contacts
from tests.support.system import Staff, System, body

OFFICER, COLLEAGUE = Staff("omar"), Staff("olga")
SUPERVISOR = Staff("sue", "supervisor")
OFFICIAL = Staff("sam", "sro", None)
LAWYER = {"role": "attorney", "name": "Lee Example", "authority": "g28", "contact": {"email": "lee@example.org"}}


def _decision(system: System, case_id: str, **changes: object) -> dict[str, object]:
    read = system.staff(OFFICER, "GET", f"/staff/cases/{case_id}").json()
    plain = {
        "outcome": "granted",
        "granted": granted(str(changes.get("outcome", "granted"))),
        **reasons("You have family here.", read["policy"]),
        "internal_reasons": "Low priority.",
        "factors": [],
        "policy": read["policy"],
        "case_version": read["case_version"],
    }
    return {**plain, **changes}


def test_a_day_at_the_office(system: System) -> None:
    filed = system.file(body(requester=LAWYER))
    system.pump()
    assert system.look_up(filed)["disclosure"] == "limited"
    worklist = system.staff(OFFICER, "GET", "/staff/worklist?office=ATL").json()
    assert [(item["position"], item["status"]) for item in worklist["items"]] == [(1, "in_line")]
    taken = system.staff(OFFICER, "POST", "/staff/worklist/next", {}).json()
    case_id = taken["case_id"]
    assert (taken["status"], taken["claimed_by"]) == ("in_review", "omar")
    read = system.staff(OFFICER, "GET", f"/staff/cases/{case_id}").json()
    assert [request["receipt"] for request in read["requests"]] == [filed["receipt"]]
    whole = system.staff(OFFICER, "GET", f"/staff/cases/{case_id}/requests/{filed['receipt']}").json()["body"]
    assert whole["subject"]["given_name"] == "Ana"
    assert "contact" not in whole["requester"]
    assert contacts(system, OFFICER, case_id)[filed["receipt"]]["email"] == "lee@example.org"
    authority = {"receipt": filed["receipt"], "authority": "g28", "proof": "document", "why": "Form seen."}
    system.work(OFFICER, case_id, "verifications", {**authority, "verdict": "confirmed"})
    system.pump()
    assert system.look_up(filed)["disclosure"] == "full"
    ask = {
        "asked": [{"text": "Proof of residence, please.", "language": "en"}],
        "answer_by": "2026-12-04T12:00:00-05:00",
    }
    system.work(OFFICER, case_id, "information-requests", ask)
    system.pump()
    assert system.look_up(filed)["status"] == "information_needed"
    assert asked(system, filed) == ["Proof of residence, please."]
    assert system.outbox()[-1].to == "lee@example.org"
    system.later(days=3)
    system.on(filed, "POST", "/updates", {"statement": "Here it is."})
    system.pump()
    assert system.look_up(filed)["status"] == "in_review"
    decided = system.work(OFFICER, case_id, "decision", _decision(system, case_id, outcome="declined"))
    assert decided["status"] == "decided"
    system.pump()
    answer = system.look_up(filed)
    assert answer["decision"]["outcome"] == "declined"
    assert system.on(filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
    system.pump()
    second = system.staff(OFFICIAL, "POST", "/staff/worklist/next", {}).json()
    assert second["case_id"] == case_id
    read = system.staff(OFFICIAL, "GET", f"/staff/cases/{case_id}").json()
    final = {
        "outcome": "override",
        "granted": granted("override"),
        **reasons("We changed it."),
        "internal_reasons": "Family overlooked.",
        "factors": [],
        "policy": read["policy"],
        "case_version": read["case_version"],
    }
    assert system.work(OFFICIAL, case_id, "decision", final)["status"] == "closed"
    system.pump()
    answer = system.look_up(filed)
    assert (answer["status"], answer["decision"]["outcome"]) == ("closed", "override")
    assert len([sent for sent in system.outbox() if "news" in sent.subject or "noticia" in sent.subject]) == 2
