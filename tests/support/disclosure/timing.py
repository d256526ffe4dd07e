"""How long look-ups take in two worlds, asked in turn: medians that differ by more than 5 % tell the worlds apart."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from random import Random
from statistics import median
from time import perf_counter
from typing import Final, NamedTuple

from tests.support.abuse.observations import Response, send_request
from tests.support.abuse.rank_test import Difference, difference
from tests.support.disclosure import filer
from tests.support.disclosure.stories import ROLES, Story, quiet
from tests.support.disclosure.worlds import at_start, world

LOOK_UPS: Final = 400
"""The number of look-ups in each world."""
MOST: Final = 0.05
"""The greatest difference of the medians, as a share of the smaller one."""
TRIES: Final = 3
"""How often a comparison is made: a small difference counts only if it is there each time, for the machine has other
work."""
PLAIN: Final = 0.5
"""A difference that no other work makes."""
Send = Callable[[], Response]


class Timed(NamedTuple):
    """The comparison of two worlds by time."""

    times: Difference
    share: float
    """The difference of the medians, as a share of the smaller one."""

    @property
    def alike(self) -> bool:
        """Whether the worlds cannot be distinguished."""
        return self.share <= MOST


def look_up_in(story: Story) -> Send:
    """Return the look-up of an unverified filer in the world of a story, some hours after the filing."""
    with world() as here:
        meanwhile = story.prepare(here)
        at_start(here)
        mine = filer.file(here, "filing", filer.submission(ROLES[0]), filer.KEY)
        here.work()
        if meanwhile:
            meanwhile(mine.filed)
        here.work()
        headers = {"Authorization": f"Bearer {mine.code}"}
        return partial(send_request, here.system, "GET", f"/requests/{mine.receipt}", None, headers)


def compare(story: Story) -> Timed:
    """Compare the look-ups in the world of a story with those in a world without another case."""
    both = (look_up_in(Story("no other case", "plain", quiet)), look_up_in(story))
    found = _measure(both)
    for _ in range(TRIES - 1):
        if found.alike or found.share > PLAIN:
            break
        found = min(found, _measure(both), key=lambda one: one.share)
    return found


def _measure(both: tuple[Send, Send]) -> Timed:
    random, times = Random(0), (list[float](), list[float]())  # noqa: S311  # not a secret
    with _without_collection():
        for _ in range(LOOK_UPS):
            for which in random.sample((0, 1), 2):
                start = perf_counter()
                both[which]()
                times[which].append(perf_counter() - start)
    first, second = map(median, times)
    return Timed(difference(*times), abs(first - second) / min(first, second))


@contextmanager
def _without_collection() -> Iterator[None]:
    """Collect no garbage while times are measured."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
