"""How much a proof tries: a small fixed set with the other tests, and all of it in `make prove`."""

from __future__ import annotations

import os
from typing import TypeVar

_SIZE = TypeVar("_SIZE")
FULL = os.environ.get("PROVE") == "full"


def sized(small: _SIZE, full: _SIZE) -> _SIZE:
    """Return the size of this run."""
    return full if FULL else small
