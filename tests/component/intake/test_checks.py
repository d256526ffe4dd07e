"""A form checks its body before it files: nothing is required, nothing is stored, and no call to AWS is made."""

from __future__ import annotations

from typing import Any

import pytest

from casereview.schema.evidence import Claims
from casereview.schema.request_records import Request
from casereview.store import keys
from tests.support.memory.recording import record_memory_calls
from tests.support.system import System, body


def check(system: System, sent: object) -> dict[str, Any]:
    answer = system.call("POST", "/requests/checks", sent)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json()
    return found


def test_an_empty_body_is_taken(system: System) -> None:
    found = check(system, {})
    assert found["field_office"] == "HQ"
    assert {one["code"] for one in found["missing"]} >= {"a_number_missing", "name_missing", "custody_unknown"}
    assert found["understood"] == {
        "facility": None,
        "facility_candidates": [],
        "residence": None,
        "a_number": False,
        "languages": [],
        "removal_at": None,
    }


def test_the_answer_says_what_is_understood_and_where_the_request_would_go(system: System) -> None:
    sent = body(
        requester={"contact": {"language": "Español", "spoken_language": "Mam"}},
        facts={"facility": "Stewart", "removal_at": "2026-12-01", "residence": {"state": "Texas", "zip": "78040-1234"}},
    )
    found = check(system, sent)
    shown = found["understood"]
    assert shown["facility"]["code"] == "STWRTGA"
    assert shown["residence"] == {"state": "TX", "county": "Webb", "zip": "78040"}
    assert (shown["a_number"], shown["languages"], shown["removal_at"]) == (True, ["es", "mam"], "2026-12-01")
    assert found["field_office"] == system.file(sent)["field_office"] == "ATL"


def test_an_ambiguous_facility_is_told_with_its_candidates(system: System) -> None:
    found = check(system, {"facts": {"custody": "detained", "facility": "Essex"}})
    assert found["understood"]["facility"] is None
    assert len(found["understood"]["facility_candidates"]) > 1


def test_it_lacks_what_the_filed_request_lacks_but_for_the_verification(system: System) -> None:
    sent = body(subject={"born_on": None}, outcome_sought=None)
    filed = {one["code"] for one in system.file(sent)["deficiencies"]} - {"identity_unverified"}
    assert {one["code"] for one in check(system, sent)["missing"]} == filed


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"subject": {"a_number": "A1"}}, "/subject/a_number"),
        ({"facts": {"entered_on": "2030"}}, "/facts/entered_on"),
        ({"requester": {"role": "boss"}}, "/requester/role"),
        ({"unknown": 1}, "/unknown"),
    ],
)
def test_what_is_present_is_validated_as_in_a_filing(system: System, sent: object, pointer: str) -> None:
    answer = system.call("POST", "/requests/checks", sent)
    assert (answer.status, [fault["pointer"] for fault in answer.json()["errors"]]) == (422, [pointer])


def test_no_call_is_made_and_nothing_is_stored(system: System) -> None:
    with record_memory_calls() as calls:
        check(system, body())
    assert calls == []
    assert system.items() == []


@pytest.mark.parametrize(("header", "word"), [({"Accept-Language": "es"}, "número"), ({}, "number")])
def test_what_is_missing_is_told_in_the_language_of_the_caller(
    system: System, header: dict[str, str], word: str
) -> None:
    found = system.call("POST", "/requests/checks", {}, header).json()
    assert word in " ".join(one["message"] for one in found["missing"])


def test_checks_is_no_receipt(system: System) -> None:
    assert system.call("GET", "/requests/checks").status == 404


# ---- updates


def update(system: System, filed: dict[str, Any], **facts: object) -> dict[str, Any]:
    answer = system.on(filed, "POST", "/updates", {"facts": facts})
    assert answer.status == 202, answer.body
    system.pump()
    found: dict[str, Any] = answer.json()
    return found


def test_a_facility_that_is_not_known_erases_none(system: System) -> None:
    filed = system.file(body(facts={"facility": "STWRTGA"}))
    found = update(system, filed, facility="Nowhere Jail")
    assert found["understood"]["facility"] is None
    assert "facility_missing" not in {one["code"] for one in found["missing"]}
    assert system.case_of(filed).facts.facility == "STWRTGA"


def test_only_null_makes_a_facility_unknown_again(system: System) -> None:
    filed = system.file(body(facts={"facility": "STWRTGA"}))
    found = update(system, filed, facility=None)
    assert "facility_missing" in {one["code"] for one in found["missing"]}
    found = update(system, filed, facility="Stewart")
    assert found["understood"]["facility"]["code"] == "STWRTGA"
    assert "facility_missing" not in {one["code"] for one in found["missing"]}


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"state": "Nowhere"}, ("TX", "Webb")),
        ({"state": "TX", "county": "Nowhere"}, ("TX", "Webb")),
        ({"county": "Nowhere"}, ("TX", "Webb")),
        ({"county": "Bexar"}, ("TX", "Bexar")),
        ({}, ("TX", "Webb")),
        ({"state": "TX"}, ("TX", "Webb")),
        ({"state": "GA", "county": "Nowhere"}, ("GA", None)),
        ({"county": None}, ("TX", None)),
        ({"state": None}, (None, None)),
        (None, (None, None)),
    ],
)
def test_a_residence_that_is_not_known_erases_none(
    system: System, stated: object, expected: tuple[str | None, str | None]
) -> None:
    filed = system.file(
        body(facts={"custody": "not_detained", "facility": None, "residence": {"state": "TX", "county": "Webb"}})
    )
    found = update(system, filed, residence=stated)
    request = system.read(Request, keys.request(filed["receipt"]))
    facts = system.read(Claims, keys.claims(request.case_id, request.receipt)).facts
    assert (facts.state, facts.county) == expected
    assert ("state_unknown" in {one["code"] for one in found["missing"]}) is (expected == (None, None))


def test_an_answer_to_an_update_says_what_was_understood(system: System) -> None:
    filed = system.file(body(subject={"a_number": None}))
    sent = {"subject": {"a_number": "A012345678"}, "contact": {"spoken_language": "kreyòl"}, "statement": "x"}
    answer = system.on(filed, "POST", "/updates", sent).json()
    assert (answer["understood"]["a_number"], answer["understood"]["languages"]) == (True, ["ht"])
    assert "a_number_missing" not in {one["code"] for one in answer["missing"]}
