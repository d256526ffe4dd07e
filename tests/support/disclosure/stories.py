"""What can become of the case that an unverified filer's request joins, or does not join; the filer sees none of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from casereview.schema.vocabulary import Role
from tests.support.disclosure import filer
from tests.support.disclosure.other_case import A_NUMBER, KINDS, STATES, Kind, OtherCase, file_other
from tests.support.disclosure.worlds import Seen, World, at_start, differences, world
from tests.support.proofs.tally import Tally

Prepare = Callable[[World], filer.Meanwhile | None]
"""Prepares a world before the filer acts, and returns what others do after the filing."""
When = Literal["before", "after"]
"""Whether the other case reaches its state before or after the filer files."""
ROLES: Final = tuple(filer.FACTS)


@dataclass(frozen=True, slots=True)
class Story:
    """One world to compare with the world in which there is no other case.

    Attributes:
        state: The state that the other case reaches, or what else happens.
        kind: The kind of the other case.
        prepare: Prepares the world.
        a_number: The A-number that the filer gives.
    """

    state: str
    kind: Kind
    prepare: Prepare
    a_number: str | None = A_NUMBER


def quiet(_here: World) -> None:
    """Let there be no other case, and let the office do nothing."""


def reached_before(state: str, kind: Kind) -> Story:
    """Return the story of a case that reaches its state before the filer files."""

    def prepare(here: World) -> None:
        other = file_other(here, kind)
        other.reach(state)
        here.each_day.append(other.carry_on)

    return Story(state, kind, prepare)


def reached_after(state: str, kind: Kind) -> Story:
    """Return the story of a case that the filer joins, and that then reaches its state."""

    def prepare(here: World) -> filer.Meanwhile:
        other = file_other(here, kind)
        here.each_day.append(other.carry_on)
        return lambda _filed: other.reach(state)

    return Story(state, kind, prepare)


def _processed(here: World) -> filer.Meanwhile:
    """Let the office process the filer's own case."""

    def meanwhile(filed: Mapping[str, Any]) -> None:
        own = OtherCase(here, filed)
        own.reach("in_line")
        here.each_day.append(own.carry_on)

    return meanwhile


def _split_off(kind: Kind) -> Story:
    """Return the story of a filer whose request joins the case and is split off."""

    def prepare(here: World) -> filer.Meanwhile:
        other = file_other(here, kind)
        other.rank()
        here.each_day.append(other.carry_on)
        return lambda filed: _act(here, other.split_request, filed)

    return Story("the filer's request is split off", kind, prepare)


def _linked(kind: Kind) -> Story:
    """Return the story of a filer who gives no A-number, and whose case is linked to the other one."""

    def prepare(here: World) -> filer.Meanwhile:
        other = file_other(here, kind)
        other.rank()
        here.each_day.append(other.carry_on)
        return lambda filed: _act(here, other.link_case, filed)

    return Story("the filer's case is linked", kind, prepare, a_number=None)


def _act(here: World, act: Callable[[Mapping[str, Any]], None], filed: Mapping[str, Any]) -> None:
    with here.acting("others"):
        act(filed)


LINKABLE: Final[frozenset[Role]] = frozenset({"self", "attorney", "accredited_representative", "family"})
"""Roles whose requests here belong to the office of the other case, so that its officers can link them."""


def stories(role: Role, when: When) -> Iterator[Story]:
    """Yield all stories for a filer of a role."""
    make = reached_before if when == "before" else reached_after
    yield from (make(state, kind) for state in STATES for kind in KINDS)
    if when == "after":
        yield Story("the filer's own case is processed", "plain", _processed)
        yield from map(_split_off, KINDS)
        if role in LINKABLE:
            yield from map(_linked, KINDS)


SOME_ROLES: Final[Mapping[When, tuple[Role, ...]]] = {
    "before": ("self", "family", "other"),
    "after": ("attorney", "accredited_representative", "advocate"),
}


def some_stories(role: Role, when: When) -> Iterator[Story]:
    """Yield a part of the stories: over all roles and both times, each state occurs with either kind."""
    roles = SOME_ROLES[when]
    for number, story in enumerate(stories(role, when)):
        state, kind = divmod(number, len(KINDS))
        if roles[state % len(roles)] == role and kind == (state + (when == "after")) % len(KINDS):
            yield story


def seen_in(story: Story, role: Role, days: int) -> list[Seen]:
    """Return all that a filer sees in the world of a story."""
    with world() as here:
        here.addresses = frozenset({filer.ADDRESS})
        meanwhile = story.prepare(here)
        at_start(here)
        filer.run(here, filer.submission(role, story.a_number), days, meanwhile)
        return here.seen


@dataclass(slots=True)
class Compared:
    """How many acts were compared with the world without another case, and how many differed, by story and route."""

    acts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    differed: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def rows(self) -> list[list[str | int]]:
        """Return rows of state, kind, route, acts compared, and differences."""
        return [[*key, number, self.differed[key]] for key, number in self.acts.items()]


def prove(tally: Tally, role: Role, chosen: Iterable[Story], days: int) -> Compared:
    """Compare each story with the world without another case, act by act; each is one case of the tally."""
    expected: dict[str | None, list[Seen]] = {}
    compared = Compared()
    for story in chosen:
        with tally.case(f"{role}: {story.state}, {story.kind}"):
            number = story.a_number
            if number not in expected:
                expected[number] = seen_in(Story("no other case", "plain", quiet, number), role, days)
            seen = seen_in(story, role, days)
            compared.acts.update((story.state, story.kind, one.route) for one in seen)
            found = list(differences(expected[number], seen))
            compared.differed.update((story.state, story.kind, one.route) for one in found)
            assert not found, f"{len(found)} differences: " + "; ".join(str(one) for one in found[:3])
    return compared
