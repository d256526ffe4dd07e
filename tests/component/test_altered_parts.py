"""A sealed part that was altered marks its case once: it is listed as unreadable until the part is replaced."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from casereview.store import keys
from casereview.store.keys import Key
from tests.support.notices import metric_count
from tests.support.staff import (
    AT_HOME,
    CLEARED,
    LAWYER,
    OFFICER,
    FiledCase,
    claimed,
    contacts,
    decide,
    decision,
    item,
    post,
    statements,
    verify,
    worklist,
)
from tests.support.system import System
from tests.support.unreadable import UNREADABLE, broken, get, problem, stored

LOGGED = "a sealed part cannot be opened"


@pytest.fixture
def held(system: System) -> FiledCase:
    """A claimed case with a verified holder, who has said something since."""
    found = claimed(system, facts=AT_HOME, requester={"own_reference": "My file"})
    verify(system, OFFICER, found.case_id, receipt=found.receipt, identity=True)
    assert system.on(found.filed, "POST", "/updates", {"statement": "More."}).status == 202
    system.pump()
    return found


def _text(system: System, held: FiledCase) -> Key:
    [found] = [one for one in system.items() if one["pk"] == {"S": keys.texts_partition(held.receipt)}]
    return Key(found["pk"]["S"], found["sk"]["S"])


def _words(_system: System, held: FiledCase) -> tuple[Key, str]:
    return keys.request(held.receipt), "sealed"


def _contact(system: System, held: FiledCase) -> tuple[Key, str]:
    assert system.on(held.filed, "POST", "/updates", {"contact": {"email": "new@example.org"}}).status == 202
    system.pump()
    return keys.request(held.receipt), "contact"


def _update(system: System, held: FiledCase) -> tuple[Key, str]:
    return _text(system, held), "sealed"


def _read(system: System, held: FiledCase) -> None:
    """Open all sealed parts of a case, as its holder and as staff."""
    system.on(held.filed, "GET")
    for what in ("/statements", f"/requests/{held.receipt}", f"/requests/{held.receipt}/view"):
        get(system, CLEARED, held, what)


PARTS = [_words, _contact, _update]


@pytest.mark.parametrize("find", PARTS)
def test_a_case_with_an_altered_part_is_listed_as_unreadable_and_nothing_of_it_is_done(
    system: System, held: FiledCase, find: Callable[[System, FiledCase], tuple[Key, str]]
) -> None:
    key, name = find(system, held)
    ranked = stored(system, held)
    repair = broken(system, key, **{name: b"altered"})
    _read(system, held)
    assert "unreadable" in item(system, held.case_id, CLEARED)["flags"]
    assert worklist(system)["items"] == []
    assert get(system, OFFICER, held).status == 404
    assert problem(post(system, CLEARED, held.case_id, "release", {})) == UNREADABLE
    assert system.look_up(held.filed)["disclosure"] == "limited"
    system.settle(20)
    found = stored(system, held)
    assert (found.unreadable, found.restricted, found.rank) == (True, True, ranked.rank)
    repair()
    system.settle(60)
    found = stored(system, held)
    assert (found.unreadable, found.altered, found.restricted, found.rank) == (False, (), False, ranked.rank)
    assert system.look_up(held.filed)["disclosure"] == "full"
    assert decide(system, OFFICER, held.case_id)["status"] == "decided"


@pytest.mark.parametrize("find", PARTS)
def test_it_is_logged_and_counted_once_however_often_it_is_read(
    system: System,
    held: FiledCase,
    find: Callable[[System, FiledCase], tuple[Key, str]],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    key, name = find(system, held)
    system.tamper(key, **{name: b"altered"})
    system._flush()
    metric_count(capsys, "Unreadable")
    for _ in range(3):
        _read(system, held)
    system._flush()
    assert [one.message for one in caplog.records].count(LOGGED) == 1
    assert metric_count(capsys, "Unreadable") == 1


def test_a_part_that_is_altered_again_is_told_again(
    system: System, held: FiledCase, caplog: pytest.LogCaptureFixture
) -> None:
    for times, sealed in enumerate((b"altered", b"otherwise"), 1):
        system.tamper(keys.request(held.receipt), sealed=sealed)
        _read(system, held)
        system.settle(3)
        assert [one.message for one in caplog.records].count(LOGGED) == times
    assert stored(system, held).unreadable


def test_a_contact_that_is_lost_is_an_altered_part_too(system: System, held: FiledCase) -> None:
    key, name = _contact(system, held)
    repair = broken(system, key, **{name: None})
    assert contacts(system, CLEARED, held.case_id) == {}
    system.settle(5)
    assert stored(system, held).unreadable
    repair()
    system.settle(60)
    assert not stored(system, held).unreadable


def test_news_waits_while_the_contact_cannot_be_opened_and_is_sent_once_it_can(system: System, held: FiledCase) -> None:
    key, name = _contact(system, held)
    before = len(system.outbox())
    system.work(OFFICER, held.case_id, "decision", decision(system, OFFICER, held.case_id))
    repair = broken(system, key, **{name: b"altered"})
    system.settle(5)
    assert len(system.outbox()) == before
    assert stored(system, held).unreadable
    repair()
    system.later(hours=2)
    system.settle(5)
    assert len(system.outbox()) == before + 1


def test_an_altered_draft_marks_no_case(system: System, held: FiledCase) -> None:
    assert system.staff(OFFICER, "PUT", f"/staff/cases/{held.case_id}/draft", {"text": "I think."}).status == 200
    system.tamper(keys.decision_draft(held.case_id), sealed=b"altered")
    assert get(system, OFFICER, held, "/draft").status in {404, 409}
    assert not stored(system, held).unreadable
    assert get(system, OFFICER, held).status == 200


def test_an_altered_part_of_another_case_marks_that_case_alone(system: System, held: FiledCase) -> None:
    other = claimed(system, 12, requester=LAWYER, by=CLEARED)
    system.tamper(keys.request(other.receipt), sealed=b"altered")
    _read(system, other)
    assert (stored(system, other).unreadable, stored(system, held).unreadable) == (True, False)
    assert "More." in str(statements(system, OFFICER, held.case_id))
