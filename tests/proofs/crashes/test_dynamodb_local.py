"""The crash matrix on DynamoDB Local, which has real transactions and honours request tokens."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

import pytest

from tests.support.crashes.flow import Flow, named
from tests.support.crashes.flows_public import PUBLIC
from tests.support.crashes.flows_staff import STAFF
from tests.support.crashes.flows_workers import WORK
from tests.support.crashes.matrix import prove
from tests.support.crashes.rig import Rig
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally

pytestmark = [pytest.mark.proof(1), pytest.mark.dynamodb_local, pytest.mark.timeout(300)]
FLOWS = [*PUBLIC, *STAFF, *WORK]
SMALL = ("file, joining a case", "decide")
MANY = ("notify by mail", "rank", "walk of a switch", "approve", "remand", "link", "split", "claim", "next", "sweep")


@pytest.mark.parametrize("flow", named(FLOWS, *SMALL, *sized((), MANY)), ids=attrgetter("name"))
def test_a_crash_at_any_call_is_survived_on_dynamodb_local(
    engine: Rig, flow: Flow, tally: Tally, record_property: Callable[[str, object], None]
) -> None:
    name, *numbers = prove(engine, flow, tally).as_list()
    record_property("crashes", [f"{name} (DynamoDB Local)", *numbers])
