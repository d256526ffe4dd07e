"""A holder looks a request up, adds to it, withdraws it and takes that back; a wrong pair is told as such."""

from __future__ import annotations

import re

import pytest

from casereview.schema.identifiers import ALPHABET
from casereview.web.api_answer import ApiAnswer
from pages.public_api import FAILED, ApiRequest
from tests.component.pages.test_filing import filed
from tests.support.site import Site
from tests.support.site_pages import every_page


def pair(site: Site) -> dict[str, str]:
    found = filed(site).fields
    return {name: found[name] for name in ("receipt", "code")}


def test_an_unverified_holder_reads_that_it_was_received(site: Site) -> None:
    found = site.send("/en/status", pair(site))
    assert (found.status, found.page) == (200, "status")
    assert "Received. Nobody has confirmed who you are yet." in found.text


def test_the_forms_for_a_pair_ask_for_it_and_lead_back(site: Site) -> None:
    for page in ("status", "update", "escalation", "withdrawal"):
        found = site.read(f"/en/{page}")
        assert found.page == "pair"
        assert f'action="/en/{page}"' in found.html


@pytest.mark.parametrize(("name", "said"), [("receipt", "The receipt number has"), ("code", "The access code has")])
def test_each_single_wrong_symbol_is_told_before_any_look_up(site: Site, name: str, said: str) -> None:
    right = pair(site)
    site.invoked.clear()
    plain = right[name].replace("-", "")
    for place, symbol in enumerate(plain):
        other = ALPHABET[(ALPHABET.index(symbol) + 7) % 32]
        found = site.send("/en/status", {**right, name: plain[:place] + other + plain[place + 1 :]})
        assert found.status == 422
        assert said in found.text
    assert site.invoked == []


def test_a_well_formed_pair_that_belongs_to_no_request_is_not_found(site: Site) -> None:
    first, second = pair(site), pair(site)
    found = site.send("/en/status", {**first, "code": second["code"]})
    assert found.status == 404
    assert "There is no request with this receipt number and this access code." in found.text


def test_an_addition_is_taken_and_said_back(site: Site) -> None:
    holder = pair(site)
    form = site.send("/en/update", holder)
    assert form.page == "update"
    found = site.send("/en/update", {**form.fields, "statement": "More words.", "action": "send"})
    assert found.page == "status"
    assert "We have what you added." in found.text


def test_an_empty_addition_is_refused_with_the_form(site: Site) -> None:
    found = site.send("/en/update", {**pair(site), "action": "send"})
    assert (found.status, found.page) == (422, "update")


def test_a_withdrawal_is_taken_back(site: Site) -> None:
    holder = pair(site)
    site.send("/en/withdrawal", {**holder, "action": "send"})
    back = site.send("/en/withdrawal", holder)
    assert "Take the withdrawal back" in back.text
    found = site.send("/en/withdrawal", {**holder, "action": "undo"})
    assert "You took the withdrawal back." in found.text


def test_an_escalation_of_an_unverified_holder_is_taken(site: Site) -> None:
    found = site.send("/en/escalation", {**pair(site), "statement": "It was missed.", "action": "send"})
    assert "We have your wish for a second look." in found.text


def answering(site: Site, monkeypatch: pytest.MonkeyPatch, *answers: ApiAnswer | None) -> None:
    """Let the public API answer the next requests so; None is what it answers itself."""
    ask, left = site.api.ask, list(answers)

    def answer(request: ApiRequest, address: str, language: str) -> ApiAnswer:
        said = left.pop(0) if left else None
        return said or ask(request, address, language)

    monkeypatch.setattr(site.api, "ask", answer)


def test_a_refused_contact_of_an_addition_is_shown_at_its_field(site: Site) -> None:
    sent = {**pair(site), "section": "contact", "requester.contact.email": "none", "action": "send"}
    found = site.send("/en/update", sent)
    assert 'id="requester.contact.email-error"' in found.html
    assert found.fields["requester.contact.email"] == "none"


