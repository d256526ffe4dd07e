"""A filing that names no language is answered, now and later, in the one that its header prefers."""

from __future__ import annotations

from typing import Any

import pytest

from casereview.schema.languages import Language
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.texts.catalog import text
from casereview.usecases.contacts import ACCEPTED_LANGUAGE, open_contact
from tests.support.staff import OFFICER, SUPERVISOR, ask, decide, person, verify
from tests.support.system import System

MAIL = {"email": "ana@example.org", "language": None}
KEY = "a-key-of-a-filing"


def sent(**contact: Any) -> dict[str, Any]:  # noqa: ANN401  # any field
    return person(11, requester={"contact": {**MAIL, **contact}}, subject={"born_on": None})


def file(system: System, body: object, accepts: str, key: str | None = None) -> dict[str, Any]:
    headers = {"Accept-Language": accepts, **({"Idempotency-Key": key} if key else {})}
    answer = system.call("POST", "/requests", body, headers)
    assert answer.status == 201, answer.body
    found: dict[str, Any] = answer.json()
    system.pump()
    return found


def message(found: Any, code: str = "born_on_missing") -> str:  # noqa: ANN401  # a list of an answer
    return str(next(one["message"] for one in found if one["code"] == code))


@pytest.mark.parametrize(
    ("accepts", "stated", "language"),
    [("es-MX, en;q=0.5", None, "es"), ("es", "ht", "ht"), ("de, *", None, "en"), ("", None, "en")],
)
def test_all_that_a_filer_is_told_is_in_that_language(
    system: System, accepts: str, stated: str | None, language: Language
) -> None:
    filed = file(system, sent(language=stated), accepts)
    assert message(filed["deficiencies"]) == text("born_on_missing", language)
    assert filed["notice"]["language"] == language
    assert message(system.look_up(filed)["missing"]) == text("born_on_missing", language)
    assert [mail.language for mail in system.outbox()] == [language]
    updated = system.on(filed, "POST", "/updates", {"statement": "More."}).json()
    assert message(updated["missing"]) == text("born_on_missing", language)


def test_the_language_goes_on_after_a_change_of_the_contact(system: System) -> None:
    filed = file(system, sent(), "pt")
    for contact in ({"email": "new@example.org"}, {"language": None}, {"safe_to_contact": True}):
        updated = system.on(filed, "POST", "/updates", {"contact": contact}).json()
        assert message(updated["missing"]) == text("born_on_missing", "pt")
    system.pump()
    assert {mail.language for mail in system.outbox()} == {"pt"}
    updated = system.on(filed, "POST", "/updates", {"contact": {"language": "fr"}}).json()
    assert message(updated["missing"]) == message(system.look_up(filed)["missing"]) == text("born_on_missing", "fr")


def test_news_questions_and_refusals_are_in_that_language(system: System) -> None:
    filed = file(system, sent(), "ru")
    case_id = system.case_of(filed).case_id
    system.work(OFFICER, case_id, "claim")
    verify(system, OFFICER, case_id, receipt=filed["receipt"], identity=True)
    ask(system, OFFICER, case_id)
    system.pump()
    assert system.outbox()[-1].language == "ru"
    answer = system.on(filed, "POST", "/escalation", {"statement": None})
    assert answer.json()["errors"][0]["message"] == text("required", "ru")


def test_reasons_in_another_language_are_to_be_translated(system: System) -> None:
    filed = file(system, sent(), "es")
    case_id = system.case_of(filed).case_id
    system.work(OFFICER, case_id, "claim")
    verify(system, OFFICER, case_id, receipt=filed["receipt"], identity=True)
    decide(system, OFFICER, case_id)
    kinds = {one["kind"] for one in system.staff(SUPERVISOR, "GET", "/staff/duties").json()["items"]}
    assert "translate" in kinds


@pytest.mark.parametrize("contact", [None, {}, MAIL])
def test_a_repeated_filing_is_answered_in_the_language_of_the_first(system: System, contact: object) -> None:
    body = person(11, requester={"contact": contact}, subject={"born_on": None})
    first = file(system, body, "ht", KEY)
    assert message(first["deficiencies"]) == text("born_on_missing", "ht")
    assert file(system, body, "zh", KEY) == first
    assert file(system, body, "", KEY) == first
    changed = {"contact": {"language": "fr", "email": "new@example.org"}}
    assert system.on(first, "POST", "/updates", changed).status == 202
    assert file(system, body, "ar", KEY) == first


def test_a_repeated_filing_whose_stored_body_was_altered_is_still_the_same_request(system: System) -> None:
    first = file(system, sent(), "ht", KEY)
    system.tamper(keys.request(first["receipt"]), sealed=b"x")
    again = file(system, sent(), "zh", KEY)
    assert (again["receipt"], again["access_code"]) == (first["receipt"], first["access_code"])
    assert message(again["deficiencies"]) == text("born_on_missing", "en")


def test_the_language_is_sealed_and_no_part_of_what_was_sent(system: System) -> None:
    filed = file(system, sent(), "ht")
    request = system.read(Request, keys.request(filed["receipt"]))
    assert open_contact(system.intake.seal, request).language == "ht"
    assert ACCEPTED_LANGUAGE not in str(system.items())
    case_id = system.case_of(filed).case_id
    body = system.staff(OFFICER, "GET", f"/staff/cases/{case_id}/requests/{filed['receipt']}").json()["body"]
    assert ACCEPTED_LANGUAGE not in str(body)
    contacts = system.work(OFFICER, case_id, "contacts", {"why": "To call."})["contacts"][filed["receipt"]]
    assert contacts["language"] == "ht"
    assert ACCEPTED_LANGUAGE not in contacts


def test_nobody_states_the_preferred_language_in_a_body(system: System) -> None:
    answer = system.call("POST", "/requests", sent(**{ACCEPTED_LANGUAGE: "ht"}))
    assert (answer.status, answer.json()["errors"][0]["code"]) == (422, "unknown_field")
