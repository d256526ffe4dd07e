"""Draw a comparison of two policies as SVG: the flows of requests between lanes, and how far requests move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from casereview.cli.comparison import Comparison, PolicyCounts
from casereview.drawing import svg

WIDTH: Final = 960
_TOP: Final = 70
_HEIGHT: Final = 360
_GAP: Final = 10
_LEFT: Final = 230
_RIGHT: Final = WIDTH - 230
_BAR: Final = 14
_CHART: Final = 190
_COLOURS: Final = ("#4269d0", "#efb118", "#ff725c", "#6cc5b0", "#3ca951", "#a463f2", "#97bbf5", "#9c6b4e")


class Band(NamedTuple):
    """The bar of a lane: its upper edge and its height."""

    y: float
    height: float


def picture(found: Comparison) -> str:
    """Return a comparison as an SVG document."""
    moves = list(_moves(found))
    height = _TOP + _HEIGHT + _CHART + 60
    parts = [
        *_headings(found),
        *_flows(found),
        *_chart(moves, _TOP + _HEIGHT + 70),
    ]
    name = f"Lanes under {_name(found.a)} and {_name(found.b)}"
    return svg.document(WIDTH, height, name, parts)


def _name(side: PolicyCounts) -> str:
    return side.policy.id or "no policy"


def _headings(found: Comparison) -> Iterator[str]:
    counted = found.requests - found.refusals
    yield svg.text(WIDTH / 2, 26, f"{counted} requests, {found.changes['lane']} in another lane", text_anchor="middle")
    yield svg.text(_LEFT, 52, _name(found.a), text_anchor="end", font_weight="bold")
    yield svg.text(_RIGHT, 52, _name(found.b), font_weight="bold")


def _bands(side: PolicyCounts, scale: float) -> dict[str, Band]:
    bands, y = {}, float(_TOP)
    for lane in side.policy.lanes:
        height = side.lanes[lane.id] * scale
        bands[lane.id] = Band(y, height)
        y += height + _GAP
    return bands


def _flows(found: Comparison) -> Iterator[str]:
    most = max(len(found.a.policy.lanes), len(found.b.policy.lanes)) - 1
    scale = (_HEIGHT - _GAP * most) / max(found.requests - found.refusals, 1)
    left, right = _bands(found.a, scale), _bands(found.b, scale)
    yield from _ribbons(found, left, right, scale)
    for bands, x, side, anchor in ((left, _LEFT, found.a, "end"), (right, _RIGHT - _BAR, found.b, "start")):
        for index, (lane, band) in enumerate(bands.items()):
            yield svg.rectangle(x, band.y, _BAR, max(band.height, 1), _COLOURS[index % len(_COLOURS)])
            edge = x - 8 if anchor == "end" else x + _BAR + 8
            yield svg.text(edge, band.y + band.height / 2 + 5, f"{lane} {side.lanes[lane]}", text_anchor=anchor)


def _ribbons(found: Comparison, left: Mapping[str, Band], right: Mapping[str, Band], scale: float) -> Iterator[str]:
    starts = {lane: band.y for lane, band in left.items()}
    ends = {lane: band.y for lane, band in right.items()}
    for index, lane in enumerate(left):
        for other in right:
            number = found.flows[lane][other] if lane in found.flows else 0
            if number:
                yield _ribbon(starts[lane], ends[other], number * scale, _COLOURS[index % len(_COLOURS)])
                starts[lane] += number * scale
                ends[other] += number * scale


def _ribbon(start: float, end: float, height: float, colour: str) -> str:
    a, b, middle = _LEFT + _BAR, _RIGHT - _BAR, WIDTH / 2
    there = f"M{a},{start:.1f} C{middle},{start:.1f} {middle},{end:.1f} {b},{end:.1f}"
    back = f"V{end + height:.1f} C{middle},{end + height:.1f} {middle},{start + height:.1f} {a},{start + height:.1f} Z"
    return svg.area(f"{there} {back}", colour, 0.35)


def _moves(found: Comparison) -> Iterator[tuple[str, int]]:
    """Yield the label and the number of requests of each move, from the furthest up to the furthest down."""
    steps = {step: number for step, number in found.moves.items() if step}
    for step in sorted(step for step in steps if step < 0):
        yield f"{-step} up", steps[step]
    for days in sorted((days for days in found.shifts if days > 0), reverse=True):
        yield f"{days} d earlier", found.shifts[days]
    yield "unmoved", found.moves[0] - sum(number for days, number in found.shifts.items() if days)
    for days in sorted((days for days in found.shifts if days < 0), reverse=True):
        yield f"{-days} d later", found.shifts[days]
    for step in sorted(step for step in steps if step > 0):
        yield f"{step} down", steps[step]


def _chart(moves: Sequence[tuple[str, int]], top: float) -> Iterator[str]:
    yield svg.text(60, top - 22, "How far the requests move: lanes up or down, or days within their lane")
    most = max([number for _label, number in moves] + [1])
    width = min(120.0, (WIDTH - 120) / max(len(moves), 1))
    for index, (label, number) in enumerate(moves):
        height = number / most * (_CHART - 60)
        x, y = 60 + index * width, top + _CHART - 50 - height
        colour = "#9aa0a6" if label == "unmoved" else _COLOURS[0]
        yield svg.rectangle(x, y, width - 8, height, colour)
        yield svg.text(x + (width - 8) / 2, y - 5, str(number), text_anchor="middle")
        yield svg.text(x + (width - 8) / 2, top + _CHART - 32, label, text_anchor="middle")
