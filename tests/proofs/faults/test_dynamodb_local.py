"""A transaction whose response is lost is retried with its request token, and DynamoDB Local applies it once."""

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
READING = {"look up", "look up a verified request", "snapshot", "redrive", "sweep"}
"""The flows without a transaction."""


def _writing_flows() -> list[Flow]:
    return [flow for flow in FLOWS if flow.name not in READING]


@pytest.mark.parametrize("flow", sized(named(FLOWS, *SMALL), _writing_flows()), ids=attrgetter("name"))
def test_a_lost_response_of_a_transaction_has_no_effect(engine: Rig, flow: Flow, tally: Tally) -> None:
    prove_tokens(engine, flow, tally)
