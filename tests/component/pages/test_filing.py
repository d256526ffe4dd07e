"""A request is filed from the short form, read back, sent once, and its receipt is shown."""

from __future__ import annotations

import pytest

from casereview.web.api_answer import ApiAnswer
from pages.public_api import FAILED, ApiRequest
from tests.support.site import ADDRESS, Shown, Site

ANSWERS = {
    "requester.role": "self",
    "subject.given_name": "Ana",
    "subject.family_name": "Ruiz",
    "grounds": "She has <b>three</b> children.",
    "facts.custody": "detained",
    "facts.facility": "STWRTGA",
}


def form(site: Site, **more: str) -> dict[str, str]:
    """Return the form as it is first shown, filled in."""
    return site.read("/en/request").fields | ANSWERS | more


def filed(site: Site, **more: str) -> Shown:
    return site.send("/en/request", form(site, **more, action="send"))


def test_the_start_leads_to_the_form_and_says_what_ice_may_do_with_it(site: Site) -> None:
    found = site.read("/en/")
    assert 'href="/en/request"' in found.html
    assert "ICE may use what you write to enforce immigration law." in found.text
    assert 'href="tel:1-888-351-4024"' in found.html


def test_the_form_is_sent_as_the_body_that_its_fields_say(site: Site) -> None:
    found = filed(
        site, **{"facts.removal_at.year": "2026", "facts.removal_at.month": "12", "facts.removal_at.day": "2"}
    )
    assert (found.status, found.page) == (201, "receipt")
    (request,) = site.system.requests
    assert request.receipt in found.text
    case = site.system.case_of(found.fields)
    assert (case.facts.custody, case.facts.facility, case.office) == ("detained", "STWRTGA", "ATL")
    assert case.facts.removal_at is not None


def test_the_read_back_shows_the_very_day_of_the_deportation(site: Site) -> None:
    day = {"facts.removal_at.year": "2026", "facts.removal_at.month": "12", "facts.removal_at.day": "2"}
    found = site.send("/en/request", form(site, **day, action="check"))
    assert "Day of the deportation Wednesday, December 2, 2026" in found.text


def test_the_public_api_is_told_the_address_of_the_visitor_and_the_language_of_the_page(site: Site) -> None:
    filed(site)
    (event,) = site.invoked
    assert event["headers"]["X-Forwarded-For"] == event["requestContext"]["identity"]["sourceIp"] == ADDRESS
    assert event["headers"]["Accept-Language"] == "en"
    assert len(event["headers"]["Idempotency-Key"]) >= 32


def test_sending_twice_files_one_request_and_shows_the_same_receipt(site: Site) -> None:
    sent = form(site, action="send")
    first, second = site.send("/en/request", sent), site.send("/en/request", sent)
    assert first.fields["receipt"] == second.fields["receipt"]
    assert len(site.system.requests) == 1


def test_a_form_that_is_changed_after_it_was_sent_files_nothing_and_leads_to_adding(site: Site) -> None:
    sent = form(site, action="send")
    site.send("/en/request", sent)
    found = site.send("/en/request", {**sent, "grounds": "Other words."})
    assert (found.status, found.page) == (409, "already_sent")
    assert 'href="/en/update"' in found.html
    assert len(site.system.requests) == 1


def test_the_code_is_shown_again_for_fifteen_minutes_and_not_later(site: Site) -> None:
    sent = form(site, action="send")
    code = site.send("/en/request", sent).fields["code"]
    site.system.later(minutes=14)
    assert site.send("/en/request", sent).fields["code"] == code
    site.system.later(minutes=2)
    later = site.send("/en/request", sent)
    assert later.status == 201
    assert code not in later.html


def test_no_link_leads_away_from_the_receipt_before_it_is_written_down(site: Site) -> None:
    found = filed(site)
    links = [part.partition('"')[0] for part in found.html.split('href="')[1:]]
    assert [link for link in links if not link.startswith(("/static", "#", "tel:", "/leave"))] == []


