"""A rig for each module: its flows begin it anew."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.proofs.crashes.rig import Rig, rig


@pytest.fixture(scope="module")
def rigged() -> Iterator[Rig]:
    """A system on moto whose wire is tapped."""
    with rig(Rig) as found:
        yield found
