"""Sample requests: the worked examples of the specification, with times relative to now.

All persons are fictional and all A-numbers synthetic. The requests are filed through the public API.
"""

from __future__ import annotations

import http.client
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

GROUNDS: Final = "This is a sample request: the case does not fit the priorities, for the reasons among the facts."
HTTP_CREATED: Final = 201

Body = dict[str, Any]


@dataclass(frozen=True)
class Receipt:
    """The receipt and access code of a filed request, and the office it was routed to."""

    receipt: str
    access_code: str
    office: str


def sample_requests(now: datetime) -> list[Body]:
    """Return the bodies of the sample requests, as if filed at a given time."""
    return [
        _attorney_with_imminent_removal(now),
        _not_detained(now),
        _detained_with_serious_illness(now),
        _family_member_without_waiver(now),
        _vacated_conviction(now),
        _protected_by_1367(now),
        _attorney_of_shared_case(now),
        _mother_of_shared_case(now),
        _attorney_without_g28(now),
        _name_only(now),
        _detained_with_citizenship_claim(now),
    ]


def file_samples(address: str, now: datetime | None = None) -> list[Receipt]:
    """File all sample requests with a running API.

    Returns:
        The receipts of the requests that were accepted.
    """
    host = urlsplit(address).netloc
    samples = sample_requests(now or datetime.now(UTC))
    first, second = samples[:-4], samples[-4:]  # the mother files after the attorney
    with ThreadPoolExecutor(4) as pool:
        answers = [*pool.map(lambda body: _post(host, body), first), *pool.map(lambda body: _post(host, body), second)]
    return [answer for answer in answers if answer is not None]


def _post(host: str, body: Body) -> Receipt | None:
    connection = http.client.HTTPConnection(host, timeout=60)
    try:
        connection.request("POST", "/requests", json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = json.loads(response.read())
    finally:
        connection.close()
    if response.status != HTTP_CREATED:
        print(f"sample request rejected ({response.status}): {answer.get('title')}", file=sys.stderr)
        return None
    return Receipt(answer["receipt"], answer["access_code"], answer["field_office"])


def _body(requester: Body, subject: Body, facts: Body, outcome: str = "release") -> Body:
    return {
        "requester": requester,
        "subject": subject,
        "facts": facts,
        "grounds": GROUNDS,
        "outcome_sought": [outcome],
        "channel": "web",
    }


def _requester(role: str, name: str, language: str = "en", authority: str = "none", **contact: object) -> Body:
    mail = f"{name.partition(' ')[0].lower()}@example.org"
    return {
        "role": role,
        "name": name,
        "authority": authority,
        "contact": {"email": mail, "preferred": "email", "language": language, **contact},
    }


def _subject(number: int, given: str, family: str, born: date, citizenship: str) -> Body:
    return {
        "a_number": f"A000-000-{number:03d}",
        "given_name": given,
        "family_name": family,
        "born_on": born.isoformat(),
        "citizenship": citizenship,
    }


def _born(now: datetime, age: int) -> date:
    return date(now.year - age, 1, 15)


def _day(now: datetime, days: int) -> str:
    return (now - timedelta(days=days)).date().isoformat()


def _attorney_with_imminent_removal(now: datetime) -> Body:
    facts = {
        "custody": "detained",
        "facility": "STWRTGA",
        "removal_order": "final",
        "removal_at": (now + timedelta(hours=36)).isoformat(timespec="seconds"),
        "entered_on": "2006-05-01",
        "entry": "unlawful",
        "convictions": [{"offense": "shoplifting", "kind": "misdemeanor", "convicted_on": "2012"}],
        "relief_pending": ["petition_for_review"],
    }
    requester = _requester("attorney", "Lena Ortiz", authority="g28")
    return _body(requester, _subject(11, "Marco", "Paz", _born(now, 41), "HND"), facts, "stay_of_removal")


def _not_detained(now: datetime) -> Body:
    facts = {
        "custody": "not_detained",
        "residence": {"state": "TX", "county": "Harris"},
        "removal_order": "none",
        "entered_on": "2011-09-01",
    }
    return _body(
        _requester("self", "Ines Rojas", "es"), _subject(22, "Ines", "Rojas", _born(now, 34), "MEX"), facts, "no_arrest"
    )


def _detained_with_serious_illness(now: datetime) -> Body:
    facts = {
        "custody": "detained",
        "facility": "ESSEXNJ",
        "serious_illness": True,
        "convictions": [{"offense": "drug trafficking", "kind": "aggravated_felony", "convicted_on": "1998"}],
    }
    return _body(_requester("self", "Jean Pierre", "ht"), _subject(33, "Jean", "Pierre", _born(now, 71), "HTI"), facts)


def _family_member_without_waiver(now: datetime) -> Body:
    facts = {
        "custody": "detained",
        "detained_on": _day(now, 6),
        "facility": "EPC",
        "entered_on": "2009-03-01",
        "minor_children": 1,
        "us_citizen_children": 1,
        "sole_caregiver": True,
    }
    return _body(_requester("family", "Rosa Lima", "es"), _subject(44, "Carmen", "Lima", _born(now, 38), "GTM"), facts)


def _vacated_conviction(now: datetime) -> Body:
    burglary = {"offense": "burglary", "kind": "aggravated_felony", "convicted_on": "2003", "vacated": True}
    facts = {"custody": "not_detained", "residence": {"state": "CA", "county": "Orange"}, "convictions": [burglary]}
    subject = _subject(55, "Anh", "Tran", _born(now, 52), "VNM")
    return _body(_requester("self", "Anh Tran"), subject, facts, "no_arrest")


def _protected_by_1367(now: datetime) -> Body:
    facts = {"custody": "detained", "detained_on": _day(now, 2), "facility": "KRO", "relief_pending": ["vawa"]}
    requester = _requester("self", "Ana Silva", "pt", safe_to_contact=False)
    return _body(requester, _subject(66, "Ana", "Silva", _born(now, 29), "BRA"), facts)


def _attorney_of_shared_case(now: datetime) -> Body:
    facts = {"custody": "detained", "facility": "STWRTGA", "entered_on": "2010-02-01"}
    requester = _requester("attorney", "Omar Haddad", authority="g28")
    return _body(requester, _subject(99, "Luis", "Vega", _born(now, 27), "SLV"), facts)


def _mother_of_shared_case(now: datetime) -> Body:
    facts = {
        "custody": "detained",
        "facility": "Stewart",
        "removal_at": (now + timedelta(hours=40)).isoformat(timespec="seconds"),
    }
    subject = {**_subject(99, "Luis", "Vega", _born(now, 28), "SLV"), "a_number": "a 000.000.099"}
    return _body(_requester("family", "Marta Vega", "es"), subject, facts)


def _attorney_without_g28(now: datetime) -> Body:
    facts = {"custody": "detained", "facility": "ADLNTCA"}
    subject = _subject(88, "Gurpreet", "Singh", _born(now, 45), "IND")
    return _body(_requester("attorney", "Dana Klein"), subject, facts)


def _name_only(_now: datetime) -> Body:
    subject = {"given_name": "Ivan", "family_name": "Petrov"}
    return _body(_requester("self", "Ivan Petrov", "ru"), subject, {"residence": {"state": "TX"}}, "other")


def _detained_with_citizenship_claim(now: datetime) -> Body:
    facts = {"custody": "detained", "facility": "EAZ", "claims_us_citizenship": True}
    return _body(_requester("self", "Sam Reyes"), _subject(110, "Sam", "Reyes", _born(now, 24), "USA"), facts)