@pytest.mark.parametrize("name", ["requester.role", "grounds"])
def test_an_answer_that_every_request_needs_is_asked_for_with_all_others_kept(site: Site, name: str) -> None:
    sent = form(site, action="send")
    del sent[name]
    found = site.send("/en/request", sent)
    assert (found.status, found.page) == (422, "request")
    assert f'href="#{name}"' in found.html
    assert {key: found.fields[key] for key in ANSWERS if key != name} == {k: v for k, v in ANSWERS.items() if k != name}
    assert found.fields["key"] == sent["key"]


def test_a_request_about_nobody_is_refused_in_words(site: Site) -> None:
    found = filed(site, **{"subject.given_name": "", "subject.family_name": ""})
    assert found.status == 422
    assert "Write a name or an A-number." in found.text


def test_a_refusal_of_the_public_api_stands_at_its_field_and_in_the_language_of_the_page(site: Site) -> None:
    sent = form(site, **{"subject.a_number": "12", "action": "send"})
    found = site.send("/es/request", sent)
    assert 'id="subject.a_number-error"' in found.html
    assert 'aria-invalid="true"' in found.html
    assert "número" in found.text


def test_what_was_typed_is_shown_as_text(site: Site) -> None:
    found = site.send("/en/request", form(site, grounds="</textarea><script>x</script>", action="edit"))
    assert "<script>" not in found.html
    assert found.fields["grounds"] == "</textarea><script>x</script>"


def test_a_reason_for_citizenship_is_a_claim_of_it_and_stands_among_the_words(site: Site) -> None:
    found = filed(site, citizenship_why="Born in Laredo.")
    assert site.system.case_of(found.fields).facts.claims_us_citizenship is True


def test_another_language_keeps_what_was_typed_and_the_key(site: Site) -> None:
    sent = form(site, action="language")
    found = site.send("/fr/request", sent)
    assert found.page == "request"
    assert {name: found.fields[name] for name in (*ANSWERS, "key")} == {name: sent[name] for name in (*ANSWERS, "key")}


def test_a_form_from_another_site_is_taken_for_empty(site: Site) -> None:
    sent = form(site, action="send")
    found = site.send("/en/request", sent, **{"Sec-Fetch-Site": "cross-site"})
    assert (found.status, found.fields["grounds"]) == (200, "")
    assert site.system.requests == []


def test_where_the_service_does_not_answer_nothing_is_lost_and_the_key_stays(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_request: ApiRequest, _address: str, _language: str) -> ApiAnswer:
        return FAILED

    sent = form(site, action="send")
    monkeypatch.setattr(site.api, "ask", fails)
    found = site.send("/en/request", sent)
    assert (found.status, found.page) == (503, "not_taken")
    monkeypatch.undo()
    assert site.send("/en/request", {**found.fields, "action": "send"}).status == 201


def test_a_reason_that_is_cleared_after_the_read_back_is_not_sent(site: Site) -> None:
    checked = site.send("/en/request", form(site, citizenship_why="Born in Laredo.", action="check"))
    again = site.send("/en/request", {**checked.fields, "action": "edit"})
    assert again.html.count('name="citizenship_why"') == 1
    found = site.send("/en/request", {**again.fields, "citizenship_why": "", "action": "send"})
    assert site.system.case_of(found.fields).facts.claims_us_citizenship is None


def test_all_questions_ask_for_the_day_of_birth_and_what_they_ask_reaches_the_request(site: Site) -> None:
    whole = site.send("/en/request", form(site, action="long"))
    assert "subject.born_on.year" in whole.fields
    found = site.send("/en/request", {**whole.fields, "subject.born_on.year": "1980", "action": "send"})
    assert site.system.case_of(found.fields).facts.birth_year == 1980


def test_a_refusal_of_a_conviction_stands_at_its_own_row(site: Site) -> None:
    sent = form(site, **{"long": "yes", "facts.convictions.1.convicted_on.year": "1492", "action": "check"})
    found = site.send("/en/request", sent)
    assert 'id="facts.convictions.1.convicted_on.year-error"' in found.html


def test_what_is_too_long_is_told_as_such_and_not_tried_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = form(site, action="send")
    monkeypatch.setattr(site.api, "ask", lambda *_: ApiAnswer(413, {}))
    found = site.send("/en/request", sent)
    assert (found.status, found.page) == (413, "not_taken")
    assert "It is too long." in found.text
    assert 'value="send"' not in found.html
