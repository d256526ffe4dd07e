"""A verified person at the end of a line, who looks up how many people are ahead while another person files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from tests.support.disclosure import filer
from tests.support.disclosure.other_case import KINDS, Kind, file_other, verify_requester
from tests.support.disclosure.worlds import START, Difference, Seen, World, differences, world
from tests.support.system import body

IN_LINE: Final = 40
"""The number of cases ahead of the watcher's own; a lane of so many always shows a band."""
AT_HOME: Final[dict[str, Any]] = {"custody": "not_detained", "facility": None, "residence": {"state": "GA"}}


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Another person's case, which comes before the watcher's own.

    Attributes:
        kind: Its kind.
        state: The state that it reaches.
        days: For how many days the watcher must not see it: an unverified case is counted after seven.
        people: How many other people file at the same time, and go before the watcher too.
    """

    kind: Kind
    state: str
    days: int
    people: int = 0


_STATES: Final[Mapping[Kind, tuple[str, ...]]] = {
    "restricted": ("in_line", "in a top lane", "decided", "with_senior_official", "full"),
    "plain": ("in_line", "in a top lane", "in_review"),
}
_DAYS: Final[Mapping[Kind, int]] = {"restricted": 9, "plain": 6}
NEWCOMERS: Final[Mapping[str, Newcomer]] = {
    **{f"{kind}, many people": Newcomer(kind, "in_line", _DAYS[kind], people=11) for kind in KINDS},
    **{f"{kind}, {state}": Newcomer(kind, state, _DAYS[kind]) for kind, states in _STATES.items() for state in states},
}


def watch(newcomer: Newcomer | None, days: int) -> list[Seen]:
    """Return what the watcher sees on some days, with another person's case or without one."""
    with world() as here:
        _fill(here)
        here.system.time = START - timedelta(days=1)
        mine = filer.file(here, "filing", _person("A000-000-901"), filer.KEY)
        here.work()
        with here.acting("others"):
            verify_requester(here.system, mine.filed)
        here.pass_day()
        mine.look_up("at first")
        other = file_other(here, newcomer.kind) if newcomer else None
        if newcomer and other:
            _file_for_others(here, newcomer)
            other.reach("in_line")
        here.system.time = START + timedelta(hours=4)
        mine.look_up("once another case is in line")
        if newcomer and other:
            other.reach(newcomer.state)
        here.system.time = START + timedelta(hours=12)
        mine.look_up("later on that day")
        for day in range(1, days + 1):
            here.pass_day()
            mine.look_up(f"on day {day}")
        return here.seen


def _fill(here: World) -> None:
    """File for the people in line, weeks before."""
    for number in range(IN_LINE):
        with here.acting("the line"):
            here.system.file(_person(f"A000-000-{100 + number}"))
        here.system.later(minutes=1)
    here.system.pump()


def _file_for_others(here: World, newcomer: Newcomer) -> None:
    protected = {"relief_pending": ["vawa"]} if newcomer.kind == "restricted" else {}
    for number in range(newcomer.people):
        with here.acting("others"):
            facts = {**AT_HOME, **protected, "removal_soon": True}
            here.system.file(body(subject={"a_number": f"A000-000-{800 + number}"}, facts=facts))


def _person(a_number: str) -> dict[str, Any]:
    return body(subject={"a_number": a_number}, facts=AT_HOME)


def bands(seen: Iterable[Seen]) -> Iterator[object]:
    """Yield the numbers of people ahead that look-ups showed."""
    return (json.loads(one.answer[2])["people_ahead"] for one in seen if one.route == "GET /requests/{receipt}")


def told_apart(newcomers: Iterable[Newcomer]) -> Iterator[list[Difference]]:
    """Yield for each newcomer the look-ups by which the watcher could tell that another case came into the line."""
    expected: dict[int, list[Seen]] = {}
    for newcomer in newcomers:
        days = newcomer.days
        if days not in expected:
            expected[days] = watch(None, days)
            assert all(bands(expected[days])), "the watcher is shown no number"
        yield list(differences(expected[days], watch(newcomer, days)))
