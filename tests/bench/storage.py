"""How much an open case takes up: every item of its, and its entries in the indexes."""

from __future__ import annotations

import contextlib
import io

from tests.bench.operations import filing
from tests.support import capacity_units
from tests.support.clouds import table_definition
from tests.support.large_dockets import fast_system

_OVERHEAD = 100
"""Bytes that DynamoDB adds to each item and to each entry of an index when it bills storage."""


def bytes_per_case() -> int:
    """Return the billed bytes of a case that was filed, ranked and acknowledged: items, and entries of indexes."""
    indexes = capacity_units.indexes_of(table_definition())
    with contextlib.redirect_stdout(io.StringIO()), fast_system("moto") as system:
        system.file(filing())
        system.pump()
        items = system.items()
    entries = [entry for item in items for index in indexes if (entry := index.entry(item))]
    return sum(capacity_units.size(item) + _OVERHEAD for item in [*items, *entries])
