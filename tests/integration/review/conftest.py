"""A system whose staff API is held to its document: every answer, and every body that was accepted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.integration.review.documented import Documented


@pytest.fixture
def system() -> Iterator[Documented]:
    """A system of one's own."""
    with mock_aws():
        yield Documented()


@pytest.fixture(scope="module")
def shared() -> Iterator[Documented]:
    """A system that a module's tests share."""
    with mock_aws():
        yield Documented()
