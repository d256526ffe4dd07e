"""Messages are hints: twice, late, in another order or lost, the end is the same."""

from __future__ import annotations

from operator import attrgetter

import pytest

from tests.support.crashes.flow import Flow, named
from tests.support.crashes.flows_public import PUBLIC
from tests.support.crashes.flows_staff import STAFF
from tests.support.crashes.flows_workers import WORK
from tests.support.crashes.rig import Rig
from tests.support.faults.queue_deliveries import prove
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally

pytestmark = [pytest.mark.proof(3), pytest.mark.timeout(300)]
FLOWS = [*PUBLIC, *STAFF, *WORK]
SMALL = ("file", "file, which joins", "split", "rank", "notify several", "sweep", "walk of a switch")


@pytest.mark.parametrize("flow", sized(named(FLOWS, *SMALL), FLOWS), ids=attrgetter("name"))
def test_whatever_the_queues_do_the_end_is_the_same(rigged: Rig, flow: Flow, tally: Tally) -> None:
    prove(rigged, flow, tally)
