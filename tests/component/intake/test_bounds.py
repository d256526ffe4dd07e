"""What one request may say is bounded in number and bytes, whatever other requests of its case said."""

from __future__ import annotations

from typing import Any

import pytest

from intake.change_request import UNVERIFIED, VERIFIED
from tests.support.standing import recognized
from tests.support.system import System, body

DOT = {"statement": "."}
LONG = {"statement": "\N{CYRILLIC SMALL LETTER ZHE}" * 32_000}
"""A statement of full length, 64 KB in UTF-8."""
SISTER = {"role": "family", "name": "Eva Example", "contact": {"email": "eva@example.org", "language": "es"}}


def _said(system: System, filed: dict[str, Any], what: dict[str, Any], times: int) -> list[int]:
    """Send an update several times; return the statuses of the answers."""
    return [system.on(filed, "POST", "/updates", what).status for _ in range(times)]


def test_an_unverified_holder_can_say_40_things(system: System) -> None:
    filed = system.file(body())
    assert _said(system, filed, DOT, UNVERIFIED.updates) == [202] * 40
    before = system.items()
    refused = system.on(filed, "POST", "/updates", DOT)
    assert (refused.status, refused.json()["type"]) == (429, "/problems/bound-reached")
    assert refused.json()["errors"][0]["code"] == "bound_reached"
    assert system.items() == before


def test_an_unverified_holder_can_say_200_kb(system: System) -> None:
    filed = system.file(body())
    assert _said(system, filed, LONG, 4) == [202] * 3 + [429]
    assert _said(system, filed, DOT, 1) == [202]


def test_a_verified_holder_can_say_more(system: System) -> None:
    filed = system.file(body())
    _said(system, filed, DOT, UNVERIFIED.updates)
    recognized(system, filed)
    assert set(_said(system, filed, DOT, VERIFIED.updates - UNVERIFIED.updates)) == {202}
    assert _said(system, filed, DOT, 1) == [429]


def test_a_verified_holder_can_say_2_mb(system: System) -> None:
    filed = system.file(body())
    recognized(system, filed)
    assert _said(system, filed, LONG, 32) == [202] * 31 + [429]


def test_what_others_said_counts_for_no_request(system: System) -> None:
    """C1, C2: nobody is refused because of a stranger."""
    hers, strangers = system.file(body()), system.file(body(requester=SISTER))
    assert system.case_of(hers).case_id == system.case_of(strangers).case_id
    assert _said(system, strangers, DOT, UNVERIFIED.updates + 1)[-1] == 429
    assert _said(system, hers, DOT, 1) == [202]
    system.pump()
    assert system.case_of(hers).status == "in_line"


@pytest.mark.parametrize("what", [{"contact": {"language": "en"}}, {"facts": {"minor_children": 2}}])
def test_every_kind_of_update_counts(system: System, what: dict[str, Any]) -> None:
    filed = system.file(body())
    assert _said(system, filed, what, UNVERIFIED.updates + 1) == [202] * 40 + [429]


def test_a_holder_at_the_bound_can_still_forbid_contact_and_withdraw(system: System) -> None:
    filed = system.file(body())
    _said(system, filed, DOT, UNVERIFIED.updates)
    assert _said(system, filed, {"contact": {"safe_to_contact": False}}, 1) == [202]
    answers = [system.on(filed, "POST", "/withdrawal", {"undo": True} if turn % 2 else {}).status for turn in range(21)]
    assert answers == [202] * 20 + [429]
    assert _said(system, filed, {"contact": {"safe_to_contact": False}}, 1) == [202]


def test_changes_of_the_contact_have_a_bound_of_their_own(system: System) -> None:
    filed = system.file(body())
    _said(system, filed, DOT, UNVERIFIED.updates)
    phones = [{"contact": {"phone": f"+1 404 555 01{number:02}"}} for number in range(UNVERIFIED.updates)]
    assert [_said(system, filed, phone, 1) for phone in phones] == [[202]] * UNVERIFIED.updates
    assert _said(system, filed, {"contact": {"phone": "+1 404 555 0199"}}, 1) == [429]
    assert _said(system, filed, {"contact": {"safe_to_contact": False, "email": "new@example.org"}}, 1) == [429]
    assert _said(system, filed, {"contact": {"safe_to_contact": False}}, 20) == [202] * 20
    assert _said(system, filed, {"contact": {"safe_to_contact": False}}, 1) == [429]


def test_changes_of_the_contact_take_nothing_from_what_a_holder_can_say(system: System) -> None:
    filed = system.file(body())
    _said(system, filed, {"contact": {"safe_to_contact": True}}, UNVERIFIED.updates)
    assert _said(system, filed, DOT, UNVERIFIED.updates + 1) == [202] * UNVERIFIED.updates + [429]
