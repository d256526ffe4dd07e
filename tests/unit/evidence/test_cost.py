"""The most that requesters may say about one case costs a bounded multiple of what an ordinary case costs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from statistics import median
from time import process_time

import pytest

from casereview.cases.assessment import InForce, assess
from casereview.policy.packaged import compiled
from casereview.schema.event_records import Event
from casereview.schema.evidence import CaseFile
from casereview.schema.facts import Conviction, Facts
from tests.support.case_histories import NOW, POLICIES, established, file_of, filed, recognised, updated

MOST = 20
"""How many times the processor time of ranking a case with ten events."""
REQUESTS, UPDATES = 20, 40
FORCE = InForce(compiled(POLICIES[1]), None)
HOUR = timedelta(hours=1)
FOUND = Facts(custody="detained", minor_children=2)


def everything(number: int) -> Facts:
    """Return a value of every fact but protection and citizenship, most of which differ by number."""
    odd = number % 2 == 1
    day = date(2021, 1, 1) - timedelta(days=number)
    return Facts(
        custody="not_detained" if odd else "detained",
        detained_on=day,
        facility="EPC" if odd else "STWRTGA",
        state="TX" if odd else "GA",
        county="Harris" if odd else "Fulton",
        removal_order="none" if odd else "final",
        removal_at=NOW + (1 + number % 900) * HOUR,
        removal_soon=odd,
        check_in_on=(NOW + timedelta(days=1 + number % 60)).date(),
        birth_year=1930 + number % 80,
        entered_on=day,
        last_entry_on=day,
        entry="unlawful" if odd else "admitted",
        convictions=(Conviction(kind="felony", convicted_on=day),) * (1 + number % 3),
        gang_participation_age=number % 90,
        national_security_concern=odd,
        serious_illness=not odd,
        pregnant=odd,
        disability=odd,
        mental_condition=odd,
        minor_children=number % 90,
        us_citizen_children=number % 90,
        sole_caregiver=odd,
        family_hardship=odd,
        relief_pending=("asylum",) if odd else ("other",),
        military_service="self" if odd else "none",
        victim_or_witness=odd,
        rehabilitation=odd,
        former_unaccompanied_child=odd,
    )


def most_that_may_be_said() -> list[Event]:
    """Return the filings and updates of as many requests as join one case, each as long as one may be."""
    events = [filed(1, "R0", "self", everything(0), at=NOW - 100 * HOUR)]
    for request in range(1, REQUESTS):
        at = NOW - 99 * HOUR + request * HOUR
        events.append(filed(len(events) + 1, f"R{request}", "family", everything(request), at=at))
    for update in range(UPDATES):
        for request in range(REQUESTS):
            at = NOW - 60 * HOUR + (update * REQUESTS + request) * timedelta(minutes=1)
            events.append(updated(len(events) + 1, f"R{request}", everything(7 * update + 11 * request), at))
    return events


def ten_events() -> list[Event]:
    """Return an ordinary history: a person, a sister, eight updates."""
    events = [filed(1, "R0", "self", Facts(custody="detained", minor_children=1, state="TX"), at=NOW - 100 * HOUR)]
    events.append(filed(2, "R1", "family", Facts(custody="detained", serious_illness=True), at=NOW - 90 * HOUR))
    said = [Facts(state="TX"), Facts(pregnant=True), Facts(removal_order="final"), Facts(pregnant=False)]
    return events + [updated(number, "R0", said[number % 4], NOW - (20 - number) * HOUR) for number in range(3, 11)]


def all_verified(events: list[Event]) -> list[Event]:
    return events + [recognised(len(events) + 1 + number, f"R{number}", NOW) for number in range(REQUESTS)]


def with_finding(events: list[Event]) -> list[Event]:
    return [*events, established(len(events) + 1, FOUND, NOW)]


def processor_time(file: CaseFile, runs: int) -> float:
    """Return the median processor time of assessing a case, in seconds."""

    def once() -> float:
        start = process_time()
        for run in range(runs):
            assess(file, FORCE, NOW + HOUR + run * timedelta(seconds=1))
        return (process_time() - start) / runs

    return median(once() for _ in range(9))


@pytest.mark.parametrize("also", [list, all_verified, with_finding], ids=["strangers", "verified", "facts found"])
def test_the_most_that_may_be_said_costs_at_most_twenty_times_an_ordinary_case(
    also: Callable[[list[Event]], list[Event]],
) -> None:
    """The ratio of two medians in one run, the least of three: it does not depend on the machine."""
    most, ordinary = file_of(also(most_that_may_be_said())), file_of(also(ten_events()))
    ratios = [processor_time(most, 2) / processor_time(ordinary, 30) for _ in range(3)]
    assert min(ratios) <= MOST, ratios


def test_what_was_folded_does_not_grow_with_the_number_of_updates() -> None:
    events = most_that_may_be_said()
    few, many = (file_of(part).claims for part in (events[: 2 * REQUESTS], events))
    longest = max(len(one.model_dump_json(exclude_unset=True)) for one in few)
    assert all(len(one.model_dump_json(exclude_unset=True)) <= 2 * longest for one in many)
