"""Whether systems in memory run: nothing of them goes through botocore, so that a hook in it would see no call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from moto.core.models import botocore_stubber

_running: list[object] = []


@contextmanager
def in_memory(services: object) -> Iterator[None]:
    """Remember that services in memory run in the context."""
    _running.append(services)
    try:
        yield
    finally:
        _running.remove(services)


def require_botocore() -> None:
    """Refuse to hook botocore in a test whose system runs in memory.

    Raises:
        AssertionError: The test wants the marker ``moto``, or ``record_memory_calls``.
    """
    assert botocore_stubber.enabled or not _running, "in memory no call goes through botocore: mark the test with moto"
