"""Strict JSON parsing: rejects duplicate keys, deep nesting and unpaired surrogates, and drops invisible characters."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import islice
from typing import NoReturn

from casereview.http.problems import ProblemError, invalid, malformed
from casereview.schema.text import is_blank, without_control_characters

MAX_BYTES = 256 * 1024
MAX_DEPTH = 16
MAX_FIELDS = 100
"""How many fields an object may have; none that this API reads has as many."""
MAX_VALUES = 2000
"""How many values a body may have in all; none that this API takes has as many."""
_MOST_ITEMS = 100
"""No list that this API takes has as many items; of a longer one no more are read, so that it is still refused."""
_SURROGATE = re.compile("[\ud800-\udfff]")

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


class _DuplicateKeyError(ValueError):
    """An object has the same key twice."""


@dataclass(slots=True)
class _Objects:
    """Makes the objects of a body, until there are more of them than values that a body may have."""

    count: int = 0

    def __call__(self, pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        self.count += 1
        if self.count > MAX_VALUES:
            raise _too_many_values()
        found = dict(pairs)
        if len(found) != len(pairs):
            raise _DuplicateKeyError
        return found


def _too_many_values() -> ProblemError:
    return invalid("", "too_many_items", max_length=MAX_VALUES)


def _not_json(_token: str) -> NoReturn:
    raise ValueError("not a JSON number")


def escape(key: str) -> str:
    """Return a key as a segment of a JSON Pointer (RFC 6901), without control characters, 80 characters at most."""
    return without_control_characters(key).replace("~", "~0").replace("/", "~1")[:80]


@dataclass(slots=True)
class _Cleaner:
    """Replaces blank strings by null, which means absent, and counts what it reads."""

    values: int = 0

    def clean(self, value: Json, pointer: str, depth: int) -> Json:
        self.values += 1
        if self.values > MAX_VALUES:
            raise _too_many_values()
        if depth > MAX_DEPTH:
            raise malformed(pointer, "nested_too_deeply")
        if isinstance(value, str):
            return _clean_text(value, pointer)
        if isinstance(value, list):
            kept = islice(value, _MOST_ITEMS + 1)
            return [self.clean(item, f"{pointer}/{index}", depth + 1) for index, item in enumerate(kept)]
        return self.object(value, pointer, depth) if isinstance(value, dict) else value

    def object(self, value: dict[str, Json], pointer: str, depth: int) -> dict[str, Json]:
        if len(value) > MAX_FIELDS:
            raise invalid(pointer, "too_many_items", max_length=MAX_FIELDS)
        return {
            _without_surrogates(key, pointer): self.clean(item, f"{pointer}/{escape(key)}", depth + 1)
            for key, item in value.items()
        }


def _clean_text(value: str, pointer: str) -> str | None:
    text = without_control_characters(_without_surrogates(value, pointer)).strip()
    return None if is_blank(text) else text


def _without_surrogates(text: str, pointer: str) -> str:
    if _SURROGATE.search(text):
        raise invalid(pointer, "unpaired_surrogate")
    return text


def _decode(raw: bytes | str) -> str:
    try:
        data = raw.encode() if isinstance(raw, str) else raw
        if len(data) > MAX_BYTES:
            raise ProblemError("too-large")
        return data.decode("utf-8-sig")  # editors of Windows write a byte order mark
    except UnicodeError:
        raise malformed("", "not_utf8") from None


def read_object(raw: bytes | str) -> dict[str, Json]:
    """Return the JSON object in a request body.

    Raises:
        ProblemError: 413 over 256 KB; 400 if it is not JSON, is not an object, is nested more than 16 levels deep or
            has duplicate keys; 422 for a string with an unpaired surrogate, an object with more than 100 fields, or
            more than 2,000 values in all.
    """
    try:
        value = json.loads(_decode(raw), object_pairs_hook=_Objects(), parse_constant=_not_json)
    except _DuplicateKeyError:
        raise malformed("", "duplicate_key") from None
    except (ValueError, RecursionError):
        raise malformed("", "not_json") from None
    if not isinstance(value, dict):
        raise malformed("", "not_an_object")
    return _Cleaner().object(value, "", 0)


def without_nulls(value: Json) -> Json:
    """Return a JSON value without the fields that are null, which mean the same as absent ones, at any depth."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def canonical(value: Json) -> bytes:
    """Serialize a JSON value canonically, so that equal values give equal bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
