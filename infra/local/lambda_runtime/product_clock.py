"""The product's time: real time plus what `/_local/clock` has added, shared with every execution environment.

A file without a name holds the lead over real time. Environments map it into memory (`bootstrap.py`), so that those
that are already running see a change at once.
"""

from __future__ import annotations

import mmap
import os
import struct
from datetime import UTC, datetime, timedelta
from tempfile import NamedTemporaryFile
from threading import Lock
from typing import Final

MAX_LEAD: Final = timedelta(days=3653)
"""The largest lead over real time: ten years."""

LEAD: Final = struct.Struct("=q")
"""How the file holds the lead: microseconds, as a signed integer of eight bytes."""


class AdvanceError(ValueError):
    """The clock cannot be moved so. The message says why."""


class ProductClock:
    """The clock of the product. It only moves forward, and keeps running.

    Attributes:
        descriptor: a file descriptor for execution environments, which can read the lead from it and not write it.
    """

    def __init__(self) -> None:
        self._moving = Lock()
        with NamedTemporaryFile(prefix="product-clock-") as file:
            file.write(LEAD.pack(0))
            file.flush()
            self._shared = mmap.mmap(file.fileno(), LEAD.size)
            self.descriptor = os.open(file.name, os.O_RDONLY)

    @property
    def lead(self) -> timedelta:
        """How far the product's time is ahead of real time."""
        (microseconds,) = LEAD.unpack(self._shared[:])
        return timedelta(microseconds=microseconds)

    def now(self) -> datetime:
        """Return the product's time, in UTC."""
        return datetime.now(UTC) + self.lead

    def advance(self, seconds: object) -> None:
        """Move the product's time forward.

        Args:
            seconds: how far, a JSON number from 0; the lead over real time stays within `MAX_LEAD`.

        Raises:
            AdvanceError: it is not such a number, or the lead would exceed `MAX_LEAD`.
        """
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds >= 0:
            raise AdvanceError("advance_seconds must be a number from 0: the clock only moves forward")
        with self._moving:
            if seconds > (MAX_LEAD - self.lead).total_seconds():
                raise AdvanceError(f"the clock can be at most {MAX_LEAD.days} days ahead of real time")
            lead = self.lead + timedelta(seconds=seconds)
            self._shared[:] = LEAD.pack(lead // timedelta(microseconds=1))

    def close(self) -> None:
        """Release the file."""
        self._shared.close()
        os.close(self.descriptor)
