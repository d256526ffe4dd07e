"""A rig for each module of the crash matrix and of the faults: its flows begin it anew."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.crashes.rig import Rig, rig


@pytest.fixture(scope="module")
def rigged() -> Iterator[Rig]:
    """A system on moto whose wire is tapped."""
    with rig(Rig) as found:
        yield found


@pytest.fixture(scope="module")
def engine(dynamodb_endpoint: str) -> Iterator[Rig]:
    """The same with its table on DynamoDB Local (``tests.support.dynamodb_local``)."""
    with rig(Rig, dynamodb_endpoint) as found:
        yield found
