"""The bodies that forms make: a field's name is its place in the body, ``granted.0.what``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def body_of(fields: Mapping[str, str]) -> dict[str, Any]:
    """Return the body whose places are named by the fields; blank fields are absent, ``yes`` and ``no`` are answers.

    Numbered places make a list in the order of their numbers, whatever numbers are missing.
    """
    root: dict[str, Any] = {}
    for name, text in fields.items():
        *above, last = name.split(".")
        place = root
        for part in above:
            place = place.setdefault(part, {})
        place[last] = text
    found: dict[str, Any] = _with_lists(root)
    return found


def _with_lists(value: Any) -> Any:  # noqa: ANN401  # any JSON
    if not isinstance(value, dict):
        return value
    if value and all(name.isdecimal() for name in value):
        return [_with_lists(value[name]) for name in sorted(value, key=int)]
    return {name: _with_lists(each) for name, each in value.items()}


def lines(text: str | None) -> list[str]:
    """Return the lines of a text that are not blank."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]
