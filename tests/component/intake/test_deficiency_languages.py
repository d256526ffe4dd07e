"""What a request lacks is said in the language of its contact, with codes that are the same in every language."""

from __future__ import annotations

from typing import Any

import pytest

from casereview.schema.languages import LANGUAGES, Language
from casereview.texts.catalog import text
from tests.support.staff import LAWYER, SISTER
from tests.support.system import System

INCOMPLETE: dict[str, Any] = {"subject": {"given_name": "Ana"}, "grounds": "x"}
LACKING = [
    "a_number_missing",
    "name_missing",
    "born_on_missing",
    "custody_unknown",
    "state_unknown",
    "outcome_missing",
    "contact_missing",
    "identity_unverified",
]


def filed(system: System, language: str | None, role: str = "self") -> dict[str, Any]:
    """File an incomplete request; the answer."""
    return system.file({**INCOMPLETE, "requester": {"role": role, "contact": {"language": language}}})


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_filer_learns_what_is_missing_in_the_language_of_the_contact(system: System, language: Language) -> None:
    answer = filed(system, language)
    assert [lack["code"] for lack in answer["deficiencies"]] == LACKING
    messages = {lack["code"]: lack["message"] for lack in answer["deficiencies"]}
    assert messages["custody_unknown"] == text("custody_unknown", language)
    assert text("headquarters", language) in messages["identity_unverified"]
    assert answer["notice"]["language"] == language


@pytest.mark.parametrize(("tag", "language"), [("es-MX", "es"), ("quc", "es"), ("de", "en"), (None, "en")])
def test_the_nearest_language_is_chosen(system: System, tag: str | None, language: Language) -> None:
    (custody,) = (lack for lack in filed(system, tag)["deficiencies"] if lack["code"] == "custody_unknown")
    assert custody == {
        "code": "custody_unknown",
        "field": "facts.custody",
        "message": text("custody_unknown", language),
    }


@pytest.mark.parametrize(("requester", "form"), [(LAWYER, "G-28"), (SISTER, "60-001")])
def test_who_writes_for_another_person_is_asked_for_the_form_of_the_role(
    system: System, requester: dict[str, Any], form: str
) -> None:
    answer = system.file({**INCOMPLETE, "requester": requester})
    (asked,) = (lack for lack in answer["deficiencies"] if lack["code"] == "authority_unverified")
    assert asked["field"] == "requester.authority"
    assert form in asked["message"]


def test_the_answer_is_the_same_bytes_again_whatever_language_the_retry_accepts(system: System) -> None:
    sent = {**INCOMPLETE, "requester": {"role": "self", "contact": {"language": "ht"}}}
    answers = {
        system.call("POST", "/requests", sent, {"Idempotency-Key": "k" * 16, "Accept-Language": accepted}).body
        for accepted in ("es", "ru", "*")
    }
    assert len(answers) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_look_up_says_the_same_in_the_same_language(system: System, language: Language) -> None:
    answer = filed(system, language)
    assert system.look_up(answer)["missing"] == answer["deficiencies"]


@pytest.mark.parametrize(
    ("contact", "language"),
    [({"language": "es"}, "es"), ({"language": None}, "en"), ({"email": "ana@example.org"}, "ht")],
    ids=str,
)
def test_an_update_is_answered_in_the_language_that_it_leaves(
    system: System, contact: dict[str, Any], language: Language
) -> None:
    answer = filed(system, "ht")
    updated = system.on(answer, "POST", "/updates", {"contact": contact}).json()
    messages = {lack["code"]: lack["message"] for lack in updated["missing"]}
    assert messages["custody_unknown"] == text("custody_unknown", language)
    assert updated["missing"] == [lack for lack in system.look_up(answer)["missing"] if lack["code"] in messages]
