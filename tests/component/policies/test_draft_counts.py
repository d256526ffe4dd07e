"""The counter of an author's drafts is repaired by counting them again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import ValidationError

import prioritize.app
from casereview.schema.errors import ConcurrentChangeError
from casereview.schema.policy_records import PolicyAuthor, PolicyHead
from casereview.store import keys
from casereview.store.policy_repository import PolicyRepository
from review.policies import writes
from tests.support.policy.drafts import AUTHOR, ORDER, amendment, send
from tests.support.system import Staff, System

OTHER = Staff("otto", "policy", None)
COUNTER = keys.policy_author(AUTHOR.id)


def _pause(name: str) -> str:
    return amendment(name, ORDER, "2027-01-01T00:00:00Z")


def _recount(system: System) -> object:
    return prioritize.app.respond(system.prioritize, {"duty": "recount_drafts", "author": AUTHOR.id})


@pytest.mark.parametrize(
    "damage", [{"drafts": writes.MAX_DRAFTS}, {"drafts": -7}, {"drafts": "many", "size": None}, {"author": None}, {}]
)
def test_the_counter_of_an_author_is_what_their_open_drafts_are(system: System, damage: dict[str, object]) -> None:
    for name in ("a", "b"):
        send(system, _pause(name))
    send(system, _pause("theirs"), OTHER)
    right = system.read(PolicyAuthor, COUNTER)
    system.tamper(COUNTER, **damage)
    assert _recount(system) == {"drafts": 2, "bytes": right.size, "unreadable": 0}
    assert system.read(PolicyAuthor, COUNTER) == right
    assert send(system, _pause("c"))["state"] == "draft"
    assert system.read(PolicyAuthor, COUNTER).drafts == 3


def test_a_lost_counter_is_stored_again_and_an_author_without_drafts_has_none(system: System) -> None:
    send(system, _pause("a"))
    size = system.read(PolicyAuthor, COUNTER).size
    system.cloud.remove(COUNTER)
    assert _recount(system) == {"drafts": 1, "bytes": size, "unreadable": 0}
    assert system.staff(AUTHOR, "DELETE", "/staff/policies/a").status == 204
    assert _recount(system) == {"drafts": 0, "bytes": 0, "unreadable": 0}


def test_drafts_that_cannot_be_read_are_told_and_not_counted(system: System) -> None:
    for name in ("a", "b"):
        send(system, _pause(name))
    system.tamper(keys.policy_draft("a"), digest=None)
    size = system.read(PolicyHead, keys.policy_draft("b")).size
    assert _recount(system) == {"drafts": 1, "bytes": size, "unreadable": 1}


@pytest.mark.parametrize("times", [1, 3])
def test_drafts_that_change_meanwhile_are_counted_again(
    system: System, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    send(system, _pause("a"))
    drafts, left = PolicyRepository.drafts, list(range(times))

    def changing(own: PolicyRepository, after: str, limit: int) -> Iterator[tuple[str, PolicyHead | None]]:
        found = list(drafts(own, after, limit))
        if left:
            send(system, _pause(f"new{left.pop()}"))
        return iter(found)

    monkeypatch.setattr(PolicyRepository, "drafts", changing)
    if times < 3:
        _recount(system)
        assert system.read(PolicyAuthor, COUNTER).drafts == 2
    else:
        with pytest.raises(ConcurrentChangeError):
            _recount(system)


@pytest.mark.parametrize("event", [{"duty": "recount_drafts"}, {"duty": "sweep", "author": "a"}])
def test_the_duty_is_for_an_author(system: System, event: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        prioritize.app.respond(system.prioritize, event)
