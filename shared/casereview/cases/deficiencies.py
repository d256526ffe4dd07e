"""Deficiencies of a request. The requester sees them; the request is accepted and its clock runs all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from casereview.evidence.open_facts import marks_of
from casereview.routing.offices import HEADQUARTERS, responsible, route
from casereview.schema.facts import Facts
from casereview.schema.identifiers import is_short_a_number
from casereview.schema.responses import Deficiency
from casereview.schema.submission import Submission

_USCIS_RECEIPT = re.compile(r"[A-Z]{3}\d{10}", re.ASCII)

MESSAGES: dict[str, tuple[str, str]] = {
    "a_number_missing": (
        "subject.a_number",
        "No A-number was given. Send it if the person has one: it joins all requests about the same person.",
    ),
    "a_number_short": (
        "subject.a_number",
        "The A-number has fewer than nine digits. That is right for older ones; please check that no digit is missing.",
    ),
    "name_missing": ("subject.family_name", "The person's full name is missing."),
    "born_on_missing": ("subject.born_on", "The person's date of birth is missing."),
    "custody_unknown": ("facts.custody", "Please say whether the person is detained."),
    "facility_missing": ("facts.facility", "Please say where the person is detained."),
    "facility_unknown": (
        "facts.facility",
        "This facility is not in our list, or several have this name: send its code.",
    ),
    "state_unknown": ("facts.residence.state", "The state is missing or unknown; use its two-letter code."),
    "county_unknown": ("facts.residence.county", "This state has several field offices: the county decides which."),
    "outcome_missing": ("outcome_sought", "Please say what you ask for."),
    "authority_missing": (
        "requester.authority",
        "Attorneys and accredited representatives need Form G-28, others ICE Form 60-001, to be shown the case.",
    ),
    "contact_missing": ("requester.contact", "We have no way to write to you: keep the receipt and the access code."),
    "uscis_receipt_form": ("subject.uscis_receipt", "A USCIS receipt number has three letters and ten digits."),
}


def _subject_checks(submission: Submission, raw_a_number: object) -> Iterator[tuple[str, bool]]:
    subject = submission.subject
    yield "a_number_missing", subject.a_number is None
    yield "a_number_short", isinstance(raw_a_number, str) and is_short_a_number(raw_a_number)
    yield "name_missing", not (subject.given_name and subject.family_name)
    yield "born_on_missing", subject.born_on is None
    receipt = subject.uscis_receipt
    yield "uscis_receipt_form", receipt is not None and not _USCIS_RECEIPT.fullmatch(receipt)


def _location_checks(submission: Submission, facts: Facts, on: date) -> Iterator[tuple[str, bool]]:
    detained, unrouted = facts.custody == "detained", route(facts, on) == HEADQUARTERS
    residence_needed = not detained or unrouted
    yield "custody_unknown", facts.custody is None
    yield "facility_missing", detained and submission.claims.facility is None
    yield "facility_unknown", submission.claims.facility is not None and facts.facility is None
    yield "state_unknown", residence_needed and facts.state is None
    yield (
        "county_unknown",
        residence_needed and facts.state is not None and len(responsible(facts.state, facts.county, on)) > 1,
    )


def deficiencies(submission: Submission, facts: Facts, raw_a_number: object, on: date) -> tuple[str, ...]:
    """Return the codes of a request's deficiencies.

    They depend on this request alone, because the answer must not reveal the case that it joins.

    Args:
        submission: The request as it was sent.
        facts: Its open facts.
        raw_a_number: The A-number as the body has it, before it was made canonical.
        on: The day for which the office is looked up.
    """
    channel = submission.contact.channel()
    found = [
        *_subject_checks(submission, raw_a_number),
        *_location_checks(submission, facts, on),
        ("outcome_missing", not submission.outcome_sought),
        ("authority_missing", "authority_needed" in marks_of(submission)),
        ("contact_missing", channel == "none" and submission.contact.preferred is None),
    ]
    return tuple(code for code, lacks in found if lacks)


def describe(codes: tuple[str, ...]) -> tuple[Deficiency, ...]:
    """Return the field and message of each code."""
    return tuple(Deficiency(field=MESSAGES[code][0], message=MESSAGES[code][1]) for code in codes)
