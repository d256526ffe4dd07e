"""Faults in every AWS call of the flows of requesters: nothing is lost."""

from __future__ import annotations

from operator import attrgetter

import pytest

from tests.support.crashes.flow import Flow, named
from tests.support.crashes.flows_public import PUBLIC
from tests.support.crashes.rig import Rig
from tests.support.faults.injection import prove
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally

pytestmark = [pytest.mark.proof(1), pytest.mark.timeout(300)]
FLOWS = sized(named(PUBLIC, "file"), PUBLIC)


@pytest.mark.parametrize("flow", FLOWS, ids=attrgetter("name"))
def test_faults_lose_nothing_and_have_the_expected_outcomes(rigged: Rig, flow: Flow, tally: Tally) -> None:
    prove(rigged, flow, tally)
