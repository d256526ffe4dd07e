"""Reissue the access code of a request."""

from __future__ import annotations

from tests.support.staff import (
    COLLEAGUE,
    ELSEWHERE,
    OFFICER,
    OFFICIAL,
    claimed,
    decide,
    file_case,
    post,
    verify,
)
from tests.support.system import System


def test_after_a_reissue_only_the_new_code_is_valid(system: System) -> None:
    held = file_case(system)
    answer = system.work(OFFICER, held.case_id, "reissue-code", {"receipt": held.receipt})
    assert answer == {"receipt": held.receipt, "access_code": answer["access_code"]}
    for method, what, given in (
        ("GET", "", None),
        ("POST", "/updates", {"statement": "x"}),
        ("POST", "/withdrawal", {}),
        ("POST", "/escalation", {"statement": "x"}),
    ):
        assert system.on(held.filed, method, what, given).status == 404
    assert system.look_up(answer)["disclosure"] == "full"
    again = system.work(OFFICER, held.case_id, "reissue-code", {"receipt": held.receipt})
    assert again["access_code"] not in {answer["access_code"], held.filed["access_code"]}
    assert system.on(answer, "GET").status == 404


def test_no_staff_route_returns_an_existing_access_code(system: System) -> None:
    held = claimed(system)
    code = system.work(OFFICER, held.case_id, "reissue-code", {"receipt": held.receipt})["access_code"]
    base = f"/staff/cases/{held.case_id}"
    for path in (base, f"{base}/contacts?why=x", f"{base}/ranking", f"{base}/history", "/staff/worklist?office=ATL"):
        answer = system.staff(OFFICER, "GET", path)
        assert answer.status == 200
        assert code not in answer.body
        assert held.filed["access_code"] not in answer.body
        assert "access_code" not in answer.body
    assert code not in str(system.items())


def test_a_code_can_be_reissued_after_a_decision(system: System) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    decide(system, OFFICER, held.case_id, outcome="declined")
    new = system.work(OFFICER, held.case_id, "reissue-code", {"receipt": held.receipt})
    assert system.look_up(new)["decision"]["outcome"] == "declined"
    system.on(new, "POST", "/escalation", {"statement": "Look again."})
    newest = system.work(OFFICIAL, held.case_id, "reissue-code", {"receipt": held.receipt})
    assert system.look_up(newest)["status"] == "with_senior_official"


def test_a_code_can_be_reissued_only_for_a_receipt_of_the_case(system: System) -> None:
    held, other = file_case(system, 1), file_case(system, 2)
    assert post(system, OFFICER, held.case_id, "reissue-code", {"receipt": other.receipt}).status == 404
    assert post(system, ELSEWHERE, held.case_id, "reissue-code", {"receipt": held.receipt}).status == 404
    assert system.look_up(other.filed)["status"] == "in_line"
    event = system.history(system.case_of(held.filed))[-1]
    assert event.kind != "code_reissued"
    system.work(COLLEAGUE, held.case_id, "reissue-code", {"receipt": held.receipt})
    event = system.history(system.case_of(held.filed))[-1]
    assert (event.kind, event.user, event.receipt) == ("code_reissued", "olga", held.receipt)
