"""A synthetic docket: request bodies of fictitious people, with a realistic mix of lanes, offices and factors.

The same seed gives the same docket. The shares follow public figures of ICE's population in 2021: most requesters are
detained, just under half of the detained have a conviction, and three in four speak Spanish.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

Body = dict[str, Any]

FACILITIES = {
    "STWRTGA": 14, "STCDFTX": 10, "ADLNTCA": 9, "EAZ": 9, "CSCNWWA": 6, "JENADLA": 9, "HOUICDF": 7, "EPC": 7,
    "OTRPCNM": 5, "KRO": 6, "BTV": 3, "WCCPBFL": 4, "DENICDF": 4, "PRLDCTX": 4, "CCASDCA": 5, "FRMVLVA": 2, "PIC": 3,
}  # fmt: skip
"""Detention facilities and their weights; no office has most of the detained."""
RESIDENCES = {
    ("TX", "Harris"): 10, ("TX", "Bexar"): 5, ("TX", "Dallas"): 6, ("CA", "Los Angeles"): 14, ("CA", "San Diego"): 5,
    ("CA", "Alameda"): 4, ("FL", None): 10, ("NY", "Queens"): 9, ("NJ", None): 6, ("GA", None): 5, ("IL", None): 6,
    ("VA", None): 4, ("MD", None): 4, ("MA", None): 3, ("WA", None): 3, ("CO", None): 2, ("MN", None): 2,
    ("PA", None): 3, ("LA", None): 2, ("AZ", None): 3, ("UT", None): 2, ("TX", None): 2, ("OH", None): 2,
    (None, None): 3,
}  # fmt: skip
LANGUAGES = {"es": 75, "en": 9, "pt": 3, "ht": 2, "zh": 2, "pa": 1, "fr": 2, "ru": 1, "ar": 1}
CITIZENSHIPS = {"MEX": 35, "GTM": 18, "HND": 17, "SLV": 12, "ECU": 4, "HTI": 3, "BRA": 3, "IND": 2, "CHN": 2, "NGA": 2}
KINDS = {"misdemeanor": 60, "felony": 22, "aggravated_felony": 15, "gang_element": 3}
ROLES = {"self": 35, "attorney": 35, "family": 18, "accredited_representative": 7, "advocate": 4, "other": 1}


def bodies(size: int = 1000, seed: int = 2021, now: datetime | None = None) -> Iterator[Body]:
    """Yield request bodies, each of another person.

    Args:
        size: The number of bodies.
        seed: The seed of the random generator.
        now: The time of filing; by default, 18 January 2022.
    """
    at = now or datetime.fromisoformat("2022-01-18T12:00:00-05:00")
    random = Random(seed)  # noqa: S311 - not a secret
    for number in range(1, size + 1):
        yield _body(random, number, at)


def lines(size: int = 1000, seed: int = 2021, now: datetime | None = None) -> bytes:
    """Return a docket as JSON Lines: one request per line."""
    return b"".join(json.dumps(body).encode() + b"\n" for body in bodies(size, seed, now))


def _pick(random: Random, weights: dict[Any, int]) -> Any:  # noqa: ANN401 - a key of any kind
    return random.choices(list(weights), list(weights.values()))[0]


def _body(random: Random, number: int, at: datetime) -> Body:
    role = _pick(random, ROLES)
    born = (
        at.year
        - random.choices([random.randint(1, 17), random.randint(18, 45), random.randint(46, 84)], [4, 72, 24])[0]
    )
    return {
        "requester": _requester(random, role, number),
        "subject": {
            "a_number": f"A{200_000_000 + number:09d}",
            "given_name": f"Person{number}",
            "family_name": "Example",
            "born_on": f"{born}-06-15",
            "citizenship": _pick(random, CITIZENSHIPS),
        },
        "facts": {name: value for name, value in _facts(random, at).items() if value is not None},
        "grounds": "The case does not fit the priorities, for the reasons among the facts.",
        "outcome_sought": ["release"],
    }


def _requester(random: Random, role: str, number: int) -> Body:
    forms = {"attorney": "g28", "accredited_representative": "g28", "self": "none"}
    stated = forms.get(role, "form_60_001") if random.random() < 0.7 else "none"
    contact = {"email": f"person{number}@example.org", "language": _pick(random, LANGUAGES)}
    return {"role": role, "name": f"Requester {number}", "authority": stated, "contact": contact}


def _facts(random: Random, at: datetime) -> Body:
    detained = random.random() < 0.6
    state, county = _pick(random, RESIDENCES)
    entered = at.year - random.choices([0, 1, 2, 5, 8, 12, 20], [6, 12, 15, 20, 17, 18, 12])[0]
    day = min(f"{entered}-{random.randint(1, 12):02d}-{random.randint(1, 28):02d}", f"{at:%Y-%m-%d}")
    ordered = random.random() < (0.35 if detained else 0.25)
    return {
        "custody": "detained" if detained else "not_detained",
        "facility": _pick(random, FACILITIES) if detained else None,
        "detained_on": _past(random, at, 72) if detained and random.random() < 0.8 else None,
        "residence": {"state": state, "county": county} if state and (not detained or random.random() < 0.4) else None,
        "removal_order": "final" if ordered else random.choice(["none", "unknown", None]),
        "removal_at": _removal(random, at) if ordered and random.random() < 0.3 else None,
        "removal_soon": True if ordered and random.random() < 0.05 else None,
        "check_in_on": f"{at + timedelta(days=random.randint(1, 60)):%Y-%m-%d}" if random.random() < 0.1 else None,
        "entered_on": day if random.random() < 0.9 else None,
        "entry": random.choices(["unlawful", "admitted", "apprehended_at_border", "paroled", None], [55, 15, 18, 4, 8])[
            0
        ],
        "convictions": _convictions(random, at) if detained or random.random() < 0.2 else None,
        "relief_pending": _relief(random),
        "military_service": "immediate_family" if random.random() < 0.02 else None,
        "minor_children": random.randint(1, 4) if random.random() < 0.35 else None,
        "us_citizen_children": random.randint(1, 3) if random.random() < 0.3 else None,
        **{name: True if random.random() < share else None for name, share in _YES.items()},
    }


_YES = {
    "serious_illness": 0.08, "pregnant": 0.02, "disability": 0.04, "mental_condition": 0.06, "sole_caregiver": 0.08,
    "family_hardship": 0.25, "victim_or_witness": 0.06, "rehabilitation": 0.12, "former_unaccompanied_child": 0.03,
    "claims_us_citizenship": 0.01, "national_security_concern": 0.003,
}  # fmt: skip


def _past(random: Random, at: datetime, days: int) -> str:
    return f"{at - timedelta(days=random.randint(1, days)):%Y-%m-%d}"


def _removal(random: Random, at: datetime) -> str:
    hours = random.choice([random.randint(-48, 71), random.randint(73, 24 * 30)])
    return (at + timedelta(hours=hours)).isoformat()


def _convictions(random: Random, at: datetime) -> list[Body]:
    return [
        {
            "kind": _pick(random, KINDS),
            "convicted_on": f"{random.randint(at.year - 25, at.year - 1)}" if random.random() < 0.9 else None,
            "vacated": True if random.random() < 0.06 else None,
            "expunged": True if random.random() < 0.03 else None,
        }
        for _ in range(random.choices([0, 1, 2, 3], [52, 28, 13, 7])[0])
    ]


def _relief(random: Random) -> list[str] | None:
    kinds = {"asylum": 50, "petition_for_review": 15, "first_motion_to_reopen": 12, "u_visa": 8, "vawa": 5, "other": 10}
    return [_pick(random, kinds)] if random.random() < 0.3 else None
