"""A holder reads every decision in words: by whom, what it grants, whether that was done, and what became of it."""

from __future__ import annotations

from itertools import product
from typing import Any, Final, get_args

import pytest

from casereview.schema.vocabulary import DecisionState, Outcome, OutcomeSought, PublicStatus
from casereview.web.api_answer import ApiAnswer
from pages.pair import Pair
from tests.component.pages.test_status import pair
from tests.support.site import Shown, Site

DECISION: dict[str, Any] = {
    "outcome": "granted_in_part",
    "reasons": ["Three children."],
    "language": "en",
    "granted": [{"what": "stay_of_removal", "conditions": "Report monthly."}],
    "decided_at": "2026-11-20T15:00:00Z",
    "by": "field_office",
    "state": "stands",
    "carried_out_at": None,
    "how_to_go_on": None,
}
DONE: Final = "2026-11-22T15:00:00Z"


def shown(site: Site, monkeypatch: pytest.MonkeyPatch, path: str = "/en/status", **changes: Any) -> Shown:  # noqa: ANN401  # JSON
    """Show the status of a request of which the public API says the changed parts."""
    holder, ask = pair(site), site.api.ask

    def answer(*asked: Any) -> ApiAnswer:  # noqa: ANN401  # what the page asks
        return ApiAnswer(200, {**ask(*asked).body, "disclosure": "full", "status": "decided", **changes})

    monkeypatch.setattr(site.api, "ask", answer)
    found = site.send(path, holder)
    assert found.status == 200
    return found


@pytest.mark.parametrize("what", get_args(OutcomeSought))
def test_what_is_granted_is_named_in_words(site: Site, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    granted = [{"what": what, "conditions": "Report monthly."}]
    found = shown(site, monkeypatch, decision={**DECISION, "granted": granted})
    assert "What it grants" in found.text
    assert what.replace("other", "_") not in found.text
    assert "Report monthly." in found.text
    assert "Nobody has recorded yet that it was carried out." in found.text


def test_what_was_carried_out_has_its_day(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    found = shown(site, monkeypatch, decision={**DECISION, "carried_out_at": "2026-11-22T15:00:00Z"})
    assert "Carried out on November 22, 2026." in found.text


@pytest.mark.parametrize("state", [state for state in get_args(DecisionState) if state != "stands"])
def test_an_earlier_decision_says_what_became_of_it(site: Site, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    standing = shown(site, monkeypatch, decision=DECISION, earlier_decisions=[DECISION])
    monkeypatch.undo()
    found = shown(site, monkeypatch, decision=DECISION, earlier_decisions=[{**DECISION, "state": state}])
    assert found.text.partition("Earlier decisions")[2] != standing.text.partition("Earlier decisions")[2]
    assert state not in found.text


@pytest.mark.parametrize("outcome", get_args(Outcome))
def test_an_earlier_decision_is_named_by_its_outcome(site: Site, monkeypatch: pytest.MonkeyPatch, outcome: str) -> None:
    earlier = {**DECISION, "outcome": outcome, "by": "senior_official"}
    found = shown(site, monkeypatch, decision=DECISION, earlier_decisions=[earlier])
    assert "<h3></h3>" not in found.html
    assert "A senior official decided this." in found.text.partition("Earlier decisions")[2]


@pytest.mark.parametrize("status", get_args(PublicStatus))
def test_every_state_disclosure_outcome_and_end_has_a_sentence_of_its_own(site: Site, status: str) -> None:
    holder = pair(site)
    known = site.api.ask(Pair(holder["receipt"], holder["code"]).request("GET", "/requests/{receipt}"), "", "en").body
    for outcome, disclosure, done in product([None, *get_args(Outcome)], ["full", "limited"], [None, DONE]):
        decision = {**DECISION, "outcome": outcome, "carried_out_at": done} if outcome else None
        with site.answering(
            ApiAnswer(200, {**known, "status": status, "disclosure": disclosure, "decision": decision})
        ):
            found = site.send("/en/status", holder)
        assert found.html.count("<h1>") == 1
        assert "Where your request stands" not in found.text, (outcome, disclosure, done)


def test_reasons_in_another_language_say_whom_to_call_to_have_them_read_out(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = shown(site, monkeypatch, "/es/status", decision=DECISION)
    assert '<ul lang="en">' in found.html
    after = found.html.partition("Esta parte está en otro idioma.")[2]
    assert 'href="tel:+1-404-893-1290"' in after[:200]


def test_a_question_in_another_language_says_so_and_can_be_answered(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"text": "شو اسمها؟", "language": "ar", "asked_at": "2026-11-20T15:00:00Z", "answer_by": None}
    found = shown(site, monkeypatch, status="information_needed", asked_for=[asked])
    assert '<p lang="ar" dir="auto">' in found.html
    assert "This part is in another language." in found.text
    assert "Send an answer" in found.text


def test_what_is_missing_is_in_the_language_of_the_page_and_can_be_added(site: Site) -> None:
    holder = pair(site)
    english, spanish = (site.send(f"/{language}/status", holder) for language in ("en", "es"))
    assert "No A-number was given." in english.text
    assert "No A-number was given." not in spanish.text
    assert "Please show us who you are." in english.text
    assert "Please show us who you are." not in spanish.text
    assert 'name="section" value="papers"' in english.html


def test_a_message_of_another_release_is_shown_as_it_is_with_its_own_direction(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = [{"code": "new", "field": "subject", "message": "Something new."}]
    found = shown(site, monkeypatch, "/ar/status", status="in_line", missing=missing)
    assert '<li dir="auto">Something new.</li>' in found.html
