"""Every answer is read back before it is sent; some questions are asked only where they may be."""

from __future__ import annotations

import pytest

from tests.component.pages.test_filing import form
from tests.support.site import Shown, Site
from tests.support.site_pages import WHOLE

READ_BACK = [
    *("Held since 3/2026", "Country of citizenship Honduras", "Yes, and the order is final", "December 4, 2026"),
    *(
        "Where the person lives GA, 31815",
        "1980",
        "IOE0123456789",
        "Her cousin",
        "A clinic",
        "cousin",
        "ICE Form 60-001",
        "file 7",
    ),
    *("A neighbor", "A library", "Mam", "By letter", "mornings", "12 Elm St", "Lumpkin", "quc", "Release", "No arrest"),
    *("called in May", "2001", "2/2004", "How many children under 18? 3", "Asylum", "Close family"),
    *("theft, A misdemeanor, 1999", "a program"),
]


def checked(site: Site, **more: str) -> Shown:
    found = site.send("/en/request", form(site, **more, action="check"))
    assert (found.status, found.page) == (200, "check"), found.text
    return found


def test_every_answer_is_read_back_as_it_was_understood(site: Site) -> None:
    found = checked(site, **WHOLE)
    assert [words for words in READ_BACK if words not in found.text] == []


def test_each_answer_has_a_button_that_leads_to_its_question_and_carries_all(site: Site) -> None:
    found = checked(site, **WHOLE)
    assert 'formaction="/en/request#requester.role"' in found.html
    again = site.send("/en/request", {**found.fields, "action": "edit"})
    assert again.page == "request"
    assert {name: again.fields[name] for name in ("grounds", "requester.own_reference")} == {
        "grounds": found.fields["grounds"],
        "requester.own_reference": "file 7",
    }


def test_what_was_not_answered_is_not_read_back(site: Site) -> None:
    assert "Held since" not in checked(site).text


def test_an_a_number_that_differs_from_the_paper_leads_back_to_it_and_files_nothing(site: Site) -> None:
    found = checked(site, **{"subject.a_number": "12345678"})
    assert "A 012 345 678" in found.text
    assert "so we put zeros in front" in found.text
    again = site.send("/en/request", {**found.fields, "a_number_same": "no", "action": "send"})
    assert (again.status, again.page) == (422, "request")
    assert 'id="subject.a_number-error"' in again.html
    assert site.system.requests == []
    assert site.send("/en/request", {**found.fields, "a_number_same": "no_paper", "action": "send"}).status == 201


def test_all_questions_about_somebody_who_is_not_held_begin_with_the_risk(site: Site) -> None:
    sent = form(site, **{"facts.custody": "not_detained", "facts.facility": "", "action": "long"})
    risk = site.send("/en/request", sent)
    assert risk.page == "risk"
    assert "ICE may use it to find and arrest the person." in risk.text
    whole = site.send("/en/request", {**risk.fields, "action": "long"})
    assert (whole.page, whole.fields["key"], whole.fields["grounds"]) == ("request", sent["key"], sent["grounds"])
    assert "facts.residence.zip" in whole.fields
    assert "subject.citizenship" not in whole.fields
    back = site.send("/en/request", {**risk.fields, "action": "back"})
    assert (back.page, "facts.residence.zip" in back.fields) == ("request", False)


def test_the_read_back_about_somebody_who_is_not_held_says_the_risk(site: Site) -> None:
    told = "ICE may not know where the person lives."
    assert told in checked(site, **{"facts.custody": "not_detained", "facts.facility": ""}).text
    assert told not in checked(site).text


@pytest.mark.parametrize("custody", ["detained", "not_detained", "unknown"])
def test_citizenship_is_asked_and_sent_only_of_somebody_who_is_held(site: Site, custody: str) -> None:
    whole = site.send("/en/request", form(site, **{"facts.custody": custody, "risk": "read", "action": "long"}))
    assert ("subject.citizenship" in whole.fields) == (custody == "detained")
    answers = {"facts.custody": custody, "subject.citizenship": "Honduras", "action": "check"}
    found = site.send("/en/request", form(site, **answers))
    assert ("citizenship" in str(site.invoked[-1]["body"])) == (custody == "detained")
    assert ("Honduras" in found.text) == (custody == "detained")


def test_a_mere_yes_to_convictions_is_a_conviction_of_no_kind(site: Site) -> None:
    found = site.send("/en/request", form(site, convicted="yes", action="send"))
    (conviction,) = site.system.case_of(found.fields).facts.convictions or ()
    assert conviction.kind == "unknown"


@pytest.mark.parametrize("answer", ["not_sure", "not_here"])
def test_an_answer_that_says_nothing_of_convictions_states_none(site: Site, answer: str) -> None:
    found = site.send("/en/request", form(site, convicted=answer, action="send"))
    assert site.system.case_of(found.fields).facts.convictions is None
