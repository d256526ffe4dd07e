"""Every page that the public site shows, in the states that change what is on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from casereview.schema.languages import Language
from casereview.schema.status_responses import RequestStatus
from casereview.web.api_answer import ApiAnswer
from pages.acts import SECTIONS
from pages.public_api import FAILED, ApiRequest
from pages.routes import PAGES
from tests.support.site import ADDRESS, Shown, Site

PERSON = {"subject.given_name": "Ana María", "subject.family_name": "Ruiz", "requester.role": "family"}
SHORT = {
    **PERSON,
    "subject.a_number": "1234567",
    "grounds": "She has three children.\n\nThe youngest is ill.",
    "citizenship_why": "Her mother was born in Laredo.",
    "facts.removal_soon": "true",
    "facts.removal_at.year": "2026",
    "facts.removal_at.month": "12",
    "facts.removal_at.day": "2",
    "facts.custody": "detained",
    "facts.facility": "Stewart Detention Center",
    "requester.contact.email": "a.very.long.address.of.a.person@a-very-long-name-of-a-domain.example.org",
    "requester.contact.phone": "+1 202 555 0143",
    "requester.contact.safe_to_contact": "true",
    "requester.contact.leave_message": "false",
}
"""Answers to all questions of the short form."""
WHOLE = {
    "facts.detained_on.year": "2026",
    "facts.detained_on.month": "3",
    "subject.citizenship": "Honduras",
    "facts.removal_order": "final",
    "facts.check_in_on.year": "2026",
    "facts.check_in_on.month": "12",
    "facts.check_in_on.day": "4",
    "facts.residence.zip": "31815",
    "subject.one_name": "true",
    "subject.born_on.year": "1980",
    "subject.uscis_receipt": "IOE0123456789",
    "requester.name": "Her cousin",
    "requester.organization": "A clinic",
    "requester.relationship": "cousin",
    "requester.authority": "form_60_001",
    "requester.own_reference": "file 7",
    "requester.prepared_by.name": "A neighbor",
    "requester.prepared_by.organization": "A library",
    "requester.prepared_by.language": "Mam",
    "requester.contact.preferred": "letter",
    "requester.contact.call_times": "mornings",
    "requester.contact.postal.lines": "12 Elm St",
    "requester.contact.postal.city": "Lumpkin",
    "requester.contact.postal.state": "GA",
    "requester.contact.postal.zip": "31815",
    "requester.contact.spoken_language": "quc",
    "requester.contact.interpreter": "true",
    "outcome_sought[]": "release\nno_arrest",
    "prior_contact": "called in May",
    "facts.entered_on.year": "2001",
    "facts.last_entry_on.year": "2004",
    "facts.last_entry_on.month": "2",
    "facts.minor_children": "3",
    "facts.us_citizen_children": "2",
    "facts.sole_caregiver": "true",
    "facts.relief_pending[]": "asylum",
    "facts.military_service": "immediate_family",
    "convicted": "yes",
    "facts.convictions.0.offense": "theft",
    "facts.convictions.0.kind": "misdemeanor",
    "facts.convictions.0.convicted_on.year": "1999",
    "facts.rehabilitation": "true",
    "changed_since": "a program",
}
"""Answers to the other questions."""
REFUSED = {
    "subject.a_number": "12",
    "requester.contact.email": "none",
    "facts.removal_at.year": "1492",
    "facts.convictions.1.convicted_on.year": "1492",
}
DECISION: dict[str, Any] = {
    "outcome": "granted",
    "reasons": ["The person is the only one who cares for a child.", "https://example.org/a-reason"],
    "language": "en",
    "granted": [{"what": "release", "conditions": "A check-in each month."}, {"what": "stay_of_removal"}],
    "decided_at": "2026-11-20T15:00:00Z",
    "by": "field_office",
}
"""The reasons are as an officer wrote them: no link is made of an address."""
FULL: dict[str, Any] = {
    "disclosure": "full",
    "own_reference": "2026/0815 <b>R</b>",
    "people_ahead": {"at_least": 10, "at_most": 20, "as_of": "2026-11-24T05:00:00Z"},
    "usual_wait": {"lane": "detained", "office": "ATL", "weeks": 3, "as_of": "2026-11-22T05:00:00Z"},
    "contact_changed_at": "2026-11-22T15:00:00Z",
    "escalation": {"received_at": "2026-11-22T15:00:00Z"},
}
ASKED: dict[str, Any] = {
    "text": "A copy of the birth certificate.",
    "language": "en",
    "asked_at": "2026-11-20T15:00:00Z",
    "answer_by": "2026-12-05T04:59:00Z",
}
WITHDRAWN: dict[str, Any] = {"status": "withdrawn", "disclosure": "limited"}
GRANTING = {"granted", "granted_in_part", "override"}
STATES: dict[str, dict[str, Any]] = {
    **{name: {**FULL, "status": name} for name in ("received", "in_line", "in_review", "closed")},
    "received_limited": {"status": "received", "disclosure": "limited"},
    "information_needed": {**FULL, "status": "information_needed", "asked_for": [ASKED]},
    "with_senior_official": {**FULL, "status": "with_senior_official", "decision": DECISION},
    "withdrawn": {**WITHDRAWN, "withdrawal": {"waits": False, "undo_until": "2026-11-27T15:00:00Z"}},
    "withdrawal_waits": {**WITHDRAWN, "withdrawal": {"waits": True, "undo_until": None}},
    **{
        f"decided_{outcome}": {
            **FULL,
            "status": "decided",
            "decision": {**DECISION, "outcome": outcome, **({} if outcome in GRANTING else {"granted": []})},
            "earlier_decisions": [{**DECISION, "outcome": "declined", "granted": [], "state": "reopened"}],
        }
        for outcome in ("granted", "granted_in_part", "declined", "referred", "moot", "override", "uphold", "remand")
    },
    "carried_out": {
        **FULL,
        "status": "decided",
        "decision": {**DECISION, "carried_out_at": "2026-11-23T15:00:00Z"},
    },
}
"""What a look-up answers, by the sentence that it leads to."""


def every_page(site: Site, language: Language) -> Iterator[tuple[str, Shown]]:
    """Yield each page in each of its states, by name."""
    for page in PAGES:
        yield page or "start", site.read(f"/{language}/{page}")
    yield "statistics with numbers", _statistics(site, language)
    yield "field offices of a place", site.send(f"/{language}/office", {"zip": "12406"})
    yield "not_found", site.read(f"/{language}/nothing")
    yield from _form(site, f"/{language}/request")
    yield from _of_a_holder(site, language)
    yield from _of_many(site, language)


def _statistics(site: Site, language: Language) -> Shown:
    """Return the page of statistics, of which numbers are published."""
    office = {"as_of": "2026-11-23T08:30:00Z", "waits": []}
    waits = [{"lane": "detained", "weeks": 3}, {"lane": "a_lane_of_another_policy", "weeks": 1}]
    offices = [
        {**office, "office": "ATL", "name": "Atlanta", "waits": waits},
        {**office, "office": "HQ", "name": None, "waits": waits[:1]},
        {**office, "office": "PHO", "name": "Phoenix"},
    ]
    with site.answering(ApiAnswer(200, {"offices": offices, "fewest_cases": 30, "period_days": 180})):
        return site.read(f"/{language}/statistics")


def _form(site: Site, address: str) -> Iterator[tuple[str, Shown]]:
    blank = site.read(address).fields
    answered = {**blank, **SHORT}
    yield "request refused", site.send(address, {**blank, **REFUSED, "action": "check"})
    yield "request filled in", site.send(address, {**answered, "action": "edit"})
    yield "request, all questions", site.send(address, {**answered, "action": "long"})
    free = {**answered, "facts.custody": "not_detained", "action": "long"}
    yield "risk before all questions", site.send(address, free)
    yield "all questions, not held", site.send(address, {**free, "risk": "read"})
    yield "all questions refused", site.send(address, {**blank, **REFUSED, "long": "yes", "action": "check"})
    yield "near, from the form", site.send(address.replace("request", "near"), {**answered, "action": "near"})
    yield "check", site.send(address, {**answered, "action": "check"})
    yield "check of all questions", site.send(address, {**answered, **WHOLE, "action": "check"})
    yield "check, not held", site.send(address, {**answered, "facts.custody": "not_detained", "action": "check"})
    yield "number that differs", site.send(address, {**answered, "a_number_same": "no", "action": "send"})
    yield (
        "check of a place that is not known",
        site.send(address, {**answered, "facts.facility": "the old jail", "action": "check"}),
    )
    yield "receipt", site.send(address, {**answered, "action": "send"})
    yield "already sent", site.send(address, {**answered, "grounds": "Other words.", "action": "send"})
    site.system.later(minutes=20)
    yield "receipt without its code", site.send(address, {**answered, "action": "send"})
    for name, answer in (("not taken", FAILED), ("too long", ApiAnswer(413, {}))):
        with site.answering(answer):
            yield name, site.send(address, {**answered, "action": "send"})


def filed_pair(site: Site, language: Language) -> dict[str, str]:
    """File a request, and return its receipt and code as the forms name them."""
    address = f"/{language}/request"
    found = site.send(address, {**site.read(address).fields, **SHORT, "action": "send"}).fields
    return {name: found[name] for name in ("receipt", "code")}


def _of_a_holder(site: Site, language: Language) -> Iterator[tuple[str, Shown]]:
    pair = filed_pair(site, language)
    yield "pair refused", site.send(f"/{language}/status", {**pair, "code": "A"})
    for name, changes in STATES.items():
        yield f"status {name}", status_page(site, language, pair, changes)
    for section in SECTIONS:
        yield f"update {section}", site.send(f"/{language}/update", {**pair, "section": section})
    place = {**pair, "section": "place", "action": "next"}
    for held in ("detained", "not_detained"):
        yield f"update place {held}", site.send(f"/{language}/update", {**place, "facts.custody": held})
    known = {"facts.custody": "detained", "facts.facility": "EAZ", "facts.residence.zip": "78040", "action": "send"}
    yield "update said back", site.send(f"/{language}/update", {**place, **known})
    refused = {**pair, "section": "contact", "requester.contact.email": "none", "action": "send"}
    yield "update refused", site.send(f"/{language}/update", refused)
    yield "escalation of a holder", site.send(f"/{language}/escalation", pair)
    yield "withdrawal of a holder", site.send(f"/{language}/withdrawal", pair)
    yield "withdrawn", site.send(f"/{language}/withdrawal", {**pair, "action": "send"})
    yield "withdrawal to take back", site.send(f"/{language}/withdrawal", pair)
    yield "taken back", site.send(f"/{language}/withdrawal", {**pair, "action": "undo"})


def status_page(site: Site, language: Language, pair: dict[str, str], changes: dict[str, Any]) -> Shown:
    """Return the status page of a request whose look-up answers with changes."""
    ask = site.api.ask

    def changed(asked: ApiRequest) -> ApiAnswer:
        found = ask(asked, ADDRESS, language)
        whole = RequestStatus.model_validate({**found.body, **changes})
        return ApiAnswer(found.status, whole.model_dump(mode="json"))

    with site.answering(changed):
        return site.send(f"/{language}/status", pair)


def _of_many(site: Site, language: Language) -> Iterator[tuple[str, Shown]]:
    pair = filed_pair(site, language)
    lines = f"{pair['receipt']} {pair['code']}\nAAAA-AAAA {pair['code']}"
    yield "several, found", site.send(f"/{language}/several", {"pairs": lines})
    yield "office found", site.send(f"/{language}/office", {"zip": "78040"})
    yield "office refused", site.send(f"/{language}/office", {"zip": "1"})
    with site.answering(FAILED):
        yield "office without an answer", site.send(f"/{language}/office", {"zip": "78040"})
