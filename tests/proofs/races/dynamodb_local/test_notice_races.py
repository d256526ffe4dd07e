"""Many notices to one address at once: no more messages than the limit allows, and one stands for all that wait."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

import pytest

from casereview.schema.errors import ConcurrentChangeError
from casereview.schema.messages import NoticeMessage
from casereview.schema.notice_records import Notice
from notify.delivery import deliver
from notify.limits import LIMITS
from tests.support.proofs.tally import Tally
from tests.support.races.threads import at_once, rounds
from tests.support.system import System, body

pytestmark = [pytest.mark.dynamodb_local, pytest.mark.proof(2), pytest.mark.timeout(600)]
LIMIT = LIMITS["unverified"][0]
NOTICES = 16


def _deliver(system: System, notice: Notice) -> None:
    """Deliver a notice; a message that meets too many others is delivered again later."""
    with suppress(ConcurrentChangeError):
        deliver(system.notify, NoticeMessage(case_id=notice.case_id, notice_id=notice.notice_id))


def _due(system: System) -> list[Notice]:
    return [one for one in system.notices if one.send_at is not None and one.send_at <= system.time]


def _deliver_all(system: System) -> None:
    """Deliver all due notices at the same moment, until none is due; leases of others are waited for."""
    while due := _due(system):
        at_once([partial(_deliver, system, notice) for notice in due])


def test_concurrent_notices_to_one_address_stay_within_its_limit(system: System, tally: Tally) -> None:
    for number in rounds(tally):
        contact = {"email": f"ana{number}@example.org", "language": "es"}
        before = len(system.outbox())
        for each in range(NOTICES):
            person = {"a_number": f"A{1000 + number * 100 + each:09d}", "given_name": "Ana"}
            system.file(body(subject=person, requester={"role": "self", "contact": contact}))
        own = {notice.notice_id for notice in system.notices if notice.state == "owed"}
        _deliver_all(system)
        assert len(system.outbox()) - before == LIMIT.sends
        system.time += LIMIT.period
        _deliver_all(system)
        assert len(system.outbox()) - before == LIMIT.sends + 1
        system.later(minutes=1)
        _deliver_all(system)
        states = [notice.state for notice in system.notices if notice.notice_id in own]
        assert sorted(states) == ["coalesced"] * (NOTICES - LIMIT.sends - 1) + ["sent"] * (LIMIT.sends + 1)
        assert len(system.outbox()) - before == LIMIT.sends + 1
