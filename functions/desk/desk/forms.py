"""Lists in forms, whose fields are named by their place: ``granted.0.what`` in a row, ``factors.0`` alone."""

from __future__ import annotations

from collections.abc import Mapping


def rows(fields: Mapping[str, str], name: str) -> list[dict[str, str]]:
    """Return the rows of a list in the order of their numbers, whatever numbers are missing."""
    found: dict[int, dict[str, str]] = {}
    for place, text in fields.items():
        parts = place.split(".")
        if len(parts) == len((name, "number", "field")) and parts[0] == name and parts[1].isdecimal():
            found.setdefault(int(parts[1]), {})[parts[2]] = text
    return [found[number] for number in sorted(found)]


def marked(fields: Mapping[str, str], name: str) -> list[str]:
    """Return the ends of the names that begin with a name and a dot: the boxes of a list that are marked."""
    return [place.removeprefix(f"{name}.") for place in fields if place.startswith(f"{name}.")]
