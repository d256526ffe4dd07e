"""Messages are hints: delivered twice, late, in another order or not at all, they lead to the same result."""

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
SMALL = ("file", "file, joining a case", "split", "rank", "notify several", "sweep", "walk of a switch")


@pytest.mark.parametrize("flow", sized(named(FLOWS, *SMALL), FLOWS), ids=attrgetter("name"))
def test_irregular_deliveries_lead_to_the_same_result(rigged: Rig, flow: Flow, tally: Tally) -> None:
    prove(rigged, flow, tally)
