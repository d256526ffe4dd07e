"""Commands of a requester after filing: updates, withdrawal and escalation, and their effect on the case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casereview.cases.changes import next_version
from casereview.cases.due import without_due_work
from casereview.schema.field_sets import CaseFields
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.schema.vocabulary import Status
from casereview.store import keys
from casereview.store.transaction import put_over
from intake.change_request import change_request
from tests.support.staff import OFFICER, file_case, item
from tests.support.standing import recognized
from tests.support.system import System, body

AT_HOME = body(facts={"custody": "not_detained", "facility": None, "residence": {"state": "GA", "county": "Fulton"}})
SISTER = {"role": "family", "name": "Eva Example", "contact": {"email": "eva@example.org", "language": "es"}}


def test_an_earlier_removal_date_moves_the_case_to_the_top_of_the_worklist(system: System) -> None:
    for number in range(3):
        system.file(body(subject={"a_number": f"A00000010{number}"}))
        system.later(minutes=1)
    filed = system.file(body(facts={"removal_at": "2026-12-20T10:00:00-05:00"}))
    system.pump()
    case = system.case_of(filed)
    assert case.lane == "detained"
    assert system.worklist("ATL").index(case.case_id) == 3
    soon = (system.time + timedelta(hours=36)).isoformat()
    assert system.on(filed, "POST", "/updates", {"facts": {"removal_at": soon}}).status == 202
    system.pump()
    assert system.case_of(filed).lane == "imminent_removal"
    assert system.worklist("ATL")[0] == case.case_id
    assert system.look_up(filed)["lane"] == "imminent_removal"


@pytest.mark.parametrize("role", ["self", "family"])
def test_a_later_removal_date_requires_verification_by_an_officer(system: System, role: str) -> None:
    filed = system.file(body(requester={"role": role}, facts={"removal_at": "2026-11-25T10:00:00-05:00"}))
    system.pump()
    system.on(filed, "POST", "/updates", {"facts": {"removal_at": "2027-03-01", "custody": "not_detained"}})
    system.pump()
    case = system.case_of(filed)
    assert case.lane == "imminent_removal"
    assert "claim_waiting" in case.flags


def test_an_update_changes_the_contact_that_notices_go_to(system: System) -> None:
    filed = system.file(body())
    system.on(filed, "POST", "/updates", {"contact": {"email": "new@example.org"}})
    system.pump()
    assert [(sent.to, sent.language) for sent in system.outbox()] == [("new@example.org", "es")]


def test_null_in_an_update_makes_a_fact_unknown(system: System) -> None:
    filed = system.file(body(facts={"serious_illness": True}))
    system.on(filed, "POST", "/updates", {"facts": {"serious_illness": None}})
    system.pump()
    assert system.case_of(filed).facts.serious_illness is None


def test_an_empty_update_is_refused(system: System) -> None:
    filed = system.file(body())
    before = system.items()
    answer = system.on(filed, "POST", "/updates", {})
    assert answer.status == 422
    assert system.items() == before


def test_an_invalid_update_is_refused_with_the_field(system: System) -> None:
    filed = system.file(body())
    answer = system.on(filed, "POST", "/updates", {"facts": {"custody": "jail"}})
    assert answer.json()["errors"][0]["pointer"] == "/facts/custody"


def test_an_update_cannot_change_the_person(system: System) -> None:
    filed = system.file(body())
    before = system.case_of(filed).person
    assert system.on(filed, "POST", "/updates", {"subject": {"a_number": "A000-000-099"}}).status == 202
    assert system.case_of(filed).person == before
    assert system.read(Request, keys.request(filed["receipt"])).completed is None


def test_protection_is_never_unset_by_an_update(system: System) -> None:
    filed = system.file(body(facts={"relief_pending": ["u_visa"]}))
    system.on(filed, "POST", "/updates", {"facts": {"relief_pending": []}})
    system.pump()
    case = system.case_of(filed)
    assert case.restricted
    assert "restricted" in case.flags


def test_an_update_that_raises_protection_restricts_the_case_at_once(system: System) -> None:
    filed = system.file(body())
    system.on(filed, "POST", "/updates", {"facts": {"relief_pending": ["vawa"]}})
    assert system.case_of(filed).restricted


def test_withdrawing_the_only_request_closes_the_case_and_deletes_the_guard(system: System) -> None:
    filed = system.file(AT_HOME)
    system.pump()
    answer = system.on(filed, "POST", "/withdrawal", {})
    assert (answer.status, answer.json()["waits"]) == (202, False)
    assert system.look_up(filed)["status"] == "withdrawn"
    assert system.guards == []
    assert system.worklist("ATL") == []
    assert system.file(body())["receipt"] != filed["receipt"]
    assert len(system.cases) == 2


@pytest.mark.parametrize("facts", [{}, {"claims_us_citizenship": True}], ids=["detained", "in a top lane"])
def test_the_case_of_a_detained_person_or_in_a_top_lane_ends_only_after_an_officer(
    system: System, facts: dict[str, Any]
) -> None:
    filed = system.file(body(facts=facts) if not facts else body(**{**AT_HOME, "facts": {**AT_HOME["facts"], **facts}}))
    system.pump()
    lane = system.case_of(filed).lane
    assert system.on(filed, "POST", "/withdrawal", {}).status == 202
    assert system.look_up(filed)["status"] == "withdrawn"
    system.pump()
    case = system.case_of(filed)
    assert (case.status, case.lane) == ("in_line", lane)
    assert "withdrawal_to_confirm" in case.flags
    assert len(system.guards) == 1


@pytest.mark.parametrize("sent", [AT_HOME, body()], ids=["closed", "waiting for an officer"])
def test_a_withdrawal_is_taken_back_within_72_hours(system: System, sent: dict[str, Any]) -> None:
    filed = system.file(sent)
    system.pump()
    system.on(filed, "POST", "/withdrawal", {})
    assert system.look_up(filed)["withdrawal"] == {"waits": False, "undo_until": "2026-11-27T15:00:00.000Z"}
    system.later(hours=71)
    answer = system.on(filed, "POST", "/withdrawal", {"undo": True})
    assert (answer.status, answer.json()["waits"]) == (202, False)
    system.pump()
    case = system.case_of(filed)
    assert (case.status, case.live, system.look_up(filed)["status"]) == ("in_line", 1, "received")
    assert system.look_up(filed)["withdrawal"] is None
    assert "withdrawal_to_confirm" not in case.flags
    assert [guard.case for guard in system.guards] == [case.case_id]
    assert system.on(filed, "POST", "/withdrawal", {"undo": True}).status == 202


@pytest.mark.parametrize("said", [{"custody": "detained"}, {"claims_us_citizenship": True}])
def test_words_that_no_ranking_has_weighed_keep_a_withdrawal_from_closing_the_case(
    system: System, said: dict[str, Any]
) -> None:
    filed = system.file(AT_HOME)
    system.pump()
    system.on(filed, "POST", "/updates", {"facts": said})
    assert system.on(filed, "POST", "/withdrawal", {}).status == 202
    system.pump()
    case = system.case_of(filed)
    assert case.status == "in_line"
    assert "withdrawal_to_confirm" in case.flags


def test_a_command_under_a_code_that_was_reissued_meanwhile_changes_nothing(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = file_case(system)

    def reissued_first(*given: Any) -> Any:  # noqa: ANN401  # as intake.commands.change_request
        lost = {"receipt": held.receipt, "proof": "document", "why": "Lost."}
        system.work(OFFICER, held.case_id, "reissue-code", lost)
        return change_request(*given)

    monkeypatch.setattr("intake.commands.change_request", reissued_first)
    answer = system.on(held.filed, "POST", "/updates", {"contact": {"email": "other@example.org"}})
    assert (answer.status, answer.json()["errors"][0]["code"]) == (404, "no_such_request")
    assert system.history(system.case_of(held.filed))[-1].kind == "code_reissued"


def test_a_withdrawal_cannot_be_taken_back_later(system: System) -> None:
    filed = system.file(AT_HOME)
    system.on(filed, "POST", "/withdrawal", {})
    system.later(hours=73)
    answer = system.on(filed, "POST", "/withdrawal", {"undo": True})
    assert (answer.status, answer.json()["errors"][0]["code"]) == (409, "withdrawal_final")


def test_a_case_that_is_open_again_goes_on_beside_a_newer_one_of_the_person(system: System) -> None:
    filed = system.file(AT_HOME)
    system.pump()
    system.on(filed, "POST", "/withdrawal", {})
    newer = system.file(body())
    assert system.on(filed, "POST", "/withdrawal", {"undo": True}).status == 202
    system.pump()
    assert [guard.case for guard in system.guards] == [system.case_of(newer).case_id]
    shown = item(system, system.case_of(filed).case_id)["flags"]
    assert ("maybe_same_person" in shown, "many_requests" in shown) == (True, False)


def test_what_an_unverified_holder_said_no_longer_counts_after_a_withdrawal(system: System) -> None:
    owner = system.file(body())
    other = system.file(body(requester=SISTER, facts={"claims_us_citizenship": True}))
    system.pump()
    assert system.case_of(owner).lane == "citizenship_claim"
    system.on(other, "POST", "/withdrawal", {})
    system.pump()
    assert system.case_of(owner).lane == "detained"
    system.on(other, "POST", "/withdrawal", {"undo": True})
    system.pump()
    assert system.case_of(owner).lane == "citizenship_claim"


def test_withdrawing_twice_changes_nothing(system: System) -> None:
    filed = system.file(body())
    system.on(filed, "POST", "/withdrawal", {})
    before = system.items()
    assert system.on(filed, "POST", "/withdrawal").status == 202
    assert system.items() == before


def test_after_several_requests_the_last_withdrawal_waits_for_an_officer(system: System) -> None:
    first, second = system.file(body()), system.file(body(requester=SISTER))
    system.on(first, "POST", "/withdrawal", {})
    system.pump()
    assert system.look_up(second)["status"] == "received"
    assert "withdrawal_to_confirm" not in system.case_of(first).flags
    system.on(second, "POST", "/withdrawal", {})
    system.pump()
    assert system.case_of(first).status == "in_line"
    assert "withdrawal_to_confirm" in system.case_of(first).flags
    assert system.look_up(second)["status"] == "withdrawn"


def test_a_withdrawn_request_cannot_be_updated(system: System) -> None:
    filed = system.file(body())
    system.on(filed, "POST", "/withdrawal", {})
    assert system.on(filed, "POST", "/updates", {"statement": "More."}).status == 409


def test_a_case_cannot_be_escalated_before_a_decision(system: System) -> None:
    filed = system.file(body())
    recognized(system, filed)
    assert system.on(filed, "POST", "/escalation", {"statement": "Look again."}).status == 409


def _decide(system: System, case: Case) -> None:
    decided = case.evolve(status="decided", version=case.version + 1, rank_at=None)
    system.intake.table.write(put_over(decided, version=case.version))


def test_after_a_decision_a_verified_holder_can_escalate_the_case(system: System) -> None:
    filed = system.file(body())
    recognized(system, filed)
    system.pump()
    _decide(system, system.case_of(filed))
    assert system.on(filed, "POST", "/escalation", {}).status == 422
    assert system.on(filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
    system.pump()
    assert system.look_up(filed)["status"] == "with_senior_official"
    assert system.worklist("SRO") == [system.case_of(filed).case_id]


def test_a_decision_is_not_disclosed_to_a_third_party_by_status_or_escalation(system: System) -> None:
    sister = system.file(body(requester=SISTER))
    system.pump()
    before = system.on(sister, "POST", "/escalation", {"statement": "Look again."})
    shown = system.look_up(sister)
    _decide(system, system.case_of(sister))
    after = system.on(sister, "POST", "/escalation", {"statement": "Look again."})
    assert (before.status, before.body) == (after.status, after.body)
    assert system.look_up(sister) == shown


def test_an_update_does_not_disclose_to_a_third_party_that_a_case_is_closed(system: System) -> None:
    owner, sister = system.file(body()), system.file(body(requester=SISTER))
    recognized(system, owner)
    system.pump()
    case = system.case_of(owner)
    changes: CaseFields = {**without_due_work(case), "status": "closed", "version": case.version + 1}
    closed = case.evolve(**changes)
    system.intake.table.write(put_over(closed, version=case.version))
    assert system.on(sister, "POST", "/updates", {"statement": "More."}).status == 202
    assert system.on(owner, "POST", "/updates", {"statement": "More."}).status == 409
    system.settle(3)
    assert system.case_of(owner).status == "closed"


@pytest.mark.parametrize("what", ["", "/updates", "/withdrawal", "/escalation"])
def test_a_wrong_receipt_and_a_wrong_code_get_the_same_404(system: System, what: str) -> None:
    filed, other = system.file(body()), system.file(body(subject={"a_number": "A000-000-012"}))
    method = "POST" if what else "GET"
    wrong_code = system.on({**filed, "access_code": other["access_code"]}, method, what, {"statement": "x"})
    wrong_receipt = system.on({**filed, "receipt": "AAAA-AAAA-AAAA-AAAA-A"}, method, what, {"statement": "x"})
    no_code = system.call(method, f"/requests/{filed['receipt']}{what}", {"statement": "x"})
    swapped = system.on({"receipt": filed["access_code"], "access_code": filed["receipt"]}, method, what)
    assert {answer.status for answer in (wrong_code, wrong_receipt, no_code, swapped)} == {404}
    assert {answer.body for answer in (wrong_code, wrong_receipt, no_code, swapped)} == {wrong_code.body}


def test_a_code_is_accepted_in_lower_case_and_without_hyphens(system: System) -> None:
    filed = system.file(body())
    spoken = filed["access_code"].replace("-", " ").lower().replace("0", "o").replace("1", "l")
    assert system.on({"receipt": filed["receipt"].lower().replace("-", ""), "access_code": spoken}, "GET").status == 200


def test_the_history_has_each_change_and_its_actor(system: System) -> None:
    filed = system.file(body())
    system.pump()
    system.on(filed, "POST", "/updates", {"facts": {"claims_us_citizenship": True}})
    system.pump()
    history = system.history(system.case_of(filed))
    assert [(event.version, event.kind, event.actor) for event in history] == [
        (1, "filed", "requester"),
        (2, "ranked", "system"),
        (3, "updated", "requester"),
        (4, "ranked", "system"),
    ]
    lane = history[3].changes["lane"]
    assert (lane.before, lane.after) == ("detained", "citizenship_claim")
    assert history[3].ranking is not None
    assert history[3].ranking.matched == ("claims_us_citizenship",)


@pytest.mark.parametrize("verified", [True, False], ids=["verified", "unverified"])
@pytest.mark.parametrize("status", ["decided", "closed", "withdrawn", "with_senior_official"])
def test_a_contact_can_be_changed_in_every_state(system: System, status: Status, *, verified: bool) -> None:
    filed = system.file(body())
    if verified:
        recognized(system, filed)
    system.pump()
    case = system.case_of(filed)
    changes: CaseFields = {**without_due_work(case), "status": status, **next_version(case)}
    system.intake.table.write(put_over(case.evolve(**changes), version=case.version))
    for contact in ({"email": "new@example.org"}, {"safe_to_contact": False}):
        assert system.on(filed, "POST", "/updates", {"contact": contact}).status == 202
    assert system.case_of(filed).status == status
    assert system.look_up(filed)["contact_changed_at"] is not None


def test_the_contact_of_a_withdrawn_request_can_be_changed(system: System) -> None:
    filed = system.file(AT_HOME)
    system.on(filed, "POST", "/withdrawal", {})
    assert system.on(filed, "POST", "/updates", {"contact": {"email": "new@example.org"}}).status == 202
