"""Example bodies of the public API. All persons are fictional, and all A-numbers are synthetic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_LAWYER: dict[str, Any] = {
    "requester": {
        "role": "attorney",
        "name": "Lena Example",
        "organization": "Example Legal Aid",
        "authority": "g28",
        "contact": {"email": "lena@example.org", "phone": "+1 404 555 0142", "preferred": "email", "language": "en"},
    },
    "subject": {
        "a_number": "A000-000-011",
        "given_name": "Marco",
        "family_name": "Example",
        "born_on": "1985-01-15",
        "citizenship": "HND",
    },
    "facts": {
        "custody": "detained",
        "facility": "STWRTGA",
        "removal_order": "final",
        "removal_at": "2026-11-26T03:00:00-05:00",
        "entered_on": "2006-05-01",
        "entry": "unlawful",
        "convictions": [{"offense": "shoplifting", "kind": "misdemeanor", "convicted_on": "2012"}],
        "relief_pending": ["petition_for_review"],
    },
    "grounds": "A petition for review is pending. His only conviction is a misdemeanor of 2012, and he has lived here"
    " for twenty years.",
    "outcome_sought": ["stay_of_removal", "release"],
    "channel": "web",
}
_PERSON: dict[str, Any] = {
    "requester": {"role": "self", "contact": {"phone": "713-555-0142", "language": "es"}},
    "subject": {"given_name": "Ana", "family_name": "Example"},
    "facts": {
        "custody": "not_detained",
        "residence": {"state": "TX", "county": "Harris"},
        "removal_order": "none",
        "entered_on": "2011-09",
    },
    "grounds": "Tengo dos hijos y vivo aquí desde 2011.",
}
_LEAST: dict[str, Any] = {
    "requester": {"role": "family"},
    "subject": {"family_name": "Example"},
    "grounds": "My brother was taken this morning and we do not know where he is.",
}

REQUESTS: Mapping[str, dict[str, Any]] = {
    "An attorney files for a detained person whose removal is planned": _LAWYER,
    "A person files in Spanish, with the facts that are known": _PERSON,
    "The smallest request that is accepted": _LEAST,
}
UPDATES: Mapping[str, dict[str, Any]] = {
    "Removal was planned, and the order is no longer known": {
        "facts": {"removal_at": "2026-11-26", "removal_order": None}
    },
    "A new e-mail address": {"contact": {"email": "ana@example.org", "language": "es"}},
    "Only a statement": {"statement": "She was moved to another facility last night."},
}
CHECKS: Mapping[str, dict[str, Any]] = {
    "A form that is half filled in": {
        "requester": {"role": "family", "contact": {"language": "Spanish"}},
        "facts": {"custody": "detained", "facility": "Stewart"},
    }
}
WITHDRAWALS: Mapping[str, dict[str, Any]] = {
    "Withdraw the request": {},
    "Take the withdrawal back": {"undo": True},
}
STATEMENTS: Mapping[str, dict[str, Any]] = {
    "Why the case should be reviewed again": {
        "statement": "The decision does not mention that the conviction was vacated."
    }
}
