"""A rig for each module of the crash matrix and of the faults; each flow resets it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.crashes.rig import Rig, rig


@pytest.fixture(scope="module")
def rigged() -> Iterator[Rig]:
    """A system on moto with a hook on its AWS calls."""
    with rig(Rig) as found:
        yield found


@pytest.fixture(scope="module")
def engine(dynamodb_endpoint: str) -> Iterator[Rig]:
    """A rig whose table is on DynamoDB Local (``tests.support.dynamodb_local``)."""
    with rig(Rig, dynamodb_endpoint) as found:
        yield found
