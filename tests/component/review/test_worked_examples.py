"""Worked examples 4 and 6, from filing to decision, and what each party sees at each step."""

from __future__ import annotations

from typing import Any

from tests.support.bodies import reasons
from tests.support.staff import decide, item, post, read, take_next, verify, worklist
from tests.support.system import Staff, System, body

EL_PASO = Staff("elle", "officer", "ELP")
CLEARED, SECOND = Staff("cleo", "officer,restricted", "ATL"), Staff("cora", "officer,restricted", "ATL")
PLAIN = Staff("omar", "officer", "ATL")


def _seen(system: System, filed: Any) -> tuple[str, str, str | None]:  # noqa: ANN401  # a filing
    answer = system.look_up(filed)
    return answer["status"], answer["disclosure"], answer["lane"]


def _asked_for_proof(system: System, filed: Any) -> list[str | None]:  # noqa: ANN401  # a filing
    """Return the times by which the questions that a requester is shown are to be answered."""
    return [each["answer_by"] for each in system.look_up(filed)["asked_for"]]


def _without_receipt(system: System, filed: Any) -> dict[str, Any]:  # noqa: ANN401  # a filing
    """Return what a requester is shown, without what differs for each request."""
    shown = system.look_up(filed)
    assert shown.pop("receipt") == filed["receipt"]
    return shown


HERS = {"email": "her@example.org", "language": "en"}
LIMITED = ("received", "limited", "detained")
QUESTION = {"asked": [{"text": "Proof of residence.", "language": "en"}], "answer_by": "2026-12-04T12:00:00-05:00"}


def test_example_4_a_sister_has_limited_disclosure_until_her_waiver_is_verified(system: System) -> None:
    """Detained at EPC, entered 2009, sole caregiver of a disabled citizen child of nine; her sister writes."""
    sister = {"role": "family", "relationship": "sister", "name": "Rosa", "contact": {"email": "rosa@example.org"}}
    facts = {
        "custody": "detained",
        "detained_on": "2026-11-18",
        "facility": "EPC",
        "entered_on": "2009-03-01",
        "minor_children": 1,
        "us_citizen_children": 1,
        "sole_caregiver": True,
    }
    filed = system.file(body(requester={**sister, "authority": "none"}, facts=facts))
    assert filed["field_office"] == "ELP"
    assert "requester.authority" in {lack["field"] for lack in filed["deficiencies"]}
    assert _seen(system, filed) == LIMITED
    system.pump()
    assert [mail.to for mail in system.outbox()] == ["rosa@example.org"]
    # the officer sees the case in its lane, with its flags and reasons
    (found,) = worklist(system, EL_PASO, "ELP")["items"]
    assert found["lane"] == "detained"
    assert {"authority_needed", "parental_interest"} <= set(found["flags"])
    assert [reason["rule"] for reason in found["reasons"]] == ["detained", "sole_caregiver"]
    case_id = found["case_id"]
    assert take_next(system, EL_PASO) == case_id
    assert _seen(system, filed) == LIMITED
    # she is asked for her waiver by a question of the catalogue, and for nothing else
    assert post(system, EL_PASO, case_id, "information-requests", QUESTION).json()["errors"][0]["code"] == (
        "no_verified_requester"
    )
    asked = {"codes": ["prove_authority"], "answer_by": "2026-12-04T17:00:00.000Z"}
    system.work(EL_PASO, case_id, "information-requests", asked)
    system.pump()
    assert [mail.to for mail in system.outbox()] == ["rosa@example.org"] * 2
    assert (_asked_for_proof(system, filed), _seen(system, filed)) == (["2026-12-04T17:00:00.000Z"], LIMITED)
    # her waiver is verified: she sees that the case is in review, but not the case, and the flag is removed
    verify(system, EL_PASO, case_id, receipt=filed["receipt"], authority="form_60_001")
    assert _seen(system, filed) == ("in_review", "limited", "detained")
    assert system.look_up(filed)["missing"] == []
    assert post(system, EL_PASO, case_id, "information-requests", QUESTION).status == 409
    assert "authority_needed" not in item(system, case_id, EL_PASO, "ELP")["flags"]
    decide(system, EL_PASO, case_id, outcome="granted", **reasons("She cares for a child alone."))
    answer = system.look_up(filed)
    assert (answer["status"], answer["decision"]["outcome"]) == ("decided", "granted")
    assert answer["decision"]["reasons"] == ["She cares for a child alone."]
    assert (answer["people_ahead"], _asked_for_proof(system, filed)) == (None, [])
    assert [mail.to for mail in system.outbox()] == ["rosa@example.org"] * 3


