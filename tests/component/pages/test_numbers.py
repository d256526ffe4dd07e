"""The numbers to call: of the field office where it is known, else the national line, and whether they are answered."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.component.pages.test_filing import ANSWERS, filed, form
from tests.support.site import Site

ATLANTA = 'href="tel:+1-404-893-1290"'
LINE = 'href="tel:1-888-351-4024"'


def test_what_to_do_is_said_in_the_order_call_lawyer_short_form(site: Site) -> None:
    text = site.read("/en/near").text
    order = [
        "Call this number, or find the ICE field office",
        "Call a lawyer",
        "Then send the short form.",
        "Form I-246",
    ]
    assert [text.index(words) for words in order] == sorted(text.index(words) for words in order)


@pytest.mark.parametrize("page", ["", "near", "help"])
def test_who_cannot_read_finds_a_number_and_a_list_to_point_at(site: Site, page: str) -> None:
    found = site.read(f"/en/{page}")
    assert "Call, and say the name of your language." in found.text
    for tongue in ("Mam", "K\u2019iche\u2019", "Q\u2019eqchi\u2019", "Q\u2019anjob\u2019al", "Kreyòl ayisyen"):
        assert f"<bdi>{tongue}</bdi></li>" in found.html


def test_a_field_office_is_found_with_its_number_and_when_it_opens(site: Site) -> None:
    site.system.time = datetime(2026, 12, 5, 18, tzinfo=UTC)
    found = site.send("/en/office", {"zip": "31815"})
    assert ATLANTA in found.html.partition("<details>")[0]
    assert "Closed now. Opens Monday, December 7, 2026, 8:00" in found.text


def test_every_field_office_is_listed_without_typing_anything(site: Site) -> None:
    listed = site.read("/en/office").html.partition("<details>")[2]
    assert listed.count('href="tel:+1-') == 25


@pytest.mark.parametrize(
    ("answers", "is_near"),
    [
        ({"facts.removal_soon": "true"}, True),
        ({"facts.removal_at.year": "2026", "facts.removal_at.month": "11", "facts.removal_at.day": "27"}, True),
        (
            {
                "facts.removal_at.year": "\u0662\u0660\u0662\u0666",
                "facts.removal_at.month": "\u0661\u0661",
                "facts.removal_at.day": "\u0662\u0667",
            },
            True,
        ),
        ({"facts.removal_at.year": "2026", "facts.removal_at.month": "11", "facts.removal_at.day": "1"}, True),
        ({"facts.removal_at.year": "2027", "facts.removal_at.month": "12", "facts.removal_at.day": "3"}, False),
        ({"facts.removal_soon": "false"}, False),
        ({}, False),
    ],
)
def test_a_removal_within_three_days_repeats_the_numbers_above_the_receipt(
    site: Site,
    answers: dict[str, str],
    is_near: bool,  # noqa: FBT001
) -> None:
    found = filed(site, **answers)
    assert found.status == 201
    above = found.html.partition('class="slip"')[0].partition("<h1>")[2]
    assert (ATLANTA in above, "Form I-246" in above) == (is_near, is_near)


def test_the_slip_has_receipt_code_day_and_the_number_of_the_office_and_no_name(site: Site) -> None:
    found = filed(site)
    slip = found.html.partition('class="slip"')[2].partition("</dl>")[0]
    for part in (found.fields["receipt"], found.fields["code"], ATLANTA, LINE):
        assert part in slip
    assert "2026" in slip
    for name in (ANSWERS["subject.given_name"], ANSWERS["subject.family_name"]):
        assert name not in found.html


def test_what_to_do_takes_along_what_was_typed_and_gives_it_back(site: Site) -> None:
    sent = form(site, action="near")
    near = site.send("/en/near", sent)
    assert near.page == "near"
    assert 'href="/en/request"' not in near.html
    office = site.send("/en/office", {**near.fields, "zip": "31815"})
    assert ATLANTA in office.html.partition("<details>")[0]
    again = site.send("/en/request", {**office.fields, "action": "edit"})
    assert {name: again.fields[name] for name in (*ANSWERS, "key")} == {name: sent[name] for name in (*ANSWERS, "key")}


@pytest.mark.parametrize("action", ["edit", "check"])
def test_no_link_of_a_form_loses_what_was_typed(site: Site, action: str) -> None:
    found = site.send("/en/request", form(site, action=action))
    links = [part.partition('"')[0] for part in found.html.split('href="')[1:]]
    assert [link for link in links if not link.startswith(("/static", "#", "tel:", "/leave"))] == []
    first = found.html.partition("<form")[0].partition("<button")[2]
    assert action == "check" or 'value="check"' in first.partition(">")[0]


def test_papers_are_sent_to_the_office_with_the_receipt_on_them(site: Site) -> None:
    receipt = filed(site).fields
    found = site.send("/en/update", {**receipt, "section": "papers"})
    assert receipt["receipt"] in found.text
    assert "180 Ted Turner Dr. SW Suite 522, Atlanta, GA 30303" in found.text
    assert receipt["code"] not in found.text


def test_a_status_has_the_number_of_the_office_of_the_request(site: Site) -> None:
    receipt = filed(site).fields
    found = site.send("/en/status", {name: receipt[name] for name in ("receipt", "code")})
    assert ATLANTA in found.html


def test_a_request_that_goes_to_headquarters_has_the_national_number(site: Site) -> None:
    found = filed(site, **{"facts.facility": "", "facts.removal_soon": "true"})
    slip = found.html.partition('class="slip"')[2].partition("</dl>")[0]
    assert LINE in slip
    assert "tel:+1-" not in found.html
