"""An attempt that fails while a record of its case cannot be read: the notice waits, and counts as nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import NoReturn, cast

import pytest

from casereview.schema.errors import CaseChangedError
from casereview.schema.notice_records import Notice
from casereview.store import keys
from notify import delivery
from notify.delivery import HELD, UNANSWERED
from notify.provider_errors import DeliveryError, PermanentError, UnansweredError
from notify.providers import Mail
from tests.support.notices import file_and_rank, process_message, reload
from tests.support.system import System


class _Failing:
    """A service of mail that fails each time, after something happened."""

    def __init__(self, error: DeliveryError, happens: Callable[[], object]) -> None:
        self.error = error
        self.happens = happens

    def send(self, *_: object) -> NoReturn:
        self.happens()
        raise self.error


def _attempt(system: System, notice: Notice, error: DeliveryError, happens: Callable[[], object]) -> Notice:
    mail = cast("Mail", _Failing(error, happens))
    working, system.notify = system.notify, replace(system.notify, mail=mail)
    try:
        assert process_message(system, notice) == []
    finally:
        system.notify = working
    return reload(system, notice)


@pytest.mark.parametrize(
    ("error", "unanswered", "counted"),
    [(PermanentError("X"), 0, 0), (UnansweredError("X"), UNANSWERED - 1, UNANSWERED)],
    ids=["refused", "unanswered"],
)
def test_a_notice_whose_last_attempt_fails_waits_until_its_case_can_be_read(
    system: System, error: DeliveryError, unanswered: int, counted: int
) -> None:
    notice = file_and_rank(system)
    system.tamper(keys.notice(notice.case_id, notice.notice_id), unanswered=unanswered)
    key = keys.case(notice.case_id)
    whole = system.cloud.backend.get(key)
    assert whole is not None
    held = _attempt(system, notice, error, lambda: system.tamper(key, status=None))
    assert (held.state, held.unanswered, held.lease_until) == ("owed", counted, None)
    assert held.send_at == system.time + HELD
    system.cloud.backend.put(whole)
    system.later(seconds=HELD.total_seconds())
    ended = _attempt(system, notice, error, lambda: None)
    assert (ended.state, ended.why) == ("undeliverable", "unanswered" if unanswered else "refused")


def test_a_refused_notice_whose_case_changes_at_each_try_is_due_again_at_once(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = file_and_rank(system)

    def changing(*_: object, **_named: object) -> NoReturn:
        raise CaseChangedError

    monkeypatch.setattr(delivery, "go_on_elsewhere", changing)
    with pytest.raises(AssertionError, match="itemIdentifier"):
        _attempt(system, notice, PermanentError("X"), lambda: None)
    due = reload(system, notice)
    assert (due.state, due.unanswered, due.lease_until) == ("owed", 0, None)
    assert due.send_at is not None
    assert due.send_at - system.time < timedelta(seconds=1)
