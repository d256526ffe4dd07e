"""Who states protected relief and not that contact is safe is told that no message comes, in every language."""

from __future__ import annotations

from typing import Any

import pytest

from casereview.schema.languages import LANGUAGES, Language
from casereview.texts.catalog import text
from tests.support.system import System

CODE = "safe_contact_unsaid"
ADDRESS = "ana@example.org"


def body(relief: str | None, **contact: object) -> dict[str, Any]:
    facts = {"relief_pending": [relief]} if relief else {}
    return {
        "requester": {"role": "self", "contact": contact},
        "subject": {"given_name": "Ana"},
        "facts": facts,
        "grounds": "x",
    }


def missing(system: System, filed: dict[str, Any]) -> set[str]:
    return {one["code"] for one in system.look_up(filed)["missing"]}


def update(system: System, filed: dict[str, Any], **given: object) -> set[str]:
    answer = system.on(filed, "POST", "/updates", given)
    assert answer.status == 202, answer.body
    told = {one["code"] for one in answer.json()["missing"]}
    assert told == missing(system, filed) - {"identity_unverified"}
    return told


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer_to_a_filing_says_that_no_message_comes(system: System, language: Language) -> None:
    filed = system.file(body("vawa", email=ADDRESS, language=language))
    (told,) = [one for one in filed["deficiencies"] if one["code"] == CODE]
    assert told["field"] == "requester.contact.safe_to_contact"
    assert told["message"] == text("safe_contact_unsaid", language)
    system.pump()
    assert system.outbox() == []
    assert CODE in missing(system, filed)


@pytest.mark.parametrize(
    ("relief", "contact", "told"),
    [
        ("t_visa", {"email": ADDRESS}, True),
        ("u_visa", {"phone": "+12025550143"}, True),
        ("vawa", {"email": ADDRESS, "safe_to_contact": True}, False),
        ("vawa", {"email": ADDRESS, "safe_to_contact": False}, False),
        ("vawa", {"email": ADDRESS, "preferred": "none"}, False),
        ("vawa", {}, False),
        ("asylum", {"email": ADDRESS}, False),
        (None, {"email": ADDRESS}, False),
    ],
)
def test_only_who_left_it_unsaid_is_told(
    system: System, relief: str | None, contact: dict[str, Any], *, told: bool
) -> None:
    sent = body(relief, **contact)
    checked = system.call("POST", "/requests/checks", sent)
    assert (CODE in {one["code"] for one in checked.json()["missing"]}) is told
    filed = system.file(sent)
    assert (CODE in {one["code"] for one in filed["deficiencies"]}) is told
    assert (CODE in missing(system, filed)) is told


def test_it_stays_unsaid_until_the_requester_says_it(system: System) -> None:
    filed = system.file(body("vawa", email=ADDRESS))
    system.pump()
    for given in ({"language": "es"}, {"phone": "+12025550143"}, {"safe_to_contact": None}):
        assert {CODE, "contact_missing"} & update(system, filed, contact=given) == {CODE}
    assert CODE not in update(system, filed, contact={"safe_to_contact": True})
    system.pump()
    assert [sent.to for sent in system.outbox()] == [ADDRESS]


def test_who_later_states_protected_relief_is_told(system: System) -> None:
    filed = system.file(body(None, email=ADDRESS))
    assert CODE in update(system, filed, facts={"relief_pending": ["u_visa"]})
    assert CODE not in update(system, filed, contact={"safe_to_contact": False})


def test_who_had_said_that_contact_is_safe_is_not_asked_again(system: System) -> None:
    filed = system.file(body(None, email=ADDRESS, safe_to_contact=True))
    assert CODE not in update(system, filed, facts={"relief_pending": ["u_visa"]})
