"""Request bodies: the smallest valid one, and one with every field."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from casereview.policy.packaged import PACKAGED, packaged

RECEIVED = datetime(2022, 1, 18, 17, tzinfo=UTC)

SMALLEST: dict[str, Any] = {"requester": {"role": "self"}, "subject": {"given_name": "Ana"}, "grounds": "I live here."}

FULL: dict[str, Any] = {
    "requester": {
        "role": "attorney",
        "name": "Q-name Example",
        "organization": "Q-organization",
        "relationship": "Q-relationship",
        "prepared_by": {"name": "Q-helper", "organization": "Q-group", "language": "Q-tongue"},
        "authority": "g28",
        "contact": {
            "email": "q-mail@example.org",
            "phone": "+1 202 555 0123",
            "preferred": "email",
            "language": "es",
            "spoken_language": "quc",
            "safe_to_contact": True,
            "interpreter": False,
        },
    },
    "subject": {
        "a_number": "A000-000-011",
        "given_name": "Q-given",
        "family_name": "Q-family",
        "born_on": "1951-11-23",
        "citizenship": "Q-citizenship",
        "uscis_receipt": "QQQ0123456789",
    },
    "facts": {
        "custody": "detained",
        "detained_on": "2022-01-10",
        "facility": "STWRTGA",
        "residence": {"state": "TX", "county": "Webb"},
        "removal_order": "final",
        "removal_at": "2022-01-20T05:00:00-05:00",
        "removal_soon": True,
        "check_in_on": "2022-02-01",
        "entered_on": "2006-05",
        "last_entry_on": "2010",
        "entry": "unlawful",
        "convictions": [
            {
                "offense": "Q-offense",
                "kind": "misdemeanor",
                "convicted_on": "2012-03-04",
                "sentence_months": 12,
                "vacated": False,
                "expunged": True,
            }
        ],
        "gang_participation_age": 15,
        "national_security_concern": False,
        "serious_illness": True,
        "pregnant": False,
        "disability": True,
        "mental_condition": False,
        "minor_children": 1,
        "us_citizen_children": 2,
        "sole_caregiver": True,
        "family_hardship": True,
        "relief_pending": ["vawa", "asylum", "u_visa"],
        "military_service": "none",
        "victim_or_witness": True,
        "rehabilitation": True,
        "former_unaccompanied_child": False,
        "claims_us_citizenship": False,
    },
    "grounds": "Q-grounds",
    "outcome_sought": ["release"],
    "prior_contact": "Q-prior",
    "channel": "letter",
}

Path = tuple[str | int, ...]


def leaves(value: Any, path: Path = ()) -> list[Path]:  # noqa: ANN401  # any JSON
    """Return the paths of all values except objects and lists."""
    if isinstance(value, dict):
        return [found for key, item in value.items() for found in leaves(item, (*path, key))]
    if isinstance(value, list):
        return [found for index, item in enumerate(value) for found in leaves(item, (*path, index))]
    return [path]


def changed(value: Any, path: Path, new: object) -> Any:  # noqa: ANN401  # any JSON
    """Return a copy with the value at a path replaced, or added if the last key does not exist."""
    if not path:
        return new
    copy: Any = value.copy()
    old = copy[path[0]] if isinstance(path[0], int) or path[0] in copy else {}
    copy[path[0]] = changed(old, path[1:], new)
    return copy


def pointer(path: Path) -> str:
    """Return the JSON Pointer of a path."""
    return "".join(f"/{part}" for part in path)


def reasons(text: str, policy: str | None = None) -> dict[str, Any]:
    """Return the parts of a decision's body that say why, also where nothing is known and nobody learns of it."""
    factors = packaged(policy).factors if policy is not None and policy in PACKAGED else ()
    return {
        "reasons": [{"about": "custody", "text": text}],
        "language": "en",
        "unknowns": [{"factor": factor.id, "how": "not_needed", "why": "Seen."} for factor in factors],
        "acknowledged": ["nobody_would_learn"],
    }


def granted(outcome: str) -> list[dict[str, Any]]:
    """Return what a decision with an outcome grants: a release, or nothing where it can grant nothing."""
    return [{"what": "release"}] if outcome in {"granted", "granted_in_part", "override"} else []
