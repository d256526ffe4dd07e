"""Problem documents in the language of the caller; types, codes and pointers are the same in every language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from casereview.schema.languages import LANGUAGES, Language
from casereview.texts.catalog import text, texts_in, title
from tests.support.abuse.observations import send_request
from tests.support.system import System, body

BAD_DATE = {"subject": {"born_on": "1980-02-30"}}


def refused(
    system: System, path: str, sent: object, headers: Mapping[str, str] | None = None
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Return a problem document and its headers."""
    _status, found, answer = send_request(system, "POST", path, sent, headers)
    return json.loads(answer), json.loads(found)


def filing(language: str | None, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any field
    found = body(**changes)
    found["requester"]["contact"] = {"language": language}
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_filer_is_refused_in_the_language_of_the_contact(system: System, language: Language) -> None:
    problem, headers = refused(system, "/requests", filing(language, **BAD_DATE))
    assert problem == {
        "type": "/problems/invalid",
        "title": title("invalid", language),
        "status": 422,
        "errors": [
            {"pointer": "/subject/born_on", "code": "impossible_date", "message": text("impossible_date", language)}
        ],
    }
    assert (headers["Content-Language"], headers["Vary"]) == ([language], ["Accept-Language"])


@pytest.mark.parametrize(
    ("contact", "accepted", "language"),
    [
        ("es", "ru", "ru"),
        ("es", "de", "es"),
        ("es", "*", "es"),
        ("quc", None, "es"),
        ("de", None, "en"),
        (None, "fr-CA, en;q=0.5", "fr"),
        (None, None, "en"),
    ],
)
def test_accept_language_comes_before_the_contact_and_english_last(
    system: System, contact: str | None, accepted: str | None, language: str
) -> None:
    headers = {"Accept-Language": accepted} if accepted else {}
    problem, found = refused(system, "/requests", filing(contact, **BAD_DATE), headers)
    assert problem["title"] == title("invalid", language)
    assert found["Content-Language"] == [language]


@pytest.mark.parametrize("name", ["accept-language", "ACCEPT-LANGUAGE", "Accept-language"])
def test_a_header_arrives_in_any_case(system: System, name: str) -> None:
    assert refused(system, "/requests", "{", {name: "ht"})[1]["Content-Language"] == ["ht"]


def test_a_body_that_cannot_be_read_is_refused_in_english_or_the_accepted_language(system: System) -> None:
    assert refused(system, "/requests", "{")[0]["title"] == title("malformed", "en")
    problem, _headers = refused(system, "/requests", "{", {"Accept-Language": "pa"})
    assert problem["title"] == title("malformed", "pa")
    assert problem["errors"][0]["message"] == text("not_json", "pa")


def test_a_bad_header_is_refused_in_the_language_of_the_body(system: System) -> None:
    problem, _headers = refused(system, "/requests", filing("zh"), {"Idempotency-Key": "short"})
    assert problem["errors"][0]["message"] == text("invalid_idempotency_key", "zh", least=16, most=128)


def test_a_wrong_code_is_refused_alike_whatever_the_body_says(system: System) -> None:
    """The body is not read without the access code, not even for its language."""
    filed = system.file(body())
    path = f"/requests/{filed['receipt']}/updates"
    answers = [
        send_request(system, "POST", path, sent, {"Authorization": "Bearer wrong"})
        for sent in ({"contact": {"language": "es"}}, {"statement": "x"}, "{", None)
    ]
    assert len(set(answers)) == 1
    problem, headers = refused(system, path, {}, {"Accept-Language": "es"})
    assert problem["errors"][0]["message"] == text("no_such_request", "es")
    assert headers["Content-Language"] == ["es"]


def test_an_update_is_refused_in_the_language_of_its_contact(system: System) -> None:
    filed = system.file(body())
    answer = system.on(filed, "POST", "/updates", {"contact": {"language": "ru"}, "facts": {"custody": 7}})
    assert answer.json()["title"] == title("invalid", "ru")


@pytest.mark.parametrize("sent", [{}, {"facts": {"custody": 7}}, {"contact": {"language": "de"}, "facts": 7}, "{"])
def test_a_holder_is_refused_in_the_language_of_the_stored_request(system: System, sent: object) -> None:
    filed = system.file(filing("ht"))
    problem = system.on(filed, "POST", "/updates", sent).json()
    assert problem["title"] == title(problem["type"].removeprefix("/problems/"), "ht")
    system.on(filed, "POST", "/updates", {"contact": {"language": "zh"}})
    assert system.on(filed, "POST", "/escalation", {}).json()["title"] == title("invalid", "zh")


def test_a_state_that_allows_no_change_is_explained_in_the_language_of_the_stored_request(system: System) -> None:
    filed = system.file(filing("pa"))
    system.on(filed, "POST", "/withdrawal")
    (error,) = system.on(filed, "POST", "/updates", {"statement": "More."}).json()["errors"]
    assert (error["code"], error["message"]) == ("request_withdrawn", text("request_withdrawn", "pa"))


def test_an_unknown_route_is_refused_in_the_accepted_language(system: System) -> None:
    problem, headers = refused(system, "/nowhere", {}, {"Accept-Language": "ar"})
    assert problem["errors"] == [{"pointer": "", "code": "no_such_route", "message": text("no_such_route", "ar")}]
    assert headers["Content-Language"] == ["ar"]


def test_a_failure_of_the_service_has_a_title_in_the_language_of_the_caller(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system.intake.table, "write", lambda *_writes: 1 // 0)
    problem, _headers = refused(system, "/requests", filing("ht"))
    assert problem == {"type": "/problems/busy", "title": title("busy", "ht"), "status": 503, "errors": []}


def test_only_the_files_of_the_languages_that_are_needed_are_read(system: System) -> None:
    texts_in.cache_clear()
    refused(system, "/requests", filing("fr", **BAD_DATE))
    assert texts_in.cache_info().misses == 1


def test_an_unknown_state_is_refused_in_the_accepted_language(system: System) -> None:
    answer = system.call("GET", "/field-offices?state=XX", headers={"Accept-Language": "es"})
    (error,) = answer.json()["errors"]
    message = text("unknown_state", "es", forms="Texas, TX, D.C., Puerto Rico")
    assert (error["code"], error["message"]) == ("unknown_state", message)
