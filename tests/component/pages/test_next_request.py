"""After a receipt one goes on with another person: a representative keeps the own part, a helper the own name."""

from __future__ import annotations

from tests.component.pages.test_filing import ANSWERS, form
from tests.support.site import Shown, Site

OFFICE = {
    "requester.role": "attorney",
    "requester.name": "A lawyer",
    "requester.organization": "A clinic",
    "requester.authority": "g28",
    "requester.contact.email": "office@example.org",
    "requester.contact.safe_to_contact": "true",
}
OF_THE_CASE = {"requester.own_reference": "file 7", "requester.relationship": "counsel"}
HELPER = {"requester.prepared_by.name": "A neighbor"}


def written_down(site: Site, **answers: str) -> Shown:
    """File, and go on from the receipt."""
    receipt = site.send("/en/request", form(site, **answers, action="send"))
    assert receipt.status == 201
    return site.send("/en/status", receipt.fields)


def begun(shown: Shown, button: str) -> dict[str, str]:
    """Return the fields of the form that has a button."""
    before = shown.html.partition(button)[0]
    return Shown(200, {}, "<form" + before.rpartition("<form")[2]).fields


def test_a_representative_begins_the_next_request_with_the_own_part_alone(site: Site) -> None:
    found = written_down(site, **OFFICE, **OF_THE_CASE, **HELPER)
    blank = site.send("/en/request", {**begun(found, "Same representative, next client"), "action": "next"})
    assert (blank.status, blank.page) == (200, "request")
    assert {name: blank.fields[name] for name in OFFICE if name in blank.fields} == OFFICE
    assert OF_THE_CASE.keys() & blank.fields.keys() == set()
    for name in ("subject.given_name", "subject.family_name", "grounds", "facts.facility"):
        assert blank.fields[name] == ""
    assert ANSWERS["subject.family_name"] not in blank.html


def test_the_next_request_has_a_key_of_its_own(site: Site) -> None:
    first = form(site, **OFFICE, action="send")
    receipt = site.send("/en/request", first)
    found = site.send("/en/status", receipt.fields)
    blank = site.send("/en/request", {**begun(found, "Same representative, next client"), "action": "next"})
    assert blank.fields["key"] != first["key"]


def test_the_next_person_gets_nothing_but_the_helper(site: Site) -> None:
    found = written_down(site, **{"requester.name": "Her mother", "requester.role": "family"}, **HELPER)
    assert "Same representative, next client" not in found.text
    carried = begun(found, "Finish, and start for another person")
    assert carried == HELPER
    assert "Her mother" not in found.html
    assert site.send("/en/request", {**carried, "action": "next"}).fields["requester.prepared_by.name"] == "A neighbor"


def test_a_status_that_was_looked_up_later_offers_no_next_request(site: Site) -> None:
    receipt = site.send("/en/request", form(site, **OFFICE, action="send")).fields
    found = site.send("/en/status", {name: receipt[name] for name in ("receipt", "code")})
    assert "Another request" not in found.text
