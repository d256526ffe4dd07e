"""Primitives for drawing SVG without a library."""
