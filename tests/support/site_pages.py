"""Every page that the public site shows, in the states that change what is on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from casereview.schema.languages import Language
from casereview.schema.status_responses import RequestStatus
from pages.acts import SECTIONS
from pages.public_api import FAILED, ApiAnswer, ApiRequest
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
    yield "not_found", site.read(f"/{language}/nothing")
    yield from _form(site, f"/{language}/request")
    yield from _of_a_holder(site, language)
    yield from _of_many(site, language)


def _form(site: Site, address: str) -> Iterator[tuple[str, Shown]]:
    blank = site.read(address).fields
    answered = {**blank, **SHORT}
    yield "request refused", site.send(address, {**blank, **REFUSED, "action": "check"})
    yield "request filled in", site.send(address, {**answered, "action": "edit"})
    yield "request, all questions", site.send(address, {**answered, "action": "long"})
    yield "all questions refused", site.send(address, {**blank, **REFUSED, "long": "yes", "action": "check"})
    yield "check", site.send(address, {**answered, "action": "check"})
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
