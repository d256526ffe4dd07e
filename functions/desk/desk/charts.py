"""Charts as SVG in the page: bars and flows, whose numbers stand in a table beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

WIDTH: Final = 600
_ROW: Final = 28
_NODE: Final = 12
_GAP: Final = 10
_HEIGHT: Final = 300


class Bar(NamedTuple):
    """One line of a chart of bars."""

    label: str
    plain: int
    marked: int
    """The part that is overdue."""


class PlacedBar(NamedTuple):
    """A bar with its place in the picture, in units of its width."""

    label: str
    y: int
    plain: float
    """The width of the part that is not overdue; the other follows it."""
    marked: float
    text: str


class BarChart(NamedTuple):
    """A chart of bars."""

    height: int
    bars: tuple[PlacedBar, ...]


def bars(lines: Sequence[Bar]) -> BarChart:
    """Place bars below each other, the longest as wide as the picture."""
    most = max((line.plain + line.marked for line in lines), default=0) or 1
    placed = (
        PlacedBar(
            line.label,
            number * _ROW,
            round(line.plain / most * WIDTH, 1),
            round(line.marked / most * WIDTH, 1),
            f"{line.plain + line.marked} open, {line.marked} overdue",
        )
        for number, line in enumerate(lines)
    )
    return BarChart(len(lines) * _ROW, tuple(placed))


class Band(NamedTuple):
    """A flow from a lane on the left to one on the right."""

    path: str
    label: str
    moved: bool
    """Whether the lanes differ."""


class Node(NamedTuple):
    """A lane at one side."""

    label: str
    x: int
    y: float
    height: float


class FlowChart(NamedTuple):
    """Flows between lanes."""

    nodes: tuple[Node, ...]
    bands: tuple[Band, ...]


def flows(found: Mapping[str, Mapping[str, int]]) -> FlowChart:
    """Draw cases from their lane under one policy to their lane under another."""
    total = sum(sum(targets.values()) for targets in found.values()) or 1
    left = {source: sum(targets.values()) for source, targets in found.items()}
    right: dict[str, int] = {}
    for targets in found.values():
        for target, number in targets.items():
            right[target] = right.get(target, 0) + number
    room = _HEIGHT - _GAP * max(len(left), len(right), 1)
    scale = room / total
    sources, targets_at = _stacked(left, scale), _stacked(right, scale)
    used_left, used_right = dict(sources), dict(targets_at)
    drawn = []
    for source, targets in found.items():
        for target, number in targets.items():
            thick = number * scale
            start, end = used_left[source], used_right[target]
            used_left[source] += thick
            used_right[target] += thick
            drawn.append(Band(_curve(start, end, thick), f"{source} to {target}: {number}", source != target))
    nodes = [Node(name, 0, y, left[name] * scale) for name, y in sources.items()]
    nodes += [Node(name, WIDTH - _NODE, y, right[name] * scale) for name, y in targets_at.items()]
    return FlowChart(tuple(nodes), tuple(drawn))


def _stacked(sizes: Mapping[str, int], scale: float) -> dict[str, float]:
    found, y = {}, 0.0
    for name, size in sizes.items():
        found[name] = y
        y += size * scale + _GAP
    return found


def _curve(start: float, end: float, thick: float) -> str:
    """Return the outline of a band that leaves the left side level and arrives level at the right."""
    x1, x2, middle = _NODE, WIDTH - _NODE, WIDTH // 2
    low_start, low_end = start + thick, end + thick
    return (
        f"M{x1} {start:.1f}C{middle} {start:.1f} {middle} {end:.1f} {x2} {end:.1f}"
        f"L{x2} {low_end:.1f}C{middle} {low_end:.1f} {middle} {low_start:.1f} {x1} {low_start:.1f}Z"
    )
