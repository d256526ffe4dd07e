"""A process dies before or after any call of what staff asked for, whether they ask again or not."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

import pytest

from tests.support.crashes.flow import Flow, named
from tests.support.crashes.flows_staff import STAFF
from tests.support.crashes.matrix import prove
from tests.support.crashes.rig import Rig
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally

pytestmark = [pytest.mark.proof(1), pytest.mark.timeout(300)]
FLOWS = sized(named(STAFF, "decide", "approve"), STAFF)


@pytest.mark.parametrize("flow", FLOWS, ids=attrgetter("name"))
def test_what_staff_ask_for_survives_a_death_at_any_call(
    rigged: Rig, flow: Flow, tally: Tally, record_property: Callable[[str, object], None]
) -> None:
    record_property("crashes", prove(rigged, flow, tally).told())
