"""The time of the product in a local run, beside real time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def lead_of(moment: str | datetime) -> timedelta:
    """Return how far a time is ahead of real time."""
    return (datetime.fromisoformat(moment) if isinstance(moment, str) else moment) - datetime.now(UTC)
