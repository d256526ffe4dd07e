"""The most that strangers can write about one person: requests, updates and bytes, each up to its bound."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Any, Final

from casereview.schema.records import Case
from casereview.usecases.file_request import MAX_EVER, MAX_LIVE
from intake.change_request import UNVERIFIED
from tests.support.staff import POLICY_A
from tests.support.system import System, body

if TYPE_CHECKING:
    from casereview.store.items import Item

A_NUMBER: Final = "A000-000-011"
HER_ADDRESS: Final = "ana@example.org"
AT_HOME: Final[dict[str, Any]] = {"custody": "not_detained", "facility": None, "residence": {"state": "GA"}}
BOUND: Final = UNVERIFIED
"""The bound as it was when this was imported, whatever is planted later."""
LIVE, EVER = MAX_LIVE, MAX_EVER
Filed = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Flood:
    """How much strangers write.

    Attributes:
        withdrawn: How many of them withdraw, which makes room for others.
        by_withdrawn: How many updates each of these sends before.
        updates: How many updates each of the others sends at most; one of them sends as many as the bound allows.
    """

    withdrawn: int
    by_withdrawn: int
    updates: int


SMALL: Final = Flood(withdrawn=3, by_withdrawn=1, updates=4)
FULL: Final = Flood(withdrawn=EVER - LIVE, by_withdrawn=BOUND.updates - 1, updates=BOUND.updates)


@dataclass(slots=True)
class Crowd:
    """One person's case, and the requests of strangers about the same A-number."""

    system: System
    mine: Filed
    strangers: list[Filed] = field(default_factory=list)
    """Those of live requests."""
    quiet: Filed | None = None
    """The last of them, who has not written since filing."""
    refused: set[int] = field(default_factory=set)
    """The statuses that strangers got, beside those of success."""

    _saved: list[Item] = field(default_factory=list)
    _saved_at: datetime = POLICY_A

    def save(self) -> None:
        """Keep the table and the time."""
        self._saved, self._saved_at = self.system.items(), self.system.time

    def restore(self) -> None:
        """Restore the table and the time as they were saved, with empty queues."""
        self.system.cloud.clear()
        for item in self._saved:
            self.system.cloud.backend.put(item)
        self.system.time = self._saved_at

    @property
    def case(self) -> Case:
        return self.system.case_of(self.mine)

    @property
    def case_id(self) -> str:
        return self.case.case_id


def crowd(system: System, flood: Flood) -> Crowd:
    """File for a person, and let strangers write as much as they can."""
    system.time = POLICY_A
    contact = {"email": HER_ADDRESS, "safe_to_contact": True}
    found = Crowd(system, system.file(body(requester={"contact": contact}, facts=AT_HOME)))
    system.pump()
    words = _Words(Random(9))  # noqa: S311  # not a secret
    for number in range(flood.withdrawn):
        stranger = _file(found, number, words)
        _write(found, stranger, words, flood.by_withdrawn, size=BOUND.size // (BOUND.updates + 1))
        assert system.on(stranger, "POST", "/withdrawal", {}).status == 202
    for number in range(LIVE - 1):
        stranger = _file(found, flood.withdrawn + number, words)
        found.strangers.append(stranger)
        if number == 0:
            _write(found, stranger, words, BOUND.updates + 1, size=100)
        elif number < LIVE - 2:
            _write(found, stranger, words, flood.updates + 1, size=BOUND.size // flood.updates - 100)
    found.quiet = found.strangers[-1]
    system.pump()
    found.save()
    return found


def _file(found: Crowd, number: int, words: _Words) -> Filed:
    contact = {"email": f"stranger{number}@example.org", "language": "en"}
    role = ("self", "family", "attorney")[number % 3]
    given = body(requester={"role": role, "contact": contact}, facts=words.facts(), grounds=words.text(100_000))
    found.system.later(seconds=11)
    answer = found.system.call("POST", "/requests", _plain(given))
    assert answer.status == 201, answer.body
    found.system.pump()
    filed: Filed = answer.json()
    return filed


def _plain(given: object) -> str:
    """Return JSON without escapes, which would make texts three times as long."""
    return json.dumps(given, ensure_ascii=False)


def _write(found: Crowd, stranger: Filed, words: _Words, number: int, size: int) -> None:
    """Send updates, which state all facts again and hold a text, and keep the statuses of refusals."""
    for count in range(number):
        facts = words.facts()
        stated = len(str(facts)) * 2
        given = {"facts": facts, "statement": words.text(max(size - stated, 10))} if size > stated else {}
        answer = found.system.on(stranger, "POST", "/updates", _plain(given or {"statement": words.text(size)}))
        if answer.status != 202:
            found.refused.add(answer.status)
        if count % 10 == 0:
            found.system.pump()


@dataclass(slots=True)
class _Words:
    """Random facts and texts, as large as they can be; none of them lifts the lane."""

    random: Random

    def text(self, size: int) -> str:
        """Return a text of about so many bytes, in characters of four bytes that hardly compress."""
        return "".join(map(chr, self.random.choices(_RARE, k=max(1, min(size // 4, 32_000)))))

    def facts(self) -> dict[str, Any]:
        """Return every fact that a requester can state."""
        draw = self.random
        return {
            **AT_HOME,
            "removal_order": draw.choice(["none", "unknown"]),
            "entered_on": f"{draw.randrange(1990, 2020)}",
            "last_entry_on": f"{draw.randrange(1990, 2020)}",
            "entry": draw.choice(["unlawful", "admitted", "paroled"]),
            "convictions": [
                {
                    "offense": self.text(400),
                    "kind": draw.choice(["felony", "misdemeanor"]),
                    "convicted_on": f"{draw.randrange(1990, 2020)}-0{draw.randrange(1, 9)}",
                    "sentence_months": draw.randrange(2400),
                    "vacated": draw.choice([True, False]),
                }
                for _ in range(50)
            ],
            "gang_participation_age": draw.randrange(99),
            "national_security_concern": draw.choice([True, False]),
            **{name: draw.choice([True, False, None]) for name in _YES_OR_NO},
            "minor_children": draw.randrange(99),
            "us_citizen_children": draw.randrange(99),
            "relief_pending": draw.sample(["petition_for_review", "first_motion_to_reopen", "asylum", "other"], 3),
            "military_service": draw.choice(["self", "immediate_family", "none"]),
        }


_RARE: Final = range(0x20000, 0x2A6DF)
"""Han characters of the second plane."""
_YES_OR_NO: Final = (
    "serious_illness",
    "pregnant",
    "disability",
    "mental_condition",
    "sole_caregiver",
    "family_hardship",
    "victim_or_witness",
    "rehabilitation",
    "former_unaccompanied_child",
)
