"""How long a notice is tried at one address."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

WINDOW: Final = timedelta(days=3)
"""The time within which a notice is tried at an address, without the time for which it waited for a limit, or for the
service."""
