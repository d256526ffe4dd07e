"""The site that the tests of this room open."""

from __future__ import annotations

import pytest

from tests.support.site import Site
from tests.support.system import System


@pytest.fixture
def site(system: System) -> Site:
    """Return a browser on the site."""
    return Site(system)
