"""Small pictures, drawn by hand: bars on a logarithmic scale, and lines over days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import log10

COLORS = ("#4c5f7a", "#b3541e", "#3f7d58", "#7a4c7a", "#a38a2e")
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 860, 380, 70, 64, 50


def _frame(title: str, names: Sequence[str], body: list[str]) -> str:
    legend = []
    for number, name in enumerate(names):
        x = _LEFT + number * 165
        legend.append(f'<rect x="{x}" y="34" width="12" height="12" fill="{COLORS[number]}"/>')
        legend.append(f'<text x="{x + 17}" y="44">{escape(name)}</text>')
    return "\n".join(
        [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
                f' font-family="sans-serif" font-size="12">'
            ),
            f"<title>{escape(title)}</title>",
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
            f'<text x="{_LEFT}" y="22" font-size="15" font-weight="bold">{escape(title)}</text>',
            *legend,
            *body,
            "</svg>",
            "",
        ]
    )


def _rule(y: float, text: str) -> str:
    line = f'<line x1="{_LEFT}" x2="{_WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dddddd"/>'
    return f'{line}<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{escape(text)}</text>'


def bars(title: str, groups: Mapping[str, Mapping[str, float]], ticks: Mapping[float, str]) -> str:
    """Draw groups of bars on a logarithmic scale; all groups have the same names."""
    names = list(next(iter(groups.values())))
    low, high = log10(min(ticks)), log10(max(ticks))
    floor = _HEIGHT - _BOTTOM

    def y(value: float) -> float:
        share = (log10(max(value, min(ticks))) - low) / (high - low)
        return floor - min(share, 1) * (floor - _TOP)

    body = [_rule(y(value), text) for value, text in ticks.items()]
    wide = (_WIDTH - _LEFT - 10) / len(groups)
    for place, (group, values) in enumerate(groups.items()):
        left, each = _LEFT + place * wide + 10, (wide - 24) / len(names)
        body.append(
            f'<text x="{left + (wide - 24) / 2:.1f}" y="{floor + 20}" text-anchor="middle">{escape(group)}</text>'
        )
        for number, name in enumerate(names):
            top = y(values[name])
            x = left + number * each
            body.append(
                f'<rect x="{x:.1f}" y="{top:.1f}" width="{each - 2:.1f}" height="{floor - top:.1f}"'
                f' fill="{COLORS[number]}"><title>{escape(name)}: {values[name]:.1f} h</title></rect>'
            )
    return _frame(title, names, body)


def curves(title: str, series: Mapping[str, Sequence[float]], unit: str) -> str:
    """Draw curves over days."""
    floor, most = _HEIGHT - _BOTTOM, max(max(values) for values in series.values()) or 1
    days = max(len(values) for values in series.values())
    body = [_rule(floor - share * (floor - _TOP), f"{share * most:.0f}") for share in (0, 0.25, 0.5, 0.75, 1)]
    for number, values in enumerate(series.values()):
        points = " ".join(
            f"{_LEFT + day / days * (_WIDTH - _LEFT - 10):.1f},{floor - value / most * (floor - _TOP):.1f}"
            for day, value in enumerate(values)
        )
        body.append(f'<polyline points="{points}" fill="none" stroke="{COLORS[number]}" stroke-width="2"/>')
    for day in range(0, days, 20):
        x = _LEFT + day / days * (_WIDTH - _LEFT - 10)
        body.append(f'<text x="{x:.1f}" y="{floor + 20}" text-anchor="middle">day {day}</text>')
    body.append(f'<text x="{_WIDTH - 10}" y="{floor + 38}" text-anchor="end">{escape(unit)}</text>')
    return _frame(title, list(series), body)
