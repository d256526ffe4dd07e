"""Strict JSON parsing: rejects duplicate keys, deep nesting and unpaired surrogates, and drops invisible characters."""

from __future__ import annotations

import json
import re
from typing import NoReturn

from casereview.http.problems import ProblemError, invalid, malformed
from casereview.schema.text import is_blank, without_control_characters

MAX_BYTES = 256 * 1024
MAX_DEPTH = 16
_SURROGATE = re.compile("[\ud800-\udfff]")

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


class _DuplicateKeyError(ValueError):
    """An object has the same key twice."""


def _pairs(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _DuplicateKeyError
    return found


def _not_json(_token: str) -> NoReturn:
    raise ValueError("not a JSON number")


def escape(key: str) -> str:
    """Return a key as a segment of a JSON Pointer (RFC 6901), without control characters, 80 characters at most."""
    return without_control_characters(key).replace("~", "~0").replace("/", "~1")[:80]


def _clean(value: Json, pointer: str, depth: int) -> Json:
    """Return the value with blank strings replaced by null, which means absent."""
    if depth > MAX_DEPTH:
        raise malformed(pointer, "nested_too_deeply")
    if isinstance(value, str):
        return _clean_text(value, pointer)
    if isinstance(value, list):
        return [_clean(item, f"{pointer}/{index}", depth + 1) for index, item in enumerate(value)]
    if isinstance(value, dict):
        return _clean_object(value, pointer, depth)
    return value


def _clean_object(value: dict[str, Json], pointer: str, depth: int) -> dict[str, Json]:
    return {
        _without_surrogates(key, pointer): _clean(item, f"{pointer}/{escape(key)}", depth + 1)
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
            has duplicate keys; 422 for a string with an unpaired surrogate.
    """
    try:
        value = json.loads(_decode(raw), object_pairs_hook=_pairs, parse_constant=_not_json)
    except _DuplicateKeyError:
        raise malformed("", "duplicate_key") from None
    except (ValueError, RecursionError):
        raise malformed("", "not_json") from None
    if not isinstance(value, dict):
        raise malformed("", "not_an_object")
    return _clean_object(value, "", 0)


def canonical(value: Json) -> bytes:
    """Serialize a JSON value canonically, so that equal values give equal bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
