"""Worlds that differ in one thing, such as a case of another person: what one actor sees in them is compared.

The random values that an actor's act draws depend on that actor's acts alone, and so do receipts and codes. What the
actor gets in two worlds can therefore be compared byte by byte.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import zip_longest
from random import Random
from typing import Any
from unittest.mock import patch

from tests.support.abuse.observations import Response, send_request
from tests.support.memory.recording import record_memory_calls
from tests.support.staff import POLICY_A
from tests.support.system import Sent, System, running
from tests.support.system import _mail as read_mail

START = POLICY_A
"""When the actor acts first; the policy in force then asks for approvals."""
OFFICES = ("ATL", "ELP", "HQ", "SRO")
"""The offices and queues that the duties of the night and the week are run for."""
PAUSE = timedelta(seconds=11)
"""The time between two acts; a process reads the policies again after ten seconds, whoever called it before."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What an actor sees of one act: the whole response, the AWS calls, and the messages that came since the last one.

    Times are the clock's; each world's clock shows the same.
    """

    act: str
    route: str
    answer: Response
    calls: tuple[str, ...]
    messages: tuple[Sent, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """An act by which an actor could tell two worlds apart."""

    act: str
    route: str
    what: str

    def __str__(self) -> str:
        return f"{self.act}: {self.what}"


@dataclass(slots=True)
class World:
    """One system in memory, whose random values depend on the actor and the number of its acts."""

    system: System
    addresses: frozenset[str] = frozenset()
    """The addresses at which the observed actor gets messages."""
    each_day: list[Callable[[int], None]] = field(default_factory=list)
    """What others do on each day, by its number."""
    seen: list[Seen] = field(default_factory=list)
    _random: Random = field(default_factory=Random)
    _acts: dict[str, int] = field(default_factory=dict)
    _mails: int = 0
    _texts: int = 0
    _day: int = 0

    @contextmanager
    def acting(self, actor: str) -> Iterator[None]:
        """Draw random values for an act of an actor."""
        number = self._acts[actor] = self._acts.get(actor, 0) + 1
        before, self._random = self._random, Random(f"{actor}|{number}")  # noqa: S311  # not a secret
        try:
            yield
        finally:
            self._random = before

    def observe(
        self, act: str, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Let the observed actor send one request to the public API, and keep what is seen of it."""
        self.system.time += PAUSE
        with self.acting("observed"), record_memory_calls() as calls:
            answer = send_request(self.system, method, path, body, headers)
        self.keep(act, f"{method} {_pattern(path)}", answer, [call.action for call in calls])
        return answer

    def keep(self, act: str, route: str, answer: Response, calls: Iterable[str] = ()) -> None:
        """Keep what is seen of one act."""
        self.seen.append(Seen(act, route, answer, tuple(calls), tuple(self._new_messages())))

    def _new_messages(self) -> Iterator[Sent]:
        """Yield the messages that the observed actor got since this was last asked, without their MIME."""
        mails, texts = self.system.cloud.mails(), self.system.cloud.text_messages()
        new = [read_mail(raw) for raw in mails[self._mails :]]
        new += [Sent("sms", number, "", "", text, text) for number, text in texts[self._texts :]]
        self._mails, self._texts = len(mails), len(texts)
        yield from (replace(sent, raw="") for sent in new if sent.to in self.addresses)

    def pass_day(self) -> None:
        """Let a day pass: others act, the workers work, and the duties of the night and the week run."""
        self._day += 1
        end = self.system.time + timedelta(days=1)
        for act in self.each_day:
            act(self._day)
        for _ in range(4):
            self.system.later(hours=5)
            self.work()
        with self.acting("the night"):
            for duty in ("snapshot", "bands", "usual_wait"):
                self.system.duty(duty)
        self.system.time = end
        self.work()

    def work(self) -> None:
        """Sweep, and deliver all messages."""
        with self.acting("workers"):
            self.system.sweep()
            self.system.pump()

    # ---- the random values

    def token_bytes(self, count: int = 32) -> bytes:
        return self._random.randbytes(count)

    def token_hex(self, count: int = 32) -> str:
        return self._random.randbytes(count).hex()

    def choice(self, values: Any) -> Any:  # noqa: ANN401  # as secrets.choice
        return self._random.choice(values)

    def source(self) -> Random:
        """Return the source of random values where the product uses the operating system's."""
        return self._random


@contextmanager
def world() -> Iterator[World]:
    """Start a world on an empty system in memory."""
    with running("memory") as system:
        found = World(system)
        system.time = START - timedelta(days=20)
        with (
            patch.multiple(secrets, token_bytes=found.token_bytes, token_hex=found.token_hex, choice=found.choice),
            patch("prioritize.bands.SystemRandom", found.source),
            patch("prioritize.bands.queues", lambda: OFFICES),
            patch("prioritize.usual_wait.queues", lambda: OFFICES),
        ):
            yield found


def differences(expected: list[Seen], found: list[Seen]) -> Iterator[Difference]:
    """Yield the acts by which an actor could tell two worlds apart."""
    for one, other in zip_longest(expected, found):
        if one is None or other is None:
            more = one or other
            yield Difference(more.act, more.route, "occurs in one world only")
        elif one != other:
            yield Difference(one.act, one.route, _difference(one, other))


def _difference(one: Seen, other: Seen) -> str:
    if one.answer != other.answer:
        return f"another response: {_first_difference(one.answer, other.answer)}"
    if one.calls != other.calls:
        return f"other calls: {list(one.calls)} and {list(other.calls)}"
    return f"other messages: {len(one.messages)} and {len(other.messages)}"


def _pattern(path: str) -> str:
    """Return a path without its receipt."""
    parts = path.split("/")
    return "/".join([*parts[:2], *(["{receipt}"] if len(parts) > 2 else []), *parts[3:]])


def _first_difference(one: Response, other: Response) -> str:
    first, second = str(one), str(other)
    place = next((at for at, pair in enumerate(zip(first, second, strict=False)) if len(set(pair)) > 1), 0)
    start = max(place - 60, 0)
    return f"…{first[start : place + 60]}… and …{second[start : place + 60]}…"


def at_start(here: World) -> datetime:
    """Move the clock to the time at which the observed actor acts first; earlier acts must be over by then."""
    assert here.system.time <= START, "what came before took too long"
    here.system.time = START
    return START
