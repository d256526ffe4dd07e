"""A transaction whose answer is lost is sent again under its token, and AWS's own engine applies it once."""

from __future__ import annotations

from operator import attrgetter

import pytest

from tests.support.crashes.flow import Flow, named
from tests.support.crashes.flows_public import PUBLIC
from tests.support.crashes.flows_staff import STAFF
from tests.support.crashes.flows_workers import WORK
from tests.support.crashes.rig import Rig
from tests.support.faults.injection import prove_tokens
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally

pytestmark = [pytest.mark.proof(1), pytest.mark.dynamodb_local, pytest.mark.timeout(300)]
FLOWS = [*PUBLIC, *STAFF, *WORK]
SMALL = ("file", "withdraw", "claim", "decide", "rank", "notify by mail")


def _writing() -> list[Flow]:
    return [flow for flow in FLOWS if flow.name not in {"look up", "snapshot", "redrive", "sweep"}]


@pytest.mark.parametrize("flow", sized(named(FLOWS, *SMALL), _writing()), ids=attrgetter("name"))
def test_a_lost_answer_of_a_transaction_is_made_good_by_its_token(engine: Rig, flow: Flow, tally: Tally) -> None:
    prove_tokens(engine, flow, tally)
