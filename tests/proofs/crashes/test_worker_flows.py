"""Crashes before and after every AWS call of the workers and the schedule: the work is done, and only once."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

import pytest

from tests.support.crashes.flow import Flow, named
from tests.support.crashes.flows_workers import WORK
from tests.support.crashes.matrix import prove
from tests.support.crashes.rig import Rig
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally

pytestmark = [pytest.mark.proof(1), pytest.mark.timeout(300)]
FLOWS = sized(named(WORK, "rank", "notify by mail", "notify for those that wait", "walk of a switch"), WORK)


@pytest.mark.parametrize("flow", FLOWS, ids=attrgetter("name"))
def test_a_flow_of_the_system_survives_a_crash_at_any_call(
    rigged: Rig, flow: Flow, tally: Tally, record_property: Callable[[str, object], None]
) -> None:
    record_property("crashes", prove(rigged, flow, tally).as_list())
