"""The desk that the tests of this room open."""

from __future__ import annotations

import pytest

from tests.support.desk import DeskBrowser
from tests.support.system import System


@pytest.fixture
def browser(system: System) -> DeskBrowser:
    """Return a browser on the desk, in which nobody is signed in."""
    return DeskBrowser(system)