def test_example_6_a_husbands_request_gets_limited_disclosure_and_changes_nothing(system: System) -> None:
    """A VAWA self-petition is pending; she is detained after a call by the husband, who writes as well."""
    facts = {"custody": "detained", "facility": "STWRTGA", "relief_pending": ["vawa"], "serious_illness": True}
    hers = system.file(body(facts=facts, requester={"contact": {**HERS, "safe_to_contact": True}}))
    husband = {"role": "family", "relationship": "husband", "name": "H", "contact": {"email": "him@example.org"}}
    against = {
        "custody": "not_detained",
        "facility": None,
        "residence": {"state": "GA"},
        "convictions": [{"kind": "aggravated_felony"}],
        "serious_illness": False,
        "relief_pending": [],
    }
    his = system.file(body(requester=husband, facts=against))
    other = system.file(body(requester=husband, facts=against, subject={"a_number": "A000-000-099"}))
    # his response is the same as for a request about any other person
    assert set(his) == set(other)
    assert [his[name] for name in ("field_office", "deficiencies", "notice")] == [
        other[name] for name in ("field_office", "deficiencies", "notice")
    ]
    system.pump()
    assert system.case_of(his).case_id == system.case_of(hers).case_id
    assert _without_receipt(system, his) == _without_receipt(system, other)
    assert sorted(mail.to for mail in system.outbox()) == ["her@example.org", "him@example.org", "him@example.org"]
    # his statements do not count against her; she is not verified, and gets limited disclosure too
    case = system.case_of(hers)
    assert (case.lane, case.restricted, case.facts.convictions, case.facts.serious_illness) == (
        "detained", True, None, True,
    )  # fmt: skip
    assert _seen(system, hers) == LIMITED
    # only officers with access to restricted cases see it
    assert case.case_id not in {entry["case_id"] for entry in worklist(system, PLAIN)["items"]}
    assert system.staff(PLAIN, "GET", f"/staff/cases/{case.case_id}").status == 404
    assert "restricted" in item(system, case.case_id, CLEARED)["flags"]
    system.work(CLEARED, case.case_id, "claim")
    roles = {request["receipt"]: request["role"] for request in read(system, CLEARED, case.case_id)["requests"]}
    assert roles == {hers["receipt"]: "self", his["receipt"]: "family"}
    # nobody is verified, so nobody is asked in free text
    assert post(system, CLEARED, case.case_id, "information-requests", QUESTION).status == 409
    # in a restricted case, two officers with access to it verify her
    verify(system, CLEARED, case.case_id, receipt=hers["receipt"], identity=True)
    assert _seen(system, hers) == LIMITED
    verify(system, SECOND, case.case_id, receipt=hers["receipt"], identity=True)
    assert _seen(system, hers) == ("in_review", "full", "detained")
    before = system.look_up(his)
    sent = len(system.outbox())
    decide(system, CLEARED, case.case_id, outcome="granted")
    assert [mail.to for mail in system.outbox()[sent:]] == ["her@example.org"]
    assert system.look_up(hers)["decision"]["outcome"] == "granted"
    assert system.look_up(his) == before
    assert _seen(system, his) == ("received", "limited", "other")
    assert system.look_up(his)["usual_wait"]["office"] == "ATL"
    for path, given in (("/updates", {"statement": "x"}), ("/withdrawal", {})):
        assert system.on(his, "POST", path, given).status == system.on(other, "POST", path, given).status == 202
