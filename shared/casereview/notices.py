"""The notices that requesters are sent, and the version of each text; a notice keeps the version it was made with."""

from __future__ import annotations

from typing import Literal

Template = Literal["acknowledgement", "news", "information_asked"]

VERSIONS: dict[Template, int] = {"acknowledgement": 1, "news": 1, "information_asked": 1}
"""Raised with each change of meaning; the texts are in ``functions/notify/templates/<language>/``."""
