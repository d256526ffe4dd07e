"""Check a body before it is filed: what is understood of it, what it lacks, and where it would go."""

from __future__ import annotations

from datetime import datetime

from casereview.cases.deficiencies import deficiencies, describe_missing
from casereview.cases.understanding import understood
from casereview.evidence.open_facts import open_facts
from casereview.http.json_body import Json, read_object
from casereview.http.validation import validate
from casereview.routing.offices import route
from casereview.schema.base import EASTERN
from casereview.schema.languages import DEFAULT, Language
from casereview.schema.submission import SubmissionParts
from casereview.usecases.new_request import stated_a_number
from intake.responses import Checked


def check_body(raw: bytes | str, language: Language | None, at: datetime) -> Checked:
    """Return what a request with this body would say; no call to AWS is made.

    Args:
        raw: The body.
        language: The language that the caller accepts; the contact of the body comes first.
        at: When it was received.

    Raises:
        ProblemError: 400, 413 or 422 for the body, as ``parse`` does.
    """
    value: dict[str, Json] = read_object(raw)
    parts = validate(SubmissionParts, value, at)
    on = at.astimezone(EASTERN).date()
    facts = open_facts(parts, on)
    lacks = deficiencies(parts, facts, stated_a_number(value), on)
    return Checked(
        understood=understood(parts.subject, parts.facts, parts.contact, facts, on),
        missing=describe_missing(lacks, parts.contact.language or language or DEFAULT),
        field_office=route(facts, on),
    )
