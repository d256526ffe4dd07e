"""The staff and requesters of random lives of cases, and the contents of what they send."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.support.system import Staff

STAFF = [
    Staff("omar"),
    Staff("rita", "officer restricted"),
    Staff("una", "officer sro restricted"),
    Staff("sue", "supervisor restricted"),
    Staff("syd", "supervisor restricted"),
    Staff("hana", "officer restricted", "HLG"),
    Staff("hugo", "supervisor restricted", "HLG"),
    Staff("hal", "supervisor restricted", "HQ"),
    Staff("sam", "sro restricted", None),
]
BY_NAME = {user.user: user for user in STAFF}

REQUESTERS: list[dict[str, Any]] = [
    {"role": "self"},
    {"role": "self"},
    {"role": "attorney", "authority": "g28"},
    {"role": "family", "relationship": "mother"},
]
FACTS: list[dict[str, Any]] = [
    {"custody": "detained", "facility": "STWRTGA"},
    {"custody": "detained", "facility": "STWRTGA", "serious_illness": True},
    {"custody": "not_detained", "residence": {"state": "TX", "county": "Webb"}, "removal_order": "final"},
    {"custody": "detained", "facility": "STWRTGA", "claims_us_citizenship": True},
    {"custody": "detained", "facility": "STWRTGA", "relief_pending": ["vawa"]},
    {"custody": "not_detained", "residence": {"state": "GA"}},
    {},
]
CONTACTS: list[dict[str, Any]] = [
    {"safe_to_contact": False},
    {"safe_to_contact": True},
    {"language": "ht"},
    {"phone": "+12025550143", "preferred": "phone"},
    {"postal": {"lines": ["12 Elm St"], "city": "Laredo", "state": "TX", "zip": "78040"}, "preferred": "letter"},
]
MATTERS: list[dict[str, Any]] = [
    {"protected": True},
    {"protected": False},
    {"claims_us_citizenship": False},
    {"claims_us_citizenship": True},
    {"custody": "detained", "facility": "STWRTGA"},
    {"birth_year": 1980},
]
"""The facts of an officer's verifications."""
KINDS: list[dict[str, Any]] = [{"identity": True}, {"authority": "g28"}, {"authority": "form_60_001"}]
"""What is verified of a requester."""
PROOFS = ["in_person", "booking_record", "document", "g28_attestation", "form"]
REFUTATIONS = ["not_the_person", "document_unreadable", "details_differ"]
FIELD_OUTCOMES = ["declined", "granted", "declined", "referred", "withdrawn"]
OFFICIAL_OUTCOMES = ["remand", "override", "uphold", "withdrawn"]
REASONS, INTERNAL, ASKED, WHY = "Reasons-shown-later", "Internal-words", "Asked-words", "Why-words"


def one(place: int, things: Iterable[Any]) -> Any:  # noqa: ANN401  # one of the things; None if there are none
    """Return one of some things, chosen by a number; None if there are none."""
    found = list(things)
    return found[place % len(found)] if found else None