def test_words_for_a_second_look_stay_where_nothing_answers(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = {**pair(site), "statement": "Words that must stay.", "action": "send"}
    answering(site, monkeypatch, FAILED, FAILED)
    found = site.send("/en/escalation", sent)
    assert (found.status, found.page) == (503, "escalation")
    assert found.fields["statement"] == "Words that must stay."
    assert "We do not know whether it arrived." in found.text


def test_what_was_done_is_said_although_the_look_up_after_it_fails(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = {**pair(site), "statement": "More words.", "action": "send"}
    answering(site, monkeypatch, None, FAILED)
    found = site.send("/en/update", sent)
    assert (found.status, found.page) == (200, "pair")
    assert "We have what you added." in found.text
    assert 'action="/en/status"' in found.html


def test_an_unknown_state_of_another_release_is_not_called_decided(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = pair(site)
    known = site.api.ask(
        ApiRequest(
            "GET", "/requests/{receipt}", holder["receipt"], headers={"Authorization": f"Bearer {holder['code']}"}
        ),
        "192.0.2.1",
        "en",
    )
    answering(site, monkeypatch, *[ApiAnswer(200, {**known.body, "status": "of-another-release"})] * 2)
    found = site.send("/en/status", holder)
    assert "Where your request stands" in found.text
    assert "There is a decision" not in found.text
    several = site.send("/en/several", {"pairs": f"{holder['receipt']} {holder['code']}"})
    assert several.status == 200


def test_a_search_that_fails_says_so(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(site, monkeypatch, FAILED)
    found = site.send("/en/office", {"zip": "78040"})
    assert (found.status, "This did not work." in found.text) == (503, True)


def test_every_number_of_a_page_is_one_that_a_phone_dials(site: Site) -> None:
    """Space and brackets make no link, and a name of the template's own once stood in place of the number."""
    for name, found in every_page(site, "en"):
        numbers = re.findall('href="tel:([^"]*)"', found.html)
        assert all(re.fullmatch(r"\+?[0-9-]+", number) for number in numbers), name


def test_an_addition_about_a_place_asks_first_whether_the_person_is_held(site: Site) -> None:
    holder = {**pair(site), "section": "place"}
    asked = site.send("/en/update", holder)
    assert "facts.residence.zip" not in asked.fields
    held = site.send("/en/update", {**holder, "facts.custody": "detained", "action": "next"})
    assert "subject.citizenship" in held.fields
    risk = site.send("/en/update", {**holder, "facts.custody": "not_detained", "action": "next"})
    assert risk.page == "risk"
    free = site.send("/en/update", {**risk.fields, "action": "next"})
    assert free.page == "update"
    assert {"subject.citizenship", "facts.facility"} & free.fields.keys() == set()
    assert "facts.residence.zip" in free.fields
    assert site.send("/en/update", {**risk.fields, "action": "back"}).fields["statement"] == ""


def test_an_addition_is_said_back_as_it_was_understood(site: Site) -> None:
    sent = {**pair(site), "section": "place", "facts.custody": "detained", "facts.facility": "EAZ", "action": "send"}
    sent |= {"subject.a_number": "012345678", "facts.residence.zip": "78040"}
    found = site.send("/en/update", sent)
    assert "This is how we understood it:" in found.text
    assert "Eloy" in found.text
    assert "Webb, TX, 78040" in found.text


def test_a_number_that_is_added_is_read_back_digit_by_digit(site: Site) -> None:
    sent = {**pair(site), "section": "person", "subject.a_number": "12345678", "action": "send"}
    assert "A 012 345 678 Check this number against the paper." in site.send("/en/update", sent).text


def test_a_withdrawal_says_until_when_it_can_be_taken_back(site: Site) -> None:
    found = site.send("/en/withdrawal", {**pair(site), "action": "send"})
    assert "Until Friday, November 27, 2026" in found.text
    assert "Take it back" in found.text


def test_a_place_of_an_addition_that_can_mean_several_is_told_with_them(site: Site) -> None:
    sent = {**pair(site), "section": "place", "facts.custody": "detained", "facts.facility": "Essex", "action": "send"}
    found = site.send("/en/update", sent)
    assert "There are several places with this name." in found.text


def test_several_requests_are_listed_with_own_references_and_the_time(site: Site) -> None:
    first = filed(site, **{"requester.own_reference": "file 7"}).fields
    found = site.send("/en/several", {"pairs": f"{first['receipt']} {first['code']}\nnothing"})
    assert "file 7" in found.text
    assert "Requests on November 24, 2026" in found.text
    assert "has a wrong or missing letter" in found.text
