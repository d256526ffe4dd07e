"""The system with its table on DynamoDB Local, AWS's own engine; all else stays on moto."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.dynamodb_local import on_the_engine
from tests.support.system import System


@pytest.fixture
def system(dynamodb_endpoint: str) -> Iterator[System]:
    """A system of one's own, empty."""
    with on_the_engine(dynamodb_endpoint) as found:
        yield found
