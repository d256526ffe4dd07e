"""Answers of the API as JSON: how to find a field, what to show of a long answer, and how to print it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
Shape: TypeAlias = "Mapping[str, Shape]"
"""The fields of an answer that are shown, and of each the fields within; an empty one shows everything."""

ALL: Final[Shape] = MappingProxyType({})
OMITTED: Final = "…"
_LONGEST_TEXT: Final = 78
_WIDTH: Final = 110


def field(answer: Json, *names: str) -> Json:
    """Return a field of nested objects; None where it is missing."""
    for name in names:
        answer = answer.get(name) if isinstance(answer, dict) else None
    return answer


def shown(answer: Json, shape: Shape = ALL) -> str:
    """Return an answer as text: the fields of a shape, long texts cut, each omission marked by an ellipsis."""
    return _laid_out(_shortened(answer, shape), "")


def _shortened(value: Json, shape: Shape) -> Json:
    if isinstance(value, str):
        return _cut(value)
    if isinstance(value, list):
        return [_shortened(each, shape) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {name: _shortened(each, shape.get(name, ALL)) for name, each in value.items() if not shape or name in shape}
    return kept if len(kept) == len(value) else {**kept, OMITTED: None}


def _cut(text: str) -> str:
    """Cut a long text behind a word, so that no identifier in it is cut; one that is a single word anywhere."""
    if len(text) <= _LONGEST_TEXT:
        return text
    start = text[:_LONGEST_TEXT]
    return (re.sub(r"\s+\S*$", "", start) if re.search(r"\s", start) else start) + OMITTED


def _laid_out(value: Json, indent: str) -> str:
    """Print a value in one line where it fits, else its members in a line each."""
    flat = _flat(value)
    if not isinstance(value, dict | list) or not value or len(indent) + len(flat) <= _WIDTH:
        return flat
    inner = indent + "  "
    if isinstance(value, list):
        return _block("[]", [inner + _laid_out(each, inner) for each in value], indent)
    members = [inner + _member(name, _laid_out(each, inner)) for name, each in value.items()]
    return _block("{}", members, indent)


def _block(brackets: str, members: list[str], indent: str) -> str:
    return "\n".join([brackets[0], ",\n".join(members), indent + brackets[1]])


def _flat(value: Json) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(_member(name, _flat(each)) for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flat(each) for each in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _member(name: str, value: str) -> str:
    return OMITTED if name == OMITTED else f"{json.dumps(name, ensure_ascii=False)}: {value}"
