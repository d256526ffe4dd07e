"""Create SVG elements as text: documents, texts, rectangles and areas. Lengths are in SVG user units (pixels)."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape


def document(width: float, height: float, title: str, elements: Iterable[str]) -> str:
    """Return a complete SVG document with a white background and a title for screen readers."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="sans-serif" font-size="13"><title>{escape(title)}</title>'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>{"".join(elements)}</svg>\n'
    )


def text(x: float, y: float, content: str, **attributes: str) -> str:
    """Return a text at a position; underscores in the names of attributes become hyphens."""
    more = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<text x="{x:.1f}" y="{y:.1f}"{more}>{escape(content)}</text>'


def rectangle(x: float, y: float, width: float, height: float, fill: str) -> str:
    """Return a filled rectangle with its upper left corner at a position."""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"/>'


def area(outline: str, fill: str, opacity: float) -> str:
    """Return the area inside a path (the ``d`` of SVG), filled and translucent (opacity 0 to 1)."""
    return f'<path d="{outline}" fill="{fill}" fill-opacity="{opacity}"/>'
