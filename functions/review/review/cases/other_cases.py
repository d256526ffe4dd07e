"""Other cases of a person, and those about somebody of the same name and birth year, as far as a caller may know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from operator import attrgetter
from typing import Final, NamedTuple

from casereview.cases.lifecycle import ENDED, LIVE, WITH_DECISION
from casereview.schema.person_records import NameCase, PersonCase
from casereview.schema.records import Case, Guard
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.store.backend import Between, Query
from casereview.store.table import Table
from review.cases.session import CaseSession
from review.schema.case_responses import OtherCase

_MOST_READ: Final = 200
"""The most records of a person that are read; strangers can file as many requests as they like."""
_MOST_CASES: Final = 40
"""The most cases of a person that are read: the earliest ones, which strangers cannot push out."""
_MOST_OF_A_NAME: Final = 20
_MOST_NAMES: Final = 2
_OF_CASES: Final = Between(keys.CASES, f"{keys.CASES}~")


class OtherCases(NamedTuple):
    """Other cases that a caller may open, the latest filing first."""

    of_person: tuple[OtherCase, ...]
    of_name: tuple[OtherCase, ...]
    """Those about somebody of the same name and birth year that are no cases of the person."""

    @property
    def suggest_duplicate(self) -> bool:
        """Return whether another open case may be about the same person."""
        return any(one.status in LIVE for one in (*self.of_person, *self.of_name))


def cases_of_person(table: Table, person: str) -> list[str]:
    """Return the ids of the cases that a person had, the earliest filing first: at most 40 of the first 200 found."""
    query = Query(keys.person_partition(person), sort_key=_OF_CASES, limit=_MOST_READ)
    found = sorted(islice(table.records(PersonCase, query), _MOST_READ), key=attrgetter("filed_at"))
    guard = table.find(Guard, keys.guard(person))  # a case of an older release has no other record
    return list(dict.fromkeys([*(one.case for one in found[:_MOST_CASES]), *([guard.case] if guard else [])]))


def _cases_of_name(table: Table, name: str) -> list[str]:
    query = Query(keys.names_partition(name), sort_key=_OF_CASES, limit=_MOST_OF_A_NAME)
    return [one.case for one in islice(table.records(NameCase, query), _MOST_OF_A_NAME)]


def other_cases(session: CaseSession, case: Case, requests: Sequence[Request]) -> OtherCases:
    """Return the other cases of the person, and of the names in the live requests, that the caller may open."""
    table = session.services.table
    by_person = [found for person in case.numbers for found in cases_of_person(table, person)]
    names = dict.fromkeys(one.name for one in requests if one.name and one.state == "live")
    by_name = [found for name in islice(names, _MOST_NAMES) for found in _cases_of_name(table, name)]
    found = table.cases([*by_person, *by_name]).values()
    others = [one for one in found if one.case_id != case.case_id and session.may_open(one)]
    return OtherCases(
        _shown(one for one in others if one.case_id in by_person),
        _shown(one for one in others if one.case_id not in by_person and one.linked_to != case.case_id),
    )


def _shown(cases: Iterable[Case]) -> tuple[OtherCase, ...]:
    return tuple(_other(one) for one in sorted(cases, key=attrgetter("filed_at", "case_id"), reverse=True))


def _other(case: Case) -> OtherCase:
    return OtherCase(
        case_id=case.case_id,
        office=case.office,
        status=case.status,
        received_at=case.filed_at,
        ended_at=case.status_since if case.status in ENDED else None,
        outcome=case.outcome if case.status in WITH_DECISION else None,
        linked_to=case.linked_to,
    )
